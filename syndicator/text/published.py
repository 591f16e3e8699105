"""When an article was published, by its own page: one reader for pages, listings and what stands behind a feed.

**Who is believed**, in this order: JSON-LD (the article, then the page), microdata, `<meta>` of publication, RDFa, what
is seen near the headline (`seendates`), the state that scripts hold, the day in the address, `<meta>` that may date
the page or the day, and the last change where nothing else is known. A date that cannot be is passed over (`dates`).

**To the minute.** A day without a time gives way to a date of the same day, seen on the page, that has one. What is
seen without a zone gives way to a `<meta>` that names the same minute, or the same day, with one.

**Whose dates are not the article's.** Those of objects inside it in JSON-LD (comments, pictures, updates of a live
blog, lists of others), and of another article than the one that the headline or the address names.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from itertools import islice
from typing import Any
from urllib.parse import unquote

from lxml.html import HtmlElement

from syndicator.text import calendars, dates, jsonld
from syndicator.text import datelabels as labels
from syndicator.text.calendars import plain
from syndicator.text.dateplaces import Where
from syndicator.text.seendates import Seen, best, has_time, seen_dates

_ZONED = re.compile(r"T\d\d:?\d\d.*(?:Z|[+-]\d\d:?\d\d)$")
_NOW, _WIDEST, _ZONE_STEP = timedelta(minutes=10), timedelta(hours=14), timedelta(minutes=15)
_FAR = datetime(2199, 1, 1, tzinfo=UTC)
_STATE = 600_000
"""Characters of scripts that are searched."""
_LONGEST_NAME = 80
_MOST_READ, _MOST_HEADINGS = 40, 50
"""Dates that are tried of each kind, and headings that are compared."""
_ARTICLES = re.compile(r"(?:Article|BlogPosting|Report|LiveBlogPosting|NewsStory|Posting)$")
_PAGES = frozenset({"WebPage", "ItemPage", "CollectionPage", "AboutPage", "QAPage", "FAQPage", "CreativeWork"})
_OTHERS = frozenset({"Recipe", "VideoObject", "PodcastEpisode", "RadioEpisode", "Episode", "Book", "AudioObject"})
_INSIDE = frozenset(
    {"comment", "comments", "review", "reviews", "liveBlogUpdate", "itemListElement", "hasPart", "relatedLink",
     "isRelatedTo", "mentions", "citation", "image", "author", "publisher", "subjectOf", "isPartOf", "about",
     "associatedMedia", "sourceOrganization", "logo", "primaryImageOfPage", "potentialAction", "suggestedAnswer",
     "acceptedAnswer", "thumbnail"}
)  # fmt: skip
"""Keys of JSON-LD whose objects have dates of their own."""
_ADDRESS = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[/_-])(?P<m>0?[1-9]|1[0-2]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"(?P=s)(?P<d>0?[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<=/)(?P<d2>0?[1-9]|[12]\d|3[01])(?P<s2>[/-])(?P<m2>0?[1-9]|1[0-2])(?P=s2)(?P<y2>(?:19|20)\d\d)(?=[/-]|$)"
    r"|(?<=[/_-])(?P<y3>(?:19|20)\d\d)(?P<m3>0[1-9]|1[0-2])(?P<d3>0[1-9]|[12]\d|3[01])(?=[/_.-]|$)",
    re.I,
)
_BROKEN = re.compile(r'"datePublished"\s*:\s*"([^"<>]{6,40})"')
_KEY = re.compile(
    rf"(?<![A-Za-z])(?:{labels.PUBLISHED_KEYS})\\?[\"']?\s*[:=,]\s*\\?[\"']?(?P<value>[^\"'\\<>{{}}\[\];]{{6,40}})",
    re.I,
)
_RDFA = re.compile(r"(?:^|[:/#\s])(?:datePublished|published|issued|dateCreated|created|date)(?:$|\s)")


@dataclass(frozen=True, slots=True)
class PageDates:
    """Dates of a page as written, for `dates.parse`."""

    published: str | None = None
    updated: str | None = None
    way: str | None = None
    """Where `published` was found."""

    @property
    def date(self) -> str | None:
        """The best that is known of when the article is from."""
        return self.published or self.updated


def page_dates(
    root: HtmlElement,
    url: str,
    *,
    nodes: Sequence[dict[str, Any]] | None = None,
    title: str | None = None,
    moment: datetime | None = None,
) -> PageDates:
    """The dates of the article that a page is. `url` is the page's; nothing in the page raises.

    `nodes` are the objects of its JSON-LD, if at hand; `title` its headline, if known; `moment` is now: with it, dates
    to come are passed over.
    """
    page = _Page(root, url, title, moment or _FAR)
    page.nodes = jsonld.nodes(root) if nodes is None else nodes
    updated = next(filter(page.read, islice(page.updates(), _MOST_READ)), None)
    for way, find in page.ways.items():
        for raw in islice(find(), _MOST_READ):
            if (at := page.read(raw)) is not None:
                return PageDates(page.exact(raw, at, way), updated or page.seen_update(way), way)
    return PageDates(None, updated or page.seen_update("seen"), None)


def part_date(part: HtmlElement) -> str | None:
    """The date of one item of a listing, as written; None when the item shows none."""
    page = _Page(part, "", None, _FAR)
    found = best(page.part, updated=False) or best(page.part, updated=True)
    return found.raw if found is not None else None


def address_date(url: str) -> str | None:
    """The day that an address names, as ISO 8601 writes it."""
    day = address_day(url)
    return day.isoformat() if day is not None else None


def address_day(url: str) -> date | None:
    """The day that an address names (/2020/02/19/, /20200219/, /19-02-2020/), or None."""
    for found in _ADDRESS.finditer(unquote(url.partition("?")[0])[:2048]):
        parts = found.groupdict()
        year, month, day = (next(filter(None, (parts[f"{name}{end}"] for end in ("", "2", "3")))) for name in "ymd")
        try:
            number = int(month) if month.isdigit() else calendars.MONTHS[month.lower()]
            return date(int(year), number, int(day))
        except ValueError:
            continue
    return None


class _Page:
    """One page while it is read."""

    nodes: Sequence[dict[str, Any]] = ()

    def __init__(self, root: HtmlElement, url: str, title: str | None, moment: datetime) -> None:
        self.root, self.url, self.title, self.moment = root, url, title, moment
        self._known: dict[str, datetime | None] = {}
        self.ways = {
            "json-ld": self.in_json_ld,
            "microdata": self.in_microdata,
            "meta": self.in_meta,
            "rdfa": self.in_rdfa,
            "seen": self.in_sight,
            "state": self.in_state,
            "address": self.in_address,
            "weak meta": self.in_weak_meta,
        }

    def read(self, raw: str) -> datetime | None:
        """The moment of a date as written, whatever the zone; None for a date that cannot be."""
        if raw not in self._known:
            self._known[raw] = dates.parse(raw, moment=self.moment)
        return self._known[raw]

    # ------------------------------------------------------------ what machines are told

    def in_json_ld(self) -> Iterator[str]:
        """Of the article, then of the page, then of a film or book that the page is; of a broken script its words."""
        ranked = self._ranked()
        for key in ("datePublished", "dateCreated", "uploadDate", "dateIssued"):
            for node in ranked:
                yield from _values(node, key)
        for script in jsonld.scripts(self.root) if not ranked else ():
            if jsonld.loaded(script) is None and (found := _BROKEN.search(script)):
                yield found[1]

    def _ranked(self) -> list[dict[str, Any]]:
        """The objects that may be the page's article, the likeliest first; none that is clearly another article."""
        inside = {id(inner) for node in self.nodes for key in _INSIDE & node.keys() for inner in _objects(node[key])}
        ranked = []
        for number, node in enumerate(self.nodes):
            kinds = jsonld.types(node)
            if id(node) in inside or not kinds:
                continue
            article = any(_ARTICLES.search(kind) for kind in kinds)
            if article or not _PAGES.isdisjoint(kinds) or not _OTHERS.isdisjoint(kinds):
                match = self._matches(node)
                ranked.append((-match, -article, not _OTHERS.isdisjoint(kinds), number, node, article))
        articles = [row for row in ranked if row[5]]
        if len(articles) > 1 and any(row[0] < 0 for row in articles):
            ranked = [row for row in ranked if row[0] < 0 or not row[5]]
        elif len(articles) > 2 and not any(row[0] for row in articles):
            ranked = [row for row in ranked if not row[5]]
        return [node for *_, node, _ in sorted(ranked, key=lambda row: row[:4])]

    def _matches(self, node: dict[str, Any]) -> int:
        """2: the object has the page's headline; 1: its address."""
        headline = node.get("headline") or node.get("name")
        said = plain(headline[:500]) if isinstance(headline, str) else ""
        if len(said) > 5 and any(said in one or (len(one) > 12 and one in said) for one in self.titles):
            return 2
        address = [node.get(key) for key in ("url", "@id", "mainEntityOfPage")]
        named = [one.get("@id") if isinstance(one, dict) else one for one in address]
        own = _bare(self.url)
        return int(any(isinstance(one, str) and len(one) > 8 and _bare(one) == own for one in named))

    def in_microdata(self) -> Iterator[str]:
        marked = [(element.get("itemprop").split(), element) for element in self.root.xpath("//*[@itemprop]")]
        for name in ("datePublished", "dateCreated"):
            for names, element in marked:
                if name in names and not self._is_strange(element):
                    yield from _of_element(element)

    def in_meta(self) -> Iterator[str]:
        for name in labels.PUBLISHED_META:
            yield from self.meta.get(name, ())
        for name, values in self.meta.items():
            if labels.LIKE_PUBLISHED.search(name) and name not in labels.UPDATED_META:
                yield from values
        for number in "1234":
            label = " ".join(self.meta.get(f"twitterlabel{number}", ()))
            if labels.PUBLISHED_LABEL.search(plain(label[:80])):
                yield from self.meta.get(f"twitterdata{number}", ())
        for value in self.meta.get("parselypage", ()):
            yield from re.findall(r'"pub_date"\s*:\s*"([^"]{6,40})"', value)

    def in_weak_meta(self) -> Iterator[str]:
        for name in (*labels.WEAK_META, *filter(labels.LIKE_DATE.fullmatch, self.meta)):
            yield from self.meta.get(name, ())

    def in_rdfa(self) -> Iterator[str]:
        for element in self.root.xpath("//*[@property and not(self::meta)]"):
            if _RDFA.search(element.get("property")) and not self._is_strange(element):
                yield from _of_element(element)

    def updates(self) -> Iterator[str]:
        """Dates of the last change."""
        for node in self.nodes:
            if any(_ARTICLES.search(kind) or kind in _PAGES for kind in jsonld.types(node)):
                yield from _values(node, "dateModified")
        for name in self.meta.keys() & labels.UPDATED_META:
            yield from self.meta[name]

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """The contents of `<meta>` and hidden fields by squeezed name, property, itemprop or id.

        Left out are `http-equiv`, which speaks of the answer, and microdata of the body, which has an owner.
        """
        found: dict[str, list[str]] = {}
        for element in self.root.iter("meta", "input"):
            if element.tag == "input" and element.get("type", "").lower() != "hidden":
                continue
            content = (element.get("content") or element.get("value") or element.get("datetime") or "").strip()
            for attribute in ("property", "name", "itemprop", "id"):
                name = labels.squeezed((element.get(attribute) or "")[:_LONGEST_NAME])
                if attribute == "itemprop" and not _in_head(element):
                    continue
                if name and content and (attribute != "id" or "date" in name or "time" in name):
                    found.setdefault(name, []).append(content)
        return found

    # ------------------------------------------------------------ what readers see

    @cached_property
    def _called(self) -> list[str]:
        """What the page calls itself outside of its text, in one spelling."""
        named = [self.title, *self.meta.get("ogtitle", ()), *self.meta.get("twittertitle", ())]
        named += [element.text_content() for element in islice(self.root.iter("title"), 3)]
        return [plain(one[:500]) for one in named[:10] if one and len(one.strip()) > 5]

    @cached_property
    def titles(self) -> list[str]:
        """What the page calls itself, and its large headings."""
        headings = (plain(one.text_content()[:500]) for one in islice(self.root.iter("h1"), _MOST_HEADINGS))
        return [*self._called, *(one for one in headings if len(one) > 5)]

    @cached_property
    def headline(self) -> HtmlElement | None:
        """The element that shows the headline: the heading that says what the page is called, else the first `<h1>`."""
        for tags in (("h1",), ("h2", "h3")):
            for element in islice(self.root.iter(*tags), _MOST_HEADINGS):
                said = plain(element.text_content()[:500])
                if len(said) > 5 and any(said in one or one in said for one in self._called):
                    return element
        return next(self.root.iter("h1"), None)

    @cached_property
    def seen(self) -> list[Seen]:
        today = None if self.moment is _FAR else self.moment.date()
        return seen_dates(self.root, self.read, self.headline, address=self.day, today=today)

    @cached_property
    def part(self) -> list[Seen]:
        """What is seen in a part of a page that has no headline of the page in it."""
        return seen_dates(self.root, self.read, None)

    def in_sight(self) -> Iterator[str]:
        found = best(self.seen, updated=False)
        if found is not None:
            yield found.raw

    def seen_update(self, way: str) -> str | None:
        """The last change as it is seen; looked for only where the page was searched anyway."""
        found = best(self.seen, updated=True) if way not in ("json-ld", "microdata", "meta") else None
        return found.raw if found is not None else None

    def exact(self, raw: str, at: datetime, way: str) -> str:
        """A date that has no time of day, or no zone, with one: another date of the same day."""
        if way == "seen" and (told := next(filter(partial(self._explains, raw, at), self.in_weak_meta()), None)):
            return told
        if has_time(raw):
            return raw
        near = [one for one in self.seen if one.exact and not one.updated and one.score > 0]
        same = [one for one in near if timedelta(hours=-14) <= one.at - at < timedelta(hours=38) and _same_day(one, at)]
        return same[0].raw if same else raw

    def _explains(self, raw: str, at: datetime, told: str) -> bool:
        """Whether a `<meta>` with a zone names the moment of a date that is seen: the same day, or the same minute."""
        found = self.read(told) if _ZONED.search(told) else None
        if found is None or abs(self.moment - found) < _NOW:
            return False
        if has_time(raw):
            return abs(found - at) <= _WIDEST and (found - at) % _ZONE_STEP < timedelta(minutes=1)
        return timedelta(hours=-14) <= found - at < timedelta(hours=38)

    def _is_strange(self, element: HtmlElement) -> bool:
        if self.headline is None:
            return any("comment" in (one.get("class") or "").lower() for one in element.iterancestors())
        return self._where.strange(element)

    @cached_property
    def _where(self) -> Where:
        return Where(self.root, self.headline, 0)

    # ------------------------------------------------------------ elsewhere

    def in_state(self) -> Iterator[str]:
        """The state of scripts: the date nearest to the headline, or the only one."""
        text = " ".join(script.text for script in self.root.iter("script") if script.text and not script.get("src"))
        keys = ((one.start(), one["value"].strip()) for one in islice(_KEY.finditer(text[:_STATE]), 200))
        found = [(at, value) for at, value in keys if self.read(value)]
        if not found:
            return
        places = [at for title in self._titles_in_scripts() if (at := text.find(title)) >= 0]
        if places:
            yield min(found, key=lambda one: min(abs(one[0] - place) for place in places))[1]
        elif len({moment.date() for _, value in found if (moment := self.read(value))}) == 1:
            yield found[0][1]

    def _titles_in_scripts(self) -> Iterator[str]:
        for element in self.root.iter("h1", "title"):
            said = " ".join(element.text_content().split())[:60]
            if len(said) > 8:
                yield said
                yield said.encode("ascii", "backslashreplace").decode()

    @cached_property
    def day(self) -> date | None:
        """The day that the page's address, or the one that it calls its own, names."""
        links = self.root.xpath('//link[contains(@rel, "canonical")]/@href')
        for url in (self.url, *links, *self.meta.get("ogurl", ())):
            if (found := address_day(url)) is not None:
                return found
        return None

    def in_address(self) -> Iterator[str]:
        if self.day is not None:
            yield self.day.isoformat()


def _in_head(element: HtmlElement) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == "head"


def _objects(value: Any) -> Iterator[Any]:
    """Every object inside of a value of JSON-LD."""
    waiting, seen = [value], 0
    while waiting and seen < 5_000:
        one = waiting.pop()
        seen += 1
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _values(node: dict[str, Any], key: str) -> Iterator[str]:
    for name in (key, key.lower(), f"schema:{key}"):
        value = node.get(name)
        for one in value if isinstance(value, list) else [value]:
            one = one.get("@value") if isinstance(one, dict) else one
            if isinstance(one, str | int | float) and not isinstance(one, bool) and str(one).strip():
                yield str(one).strip()


def _of_element(element: HtmlElement) -> Iterator[str]:
    """What an element says of a date, the most exact first."""
    for name in ("content", "datetime", "title", "data-datetime", "data-date"):
        if value := (element.get(name) or "").strip():
            yield value
    inner = next(element.iter("time"), None)
    if inner is not None and inner is not element and inner.get("datetime"):
        yield inner.get("datetime")
    if text := " ".join(element.text_content().split())[:200]:
        yield text


def _bare(address: str) -> str:
    """An address without scheme, www, query and slash at the end."""
    return re.sub(r"^https?://(?:www\.)?|[?#].*$", "", address).rstrip("/")


def _same_day(one: Seen, at: datetime) -> bool:
    """Whether a date with a time is of the day that another names, in its own zone or in Greenwich's."""
    return (one.at.date() - at.date()) in (timedelta(0), timedelta(days=-1)) or one.at.date() == at.date()
