"""Reads the parts of an item that feedparser keeps flat, merges or rewrites; all as written.

feedparser resolves identifiers and links, drops a category that comes twice, keeps one source for all, gives
`published` for a missing `updated`, and lets `media:title` replace the headline. So whatever has attributes or comes
more than once is read here, from the same tree, and feedparser gets only the text constructs (`feed`).

Addresses stay as written. The one exception keeps them meaningful: an `Entry` has one `base`, that of its content,
and an address that is relative to anything else is joined to that.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lxml import etree

from syndicator.ingest.parse.elements import (
    attribute,
    distinct,
    first_text,
    is_absolute,
    is_rss_link,
    join,
    name,
    named,
    text,
    url,
    xml_base,
    xml_lang,
)
from syndicator.ingest.parse.media import MANY, media
from syndicator.model import Category, Entry, Reference
from syndicator.text import dates

PUBLISHED = (
    "pubdate", "published", "issued", "dc:date", "dcterms:issued", "dcterms:created", "dc:created", "created", "date",
)  # fmt: skip
UPDATED = ("updated", "modified", "dcterms:modified", "dc:modified", "lastbuilddate")
CONTENTS = ("content:encoded", "content", "body", "xhtml:body", "xhtml:div", "fullitem", "yandex:full-text", "fulltext")
SUMMARIES = ("description", "summary", "abstract", "dc:description", "itunes:summary", "itunes:subtitle")
_MAILBOX = re.compile(r"(?:mailto:)?[^\s@<>()]{1,64}@[^\s@<>()]{1,190}")
_NAMED_MAILBOX = re.compile(rf"{_MAILBOX.pattern}\s*\(([^()]+)\)|\"?([^\"<>()]+?)\"?\s*[<(]{_MAILBOX.pattern}[>)]")
_NUMBER = r"[+-]?\d{1,3}(?:\.\d{0,20})?"
_POINT = re.compile(rf"\s*({_NUMBER})[\s,]+({_NUMBER})(?:\s.*)?", re.DOTALL)
_TERM = 256
_FAR = datetime(2199, 1, 1, tzinfo=UTC)
"""A moment after all dates: what is to come is judged where it is known what time it is."""


@dataclass(frozen=True, slots=True)
class Where:
    """What a feed says once for all its items."""

    document: str
    """What addresses without `xml:base` are relative to: the channel's page, else the address of the feed itself.

    Publishers write relative links for their site, and serve the feed from elsewhere. SimplePie and miniflux read so.
    """
    authors: tuple[str, ...] = ()
    """Of an Atom feed: those of every entry that names none (RFC 4287, 4.2.1)."""


def read(item: etree._Element, where: Where) -> Entry:
    """Everything but title, summary and content."""
    own = xml_base(item, where.document)
    link, link_base = _link(item, where.document)
    guid = first_text(item, "guid", "id") or attribute(item, "about")
    if link is None:
        link, link_base = _guid_as_link(item, guid), own
    explicit = _explicit_base(item, where.document)
    base = explicit or (join(link_base, link) if link else own)

    def address(written: str | None, against: str = own) -> str | None:
        written = url(written)
        return written if written is None or against == base or is_absolute(written) else join(against, written)

    enclosures, images = media(item)
    return Entry(
        guid=guid,
        link=address(link, link_base),
        base=base,
        language=xml_lang(item) or first_text(item, "dc:language", "language"),
        authors=authors(item) or _source_authors(item) or where.authors,
        published=_date(item, PUBLISHED),
        updated=_date(item, UPDATED),
        categories=categories(item),
        enclosures=tuple(replace(part, url=address(part.url) or part.url) for part in enclosures),
        images=tuple(replace(image, url=address(image.url) or image.url) for image in images),
        source=_source(item),
        comments=address(_comments(item)),
        geo=_geo(item),
    )


def _date(item: etree._Element, names: tuple[str, ...]) -> str | None:
    """The first date by the order of `names`; where there are several, the first that can be one.

    A `<time datetime>` inside of it, as Drupal writes, is its attribute.
    """
    children = sorted(
        (names.index(kind), number) for number, child in enumerate(item) if (kind := name(child)) in names
    )
    written = [found for _, number in children if (found := _time(item[number]) or text(item[number]))]
    if len(written) > 1:
        return next((one for one in written if dates.parse(one, moment=_FAR) is not None), written[0])
    return written[0] if written else None


def _time(element: etree._Element) -> str | None:
    inner = (attribute(child, "datetime") for child in element.iter() if name(child).rpartition(":")[2] == "time")
    return next(filter(None, inner), None) if len(element) else None


def deleted(element: etree._Element) -> Entry | None:
    """A tombstone (RFC 6721, `at:deleted-entry`)."""
    guid = attribute(element, "ref")
    return Entry(guid=guid, updated=attribute(element, "when"), withdrawn=True) if guid else None


def authors(parent: etree._Element) -> tuple[str, ...]:
    """Names in the order given; addresses of mail only where no one has a name."""
    written: list[str | None] = []
    for child in parent:
        kind = name(child)
        if kind in ("dc:creator", "dc:author"):
            written.append(text(child))
        elif kind == "author":
            people = [part for part in child if name(part) in ("name", "email", "uri", "url")]
            called = first_text(child, "name") or first_text(child, "email")
            written.append(called if people else text(child))
    found = distinct(_person(value) for value in written if value)
    spoken = distinct(_person(value) for child in named(parent, "itunes:author") if (value := text(child)))
    with_names = [person for person in found if not _MAILBOX.fullmatch(person)]
    return tuple(with_names or spoken or found)[:MANY]


def categories(item: etree._Element) -> tuple[Category, ...]:
    """Each category once, in order; keywords that share one element are split at their commas."""
    found: dict[tuple[str, str | None], Category] = {}

    def add(term: str | None, scheme: str | None = None, label: str | None = None) -> None:
        term = " ".join((term or label or "").split())
        if term and len(term) <= _TERM and len(found) < MANY:
            found.setdefault((term, scheme), Category(term=term, scheme=scheme, label=label))

    for child in item:
        kind = name(child)
        if kind in ("category", "media:category"):
            scheme = attribute(child, "scheme") or attribute(child, "domain")
            add(attribute(child, "term") or text(child), scheme, attribute(child, "label"))
        elif kind == "itunes:category":
            add(attribute(child, "text") or text(child))
        elif kind in ("dc:subject", "slash:section"):
            add(text(child))
        elif kind in ("media:keywords", "itunes:keywords", "keywords", "tags", "news:keywords"):
            for term in re.split(r"[,،;؛]", text(child) or ""):
                add(term)
    return tuple(found.values())


def _person(written: str) -> str | None:
    found = _NAMED_MAILBOX.fullmatch(written)
    return ((found[1] or found[2]).strip() if found else written) or None


def _link(item: etree._Element, document: str) -> tuple[str | None, str]:
    """The item's page and what it is relative to.

    The address from before a counting service rewrote it comes first; then RSS's `link`; then Atom's first alternate,
    preferring HTML.
    """
    original = url(first_text(item, "feedburner:origlink"))
    if original:
        return original, xml_base(item, document)
    alternates: list[tuple[int, etree._Element, str]] = []
    for place, child in enumerate(named(item, "link")):
        href = attribute(child, "href")
        rel = (attribute(child, "rel") or "alternate").lower().removeprefix("http://www.iana.org/assignments/relation/")
        written = url(href or text(child))
        if written and rel == "alternate":
            kind = (attribute(child, "type") or "text/html").lower()
            rank = -1 - place if is_rss_link(child) else 1 if "html" in kind else 1 << 20
            alternates.append((rank, child, written))
    if alternates:
        _, element, written = min(alternates, key=lambda found: found[0])
        return written, xml_base(element, document)
    return url(attribute(item, "href")), xml_base(item, document)


def _comments(item: etree._Element) -> str | None:
    """The page of comments; a number of them, or a word, is none."""
    written = next((found for child in named(item, "comments") if (found := url(text(child)))), None)
    if written and re.search(r"[/.?#]", written):
        return written
    return _link_by_rel(item, "replies")


def _link_by_rel(item: etree._Element, rel: str) -> str | None:
    return next((attribute(link, "href") for link in named(item, "link") if attribute(link, "rel") == rel), None)


def _guid_as_link(item: etree._Element, guid: str | None) -> str | None:
    """RSS: a guid is the link unless it says that it is none. Atom's id and RDF's about only if they look like one."""
    element = next(named(item, "guid"), None)
    if guid is None or (element is not None and (attribute(element, "ispermalink") or "true").lower() == "false"):
        return None
    return url(guid) if re.match(r"https?://", guid, re.IGNORECASE) else None


def _explicit_base(item: etree._Element, document: str) -> str | None:
    """Where `xml:base` applies to the item's content, what it comes to; None where no element has one."""
    inner = next(named(item, *CONTENTS), None)
    if inner is None:
        inner = next(named(item, *SUMMARIES), item)
    base = xml_base(inner, "")
    return join(document, base) if base else None


def _source(item: etree._Element) -> Reference | None:
    for child in named(item, "source", "dc:source"):
        title = first_text(child, "title") if len(child) else text(child)
        links = {attribute(link, "rel") or "alternate": attribute(link, "href") for link in named(child, "link")}
        address = attribute(child, "url") or links.get("alternate") or links.get("self") or first_text(child, "id")
        if title and address is None and re.match(r"https?://\S+$", title):
            title, address = None, title
        if title or address:
            return Reference(title=title, url=url(address))
    return None


def _source_authors(item: etree._Element) -> tuple[str, ...]:
    source = next((child for child in named(item, "source") if len(child)), None)
    return authors(source) if source is not None else ()


def _geo(item: etree._Element) -> tuple[float, float] | None:
    """GeoRSS simple, GML point or W3C geo; None when it is no place on Earth."""
    written = None
    for element in item.iter():
        kind = name(element)
        if kind in ("georss:point", "gml:pos"):
            written = text(element)
        elif kind in ("geo:lat", "geo:latitude") and (parent := element.getparent()) is not None:
            written = f"{text(element)} {first_text(parent, 'geo:long', 'geo:lon', 'geo:longitude')}"
        if written:
            break
    found = _POINT.fullmatch(written or "")
    if not found:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
