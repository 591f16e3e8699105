"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org).

Publishers' JSON is as broken as their XML: identifiers are numbers, texts are null, and a feed that was cut off still
holds the items before the cut. So every value is taken only if it has the type that it should have, and items are read
one by one when the whole cannot be.

Names and addresses come in more shapes than the format has: authors as texts, tags as one text, pictures as objects.
Each shape is read. Relative addresses are relative to the publisher's page, else to the feed.
"""

import html
import json
import re
from typing import Any, NamedTuple

from syndicator.errors import Malformed, NotAFeed, ParseLimit
from syndicator.ingest.parse.elements import distinct, join, url
from syndicator.ingest.parse.newest import chosen
from syndicator.ingest.parse.sniff import refuse_other_kinds
from syndicator.model import Category, Channel, Enclosure, Entry, Image, Response, Source
from syndicator.text.decode import decode
from syndicator.text.html import from_text, legal
from syndicator.text.mojibake import repaired

MANY = 64
TITLE = 1_024
_TRIES = 1_000
_RUINED = re.compile(r"\\u(?:00[dD][89]|0637\\u00[aA]7|0638\\u201[eE])")
"""Arabic that was decoded wrongly, in escapes."""
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+"|,(?=\s*[}\]])', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BETWEEN = re.compile(r"\}\s*,\s*\{")
_OF_ITEMS = frozenset(
    {"id", "url", "title", "content_html", "content_text", "summary", "date_published", "external_url"}
)


def parse(response: Response, source: Source) -> Channel:
    """The feed as a `Channel`. Raises `NotAFeed`, `Malformed` or `ParseLimit`."""
    data, lost = load(response, source)
    version = data.get("version") if isinstance(data, dict) else None
    items = data.get("items") if isinstance(data, dict) else None
    if isinstance(items, dict):
        items = list(items.values())
    if not isinstance(data, dict) or not isinstance(items, list):
        raise NotAFeed("The address answered with JSON that is no JSON Feed: it has no list of items.")
    if isinstance(version, str) and "jsonfeed" not in version.lower():
        raise NotAFeed(f"The address answered with JSON that is no JSON Feed: its version is {version[:80]!r}.")
    authors = _authors(data)
    homepage = _joined(response.url, _address(data.get("home_page_url")))
    hubs = [hub for hub in rows(data.get("hubs")) if (string(hub.get("type")) or "").lower() == "websub"]
    good = [item for item in items if isinstance(item, dict)]
    lost += [f"item {place} is no object" for place, item in enumerate(items, 1) if not isinstance(item, dict)]
    kept = chosen(
        [_date(item) for item in good], [string(item.get("id")) or _address(item.get("url")) for item in good]
    )
    return Channel(
        entries=tuple(_entry(good[place], homepage or response.url, authors) for place in kept),
        title=title(data.get("title")),
        homepage=homepage,
        language=string(data.get("language")),
        hub=next(iter(distinct(_joined(response.url, _address(hub.get("url"))) for hub in hubs)), None),
        self_url=_joined(response.url, _address(data.get("feed_url"))),
        skipped=tuple(lost[:MANY]),
        left_out=len(good) - len(kept),
    )


class Loaded(NamedTuple):
    """The JSON of an answer, and a phrase for each item of it that could not be read."""

    data: Any
    lost: list[str]


def load(response: Response, source: Source) -> Loaded:
    """The JSON of an answer, decoded as every answer is; of a broken feed, the items that can be read."""
    refuse_other_kinds(response.body)
    text = decode(response.body, override=source.encoding, http_charset=response.charset).strip()
    if text.startswith("<"):
        what = "a web page" if "<html" in text[:2048].lower() else "XML"
        raise NotAFeed(f"The address answered with {what} where JSON was expected.")
    try:
        loaded = Loaded(json.loads(text, strict=False), [])
    except RecursionError:
        raise ParseLimit("The JSON is nested too deep.") from None
    except ValueError as error:
        loaded = _salvaged(text, error)
    return loaded._replace(data=_repaired(loaded.data)) if _RUINED.search(text) else loaded


def _repaired(data: Any) -> Any:
    """As `decode` repairs a text, for what stands in escapes of JSON."""
    written = json.dumps(data, ensure_ascii=False)
    made = repaired(written)
    return json.loads(made, strict=False) if made != written else data


def _salvaged(text: str, error: ValueError) -> Loaded:
    """What can be had of broken JSON: all of it without slips of writing, else its items one by one."""
    tidy = _STRING_OR_COMMA.sub(_tidy, text)
    try:
        return Loaded(json.loads(tidy, strict=False), [])
    except (ValueError, RecursionError):
        items, lost = _whole_items(tidy)
    if items:
        return Loaded({"items": items}, lost)
    if not text.startswith(("{", "[")):
        raise NotAFeed("The address answered with something that is no JSON.") from None
    raise Malformed(f"The JSON cannot be read: {error}.") from None


def _tidy(found: re.Match[str]) -> str:
    """A text without escapes that JSON does not know; no comma before the end of a list."""
    written = found[0]
    return _ESCAPE.sub(lambda one: one[0] if one[1] in '"\\/bfnrtu' else one[1], written) if written[0] == '"' else ""


def _whole_items(text: str) -> tuple[list[Any], list[str]]:
    """The items of a feed that breaks off or goes wrong, without those that are broken."""
    start = text.find('"items"')
    place = text.find("[", start) + 1 if start >= 0 else 0
    decoder = json.JSONDecoder(strict=False)
    items: list[Any] = []
    lost: list[str] = []
    tries = _TRIES
    while place > 0:
        while text[place : place + 1].isspace() or text[place : place + 1] == ",":
            place += 1
        try:
            item, place = decoder.raw_decode(text, place)
            items.append(item)
            continue
        except (ValueError, RecursionError):
            if text[place : place + 1] in ("]", ""):
                break
        lost.append(f"item {len(items) + len(lost) + 1} is no JSON")
        place, tries = _next_item(text, place, decoder, tries)
    return items, lost


def _next_item(text: str, place: int, decoder: json.JSONDecoder, tries: int) -> tuple[int, int]:
    """Where the next item begins that can be read, or -1; and how many more places may be tried."""
    for found in _BETWEEN.finditer(text, place):
        if tries <= 0:
            break
        tries -= 1
        try:
            item, _ = decoder.raw_decode(text, found.end() - 1)
        except (ValueError, RecursionError):
            continue
        if isinstance(item, dict) and len(_OF_ITEMS & item.keys()) > 1:
            return found.end() - 1, tries
    return -1, tries


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
    """Names, from objects and texts, in lists and alone (JSON Feed 1.1 has a list of objects)."""
    for key in ("authors", "author"):
        value = holder.get(key)
        people = value if isinstance(value, list) else [value]
        called = [person.get("name") if isinstance(person, dict) else person for person in people]
        names = [string(name) for name in called if isinstance(name, str)]
        if found := distinct(names):
            return tuple(found)[:MANY]
    return ()


def _address(value: object) -> str | None:
    """An address, from a text, from an object that names one, or from the first of a list."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            one = next((one[key] for key in ("url", "href", "src") if isinstance(one.get(key), str)), None)
        if isinstance(one, str) and (found := url(string(one))):
            return found
    return None


def _joined(base: str, written: str | None) -> str | None:
    return join(base, written) if written else None


def _tags(value: object) -> list[str]:
    """Tags, from a list of texts or objects, or from one text with commas."""
    listed = value if isinstance(value, list) else re.split(r"[,،;؛|]", value) if isinstance(value, str) else [value]
    names = [
        next((string(tag[key]) for key in ("name", "term", "label", "title") if tag.get(key)), None)
        if isinstance(tag, dict)
        else string(tag)
        for tag in listed
    ]
    return [name for name in distinct(names) if len(name) <= 256][:MANY]


def _date(item: dict[str, Any]) -> str | None:
    return string(item.get("date_published")) or string(item.get("date_modified"))


def _entry(item: dict[str, Any], document: str, authors: tuple[str, ...]) -> Entry:
    link = _address(item.get("url")) or _address(item.get("external_url"))
    summary, text = string(item.get("summary")), string(item.get("content_text"))
    pictures = [_address(item.get(key)) for key in ("image", "banner_image")]
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
        categories=tuple(Category(term=name) for name in _tags(item.get("tags"))),
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
        for row in _attachments(item.get("attachments"))
        if (address := _address(row.get("url")))
    ]
    return tuple(found)[:MANY]


def _attachments(value: object) -> list[dict[str, Any]]:
    """Attachments, from objects and from bare addresses."""
    listed = value if isinstance(value, list) else [value]
    return rows([{"url": one} if isinstance(one, str) and "/" in one else one for one in listed])
