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
from syndicator.text.datewords import is_date_word

Read = Callable[[str], datetime | None]
"""Reads a date as written."""

_SKIPPED = frozenset({"script", "style", "svg", "head", "iframe", "object", "textarea", "option"})
_NEAR, _BEFORE = 40, 15
"""Texts behind and in front of the headline among which the article's date is looked for."""
_LONGEST_LINE, _LONGEST_PIECE, _MOST_PIECES = 160, 30, 6
_LONG, _HEAD = 60, 450
"""Characters of a text that may be a paragraph; behind so many in such texts the head of the article is over."""
_MOST_TEXTS, _MOST_READ = 20_000, 300
"""Texts of a page that are looked at, and dates that are read."""
_MOST_RESIDUE = 34
"""Letters that a line without a label may have besides its date."""
_BEHIND = 10
"""Points that a date in the text loses behind the first paragraph."""
_TEASER, _LINK = 400, 20
"""Characters of a part that is too small for an article, and letters of a link that is a headline."""
_SURE = 20
"""Points of what says that a date is one of publication: a label, a class made for it."""
_ENOUGH, _SCARCE = 20, 5
_DATED = frozenset({"datetime", *labels.DATE_ATTRIBUTES})
_TIME_ALONE = re.compile(r"^[\s|,\-()]*(?:الساعه )?\d{1,2}[:.h]\d{2}(?::\d{2})?\s*[^\d]{0,24}$")
_YEAR = re.compile(r"(?<!\d)(?:1[34]\d\d|19\d\d|2[015]\d\d)(?!\d)|\d{1,2} ?[/.\-] ?\d{1,2} ?[/.\-] ?\d{2}(?!\d)")
_AGO = re.compile(r"(?<!\w)(?:منذ|قبل|ago|پيش|il y a|امس|اليوم|yesterday|today|ديروز|امروز)(?!\w)")
_LABELS = re.compile(f"(?P<updated>{labels.UPDATED_LABEL.pattern})|(?P<published>{labels.PUBLISHED_LABEL.pattern})")
_OWN = frozenset({"entry", "post", "article", "story", "byline", "meta", "content", "single", "item"})
"""Words in names of elements that belong to an article, even if others there speak of the page's head or foot."""


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
    found = [*_marked(walk, where, read), *_written(walk, where, read)]
    if address is not None:
        found = [_confirmed(one, address) for one in found]
    return sorted(found, key=lambda one: -one.score)


def best(found: list[Seen], *, updated: bool) -> Seen | None:
    """The likeliest date of the article, or of its last change; None where nothing is likely enough."""
    chosen = [one for one in found if one.updated is updated]
    return next(
        (one for least in (_ENOUGH, _SCARCE) for one in chosen if one.score >= (_ENOUGH if one.written else least)),
        None,
    )


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
        or ("title" in attributes and (element.tag == "abbr" or "value-title" in element.get("class", "")))
        or ("content" in attributes and any(map(labels.PUBLISHED_CLASS.fullmatch, _classes(element))))
    )


def _classes(element: HtmlElement) -> set[str]:
    return {labels.squeezed(name) for name in f"{element.get('class', '')} {element.get('id', '')}".split()}


class Where:
    """Where elements stand in relation to the headline."""

    def __init__(self, root: HtmlElement, headline: HtmlElement | None, at: int, today: date | None = None) -> None:
        self.at = at
        self.today = today
        self.given = headline is not None
        self._shown = set(headline.iter()) if headline is not None else set()
        inmost = headline if headline is not None else root
        self._chain = {inmost, *inmost.iterancestors()}
        self._strange: dict[HtmlElement, bool] = {}

    def shows(self, element: HtmlElement) -> bool:
        """Whether an element is the headline or in it; in an item of a listing, whether it is in a heading or link."""
        if self.given:
            return element in self._shown
        for one in [element, *islice(element.iterancestors(), 3)]:
            if one in self._chain or any("date" in name or "time" in name for name in _classes(one)):
                return False
            if one.tag in ("h1", "h2", "h3", "h4", "a"):
                return True
        return False

    def strange(self, element: HtmlElement) -> bool:
        """Whether an element belongs to something else than the article."""
        way = []
        result = False
        for one in (element, *element.iterancestors()):
            if one in self._chain or one.tag in ("body", "html"):
                break
            if one in self._strange:
                result = self._strange[one]
                break
            way.append(one)
        for height, one in reversed(list(enumerate(way))):
            result = result or self._is_aside(one) or (self.given and height < 5 and _is_teaser(one))
            self._strange[one] = result
        return result

    def _is_aside(self, element: HtmlElement) -> bool:
        words = set(re.findall(r"[a-z]+", f"{element.get('class', '')} {element.get('id', '')}".lower()))
        own = bool(words & _OWN)
        if element.tag in labels.ASIDE_TAGS and not (element.tag == "footer" and own):
            return True
        if element.tag == "header" or "header" in words:
            return self.given and not own
        if own:
            words -= {"footer", "nav"}
        return bool(words & labels.ASIDE_WORDS) or "Comment" in element.get("itemtype", "")

    def points(self, position: int, element: HtmlElement, marks: float, at: datetime) -> float:
        """What a place is worth to a date `at` whose names and label are worth `marks`.

        In front of the headline, the day on which the page was fetched is nobody's date.
        """
        apart = position - self.at
        if 0 <= apart <= _NEAR:
            return 20 - apart / 3
        if apart < 0 and self.today is not None and abs(at.date() - self.today) <= timedelta(days=2):
            return -40
        if -_BEFORE <= apart < 0 and marks and (marks >= _SURE or self._shares_part(element)):
            return 8
        return -5 if marks >= _SURE else -20

    def _shares_part(self, element: HtmlElement) -> bool:
        common = next((one for one in element.iterancestors() if one in self._chain), None)
        return common is not None and common.tag not in ("body", "html")


def _is_teaser(element: HtmlElement) -> bool:
    """A small part with a linked heading, or a link as long as a headline, of its own."""
    if element.tag not in ("article", "li", "div", "section", "td", "tr", "a"):
        return False
    for heading in element.iter("h2", "h3", "h4", "h5", "h6"):
        linked = element.tag == "a" or heading.getparent().tag == "a" or next(heading.iter("a"), None) is not None
        if linked and len(element.text_content()) < _TEASER:
            return True
    if element.tag == "article":
        return True
    return any(_is_headline(link) for link in element.iter("a")) and len(element.text_content()) < _TEASER


def _is_headline(link: HtmlElement) -> bool:
    """Whether a link is as long as a headline, and no date itself."""
    return sum(map(str.isalpha, link.text_content())) >= _LINK and next(link.iter("time"), None) is None


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
        points += _SURE if element.get("pubdate") is not None else 0
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
        return _SURE, kind == "updated"
    points, updated = 0, False
    for height, one in enumerate((element, *islice(element.iterancestors(), 2))):
        classes = _classes(one)
        if any(map(labels.PUBLISHED_CLASS.fullmatch, classes)) or one.get("itemprop") in (
            "datePublished",
            "dateCreated",
        ):
            return (_SURE if height < 2 else 10), False
        written = f"{one.get('class', '')} {one.get('id', '')} {one.get('itemprop', '')}"
        updated = updated or bool(labels.UPDATED_CLASSES.search(written)) or one.get("itemprop") == "dateModified"
        dated = one.tag == "time" or classes & labels.DATE_CLASSES or any("date" in name for name in classes)
        points = max(points, 10 if dated else 0)
    return points, updated


# ---------------------------------------------------------------- dates in the text


def _written(walk: _Walk, where: Where, read: Read) -> Iterator[Seen]:
    told, tried = 0, 0
    for position, (text, owner) in enumerate(walk.texts):
        near = where.at - _BEFORE <= position <= where.at + _NEAR and told < _HEAD
        if len(text) > _LONG:
            told += len(text) if position > where.at else 0
        if len(text) > _LONGEST_LINE or not (near or _is_labelled(text, walk, position)) or where.shows(owner):
            continue
        tried += 1
        if tried > _MOST_READ:
            return
        for line, label in _lines(walk, position):
            if (one := _line(line, label, owner, position, where, read)) is not None:
                yield replace(one, score=one.score - _BEHIND) if told else one


def _is_labelled(text: str, walk: _Walk, position: int) -> bool:
    if not any(sign.isdigit() for sign in text):
        return False
    return bool(_LABELS.search(walk.plain(position, _LONGEST_LINE)) or _LABELS.search(walk.plain(position - 1, 40)))


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
    return Seen(line, at, score, has_time(line), updated, written=True)
