"""How fast articles get their topics, places and people: `python -m benchmarks.classifying`.

All definitions of the project are loaded, the articles are the corpus (`--data`, a gzipped JSON-lines file). The first
round meets every word for the first time; later rounds know most of them, as a worker does after its first minutes.
Figures are per second of processor time on one core; the cost of the parts is that of the best round.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks.replay import CORPUS
from syndicator.catalogue import load
from syndicator.evaluate import corpus, labelled
from syndicator.ingest.classify import Reading, classify, texts_of
from syndicator.ingest.pipeline import Definitions
from syndicator.model import Article
from syndicator.schedule.clockwork import set_aside


def timed(function: Callable[[], Any]) -> float:
    """Seconds of processor time."""
    started = process_time()
    function()
    return process_time() - started


def measure(articles: list[Article], rounds: int) -> dict[str, float]:
    """Seconds to load; articles a second in the first and in the best later round; microseconds an article by part."""
    started = process_time()
    definitions = Definitions(load(labelled.HOME)).compile()
    set_aside()
    topics, places, people = definitions.topics, definitions.places, definitions.people
    told = {"loading": process_time() - started}
    matchers = [topics.matcher, places.matcher, people.matcher]
    parts: dict[str, float] = {}
    speeds: list[float] = []
    for _ in range(rounds):
        spent = timed(lambda: [classify(article, topics, (), places, people) for article in articles])
        speeds.append(len(articles) / spent)
    for _ in range(rounds):
        work = dict.fromkeys(("text", "words", "topics", "places", "people"), 0.0)
        for article in articles:
            text = timed(lambda article=article: texts_of(article))
            started = process_time()
            reading = Reading(article, matchers)
            work["words"] += process_time() - started - text
            work["text"] += text
            for name, label in (("topics", topics.label), ("places", places.label), ("people", people.label)):
                work[name] += timed(lambda label=label, reading=reading: label(reading))
        parts = {name: min(parts.get(name, spent), spent) for name, spent in work.items()}
    told |= {"first round": speeds[0], "best round": max(speeds[1:])}
    return told | {name: spent / len(articles) * 1e6 for name, spent in parts.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=CORPUS)
    parser.add_argument("--articles", type=int, default=2000, help="spread evenly over the corpus")
    parser.add_argument("--rounds", type=int, default=4)
    args = parser.parse_args()
    if not args.data.is_file():
        print(f"{args.data} is not there", file=sys.stderr)
        return 1
    rows = [row for row in corpus.rows(args.data.parent) if row.get("body")]
    wanted = {row["id"]: frozenset[str]() for row in rows[:: max(1, len(rows) // args.articles)]}
    told = measure(labelled.articles(args.data.parent, wanted), args.rounds)
    print(f"loading {told.pop('loading'):.2f} s, {len(wanted)} articles")
    print(f"{told.pop('first round'):.0f} a second at first, {told.pop('best round'):.0f} later")
    print("microseconds an article: " + ", ".join(f"{name} {spent:.0f}" for name, spent in told.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
