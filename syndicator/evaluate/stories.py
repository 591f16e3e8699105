"""Whether reports of one event become one story, and only they.

**Our own** (`stories.toml`): events, each with reports by several outlets that are one story, and with what is not:
follow-ups, and the like of it elsewhere.

**Other people's**: pairs of articles whose bodies share at least 40 % of their eight-word shingles within three days
(`*near-dup-pairs.tsv`), and articles with the same link. They are judged twice: with the title and description alone,
and with the body. For precision, what is paired with the same counts as paired; recall is of the pairs given.

**What the pairs can tell.** They are made mechanically from the bodies, and list only what is copied nearly word for
word. A report of the same event in other words is no pair: of 60 that `headline_precision` counts as mistakes, a reader
found 44 to be reports of the same, 13 a further step of the same event and 3 neither. So it is far below what readers
find; `headline_known` looks only at articles that both occur in the table, and is nearer. And bodies that share a
background paragraph are a pair although their headlines tell of different things, which no headline can show: every
fourth pair has a headline cosine below .2, and of several representations (stems, n-grams of letters, pairs of words,
a forest of trained trees over all of them) none found more than half of the pairs while .95 of `headline_known` held.
"""

import csv
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import combinations
from pathlib import Path
from time import process_time
from typing import Any

from syndicator.errors import ConfigurationError
from syndicator.evaluate.corpus import address, rows
from syndicator.evaluate.result import CORPORA, TESTS, Result, Score, folder
from syndicator.ingest.cluster import WINDOW, Neighbourhood, decide, drafted
from syndicator.model import Article, Member
from syndicator.text.html import from_text
from syndicator.text.signature import Frequencies, signature
from syndicator.text.url import canonical

Pairs = frozenset[tuple[str, str]]

_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_ADDRESS = address("https://example.org/")
_BATCH = 2000
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What clustering made of articles."""

    pairs: Pairs
    """Every two articles of one story, by their names in the corpus."""
    stories: int
    speed: float
    """Articles a second of one core."""


def measure(data: Path | None = None) -> Result:
    """Figures: `own_precision`, `own_recall`; `headline_precision`, `headline_known`, `headline_recall`;
    `body_known`, `body_recall`. With `data`: a folder with a `stories.toml`, or with articles and pairs.
    Raises `ConfigurationError`.
    """
    where = folder(data, TESTS / "stories")
    table: list[tuple[str, ...]] = []
    figures: dict[str, float] = {}
    worst: list[str] = []
    count, speed = 0, 0.0
    if (where / "stories.toml").is_file():
        count, speed = _own(where / "stories.toml", figures, table, worst)
    corpus = data or CORPORA
    tables = sorted(corpus.glob("*near-dup-pairs.tsv")) if corpus.is_dir() else []
    if tables:
        count, speed = _theirs(corpus, tables[0], figures, table, worst)
    elif data is not None and not figures:
        raise ConfigurationError([f"{data}: has neither a stories.toml nor articles with *near-dup-pairs.tsv"])
    names = ("headline_precision", "headline_known", "headline_recall", "body_known", "body_recall")
    absent = {} if tables or data is not None else dict.fromkeys(names, f"{CORPORA} is not there")
    return Result(
        figures=figures,
        count=count,
        speed=speed,
        header=("articles", "precision", "recall", "pairs", "stories"),
        rows=tuple(table),
        worst=tuple(worst[:_SHOWN]),
        absent=absent,
    )


def _own(path: Path, figures: dict[str, float], table: list[tuple[str, ...]], worst: list[str]) -> tuple[int, float]:
    articles, wanted = own(path)
    told = cluster(articles)
    score = _score(told.pairs, wanted)
    figures |= {"own_precision": score.precision, "own_recall": score.recall}
    shares = (f"{score.precision:.3f}", f"{score.recall:.3f}")
    table.append(("own", *shares, str(score.found), str(told.stories)))
    titles = {article.id: article.title for article in articles}
    worst += [f"not one story: {titles[a]} / {titles[b]}" for a, b in sorted(wanted - told.pairs)]
    worst += [f"one story, but should not: {titles[a]} / {titles[b]}" for a, b in sorted(told.pairs - wanted)]
    return len(articles), told.speed


def _theirs(
    corpus: Path, pairs: Path, figures: dict[str, float], table: list[tuple[str, ...]], worst: list[str]
) -> tuple[int, float]:
    found = list(rows(corpus))
    by_link: defaultdict[str, list[str]] = defaultdict(list)
    for row in found:
        by_link[row.get("url") or row["id"]].append(row["id"])
    given = [*_read_pairs(pairs), *((one, other) for ids in by_link.values() for one in ids[:1] for other in ids[1:])]
    asked = frozenset((min(pair), max(pair)) for pair in given)
    wanted, known = _closed(given), {name for pair in given for name in pair}
    speed = 0.0
    for name, whole in (("headline", False), ("body", True)):
        told = cluster([_article(row, body=whole) for row in found])
        score = _score(told.pairs, wanted)
        among = _score(frozenset(pair for pair in told.pairs if known.issuperset(pair)), wanted)
        recall = _score(told.pairs, asked).recall
        figures |= {f"{name}_known": among.precision, f"{name}_recall": recall}
        if not whole:
            figures["headline_precision"] = score.precision
            titles = {row["id"]: row["title"] for row in found}
            worst += [f"missed: {titles[a]} / {titles[b]}" for a, b in sorted(asked - told.pairs)[::100]]
        for where, precision in ((name, score.precision), (f"{name}, of articles in the table", among.precision)):
            shares = (f"{precision:.3f}", f"{recall:.3f}")
            table.append((f"theirs: {where}", *shares, str(len(told.pairs)), str(told.stories)))
        speed = told.speed
    return len(found), speed


def own(path: Path) -> tuple[list[Article], Pairs]:
    """The articles of a `stories.toml`, and the pairs that are one story. Raises `ConfigurationError`."""
    articles, wanted = [], set()
    try:
        for number, event in enumerate(tomllib.loads(path.read_text("utf-8"))["event"]):
            one, others = event["reports"], event.get("others", [])
            for place, report in enumerate([*one, *others]):
                published = _MOMENT + timedelta(hours=number * 200 + report.get("hours", 0), minutes=place)
                row = {"id": f"{number}/{place}", "published": published, **report}
                articles.append(_article(row, body=True))
            wanted |= set(combinations([f"{number}/{place}" for place in range(len(one))], 2))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError([f"{path}: is no table of events: {error!r}"]) from None
    return articles, frozenset(wanted)


def cluster(articles: Iterable[Article]) -> Told:
    """The articles one by one in the order of their dates. Those of one link are one article, as everywhere."""
    ordered = sorted(articles, key=lambda article: (article.published, article.id))
    counts: Counter[int] = Counter()
    recent: list[Member] = []
    by_story: defaultdict[str, list[str]] = defaultdict(list)
    by_link: dict[str, str] = {}
    started = process_time()
    for total, article in enumerate(ordered):
        if total % _BATCH == 0:  # what has left the window is forgotten
            recent = [one for one in recent if article.published - one.published <= 2 * WINDOW]
            neighbourhood = Neighbourhood(recent)
        draft = drafted(article)
        own = signature(draft, Frequencies(total, counts))
        member = decide(article, own, neighbourhood.near(article, own))
        story = by_link.setdefault(article.url, member.story) if article.url != _ADDRESS else member.story
        neighbourhood.add(member)
        recent.append(member)
        counts.update(draft.terms.keys())
        by_story[story].append(article.id)
    speed = len(ordered) / max(process_time() - started, 1e-9)
    pairs = frozenset(pair for ids in by_story.values() for pair in combinations(sorted(ids), 2))
    return Told(pairs=pairs, stories=len(by_story), speed=speed)


def _article(row: Mapping[str, Any], *, body: bool) -> Article:
    published = row.get("published") or _MOMENT
    try:
        moment = published if isinstance(published, datetime) else parsedate_to_datetime(published).astimezone(UTC)
    except ValueError as error:
        raise ConfigurationError([f"{row['id']}: published: {error}"]) from None
    return Article(
        id=row["id"],
        url=canonical(row.get("url") or "") or _ADDRESS,
        title=row["title"],
        summary=row.get("description") or "",
        body=from_text((row.get("body") or "").replace("\n", "\n\n") if body else ""),
        language="ar",
        published=moment,
        updated=moment,
        origins=(),
    )


def _read_pairs(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            found = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        return [(row["id_a"], row["id_b"]) for row in found]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise ConfigurationError([f"{path}: must be a table with the columns id_a and id_b: {error!r}"]) from None


def _closed(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """The pairs, and those that follow: what is paired with the same is paired."""
    groups: dict[str, set[str]] = {}
    for one, other in pairs:
        joined = groups.get(one, {one}) | groups.get(other, {other})
        groups.update(dict.fromkeys(joined, joined))
    distinct = {id(group): group for group in groups.values()}
    return frozenset(pair for group in distinct.values() for pair in combinations(sorted(group), 2))


def _score(found: Pairs, wanted: Pairs) -> Score:
    return Score(len(found & wanted), len(found), len(wanted))
