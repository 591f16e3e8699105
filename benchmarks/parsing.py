"""What the killable box costs, and what it saves: `python -m benchmarks.parsing`.

Three questions. How much longer does a feed of 30 real articles take in a box than in this process, for the parser
alone and for all that runs there (parse, normalise, tidy)? Both take turns, feed by feed, in one run, so that a
busy machine slows both alike. Is a reader that never ends stopped at its limit while 20 sources go on? And
do 100 hostile feeds among 100 good ones cost a good one anything?

The articles are a corpus (`--data`, a gzipped JSON-lines file) where it is there, else made up.
"""

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.replay import CORPUS, read_corpus, rss
from syndicator.errors import ParseError, ParseLimit
from syndicator.ingest.box import Boxes, BoxLimits
from syndicator.ingest.parse import parse
from syndicator.ingest.read import read
from syndicator.model import Response
from tests.support.hostile import answer, endless, good_feed, hostile_feeds, source

ITEMS = 30
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
PRELOAD = ("syndicator.ingest.read:warm",)


def real_feeds(path: Path, count: int) -> list[bytes]:
    """So many feeds of `ITEMS` articles each."""
    if not path.is_file():
        return [good_feed(number, ITEMS) for number in range(count)]
    rows = read_corpus(path, count * ITEMS)
    return [rss("all", rows[start : start + ITEMS]) for start in range(0, len(rows), ITEMS)]


def overhead(
    boxes: Boxes, function: Callable[..., Any], answers: list[Response], *more: Any, rounds: int
) -> dict[str, float]:
    """Milliseconds a feed in this process and in a box, and the second over the first, less one.

    By the clock (median of all), and by the processor time of this process and its child together: the latter is what
    the box costs, the former also holds how long a busy machine takes to wake the other process up.
    """
    here: list[float] = []
    there: list[float] = []
    work_here = work_there = 0.0
    for number in range(rounds + 1):
        if number == 1:  # the first round warms both
            here, there, work_here, work_there = [], [], 0.0, -_childrens_work()
        for response in answers:
            start, begun = time.perf_counter(), time.process_time()
            function(response, source(), *more)
            between, parted = time.perf_counter(), time.process_time()
            boxes.run(function, response, source(), *more)
            end, ended = time.perf_counter(), time.process_time()
            here.append(between - start)
            there.append(end - between)
            work_here += parted - begun
            work_there += ended - parted
    work_there += _childrens_work()
    alone, boxed = statistics.median(here), statistics.median(there)
    return {
        "here ms": alone * 1e3,
        "in a box ms": boxed * 1e3,
        "overhead by the clock": boxed / alone - 1,
        "overhead in processor time": work_there / work_here - 1,
    }


def _childrens_work() -> float:
    """Seconds of processor time that this process's children have used."""
    used = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return float(sum(times.user + times.system for times in used))


def stopped(boxes: Boxes, others: int = 20) -> dict[str, float]:
    """One reader that never ends, and other sources meanwhile: when it was stopped, and how long each of them took."""
    feeds = [answer(good_feed(number)) for number in range(others)]
    with ThreadPoolExecutor(boxes.size) as pool:  # at once, so that every child is started
        list(pool.map(lambda feed: _seconds(boxes, feed), feeds[: boxes.size * 4]))
    alone = [_seconds(boxes, feed) for feed in feeds]
    took: list[float] = []

    def never() -> None:
        start = time.perf_counter()
        try:
            boxes.run(endless, feeds[0], source(), MOMENT)
        except ParseLimit:
            took.append(time.perf_counter() - start)

    thread = threading.Thread(target=never)
    thread.start()
    time.sleep(0.2)
    meanwhile = [_seconds(boxes, feed) for feed in feeds]
    finished = thread.is_alive()
    thread.join()
    return {
        "limit s": boxes.limits.wall,
        "stopped after s": took[0],
        "others done before that": float(finished),
        "others alone ms": statistics.median(alone) * 1e3,
        "others meanwhile ms": statistics.median(meanwhile) * 1e3,
        "slowest of the others ms": max(meanwhile) * 1e3,
    }


def _seconds(boxes: Boxes, feed: Response) -> float:
    start = time.perf_counter()
    boxes.run(read, feed, source(), MOMENT)
    return time.perf_counter() - start


def mixed(boxes: Boxes, count: int = 100, threads: int = 8) -> dict[str, float]:
    """As many hostile feeds as good ones, by turns, through the boxes: how many good ones were read whole."""
    bad = hostile_feeds(count)
    bodies = [body for number in range(count) for body in (good_feed(number), bad[number])]
    start = time.perf_counter()

    def one(place: int) -> int:
        try:
            return len(boxes.run(read, answer(bodies[place]), source(), MOMENT)[1])
        except ParseError:
            return 0

    with ThreadPoolExecutor(threads) as pool:
        articles = list(pool.map(one, range(len(bodies))))
    whole = sum(found == ITEMS for found in articles[::2])
    return {"good": count, "read whole": whole, "hostile": count, "seconds": time.perf_counter() - start}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parsing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=CORPUS)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--wall", type=float, default=10.0, help="the box's limit in seconds")
    options = parser.parse_args()
    answers = [answer(body) for body in real_feeds(options.data, 40)]
    figures: dict[str, dict[str, float]] = {}
    with Boxes(1, preload=PRELOAD) as boxes:
        figures["parse"] = overhead(boxes, parse, answers, rounds=options.rounds)
        figures["parse, normalise, tidy"] = overhead(boxes, read, answers, MOMENT, rounds=options.rounds)
    with Boxes(2, BoxLimits(wall=options.wall), preload=PRELOAD) as boxes:
        figures["a reader that never ends"] = stopped(boxes)
        figures["hostile among good"] = mixed(boxes)
    rounded = {name: {key: round(value, 3) for key, value in found.items()} for name, found in figures.items()}
    print(json.dumps(rounded, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
