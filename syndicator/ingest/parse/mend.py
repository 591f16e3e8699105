"""Makes well-formed XML of what publishers send, without guessing at its meaning.

Every text loses what stands before its root: the XML declaration (it is no longer bytes), the document type (so no
entity is ever expanded by a parser; `declared` reads the harmless ones) and the notices of servers. Outside CDATA and
comments, references to characters that XML forbids vanish, HTML's named characters become what they name, and every
other `&` is a plain one. A CDATA section in a CDATA section becomes one. A section or comment that is never closed
ends with the element that it began in.

Only a text that is still broken, or beyond a limit, is balanced (`balance`). What is still broken then is read item by
item: one bad item costs itself.
"""

import contextlib
import html
import re
from html.entities import html5

from lxml import etree

from syndicator.errors import Malformed, NotAFeed, ParseLimit
from syndicator.ingest.parse.balance import ITEM_END, ITEM_START, balance
from syndicator.ingest.parse.declared import expander
from syndicator.ingest.parse.prescan import prescan
from syndicator.ingest.parse.sections import sections
from syndicator.ingest.parse.sniff import root_of

_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_REFERENCE = re.compile(r"&(?:#([0-9]{1,9});|#[xX]([0-9A-Fa-f]{1,8});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_ROOT = re.compile(r"<([A-Za-z_][^\s/>]*)[^<>]*>")
_MOST_TOLD = 64


def tree(text: str) -> etree._Element:
    """The root of an XML text, mended where it must be. `NotAFeed`, `Malformed` or `ParseLimit` if it cannot be."""
    return salvaged(text)[0]


def salvaged(text: str) -> tuple[etree._Element, tuple[str, ...]]:
    """As `tree`, and what was lost: a phrase for each item that could not be read, or not whole."""
    text = clean(text)
    lost: list[str] = []
    if wrong := _wrong(text):
        text, lost = balance(text)
        if prescan(text):
            text, bad = _one_by_one(text)
            lost += bad
            if still := prescan(text):
                raise Malformed(f"The XML is broken beyond mending: {wrong} (after mending: {still}).")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    root: etree._Element | None = None
    with contextlib.suppress(etree.XMLSyntaxError):
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        raise Malformed("The XML is broken beyond mending: no element could be read.")
    return root, tuple(lost[:_MOST_TOLD])


def _wrong(text: str) -> str | None:
    try:
        return prescan(text)
    except ParseLimit as limit:
        return str(limit)


def _one_by_one(text: str) -> tuple[str, list[str]]:
    """The text without the items that are no XML, each tried in the root's own start tag."""
    root = _ROOT.match(text)
    if root is None:
        return text, []
    end = f"</{root[1]}>"
    kept: list[str] = []
    lost: list[str] = []
    last = number = 0
    for start in ITEM_START.finditer(text):
        if start.start() < last:
            continue
        close = ITEM_END.search(text, start.end())
        stop = close.end() if close else len(text)
        number += 1
        kept.append(text[last : start.start()])
        if wrong := prescan(f"{root[0]}{text[start.start() : stop]}{end}"):
            lost.append(f"item {number} is no XML ({wrong})")
        else:
            kept.append(text[start.start() : stop])
        last = stop
    return "".join(kept) + text[last:], lost


def clean(text: str) -> str:
    """The text from its root on, with every reference one that XML knows."""
    if "<" not in text:
        raise NotAFeed("The address answered with plain text where a feed was expected.")
    root, first = root_of(text)
    start = root if root is not None else first if first is not None else text.find("<")
    expand = expander(text[:start])
    return "".join(
        (expand(part) if expand else part) if kept else _REFERENCE.sub(_reference, expand(part) if expand else part)
        for part, kept in sections(text[start:] if start else text)
    ).strip()


def _reference(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        return found[0] if _legal(int(decimal) if decimal else int(hexadecimal, 16)) else ""
    if name in _XML_NAMES:
        return found[0]
    if name and (meant := html5.get(f"{name};")):
        return html.escape(meant, quote=False)
    return f"&amp;{found[0][1:]}"


def _legal(point: int) -> bool:
    return point in (9, 10, 13) or 0x20 <= point <= 0xD7FF or 0xE000 <= point <= 0xFFFD or 0x10000 <= point <= 0x10FFFF
