"""Cut a large sitemap down to its newest rows, as text, before anything parses it.

A sitemap may have 50,000 rows and 50 MB (sitemaps.org), each row with a hundred pictures. Parsers with a tree need
minutes or a gigabyte for that. Finding where rows begin and what date they have takes one pass.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from statistics import median
from typing import NamedTuple

from syndicator.model import Response
from syndicator.text.dates import parse as parse_date

TAGS = 300_000
"""Opening and closing tags together that are kept at most: within what `prescan` lets through."""
PICTURES = 8
"""Pictures of a row that are kept where all together are too many."""

_PREFIX = r"<(?:[\w.-]{1,40}:)?"
_VALUE = r"\b[^<>]{0,200}>\s{0,200}(?:<!\[CDATA\[)?\s{0,200}"
_START = re.compile(r"<((?:[\w.-]{1,40}:)?(?:urlset|sitemapindex))(?=[\s>])", re.IGNORECASE)
_ROW = re.compile(_PREFIX + r"(?:url|sitemap)(?=[\s>])", re.IGNORECASE)
_DATE = re.compile(_PREFIX + r"(publication_date|lastmod)" + _VALUE + r"([^<\]]{4,64})", re.IGNORECASE)
_LOC = re.compile(_PREFIX + "loc" + _VALUE + r"([^<\s\]]{1,2048})", re.IGNORECASE)
_ISO = re.compile(
    r"""\s*(\d{4})-(\d\d?)-(\d\d?)
    (?:[T\s]+(\d\d?):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_PICTURE = re.compile(_PREFIX + r"image(?=[\s>])", re.IGNORECASE)
_SAMPLE = 50


class _Row(NamedTuple):
    start: int
    end: int
    date: float


def begun(text: str) -> str:
    """The text from the root element to its end: notices, style sheets and web pages around a sitemap are cut off."""
    found = _START.search(text)
    if found is None:
        return text
    end = text.rfind(f"</{found[1]}")
    close = text.find(">", end) if end > found.start() else -1
    return text[found.start() : close + 1 if close > 0 else len(text)]


def without_comments(text: str) -> str:
    """The text without `<!-- -->`, in which rows may stand that do not count."""
    if "<!--" not in text:
        return text
    kept, place = [], 0
    while (start := text.find("<!--", place)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        kept.append(text[place:start])
        place = end + 3
    return "".join((*kept, text[place:]))


def newest(text: str, most: int, latest: datetime | None) -> tuple[str, int]:
    """The text with its `most` newest rows at most, in their order, and how many were left out.

    Rows are newer by `news:publication_date`, else by `lastmod`; a date after `latest` counts as none. If no row has a
    date, the end counts at which the addresses have the higher numbers, or both ends if numbers do not tell.
    """
    starts = [found.start() for found in _ROW.finditer(text)]
    large = text.count("<") > TAGS
    if not starts or (len(starts) <= most and not large):
        return text, 0
    tail = max(text.rfind("</"), starts[-1])
    rows = [
        _Row(start, end, _row_date(text, start, end, latest))
        for start, end in zip(starts, [*starts[1:], tail], strict=True)
    ]
    dated = any(row.date for row in rows)
    ranked = sorted(rows, key=lambda row: -row.date) if dated else _by_address(text, rows)
    chosen: list[tuple[int, str]] = []
    tags = 0
    for row in ranked[:most]:
        written = text[row.start : row.end]
        if large:
            written = _few_pictures(written)
        tags += written.count("<")
        if tags > TAGS and chosen:
            break
        chosen.append((row.start, written))
    kept = "".join(written for _, written in sorted(chosen))
    return f"{text[: starts[0]]}{kept}{text[tail:]}", len(rows) - len(chosen)


def _few_pictures(row: str) -> str:
    """A row with its first pictures; galleries of hundreds make a map too large."""
    starts = [found.start() for found in _PICTURE.finditer(row)]
    close = row.lower().rfind("image>")
    if len(starts) <= PICTURES or close < starts[PICTURES]:
        return row
    return row[: starts[PICTURES]] + row[close + len("image>") :]


def _row_date(text: str, start: int, end: int, latest: datetime | None) -> float:
    found = {match[1].lower(): match[2] for match in _DATE.finditer(text, start, end)}
    written = found.get("publication_date") or found.get("lastmod")
    return seconds(written, latest) if written else 0


def _by_address(text: str, rows: list[_Row]) -> list[_Row]:
    """Rows without dates, the newest first as far as the numbers in their addresses tell."""

    def middle(some: list[_Row]) -> float:
        found = [_LOC.search(text, row.start, row.end) for row in some]
        numbers = [re.findall(r"\d{3,15}", match[1]) for match in found if match]
        return median([int(each[-1]) for each in numbers if each] or [0])

    first, last = middle(rows[:_SAMPLE]), middle(rows[-_SAMPLE:])
    if first > last:
        return rows
    if last > first:
        return rows[::-1]
    return [row for pair in zip(rows, reversed(rows), strict=True) for row in pair][: len(rows)]


def seconds(written: str, latest: datetime | None) -> float:
    """A date as seconds since 1970, 0 if it is none or after `latest`. ISO 8601 is read fast, the rest by `dates`."""
    found = _ISO.fullmatch(written)
    if found is None:
        at = parse_date(written, moment=latest or datetime(2100, 1, 1, tzinfo=UTC))
    else:
        year, month, day, hour, minute, second, zone = found.groups()
        try:
            at = datetime(
                int(year),
                int(month),
                int(day),
                int(hour or 0),
                int(minute or 0),
                min(int(second or 0), 59),
                tzinfo=_zone(zone),
            )
        except ValueError:
            at = None
    if at is None or (latest is not None and at > latest):
        return 0
    return max(at.timestamp(), 0)


def _zone(written: str | None) -> timezone:
    if not written or written[0] not in "+-":
        return UTC
    size = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return timezone(size if written[0] == "+" else -size)


def latest(response: Response) -> datetime | None:
    """The latest moment that a date in an answer may name: two days after its `Date` (RFC 9110, 6.6.1)."""
    try:
        said = parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, TypeError, IndexError):
        return None
    return (said if said.tzinfo else said.replace(tzinfo=UTC)) + timedelta(days=2)
