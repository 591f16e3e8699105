"""Dates that stand on a page for its readers: `<time>`, classes, attributes and text, told apart by where they stand.

**Which is the article's.** Every date is weighed: what marks it (`<time datetime>`, hAtom's and h-entry's classes, a
label such as "نشر في", a class that says date), and where it stands: behind the headline before the text counts most,
in front of it only within the same part of the page. Dates that an address names are confirmed by it.

**Whose are not.** Dates in comments, asides, navigation, the page's head and foot, and in teasers (small elements with
a linked heading of their own), unless the headline is in there, too; dates behind labels such as "member since"; dates
inside of sentences.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from syndicator.text import datelabels as labels
from syndicator.text.calendars import plain
from syndicator.text.dateplaces import BEFORE, NEAR, SURE, Where, classes
from syndicator.text.datewords import is_date_word

Read = Callable[[str], datetime | None]
"""Reads a date as written."""

_SKIPPED = frozenset({"script", "style", "svg", "head", "iframe", "object", "textarea", "option"})
_LONGEST_LINE, _LONGEST_PIECE, _MOST_PIECES = 160, 30, 6
_LONG, _HEAD = 60, 350
"""Characters of a text that may be a paragraph; behind so many in such texts the head of the article is over."""
_MOST_TEXTS, _MOST_READ = 20_000, 300
"""Texts of a page that are looked at, and dates that are read."""
_MOST_RESIDUE = 34
"""Letters that a line without a label may have besides its date."""
_BEHIND = 10
"""Points that a date in the text loses behind the first paragraph."""
_ALONE = 12
"""Points that are enough for a date in the text that is the only one."""
_ENOUGH, _SCARCE = 20, 5
_TIMELY = re.compile(r"date|time|value-title|publish|ago\b|fecha|tarih", re.I)
_DATED = frozenset({"datetime", *labels.DATE_ATTRIBUTES})
_TIME_ALONE = re.compile(r"^[\s|,\-()]*(?:الساعه )?\d{1,2}[:.h]\d{2}(?::\d{2})?\s*[^\d]{0,24}$")
_YEAR = re.compile(r"(?<!\d)(?:1[34]\d\d|19\d\d|2[015]\d\d)(?!\d)|\d{1,2} ?[/.\-] ?\d{1,2} ?[/.\-] ?\d{2}(?!\d)")
_AGO = re.compile(r"(?<!\w)(?:منذ|قبل|ago|پيش|il y a|امس|اليوم|yesterday|today|ديروز|امروز)(?!\w)")
_BEFORE_DASH = re.compile(r"([^.!?]{8,70}?)\s*(?:\s[-–—ـ]|[:–—])\s")
_LABELS = re.compile(f"(?P<updated>{labels.UPDATED_LABEL.pattern})|(?P<published>{labels.PUBLISHED_LABEL.pattern})")


@dataclass(frozen=True, slots=True)
class Seen:
    """One date on a page."""

    raw: str
    at: datetime
    score: float
    exact: bool
    """It has a time of day."""
    updated: bool
    """It dates a change, not the article."""
    written: bool = False
    """It stands in the text, not in an attribute."""
    marked: bool = False
    """A label or a name of its element says that it is a date."""


@dataclass(slots=True)
class _Walk:
    texts: list[tuple[str, HtmlElement]] = field(default_factory=list)
    marked: list[tuple[int, HtmlElement]] = field(default_factory=list)
    """Elements with a date in an attribute, and how many texts stand before them."""
    headline: int = 0
    _plain: dict[int, str] = field(default_factory=dict)

    def plain(self, position: int, longest: int) -> str:
        """A text in one spelling; empty when there is none, or a longer one than `longest` characters."""
        if not 0 <= position < len(self.texts) or len(self.texts[position][0]) > longest:
            return ""
        if position not in self._plain:
            self._plain[position] = plain(self.texts[position][0])
        return self._plain[position]


def seen_dates(
    root: HtmlElement,
    read: Read,
    headline: HtmlElement | None,
    *,
    address: date | None = None,
    today: date | None = None,
) -> list[Seen]:
    """The dates of a page or of a part of it, the likeliest first; `address` is the day that the address names."""
    walk = _walked(root, headline)
    where = Where(root, headline, walk.headline, today)
    where.end = _end_of_head(walk)
    found = [*_marked(walk, where, read), *_written(walk, where, read)]
    if address is not None:
        found = [_confirmed(one, address) for one in found]
    return sorted(found, key=lambda one: -one.score)


def best(found: list[Seen], *, updated: bool) -> Seen | None:
    """The likeliest date of the article, or of its last change; None where nothing is likely enough."""
    chosen = [one for one in found if one.updated is updated]
    for least in (_ENOUGH, _SCARCE):
        for one in chosen:
            if one.score >= (_ENOUGH if one.written else least):
                return one
    alone = [one for one in chosen if one.marked and one.score >= _ALONE]
    return alone[0] if len(alone) == 1 else None


def has_time(raw: str) -> bool:
    """Whether a date as written has a time of day."""
    return bool(re.search(r"\d[:h]\d{2}|T\d{2}|^\d{9,}", raw)) or bool(_AGO.search(plain(raw)))


def _confirmed(one: Seen, address: date) -> Seen:
    apart = abs(one.at.date() - address)
    change = 15 if apart <= timedelta(days=1) else -25 if apart > timedelta(days=2) and not one.updated else 0
    return replace(one, score=one.score + change)


# ---------------------------------------------------------------- the page


def _walked(root: HtmlElement, headline: HtmlElement | None) -> _Walk:
    """The page's texts in order, and the elements that carry a date."""
    walk = _Walk()
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        if not isinstance(element.tag, str):
            continue
        if event == "start":
            if element.tag in _SKIPPED:
                walker.skip_subtree()
                continue
            if element is headline:
                walk.headline = len(walk.texts)
            if _carries_date(element):
                walk.marked.append((len(walk.texts), element))
            text, owner = element.text, element
        else:
            text, owner = element.tail if element is not root else None, element.getparent()
        if text and not text.isspace():
            walk.texts.append((text.strip(), owner))
            if len(walk.texts) > _MOST_TEXTS:
                break
    return walk


def _carries_date(element: HtmlElement) -> bool:
    attributes = element.keys()
    if not attributes:
        return False
    return bool(
        not _DATED.isdisjoint(attributes)
        or ("title" in attributes and (element.tag == "abbr" or _TIMELY.search(element.get("class", ""))))
        or ("content" in attributes and any(map(labels.PUBLISHED_CLASS.fullmatch, classes(element))))
    )


# ---------------------------------------------------------------- dates in attributes


def _marked(walk: _Walk, where: Where, read: Read) -> Iterator[Seen]:
    for position, element in walk.marked[:_MOST_READ]:
        raw = _attribute(element)
        at = read(raw) if raw else None
        if raw is None or at is None or where.strange(element):
            continue
        own = plain(element.text_content())[:_LONGEST_LINE]
        before = walk.plain(position - 1, 60)[-40:]
        kind = _kind(before, own)
        if kind == "other":
            continue
        points, updated = _class_points(element, kind)
        points += SURE if element.get("pubdate") is not None else 0
        score = (30 if element.tag == "time" else 25) + points
        yield Seen(raw, at, score + where.points(position, element, points, at), has_time(raw), updated)


def _attribute(element: HtmlElement) -> str | None:
    for name in ("datetime", "content", "title", *labels.DATE_ATTRIBUTES):
        value = str(element.get(name, "")).strip()
        if 4 < len(value) <= 80 and any(sign.isdigit() for sign in value):
            return value
    return None


def _kind(before: str, own: str) -> str | None:
    """What the label of a date says that it dates."""
    if labels.OTHER_LABEL.search(before) or labels.OTHER_LABEL.search(own):
        return "other"
    for text in (own, before):
        found = list(_LABELS.finditer(text))
        if found:
            return found[0 if text is own else -1].lastgroup
    return None


def _class_points(element: HtmlElement, kind: str | None) -> tuple[float, bool]:
    """What the names of an element and the label of its date are worth, and whether they speak of a change."""
    if kind is not None:
        return SURE, kind == "updated"
    points, updated = 0, False
    for height, one in enumerate((element, *islice(element.iterancestors(), 2))):
        names = classes(one)
        marked = one.get("itemprop") in ("datePublished", "dateCreated")
        if marked or any(map(labels.PUBLISHED_CLASS.fullmatch, names)):
            return (SURE if height < 2 else 10), False
        written = f"{one.get('class', '')} {one.get('id', '')} {one.get('itemprop', '')}"
        updated = updated or bool(labels.UPDATED_CLASSES.search(written)) or one.get("itemprop") == "dateModified"
        dated = one.tag == "time" or names & labels.DATE_CLASSES or any("date" in name for name in names)
        points = max(points, 10 if dated else 0)
    return points, updated


# ---------------------------------------------------------------- dates in the text


def _written(walk: _Walk, where: Where, read: Read) -> Iterator[Seen]:
    tried, first = 0, next(_paragraphs(walk), len(walk.texts))
    dateline = _dateline(walk, where.at)
    if dateline is not None and (one := _line(*dateline, where, read)) is not None:
        yield one
    for position, (text, owner) in enumerate(walk.texts):
        near = where.at - BEFORE <= position <= where.end
        if len(text) > _LONGEST_LINE or not (near or _is_dated(text, owner, walk, position)) or where.shows(owner):
            continue
        tried += 1
        if tried > _MOST_READ:
            return
        for line, label in _lines(walk, position):
            if (one := _line(line, label, owner, position, where, read)) is not None:
                behind = position > first and not one.marked
                yield replace(one, score=one.score - _BEHIND) if behind else one


def _paragraphs(walk: _Walk) -> Iterator[int]:
    """Where behind the headline texts stand that may be paragraphs."""
    return (at for at in range(walk.headline + 1, len(walk.texts)) if _is_paragraph(walk.texts[at][0]))


def _is_paragraph(text: str) -> bool:
    return len(text) > _LONGEST_LINE or (len(text) > _LONG and not _YEAR.search(plain(text)))


def _end_of_head(walk: _Walk) -> int:
    """The last text among which the article's date may stand without a name of its own."""
    told = 0
    for at in _paragraphs(walk):
        told += len(walk.texts[at][0])
        if told >= _HEAD or at > walk.headline + NEAR:
            return min(at, walk.headline + NEAR)
    return walk.headline + NEAR


def _dateline(walk: _Walk, at: int) -> tuple[str, str, HtmlElement, int] | None:
    """What stands before the dash of the first paragraph: "دمشق، 19 شباط 2020 (سانا) - ..."."""
    for position in range(at + 1, min(at + NEAR, len(walk.texts))):
        text, owner = walk.texts[position]
        if len(text) > _LONG:
            found = _BEFORE_DASH.match(text)
            return (plain(found[1]), "", owner, position) if found and _YEAR.search(plain(found[1])) else None
    return None


def _is_dated(text: str, owner: HtmlElement, walk: _Walk, position: int) -> bool:
    """Whether a text far from the headline has a label, or stands in an element that is called a date."""
    if not any(sign.isdigit() for sign in text):
        return False
    named = len(text) <= 60 and any("date" in name for name in classes(owner))
    return bool(
        named or _LABELS.search(walk.plain(position, _LONGEST_LINE)) or _LABELS.search(walk.plain(position - 1, 40))
    )


def _lines(walk: _Walk, position: int) -> Iterator[tuple[str, str]]:
    """What a text may say of dates, in one spelling: each part behind a label of its own, with the label before it.

    A text that has no year is joined with the short ones behind it, one with a date and no time with a time behind it.
    """
    text, before = walk.plain(position, _LONGEST_LINE), walk.plain(position - 1, 40)
    following = [walk.plain(one, _LONGEST_PIECE) for one in range(position + 1, position + _MOST_PIECES)]
    cuts = [found.start() for found in _LABELS.finditer(text) if found.start()]
    parts = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    last = parts[-1]
    if not (_YEAR.search(last) or _AGO.search(last)):
        first = last.split()[0].strip(":|") if last.split() else ""
        if len(last) > _LONGEST_PIECE or not (first.isdigit() or is_date_word(first) or _LABELS.match(last)):
            return
        while following and following[0] and not _YEAR.search(last):
            last = f"{last} {following.pop(0)}"
    if has_time(last):
        pass
    elif following and _TIME_ALONE.match(following[0]):
        last = f"{last} {following[0]}"
    elif _TIME_ALONE.match(before):
        last = f"{last} {before}"
    parts[-1] = last
    for part in parts:
        yield part, before if part is parts[0] else ""


def _line(line: str, before: str, owner: HtmlElement, position: int, where: Where, read: Read) -> Seen | None:
    """The date that a line is, or None."""
    line = line.strip(" |:-–•·,")
    if not line or len(line) > _LONGEST_LINE or not (_YEAR.search(line) or _AGO.search(line)):
        return None
    kind = _kind(before, line)
    labelled = kind is not None
    residue = sum(len(word) for word in re.findall(r"[^\W\d_]+", line) if not is_date_word(word))
    if kind == "other" or residue > (_MOST_RESIDUE * 2 if labelled else _MOST_RESIDUE):
        return None
    if _AGO.search(line) and not _YEAR.search(line) and not (labelled or residue <= 8):
        return None
    if (at := read(line)) is None or where.strange(owner):
        return None
    points, updated = _class_points(owner, kind)
    score = 10 + points + where.points(position, owner, points, at)
    return Seen(line, at, score, has_time(line), updated, written=True, marked=points > 0)
