"""A thousand sources on fifty host names, polled by the real worker: how fast, and what hanging ones cost the others.

    python -m benchmarks.polling             polls a second and CPU a poll; then 5 % of the sources hang
    python -m benchmarks.polling --hostile   200 sources that die, drip, lie, loop or bomb beside 200 good ones

A server process of its own answers for all names. The worker runs here: door, boxes, SQLite store and Clockwork are the
real ones, only names are resolved to loopback. A round begins with every source due and ends when the last healthy one
has been polled; what is compared is measured in one run, in turns, because the machine's mood changes between runs.
"""

import argparse
import json
import logging
import multiprocessing
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
import structlog

from benchmarks.outlets import HOSTILE, serve
from syndicator.http import HttpDoor, Limits
from syndicator.schedule.clockwork import Clockwork, give_memory_back
from syndicator.service import Service, opened
from syndicator.settings import Settings, load

HOSTS = 50
EACH = 20
HANGING = 50
LONGEST = 300.0
"""Seconds after which a round is given up."""


class Bench:
    """A home with sources of the server's kinds, and rounds over them."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port
        self.path = home / "syndicator.db"
        (home / "config" / "sources").mkdir(parents=True)
        (home / "feeds").mkdir()
        (home / "feeds" / "all.toml").write_text('title = "all"\nlimit = 50\n')

    def define(self, kinds: list[list[str]], *, gap: float, deadline: float, parallel: int = 16) -> None:
        """One publisher a host name: `kinds` has the kinds of its sources, by host."""
        (self.home / "config" / "settings.toml").write_text(
            f"[fetch]\nallow_private = ['127.0.0.0/8']\nports = [{self.port}]\ngap = {gap}\ndeadline = {deadline}\n"
            f"parallel = {parallel}\n[schedule]\nevery = 15\ntick = 1\n[keep]\narticles = 36500\n"
        )
        for host, listed in enumerate(kinds):
            lines = [f'title = "h{host}"', 'language = "ar"']
            for n, kind in enumerate(listed):
                lines += [f"[feeds.s{n:03}]", f'url = "http://h{host}.example.com:{self.port}/{kind}/{host}-{n}"']
            (self.home / "config" / "sources" / f"h{host}.toml").write_text("\n".join(lines) + "\n")

    def settings(self) -> Settings:
        return load({"SYNDICATOR_HOME": str(self.home), "SYNDICATOR_DATABASE_URL": f"sqlite:///{self.path}"})

    @contextmanager
    def house(self) -> Iterator[Service]:
        settings = self.settings()
        door = HttpDoor(
            Limits(deadline=settings.fetch.deadline),
            user_agent="Benchmark/1.0",
            allow_private=settings.fetch.allow_private,
            ports={self.port},
            resolve=lambda _host, port, *_: [(2, 1, 6, "", ("127.0.0.1", port))],
            gap=settings.fetch.gap,
        )
        with opened(settings, write=True, door=door) as service:
            yield service
        door.close()

    def round(self, healthy: str = "") -> dict[str, float]:
        """Polls everything once; seconds until the last source whose address matches was done, and CPU of all polls."""
        database = sqlite3.connect(self.path, timeout=60) if self.path.exists() else None
        if database is not None:
            database.execute("UPDATE sources SET next_poll = ? WHERE next_poll IS NOT NULL", (stamp(),))
            database.execute("DELETE FROM hosts")
            database.commit()
            database.close()
        with self.house() as service:
            wanted = sum(healthy in source.url for source in service.catalogue.sources.values())
            ids = {key for key, source in service.catalogue.sources.items() if healthy in source.url}
            reader = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=60)
            before = reader.execute("SELECT coalesce(max(id), 0) FROM polls").fetchone()[0]
            service.boxes.run(len, "warm")
            clockwork, started, cpu = Clockwork(service), time.monotonic(), cpu_seconds()
            clockwork.start()
            done: set[str] = set()
            while len(done) < wanted:
                if time.monotonic() - started > LONGEST:
                    raise TimeoutError(f"{wanted - len(done)} sources were not polled")
                time.sleep(0.02)
                rows = reader.execute("SELECT source FROM polls WHERE id > ?", (before,)).fetchall()
                done = {source for (source,) in rows} & ids
            took, spent = time.monotonic() - started, cpu_seconds() - cpu
            clockwork.stop()
            reader.close()
        return {"seconds": took, "polls/s": len(done) / took, "CPU ms/poll": spent * 1000 / len(done)}


def stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def cpu_seconds() -> float:
    """Of this process and its boxes."""
    parent = psutil.Process()
    total = 0.0
    for process in [
        parent,
        *(child for child in parent.children(recursive=True) if "syndicator.ingest.nursery" in child.cmdline()),
    ]:
        times = process.cpu_times()
        total += times.user + times.system
    return total


def speed(home: Path, port: int, rounds: int) -> dict[str, Any]:
    """Polls a second and CPU a poll, by what the servers answer; no pause between polls of a host."""
    figures = {}
    for name, kind in (("304", "conditional"), ("unchanged 200", "same"), ("changed 200", "changing")):
        bench = Bench(home / kind, port)
        bench.define([[kind] * EACH for _ in range(HOSTS)], gap=0, deadline=10)
        bench.round()
        taken = [bench.round() for _ in range(rounds)]
        figures[name] = {key: round(statistics.median(t[key] for t in taken), 2) for key in taken[0]}
    return figures


def hanging(home: Path, port: int, rounds: int) -> dict[str, Any]:
    """Seconds that the healthy sources take when 5 % of all hang, one on each host, against none that hang."""
    good = [["conditional"] * (EACH - 1) for _ in range(HOSTS)]
    without, beside = Bench(home / "without", port), Bench(home / "with", port)
    without.define(good, gap=0.2, deadline=6)
    beside.define([["hanging", *listed] for listed in good], gap=0.2, deadline=6)
    first_alone, first_beside = without.round()["seconds"], beside.round("conditional")["seconds"]
    pairs = [(without.round()["seconds"], beside.round("conditional")["seconds"]) for _ in range(rounds)]
    return {
        "healthy alone, seconds": round(statistics.median(a for a, _ in pairs), 2),
        "beside hanging ones, seconds": round(statistics.median(b for _, b in pairs), 2),
        "ratio": round(statistics.median(b / a for a, b in pairs), 2),
        "first poll of all alone, seconds": round(first_alone, 2),
        "first poll beside hanging ones that nobody knows yet, seconds": round(first_beside, 2),
        "ratio of first polls": round(first_beside / first_alone, 2),
    }


def hostile(home: Path, port: int) -> dict[str, Any]:
    """200 hostile and 200 good sources in one round: what is stored, what it cost, and what the operator reads.

    Memory is that of the worker and its boxes; what they share counts once (PSS).
    """
    bench = Bench(home / "hostile", port)
    kinds = list(HOSTILE) * (200 // len(HOSTILE) + 1)
    bench.define([[kinds[n], "conditional"] for n in range(200)], gap=0.1, deadline=5)
    most = 0
    over = threading.Event()

    def weigh() -> None:
        nonlocal most
        parent = psutil.Process()
        while not over.wait(0.05):
            family = [
                parent,
                *(c for c in parent.children(recursive=True) if "syndicator.ingest.nursery" in c.cmdline()),
            ]
            with suppress(psutil.NoSuchProcess):  # a box that was killed just now
                most = max(most, sum(process.memory_full_info().pss for process in family))

    watch = threading.Thread(target=weigh)
    watch.start()
    try:
        took = bench.round("/")["seconds"]
    finally:
        over.set()
        watch.join()
    with bench.house() as service:
        rows = service.sources_at_a_glance()
        bad = {row.source.url.split("/")[3]: row.state.error for row in rows if "conditional" not in row.source.url}
        well = sum(row.health == "well" for row in rows if "conditional" in row.source.url)
    return {
        "good stored": well,
        "seconds": round(took, 1),
        "peak MB": most >> 20,
        "reasons": bad,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    give_memory_back()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=start, args=(theirs,), daemon=True)
    server.start()
    port = ours.recv()
    try:
        with tempfile.TemporaryDirectory() as folder:
            if options.hostile:
                figures = hostile(Path(folder), port)
            else:
                figures = speed(Path(folder), port, options.rounds) | {
                    "hanging": hanging(Path(folder), port, options.rounds)
                }
    finally:
        server.terminate()
    print(json.dumps(figures, indent=2, ensure_ascii=False))


def start(report: Connection) -> None:
    """The server process."""
    serve(report.send)


if __name__ == "__main__":
    main()
