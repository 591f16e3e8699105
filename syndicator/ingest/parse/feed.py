"""Reads RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0: every feed that is XML.

The text is decoded (`decode`), made well-formed and counted (`mend`, `prescan`) before anything else; feedparser would
do all three, and ruin Arabic in the first. The one tree is then read twice: `entry` and `media` take what has
attributes or repeats, and feedparser gets a copy that holds only the text constructs - title, summary, content -
whose many encodings (escaped, CDATA, inline XHTML, base64) it knows best. In that copy every item carries its number
as its identifier, so the two readings cannot get out of step.

feedparser's sanitiser and its resolving of relative addresses are off: both are done once, later, by better hands, and
the first takes half a minute for 60 KB of the wrong HTML.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import feedparser
from lxml import etree

from syndicator.errors import NotAFeed
from syndicator.ingest.parse import channel, entry
from syndicator.ingest.parse.elements import NAMESPACE, attribute, is_absolute, lines, name, named, text
from syndicator.ingest.parse.mend import salvaged
from syndicator.ingest.parse.newest import ITEMS, newest
from syndicator.ingest.parse.sniff import refuse_other_kinds, refuse_pages, unchunked
from syndicator.model import Channel, Response, Source
from syndicator.text.decode import decode
from syndicator.text.html import plain

TITLE = 1_024
"""Bytes of UTF-8."""

_ROOTS = frozenset({"rss", "rdf:rdf", "rdf", "feed", "entry", "channel"})
_ATOM = "http://www.w3.org/2005/Atom"
_ATOM_03 = "http://purl.org/atom/ns#"
_ENCODED = f"{{{NAMESPACE['content']}}}encoded"
_CONTENT_AS = {"content": "content", "body": "body", "xhtml:body": "body", "xhtml:div": "body"}
_TYPES = {
    "text": "text/plain", "text/plain": "text/plain", "plain": "text/plain", "plaintext": "text/plain",
    "html": "text/html", "text/html": "text/html", "xhtml": "application/xhtml+xml",
    "application/xhtml+xml": "application/xhtml+xml",
}  # fmt: skip
_BASE64 = re.compile(r"\s*(?:[A-Za-z0-9+/]{4}\s?){6,}(?:[A-Za-z0-9+/]{2,3}={1,2})?\s*")
_FILES = ("image/", "audio/", "video/", "application/", "message/", "multipart/", "model/", "font/")
"""Media types whose content is a file, in base64."""
_VOID_PAIR = re.compile(r"></(?:area|br|col|embed|hr|img|input|source|track|wbr)>")
_MARKUP = re.compile(r"<[A-Za-z/!?]|&#?\w+;")
_PAIRED = re.compile(r"</(?:a|b|div|em|h[1-6]|i|li|ol|p|span|strong|ul|table)>|<br ?/?>|<img\s", re.IGNORECASE)


def parse(response: Response, source: Source) -> Channel:
    """The feed as a `Channel`. Raises `NotAFeed`, `Malformed` or `ParseLimit`."""
    refuse_other_kinds(response.body)
    written = decode(unchunked(response.body), override=source.encoding, http_charset=response.charset)
    refuse_pages(written)
    written, left_out = newest(written)
    root, lost = salvaged(written)
    root = _known(root)
    if name(root).rpartition(":")[2] in ("html", "body", "head"):
        raise NotAFeed("The address answered with a web page where a feed was expected.")
    if name(root) not in _ROOTS:
        raise NotAFeed(f"The address answered with XML that is no feed: its outermost element is <{_tag(root)}>.")
    whole = channel.read(root, response)
    site = whole.homepage if whole.homepage and is_absolute(whole.homepage) else response.url
    where = entry.Where(document=site, authors=channel.authors(root))
    items = list(_items(root))
    structured = [entry.read(item, where) for item in items]
    described = [_media_description(item) for item in items]
    gone = [found for stone in root.iter() if name(stone) == "at:deleted-entry" and (found := entry.deleted(stone))]
    title, worded = _words(root, items)
    entries = [
        replace(
            parts,
            title=words.title,
            summary=words.summary or (None if words.content else otherwise),
            content=words.content,
        )
        for parts, words, otherwise in zip(structured, worded, described, strict=True)
    ]
    return replace(
        whole,
        title=(plain(title) or None) if title else None,
        entries=(*entries, *gone[: max(ITEMS - len(entries), 0)]),
        skipped=lost,
        left_out=left_out,
    )


@dataclass(slots=True)
class _Words:
    """The text constructs of one item: first which elements they are, then what feedparser made of them."""

    title: str | None = None
    summary: str | None = None
    content: str | None = None
    has_summary: bool = False
    typed: frozenset[str] = frozenset()
    """Those of title, summary and content whose `type` was given."""


def _known(root: etree._Element) -> etree._Element:
    """The root itself; if it is a feed by name in a namespace that nobody knows, all of that namespace is ours."""
    space, _, local = str(root.tag).rpartition("}")
    if space and name(root) == f"?:{local.lower()}" and local.lower() in ("rss", "rdf", "feed"):
        for element in root.iter(f"{space}}}*"):
            element.tag = etree.QName(element).localname
    return root


def _items(root: etree._Element) -> Iterator[etree._Element]:
    """The items in the order of the document, without those inside another, `ITEMS` at most."""
    count, inside = 0, None
    for element in root.iter():
        if name(element) not in ("item", "entry") or (inside is not None and inside in element.iterancestors()):
            continue
        inside, count = element, count + 1
        yield element
        if count == ITEMS:
            return


def _media_description(item: etree._Element) -> str | None:
    """What Media RSS says of the item as a whole, for feeds that have no other summary."""
    for scope in (item, *named(item, "media:group")):
        for child in named(scope, "media:description"):
            if said := lines(child):
                return said
    return None


def _words(root: etree._Element, items: list[etree._Element]) -> tuple[str | None, list[_Words]]:
    """The feed's title, and title, summary and content of every item, by feedparser. Takes them out of `root`."""
    atom = _ATOM if name(root) in ("feed", "entry") else None
    if atom and (_ATOM_03 in root.tag or root.get("version") == "0.3"):
        atom = _ATOM_03
    space = f"{{{atom}}}" if atom else ""
    if atom:
        copy = parent = etree.fromstring(f'<feed xmlns="{atom}" version="{"0.3" if atom == _ATOM_03 else "1.0"}"/>')
    else:
        copy = etree.Element("rss", {"version": "2.0"})
        parent = etree.SubElement(copy, "channel")
    if root not in items:
        _take_words(channel.top(root), parent, space, only_title=True)
    words = []
    for place, item in enumerate(items):
        target = etree.SubElement(parent, f"{space}entry" if atom else "item")
        etree.SubElement(target, f"{space}id" if atom else "guid", {"isPermaLink": "false"}).text = str(place)
        words.append(_take_words(item, target, space))
    found = feedparser.parse(
        BytesIO(etree.tostring(copy, encoding="utf-8", xml_declaration=True)),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )
    for parsed in found.entries:
        _fill(words[int(parsed["id"])], parsed, strict=atom is not None)
    return _cut(found.feed.get("title")), words


def _cut(title: str | None) -> str | None:
    return title.encode()[:TITLE].decode("utf-8", "ignore").strip() or None if title else None


def _take_words(item: etree._Element, target: etree._Element, space: str, *, only_title: bool = False) -> _Words:
    """Move the text constructs of an item into the copy, under the names that feedparser knows."""
    typed = set()
    title = _first_filled(item, "title", "dc:title", "media:title")
    summary = None if only_title else _first_filled(item, *entry.SUMMARIES)
    contents = [child for child in named(item, *entry.CONTENTS) if _filled(child)] if not only_title else []
    for kind, element in (("title", title), ("summary", summary), *(("content", content) for content in contents)):
        if element is None:
            continue
        _settle_type(element)
        if element.get("type"):
            typed.add(kind)
        if kind == "content":
            local = _CONTENT_AS.get(name(element))
            tag = f"{space}{local}" if local else _ENCODED
        else:
            tag = f"{space}{kind}" if kind == "title" or space else "description"
        if not space and kind == "title" and "type" in element.attrib:
            del element.attrib["type"]
        element.tag, element.tail = tag, None
        target.append(element)
    return _Words(has_summary=summary is not None, typed=frozenset(typed))


def _settle_type(element: etree._Element) -> None:
    """Write a text's `type` as feedparser knows it. What it does not know, it takes for base64 and loses.

    RFC 4287, 3.1.1 and 4.1.3.3 have `text`, `html`, `xhtml` and media types; publishers have "cdata" and "html/text".
    """
    written = attribute(element, "type") if element.attrib else None
    if written is None:
        return
    kind = written.partition(";")[0].strip().lower()
    inline = len(element) > 0
    if (kind.startswith(_FILES) and "ml" not in kind) or _is_base64(element, kind):
        return
    for key in [key for key in element.attrib if str(key).rpartition("}")[2].lower() == "type"]:
        del element.attrib[key]
    if kind in _TYPES and not (inline and "plain" in _TYPES[kind]) and not ("xhtml" in kind and not inline):
        element.set("type", kind if kind in ("text", "html", "xhtml") else _TYPES[kind])
    elif inline and element.get("mode") != "escaped":
        element.set("type", "application/xhtml+xml")
    elif any(word in kind for word in ("html", "cdata", "escaped", "xml")):
        element.set("type", "text/html")


def _is_base64(element: etree._Element, kind: str) -> bool:
    """Whether a text is in base64, as Atom 0.3 says, or in a type that nobody knows and written like it."""
    if element.get("mode") == "base64":
        return True
    return kind not in _TYPES and "/" in kind and _BASE64.fullmatch(element.text or "") is not None


def _first_filled(item: etree._Element, *names: str) -> etree._Element | None:
    for wanted in names:
        for child in named(item, wanted):
            if _filled(child):
                return child
    return None


def _filled(element: etree._Element) -> bool:
    return len(element) > 0 or text(element) is not None


def _fill(words: _Words, parsed: Any, *, strict: bool) -> None:
    """`strict`: Atom, where a plain text is a text and not markup."""
    title = _as_markup(parsed.get("title"), parsed.get("title_detail"), strict, "title" in words.typed)
    words.title = _cut(title or parsed.get("title"))
    if words.has_summary:
        words.summary = _as_markup(
            parsed.get("summary"), parsed.get("summary_detail"), strict, "summary" in words.typed
        )
    contents = [
        _as_markup(content.get("value"), content, strict, "content" in words.typed)
        for content in parsed.get("content", ())
    ]
    words.content = max((content for content in contents if content), key=len, default=None)


def _as_markup(value: str | None, detail: Any, strict: bool, typed: bool) -> str | None:
    """A text construct as HTML; None for what is none, such as a picture in base64.

    An Atom text without a type is plain by the letter (RFC 4287, 3.1.1), but who writes closing tags into one means
    them.
    """
    kind = (detail or {}).get("type") or "text/html"
    if not value or not (kind.startswith("text/") or kind == "application/xhtml+xml"):
        return None
    if kind == "application/xhtml+xml":
        return _VOID_PAIR.sub(" />", value)
    if strict and kind == "text/plain" and _MARKUP.search(value) and (typed or not _PAIRED.search(value)):
        return html.escape(value, quote=False)
    return value


def _tag(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2][:40]
