"""Articles with labels beside them, and what classification finds in them: for topics and for places.

Articles are JSON, one a line, in files `*.jsonl` or `*.jsonl.gz`, with `id`, `title`, `description` and `body`.
Labels are a table with a `path` (the article's `id`) and a column of labels joined by commas, `-` for none.
"""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import TypeAlias

from syndicator.errors import ConfigurationError
from syndicator.evaluate.result import ROOT, Score
from syndicator.ingest.classify import Evidence
from syndicator.model import Article
from syndicator.text.html import from_text
from syndicator.text.url import canonical

HOME = ROOT if (ROOT / "config").is_dir() else Path(__file__).resolve().parents[1] / "starter"
"""Whose definitions are measured: the project's, or those that the program ships."""
_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_SHOWN = 4
_NOWHERE = "https://example.org/"

Labels: TypeAlias = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One article with what it should have and what was found."""

    article: Article
    wanted: Labels
    found: Labels


def labels(path: Path, column: str) -> dict[str, Labels]:
    """The labels of a table by article. Raises `ConfigurationError`."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        return {row["path"]: frozenset((row[column] or "-").split(",")) - {"-"} for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise ConfigurationError([f"{path}: must be a table with the columns path and {column}: {error!r}"]) from None


def articles(folder: Path, wanted: Mapping[str, Labels]) -> list[Article]:
    """The articles of a folder that have labels, in the order of the files. Raises `ConfigurationError`."""
    found: dict[str, Article] = {}
    for path in sorted(folder.glob("*.jsonl*")):
        for number, row in enumerate(_lines(path), 1):
            try:
                one = json.loads(row)
                if one["id"] in wanted:
                    found.setdefault(one["id"], _article(one))
            except (ValueError, KeyError, TypeError) as error:
                raise ConfigurationError([f"{path}: line {number} is no article: {error!r}"]) from None
    if not found:
        raise ConfigurationError([f"{folder}: no article in *.jsonl or *.jsonl.gz has a label"])
    return list(found.values())


def _lines(path: Path) -> Iterator[str]:
    opened = gzip.open if path.suffix == ".gz" else Path.open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            yield from lines
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{path}: cannot be read: {error}"]) from None


def _article(row: dict[str, str]) -> Article:
    url = canonical(row.get("url") or _NOWHERE)
    if url is None:
        raise ValueError(f"{row['url']} is no address")
    return Article(
        id=row["id"],
        url=url,
        title=row["title"],
        summary=row.get("description") or "",
        body=from_text(row["body"].replace("\n", "\n\n")),
        language="ar",
        published=_MOMENT,
        updated=_MOMENT,
        origins=(),
    )


def judge(
    given: Iterable[Article], wanted: Mapping[str, Labels], label: Callable[[Article], Iterable[str]]
) -> tuple[list[Judged], float]:
    """Every article with what is found in it, and how many a second of one core."""
    many = list(given)
    started = process_time()
    found = [frozenset(label(article)) for article in many]
    speed = len(many) / max(process_time() - started, 1e-9)
    judged = [
        Judged(article=article, wanted=wanted[article.id], found=labels)
        for article, labels in zip(many, found, strict=True)
    ]
    return judged, speed


def by_label(judged: Iterable[Judged], known: Labels) -> dict[str, Score]:
    """The score of every known label, in their order."""
    right, found, wanted = Counter[str](), Counter[str](), Counter[str]()
    for one in judged:
        right.update(one.found & one.wanted & known)
        found.update(one.found & known)
        wanted.update(one.wanted & known)
    return {name: Score(right[name], found[name], wanted[name]) for name in sorted(known)}


def micro(scores: Mapping[str, Score]) -> Score:
    return sum(scores.values(), Score(0, 0, 0))


def table(scores: Mapping[str, Score]) -> tuple[tuple[str, ...], ...]:
    """Rows of label, wanted, found, precision, recall, F1; all labels together last."""
    rows = (*scores.items(), ("all", micro(scores)))
    return tuple(
        (name, str(score.wanted), str(score.found), *(f"{x:.3f}" for x in (score.precision, score.recall, score.f1)))
        for name, score in rows
    )


HEADER = ("label", "wanted", "found", "precision", "recall", "F1")


def worst(
    judged: Iterable[Judged], known: Labels, explain: Callable[[Article], Iterable[Evidence]], most: int = 12
) -> tuple[str, ...]:
    """The errors that were furthest from right, each with its evidence."""
    errors: list[tuple[float, str]] = []
    for one in judged:
        wrong = (one.found ^ one.wanted) & known
        if not wrong:
            continue
        evidence = [piece for piece in explain(one.article) if piece.label in wrong]
        for name in wrong:
            mine = sorted((piece for piece in evidence if piece.label == name), key=lambda piece: -piece.weight)
            score = mine[0].score if mine else 0.0
            shown = ", ".join(f"{piece.matched} ({piece.place} {piece.weight:.2f})" for piece in mine[:_SHOWN])
            said = "found, not wanted" if name in one.found else "wanted, not found"
            line = f"{name} {said}, score {score:.2f}: {one.article.title} [{shown or 'no evidence'}]"
            errors.append((-score if name in one.found else score - 5.0, line))
    return tuple(line for _, line in sorted(errors)[:most])
