"""Reads sitemaps: Google News sitemaps with their titles and dates, plain ones with addresses alone.

A sitemap index has no items. Its sitemaps become `parts`, the best first (`mapparts`). Of more addresses than are read,
the newest are (`maprows`); `Channel.left_out` counts the rest.

Sitemaps are written by hand, by plug-ins and by spreadsheets. So read are: any namespace or none, an index inside a
`urlset`, notices or a page around the XML, relative addresses, one address a line without any XML (sitemaps.org), and
a feed where a sitemap was promised. Addresses of lists - the homepage, categories, tags, authors - are no articles and
are counted as unread, unless they have a title or there is nothing else.
"""

import zlib
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlsplit

from lxml import etree

from syndicator.errors import Malformed, NotAFeed, ParseLimit
from syndicator.ingest.parse import feed, mapparts, maprows
from syndicator.ingest.parse.elements import join, name, text, url
from syndicator.ingest.parse.entry import categories
from syndicator.ingest.parse.mend import tree
from syndicator.ingest.parse.sniff import refuse_other_kinds, refuse_pages
from syndicator.model import Channel, Entry, Image, Response, Source
from syndicator.text.decode import decode
from syndicator.text.html import plain
from syndicator.text.url import looks_like_address

ITEMS = 2_000
MANY = 64
UNPACKED = 50 << 20
"""Bytes: the largest that the protocol allows."""
_Children: TypeAlias = list[tuple[str, etree._Element]]
"""The children of an element, each with its name as `elements.name` gives it."""

_EXTENSIONS = frozenset({"news", "image", "video", "xhtml", "mobile"})
_FEEDS = frozenset({"rss", "rdf", "feed"})


def parse(response: Response, source: Source) -> Channel:
    """The sitemap as a `Channel`. Raises `NotAFeed`, `Malformed` or `ParseLimit`."""
    body = _unpacked(response.body)
    refuse_other_kinds(body)
    written = decode(body, override=source.encoding, http_charset=response.charset)
    if listed := _lines(written):
        return _channel([([], address) for address in listed[:ITEMS]], response, len(listed) - ITEMS)
    latest = maprows.latest(response)
    written = maprows.begun(maprows.without_comments(written))
    refuse_pages(written)
    thin, left_out = maprows.newest(written, ITEMS, latest)
    root = tree(thin)
    kind = name(root).rpartition(":")[2]
    if kind in _FEEDS:
        return feed.parse(response if body is response.body else replace(response, body=body), source)
    if kind not in ("urlset", "sitemapindex"):
        raise NotAFeed(f"The address answered with XML that is no sitemap: its outermost element is <{kind[:40]}>.")
    maps, rows = _rows(root, "sitemap"), _rows(root, "url")
    if kind == "urlset" and rows and all(urlsplit(address).path.endswith((".xml", ".xml.gz")) for _, address in rows):
        maps, rows = rows, []
    if maps and not rows:
        return Channel(parts=_parts(maps, response, latest), left_out=left_out)
    return _channel(rows, response, left_out)


def _lines(written: str) -> list[str]:
    """The addresses of a text sitemap, one a line; empty when it is none."""
    if "<" in written:
        return []
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    return lines if lines and all(line.lower().startswith(("http://", "https://")) for line in lines) else []


def _children(element: etree._Element | None) -> _Children:
    return [] if element is None else [(name(child), child) for child in element]


def _rows(root: etree._Element, local: str) -> list[tuple[_Children, str]]:
    """The rows that have an address: what is in them, and the address."""
    names = (local, f"sitemap:{local}", f"?:{local}")
    rows = (_children(row) for kind, row in _children(root) if kind in names)
    return [(row, address) for row in rows if (address := _loc(row))]


def _loc(row: _Children) -> str | None:
    """An address that is broken over lines is put together; words are none."""
    for child in _all(row, "sitemap", "loc"):
        written = "".join(line.strip() for line in "".join(map(str, child.itertext())).splitlines())
        if looks_like_address(written) and (address := url(written)):
            return address
    return None


def _all(children: _Children, family: str, local: str) -> list[etree._Element]:
    """Those of this name in their namespace, in none and in one that nobody knows, if its prefix names no extension."""
    right, names = f"{family}:{local}", (local, f"?:{local}", f"sitemap:{local}")
    return [
        child
        for kind, child in children
        if kind == right or (kind in names and (child.prefix not in _EXTENSIONS or child.prefix == family))
    ]


def _first(children: _Children, family: str, local: str) -> str | None:
    return next((found for child in _all(children, family, local) if (found := text(child))), None)


def _channel(rows: list[tuple[_Children, str]], response: Response, left_out: int) -> Channel:
    """The entries of all rows that are articles, or of all if none is."""
    entries = [_entry(row, address, response.url) for row, address in rows]
    articles = [entry for entry in entries if entry.title or not mapparts.names_list(entry.link or "")] or entries
    return Channel(entries=tuple(articles), left_out=max(left_out, 0) + len(entries) - len(articles))


def _unpacked(body: bytes) -> bytes:
    """Sitemaps may be stored gzipped, as a file and not as a transfer encoding (sitemaps.org)."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        unpacker = zlib.decompressobj(wbits=31)
        unpacked = unpacker.decompress(body, UNPACKED)
    except zlib.error as error:
        raise Malformed(f"The sitemap is gzipped, but cannot be unpacked: {error}.") from None
    if unpacker.unconsumed_tail:
        raise ParseLimit(f"The sitemap is larger than {UNPACKED >> 20} MiB when it is unpacked.")
    return unpacked


def _parts(
    maps: list[tuple[_Children, str]], response: Response, latest: datetime | None
) -> tuple[tuple[str, str | None], ...]:
    changed = [(_first(row, "sitemap", "lastmod") or "")[:64] for row, _ in maps]
    parts = [(join(response.url, address), when or None) for (_, address), when in zip(maps, changed, strict=True)]
    dates = [maprows.seconds(when, latest) if when else 0 for when in changed]
    return tuple(mapparts.order(parts, dates)[:MANY])


def _entry(row: _Children, address: str, document: str) -> Entry:
    link = join(document, address)
    news_of, video_of = (next(iter(_all(row, family, family)), None) for family in ("news", "video"))
    news, video = _children(news_of), _children(video_of)
    loose = [(kind, child) for kind, child in row if kind.startswith("news:")]
    publication = _children(next(iter(_all(news or loose, "news", "publication")), None))
    title = _first(news or loose, "news", "title") or _first(video, "video", "title")
    published = _first(news or loose, "news", "publication_date") or _first(video, "video", "publication_date")
    return Entry(
        guid=address,
        link=link,
        title=title[:1024] if title else None,
        summary=_first(video, "video", "description"),
        base=link,
        language=_first(publication or news, "news", "language"),
        published=published,
        updated=_first(row, "sitemap", "lastmod"),
        categories=categories(news_of) if news_of is not None else (),
        images=_images(row, _first(video, "video", "thumbnail_loc")),
    )


def _images(row: _Children, thumbnail: str | None) -> tuple[Image, ...]:
    """The pictures of a row, then its film's."""
    found: dict[str, Image] = {}
    for element in _all(row, "image", "image"):
        picture = _children(element)
        address = url(_first(picture, "image", "loc"))
        if address is None or len(found) == MANY:
            continue
        caption, title = _first(picture, "image", "caption"), _first(picture, "image", "title")
        shown = plain(caption or title or "") or None
        found.setdefault(address, Image(url=address, caption=shown, alt=plain(title) if title and caption else None))
    if thumbnail and len(found) < MANY and (address := url(thumbnail)):
        found.setdefault(address, Image(url=address))
    return tuple(found.values())
