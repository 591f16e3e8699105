"""Reads sitemaps: Google News sitemaps with their titles and dates, plain ones with addresses alone.

A sitemap index has no items. Its sitemaps become `parts`, the newest first: by `lastmod`, and where none has one, those
whose addresses speak of news before the others. Of more addresses than are read, the newest are.
"""

import zlib

from lxml import etree

from syndicator.errors import Malformed, NotAFeed, ParseLimit
from syndicator.ingest.parse.elements import NAMESPACE, first_text, join, name, named, text, url
from syndicator.ingest.parse.entry import categories
from syndicator.ingest.parse.mend import tree
from syndicator.ingest.parse.sniff import refuse_other_kinds, refuse_pages
from syndicator.model import Channel, Entry, Image, Response, Source
from syndicator.text.decode import decode
from syndicator.text.html import plain

ITEMS = 2_000
MANY = 64
UNPACKED = 50 << 20
"""Bytes: the largest that the protocol allows."""


def parse(response: Response, source: Source) -> Channel:
    """The sitemap as a `Channel`. Raises `NotAFeed`, `Malformed` or `ParseLimit`."""
    body = _unpacked(response.body)
    refuse_other_kinds(body)
    written = decode(body, override=source.encoding, http_charset=response.charset)
    refuse_pages(written)
    root = tree(written)
    kind = name(root).rpartition(":")[2]
    if kind == "sitemapindex":
        return Channel(parts=_parts(root, response.url))
    if kind != "urlset":
        raise NotAFeed(f"The address answered with XML that is no sitemap: its outermost element is <{kind[:40]}>.")
    rows = [(row, address) for row in _children(root, "url") if (address := url(_text(row, "loc")))]
    if len(rows) > ITEMS:
        dates = sorted((_date(row) for row, _ in rows), reverse=True)
        rows = [(row, address) for row, address in rows if _date(row) >= dates[ITEMS - 1]][:ITEMS]
    return Channel(entries=tuple(_entry(row, address, response.url) for row, address in rows))


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


def _children(parent: etree._Element, local: str) -> list[etree._Element]:
    """Sitemaps are written with and without their namespace."""
    return list(named(parent, local, f"sitemap:{local}", f"?:{local}"))


def _text(parent: etree._Element, local: str) -> str | None:
    return next((found for child in _children(parent, local) if (found := text(child))), None)


def _date(row: etree._Element) -> str:
    """For comparing only: ISO 8601 sorts as text, to the day at least."""
    news = next(named(row, "news:news"), None)
    published = first_text(news, "news:publication_date") if news is not None else None
    return published or _text(row, "lastmod") or ""


def _parts(root: etree._Element, document: str) -> tuple[tuple[str, str | None], ...]:
    found = [
        (_text(row, "lastmod") or "", "news" in address.lower(), -place, address)
        for place, row in enumerate(_children(root, "sitemap"))
        if (address := url(_text(row, "loc")))
    ]
    newest = sorted(found, reverse=True)[:MANY]
    return tuple((join(document, address), changed[:64] or None) for changed, *_, address in newest)


def _entry(row: etree._Element, address: str, document: str) -> Entry:
    news = next(named(row, "news:news"), None)
    if news is None:
        news = etree.Element(f"{{{NAMESPACE['news']}}}news")
    publication = next(named(news, "news:publication"), news)
    title = first_text(news, "news:title")
    return Entry(
        guid=address,
        link=address,
        title=title[:1024] if title else None,
        base=join(document, address),
        language=first_text(publication, "news:language"),
        published=first_text(news, "news:publication_date"),
        updated=_text(row, "lastmod"),
        categories=categories(news),
        images=_images(row),
    )


def _images(row: etree._Element) -> tuple[Image, ...]:
    found: dict[str, Image] = {}
    for element in named(row, "image:image"):
        address = url(first_text(element, "image:loc"))
        if address is None or len(found) == MANY:
            continue
        caption, title = first_text(element, "image:caption"), first_text(element, "image:title")
        shown = plain(caption or title or "") or None
        found.setdefault(address, Image(url=address, caption=shown, alt=plain(title) if title and caption else None))
    return tuple(found.values())
