"""How fast articles find their story, and whether that stays so: one by one, up to 100,000.

    python -m benchmarks.stories                                   the decision alone, in memory
    python -m benchmarks.stories --database sqlite:////tmp/s.db    as the worker does it, in an empty database
    python -m benchmarks.stories --plot docs/stories.svg

The articles are those of the corpus, several times over, all in the same months: each copy exchanges words for others
of the same frequency, so vocabulary, lengths and coincidences are those of real news, five times as dense.

With a database, polls of 30 articles are saved as the worker saves them; `cluster` is the part that finds the story and
keeps what the next ones need, `save` all the rest, the search index among it.
"""

import argparse
import gc
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain, islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from benchmarks.replay import CORPUS, read_corpus
from syndicator.ingest.cluster import WINDOW, Neighbourhood, decide, drafted
from syndicator.ingest.pipeline import gather
from syndicator.model import Article, Member, Origin
from syndicator.store import Store, migrations, open_database
from syndicator.text.html import from_text
from syndicator.text.signature import Frequencies, signature
from syndicator.text.url import Url

STEP = 10_000
POLL = 30
BAND = 64
_WORD = re.compile(r"\w{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Ten thousand articles: seconds for the story, and for saving all the rest."""

    done: int
    cluster: float
    save: float
    stories: int
    slowest: float
    """Milliseconds for one article, or a poll's for each of its articles: the 99th percentile."""


def articles(rows: Sequence[dict[str, Any]], count: int) -> Iterator[Article]:
    """`count` articles in the order of their dates."""
    copies = -(-count // len(rows))
    dated = sorted(((parsedate_to_datetime(row["published"]).astimezone(UTC), n) for n, row in enumerate(rows)))
    frequent = [w for w, _ in Counter(w for row in rows for w in _WORD.findall(row["body"])).most_common()]
    exchanges = [{} if copy == 0 else _exchange(frequent, copy) for copy in range(copies)]
    made = 0
    for published, n in dated:
        for copy, exchange in enumerate(exchanges):
            if made < count:
                made += 1
                yield _article(rows[n], published, copy, exchange)


def _exchange(frequent: Sequence[str], seed: int) -> dict[str, str]:
    """Every word for another that is about as frequent."""
    chance = random.Random(seed)
    table: dict[str, str] = {}
    for start in range(0, len(frequent), BAND):
        band = frequent[start : start + BAND]
        table.update(zip(band, chance.sample(band, len(band)), strict=True))
    return table


def _article(row: dict[str, Any], published: datetime, copy: int, exchange: dict[str, str]) -> Article:
    def said(text: str) -> str:
        return _WORD.sub(lambda found: exchange.get(found[0], found[0]), text) if exchange else text

    url = f"https://bench.example/{copy}/{row['id']}"
    return Article(
        id=str(uuid5(NAMESPACE_URL, url)),
        url=Url(url),
        title=said(row["title"]),
        summary=said(row["description"]),
        body=from_text(said(row["body"])),
        language="ar",
        published=published,
        updated=published,
        origins=(Origin(source=f"{row['outlet'].lower()}/{copy}", guid=url, fingerprint=url[-64:]),),
    )


def alone(source: Iterator[Article], clock: Callable[[], float]) -> Iterator[Part]:
    """The decision in memory, one article after the other; the neighbourhood forgets what has left the window.

    What a worker holds in its store and not in memory, the corpus and the members of earlier parts, is kept out of the
    garbage collector's sight.
    """
    counts: Counter[int] = Counter()
    recent: list[Member] = []
    total = done = 0
    while (first := next(source, None)) is not None:
        oldest = first.published - 2 * WINDOW
        recent = [member for member in recent if member.published >= oldest]
        gc.freeze()
        started = clock()
        neighbourhood = Neighbourhood(recent)
        times, stories = [clock() - started], set()
        for article in chain((first,), islice(source, STEP - 1)):
            begun = clock()
            draft = drafted(article)
            own = signature(draft, Frequencies(total, counts))
            member = decide(article, own, neighbourhood.near(article, own))
            neighbourhood.add(member)
            recent.append(member)
            stories.add(member.story)
            if int(article.id[-4:], 16) % 4 == 0:
                counts.update(draft.terms.keys())
                total += 1
            times.append(clock() - begun)
        done += len(times) - 1
        yield Part(done=done, cluster=sum(times), save=0.0, stories=len(stories), slowest=_slowest(times[1:]))


@contextmanager
def emptied(url: str) -> Iterator[Store]:
    database = open_database(url, write=True)
    migrations.upgrade(database)
    try:
        yield Store(database)
    finally:
        database.close()


def stored(source: Iterator[Article], store: Store, clock: Callable[[], float]) -> Iterator[Part]:
    """As the worker does it: a poll of articles in one transaction."""
    done = 0
    while True:
        cluster = save = 0.0
        times, stories, part = [], set(), 0
        while part < STEP and (batch := list(islice(source, POLL))):
            with store.writing() as transaction:
                begun = clock()
                told = gather(transaction, batch)
                found = clock()
                saved = [replace(article, story=member.story) for article, (member, _) in zip(batch, told, strict=True)]
                transaction.save([(None, article) for article in saved], batch[0].published)
                written = clock()
                transaction.remember(
                    [member for member, _ in told], {member.article: draft for member, draft in told}, datetime.now(UTC)
                )
                kept = clock()
            cluster += found - begun + kept - written
            save += written - found + clock() - kept
            times.append((found - begun + kept - written) / len(batch))
            stories |= {member.story for member, _ in told}
            part += len(batch)
        if not part:
            return
        done += part
        yield Part(done=done, cluster=cluster, save=save, stories=len(stories), slowest=_slowest(times))


def _slowest(times: list[float]) -> float:
    return 1000 * sorted(times)[int(0.99 * len(times))]


def plot(parts: Sequence[Part]) -> str:
    """Milliseconds an article, over what is stored already, as SVG."""
    width, height, edge = 640, 260, 40
    costs = [
        1000 * part.cluster / (part.done - before)
        for part, before in zip(parts, [0, *(p.done for p in parts)], strict=False)
    ]
    top = max(2.0, *costs) * 1.1
    spots = [
        (edge + (width - 2 * edge) * part.done / parts[-1].done, height - edge - (height - 2 * edge) * cost / top)
        for part, cost in zip(parts, costs, strict=True)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    labels = "".join(
        f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">{cost:.2f}</text>'
        for (x, y), cost in zip(spots, costs, strict=True)
    )
    ticks = "".join(
        f'<text x="{x:.1f}" y="{height - edge + 16}" text-anchor="middle">{part.done:,}</text>'
        for (x, _), part in zip(spots, parts, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-size="10">'
        f'<rect width="{width}" height="{height}" fill="#fff"/><text x="{edge}" y="20" font-size="12">'
        "Milliseconds to find an article's story, by the articles that came before</text>"
        f'<path d="M{edge} {edge}V{height - edge}H{width - edge}" fill="none" stroke="#888"/>'
        f'<polyline points="{line}" fill="none" stroke="#069" stroke-width="2"/>{labels}{ticks}</svg>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=CORPUS)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--database", help="an empty database; without it, the decision alone is measured")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--cpu", action="store_true", help="seconds of this process's CPU, on a machine that is shared")
    options = parser.parse_args()
    clock = process_time if options.cpu else perf_counter
    source = articles(read_corpus(options.data, None), options.count)
    parts: list[Part] = []
    print("articles   cluster/s   ms each   p99 ms   save/s   stories")

    def told(found: Iterator[Part]) -> None:
        for part in found:
            count = part.done - (parts[-1].done if parts else 0)
            parts.append(part)
            saving = f"{count / part.save:8.0f}" if part.save else "       -"
            print(
                f"{part.done:8} {count / part.cluster:11.0f} {1000 * part.cluster / count:9.3f} {part.slowest:8.2f}"
                f" {saving} {part.stories:9}",
                flush=True,
            )

    if options.database:
        with emptied(options.database) as store:
            told(stored(source, store, clock))
    else:
        told(alone(source, clock))
    total = sum(part.cluster for part in parts)
    print(f"{parts[-1].done} articles at {parts[-1].done / total:.0f} a second")
    if options.plot:
        options.plot.write_text(plot(parts), "utf-8")


if __name__ == "__main__":
    main()
