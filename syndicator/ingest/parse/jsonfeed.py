"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org).

Publishers' JSON is as broken as their XML: identifiers are numbers, texts are null, and a feed that was cut off still
holds the items before the cut. So every value is taken only if it has the type that it should have, and items are read
one by one when the whole cannot be.
"""

import html
import json
from collections.abc import Iterator
from typing import Any

from syndicator.errors import Malformed, NotAFeed, ParseLimit
from syndicator.ingest.parse.elements import distinct, join, url
from syndicator.ingest.parse.sniff import refuse_other_kinds
from syndicator.model import Category, Channel, Enclosure, Entry, Image, Response, Source
from syndicator.text.decode import decode
from syndicator.text.html import from_text, legal

ITEMS = 2_000
MANY = 64
TITLE = 1_024


def parse(response: Response, source: Source) -> Channel:
    """The feed as a `Channel`. Raises `NotAFeed`, `Malformed` or `ParseLimit`."""
    data = load(response, source)
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise NotAFeed("The address answered with JSON that is no JSON Feed: it has no list of items.")
    if isinstance(version, str) and "jsonfeed" not in version.lower():
        raise NotAFeed(f"The address answered with JSON that is no JSON Feed: its version is {version[:80]!r}.")
    authors = _authors(data)
    language = string(data.get("language"))
    hubs = [hub for hub in rows(data.get("hubs")) if (string(hub.get("type")) or "").lower() == "websub"]
    return Channel(
        entries=tuple(_entry(item, response.url, authors) for item in rows(data["items"])[:ITEMS]),
        title=title(data.get("title")),
        homepage=url(string(data.get("home_page_url"))),
        language=language,
        hub=next(iter(distinct(url(string(hub.get("url"))) for hub in hubs)), None),
        self_url=url(string(data.get("feed_url"))),
    )


def load(response: Response, source: Source) -> Any:
    """The JSON of an answer, decoded as every answer is; of a broken feed, what stands before the break."""
    refuse_other_kinds(response.body)
    text = decode(response.body, override=source.encoding, http_charset=response.charset).strip()
    if text.startswith("<"):
        what = "a web page" if "<html" in text[:2048].lower() else "XML"
        raise NotAFeed(f"The address answered with {what} where JSON was expected.")
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise ParseLimit("The JSON is nested too deep.") from None
    except ValueError as error:
        items = list(_whole_items(text))
        if items:
            return {"items": items}
        if not text.startswith(("{", "[")):
            raise NotAFeed("The address answered with something that is no JSON.") from None
        raise Malformed(f"The JSON cannot be read: {error}.") from None


def _whole_items(text: str) -> Iterator[Any]:
    """The items of a feed that breaks off or goes wrong, up to there."""
    start = text.find('"items"')
    place = text.find("[", start) + 1 if start >= 0 else 0
    decoder = json.JSONDecoder(strict=False)
    while place > 0:
        while text[place : place + 1].isspace() or text[place : place + 1] == ",":
            place += 1
        try:
            item, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return
        yield item


def string(value: object) -> str | None:
    """A text as it is, a number as digits, without what XML forbids; None for the rest and for nothing."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return legal(value).strip() or None if isinstance(value, str) else None


def rows(value: object) -> list[dict[str, Any]]:
    """The objects of a list; a lone object counts as a list of one."""
    found = value if isinstance(value, list) else [value]
    return [row for row in found if isinstance(row, dict)]


def title(value: object) -> str | None:
    written = string(value)
    return written.encode()[:TITLE].decode("utf-8", "ignore").strip() or None if written else None


def whole(value: object) -> int | None:
    """A number that is not negative, as a whole one."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1 << 53:
        return None
    return int(value)


def _authors(holder: dict[str, Any]) -> tuple[str, ...]:
    people = rows(holder.get("authors")) or rows(holder.get("author"))
    return tuple(distinct(string(person.get("name")) for person in people))[:MANY]


def _entry(item: dict[str, Any], document: str, authors: tuple[str, ...]) -> Entry:
    link = url(string(item.get("url"))) or url(string(item.get("external_url")))
    summary, text = string(item.get("summary")), string(item.get("content_text"))
    tags = item.get("tags")
    names = [string(tag) for tag in tags] if isinstance(tags, list) else []
    pictures = [url(string(item.get(key))) for key in ("image", "banner_image")]
    enclosures = _enclosures(item)
    pictures += [part.url for part in enclosures if (part.type or "").lower().startswith("image/")]
    written_title = title(item.get("title"))
    return Entry(
        guid=string(item.get("id")),
        link=link,
        title=html.escape(written_title, quote=False) if written_title and "<" in written_title else written_title,
        summary=html.escape(summary, quote=False) if summary else None,
        content=string(item.get("content_html")) or (from_text(text) if text else None),
        base=join(document, link) if link else document,
        language=string(item.get("language")),
        authors=_authors(item) or authors,
        published=string(item.get("date_published")),
        updated=string(item.get("date_modified")),
        categories=tuple(Category(term=name) for name in distinct(names)[:MANY] if len(name) <= 256),
        enclosures=enclosures,
        images=tuple(Image(url=address) for address in distinct(pictures)[:MANY]),
    )


def _enclosures(item: dict[str, Any]) -> tuple[Enclosure, ...]:
    found = [
        Enclosure(
            url=address,
            type=string(row.get("mime_type")),
            length=whole(row.get("size_in_bytes")),
            title=string(row.get("title")),
            duration=whole(row.get("duration_in_seconds")),
        )
        for row in rows(item.get("attachments"))
        if (address := url(string(row.get("url"))))
    ]
    return tuple(found)[:MANY]
