"""Real news, replayed: every article of a corpus as feeds over HTTP, polled by the real worker.

    python -m benchmarks.replay                      all of the corpus, on SQLite
    python -m benchmarks.replay --kills 10           the same, with the worker killed ten times on the way
    python -m benchmarks.replay --limit 3000 --database postgresql://...

A server process plays the outlets: one RSS feed an outlet and section, its newest articles in time order. Its clock
moves on only when every feed has been asked for with the ETag of what it shows now. Validators are saved in the same
transaction as articles, so that request is the worker's word that it has them - and if it had not, articles would be
missing at the end. Then the store is compared with the corpus: one article a distinct link, every date to the second.

The corpus is a gzipped JSON-lines file (`id outlet section url title published author description body`).
"""

import argparse
import gzip
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import psutil

from syndicator.service import opened
from syndicator.settings import load
from syndicator.text.url import canonical

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "ant-dev.jsonl.gz"
WINDOW = 60
"""Articles that a feed shows."""
STEP = 40
"""Articles that a feed gains at the most before the clock waits for the worker."""


def read_corpus(path: Path, limit: int | None) -> list[dict[str, Any]]:
    """The corpus in the order of publication."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows.sort(key=lambda row: (parsedate_to_datetime(row["published"]).astimezone(UTC), row["id"]))
    return rows[:limit]


class Outlets:
    """All feeds as they stand at the clock's moment."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.feeds: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.order: list[str] = []
        for row in rows:
            name = f"{row['outlet'].lower()}/{row['section'].lower()}"
            self.feeds[name].append(row)
            self.order.append(name)
        self.shown = dict.fromkeys(self.feeds, 0)
        self.clock = 0
        self.rounds = 0
        self.confirmed: set[str] = set()
        self.lock = threading.Lock()
        self.done = threading.Event()
        self._advance()

    def _advance(self) -> None:
        """Moves the clock on until a feed has gained `STEP` articles."""
        gained = dict.fromkeys(self.feeds, 0)
        while self.clock < len(self.order) and gained[self.order[self.clock]] < STEP:
            gained[self.order[self.clock]] += 1
            self.shown[self.order[self.clock]] += 1
            self.clock += 1
        self.rounds += 1
        self.confirmed = {name for name in self.feeds if not self.shown[name]}

    def ask(self, name: str, if_none_match: str | None) -> tuple[int, str, bytes]:
        """Status, ETag and body for one request."""
        with self.lock:
            count = self.shown[name]
            etag = f'"{count}"'
            if if_none_match == etag:
                self.confirmed.add(name)
                if len(self.confirmed) == len(self.feeds):
                    if self.clock < len(self.order):
                        self._advance()
                    else:
                        self.done.set()
                return 304, etag, b""
            return 200, etag, rss(name, self.feeds[name][max(0, count - WINDOW) : count])


def rss(name: str, rows: list[dict[str, Any]]) -> bytes:
    """A plain RSS 2.0 feed, newest first."""
    items = "".join(
        f"<item><title>{escape(row['title'])}</title><link>{escape(row['url'])}</link>"
        f'<guid isPermaLink="true">{escape(row["url"])}</guid><pubDate>{escape(row["published"])}</pubDate>'
        f"<author>{escape(row['author'] or '')}</author>"
        f"<description>{escape(row['description'] or '')}</description></item>"
        for row in reversed(rows)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{name}</title><link>http://outlet.invalid/{name}</link><description/><language>ar</language>{items}"
        "</channel></rss>"
    ).encode()


def serve(rows: list[dict[str, Any]], report: Connection) -> None:
    """The server process: tells its port, then how far it is, then ends with its parent."""
    outlets = Outlets(rows)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = self.path.strip("/").removesuffix(".rss")  # every feed has a port, and so a host, of its own
            status, etag, body = outlets.ask(name, self.headers.get("If-None-Match"))
            self.send_response(status)
            self.send_header("ETag", etag)
            if status == 200:
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    ports: dict[str, int] = {}
    for name in outlets.feeds:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ports[name] = server.server_port
    report.send(ports)
    while not outlets.done.wait(0.2):
        report.send((outlets.clock, outlets.rounds))
    report.send(None)


def write_home(home: Path, ports: dict[str, int]) -> None:
    """Definitions that poll every feed as fast as they can, and publish it."""
    (home / "config" / "sources").mkdir(parents=True)
    (home / "feeds").mkdir()
    (home / "config" / "settings.toml").write_text(
        "[fetch]\nallow_private = ['127.0.0.1/32']\ngap = 0\n"
        "[schedule]\nevery = 0.0005\nlongest = 0.0005\ntick = 0.05\nlease = 5\n[keep]\narticles = 36500\n"
    )
    for outlet in sorted({name.partition("/")[0] for name in ports}):
        lines = [f'title = "{outlet}"', 'language = "ar"']
        for name in (name for name in ports if name.startswith(f"{outlet}/")):
            lines += [f"[feeds.{name.partition('/')[2]}]", f'url = "http://127.0.0.1:{ports[name]}/{name}.rss"']
        (home / "config" / "sources" / f"{outlet}.toml").write_text("\n".join(lines) + "\n")
    (home / "feeds" / "arabic.toml").write_text('title = "كل الأخبار"\nlanguages = ["ar"]\n')


@dataclass
class Worker:
    """The real worker as a process of its own, and the most memory it used: bytes, what is shared once."""

    environ: dict[str, str]
    log: Path
    peak: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "syndicator", "worker"],
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def measure(self) -> None:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"the worker ended by itself; see {self.log}")
        try:
            parent = psutil.Process(self.process.pid)
            processes = [parent, *parent.children(recursive=True)]
            self.peak = max(self.peak, sum(process.memory_full_info().pss for process in processes))
        except psutil.NoSuchProcess:
            pass

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def end(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(30)


def replay(
    rows: list[dict[str, Any]], home: Path, *, kills: int, seed: int, database: str | None, seconds: float
) -> dict[str, Any]:
    """Runs the whole of it; returns the figures. Raises AssertionError when the store differs from the corpus."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(rows, theirs), daemon=True)
    server.start()
    write_home(home, ours.recv())
    environ = os.environ | {"SYNDICATOR_HOME": str(home)} | ({"SYNDICATOR_DATABASE_URL": database} if database else {})
    worker = Worker(environ, home / "worker.log")
    chance = random.Random(seed)
    deaths = sorted(chance.uniform(0.02, 0.98) * len(rows) for _ in range(kills))
    started = time.monotonic()
    worker.start()
    try:
        _follow(worker, ours, deaths, chance, started + seconds, len(rows))
        took = time.monotonic() - started
        worker.end(signal.SIGTERM)
    finally:
        worker.kill()
        server.terminate()
    figures = compare(rows, environ)
    return figures | {"seconds": round(took, 1), "articles/s": round(len(rows) / took), "peak MB": worker.peak >> 20}


def _follow(
    worker: Worker, connection: Connection, deaths: list[float], chance: random.Random, deadline: float, total: int
) -> None:
    """Watches the replay to its end, and kills the worker whenever its hour has come."""
    for clock, rounds in _reports(connection, deadline):
        worker.measure()
        if sys.stderr.isatty():
            print(f"\r{clock:6} of {total} articles, round {rounds}", end="", file=sys.stderr, flush=True)
        if deaths and clock >= deaths[0]:
            deaths.pop(0)
            time.sleep(chance.uniform(0, 0.5))
            worker.end(signal.SIGKILL)
            worker.start()


def _reports(connection: Connection, deadline: float) -> Iterator[tuple[int, int]]:
    while time.monotonic() < deadline:
        if connection.poll(1) and (said := connection.recv()) is None:
            return
        elif said:
            yield said
    raise TimeoutError("the replay did not end in time")


def compare(rows: list[dict[str, Any]], environ: dict[str, str]) -> dict[str, Any]:
    """Holds the store against the corpus: nothing lost, nothing doubled, every date right."""
    moments: dict[str, set[datetime]] = defaultdict(set)
    titles: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        link = canonical(row["url"])
        assert link is not None, row["url"]
        moments[link].add(parsedate_to_datetime(row["published"]).astimezone(UTC))
        titles[link].add(" ".join(row["title"].split()))
    stored: dict[str, list[Any]] = defaultdict(list)
    with opened(load(environ), write=False) as service:
        last = ""
        while batch := service.store.after(last, 500):
            last = batch[-1].id
            for article in batch:
                stored[article.url].append(article)
        fed = {article.id for article in service.store.newest("arabic", len(rows))}
    lost = moments.keys() - stored.keys()
    doubled = [link for link, articles in stored.items() if len(articles) > 1]
    misdated = [link for link, articles in stored.items() if articles[0].published not in moments[link]]
    unfed = [link for link, articles in stored.items() if articles[0].language == "ar" and articles[0].id not in fed]
    assert not lost, f"{len(lost)} links are lost, for example {sorted(lost)[:3]}"
    assert not doubled, f"{len(doubled)} links are doubled, for example {doubled[:3]}"
    assert len(stored) == len(moments), f"{len(stored) - len(moments)} articles too many"
    assert not misdated, f"{len(misdated)} dates are wrong, for example {misdated[:3]}"
    assert not unfed, f"{len(unfed)} articles are in no feed, for example {unfed[:3]}"
    origins = sum(len(articles[0].origins) for articles in stored.values())
    return {"rows": len(rows), "distinct links": len(moments), "stored": len(stored), "origins": origins}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=CORPUS)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--database")
    parser.add_argument("--seconds", type=float, default=1800, help="give up after this time")
    options = parser.parse_args()
    rows = read_corpus(options.data, options.limit)
    with tempfile.TemporaryDirectory() as home:
        figures = replay(
            rows, Path(home), kills=options.kills, seed=options.seed, database=options.database, seconds=options.seconds
        )
    print(json.dumps(figures | {"kills": options.kills, "seed": options.seed}, indent=2))


if __name__ == "__main__":
    main()
