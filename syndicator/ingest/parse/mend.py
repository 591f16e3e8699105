"""Makes well-formed XML of what publishers send, without guessing at its meaning.

Every text loses its XML declaration (it is no longer bytes), its document type (so no entity that it declares is ever
expanded, by whichever parser) and the junk before its first tag. Outside CDATA and comments, references to
characters that XML forbids vanish, HTML's named characters become what they name, and every other `&` is a plain one.

Only a text that is still broken is balanced: an end tag closes what was opened after its start tag, one that closes
nothing is dropped, HTML's void elements are closed at once, and a text that breaks off loses the item that it broke off
in. Parsers that recover by themselves do worse: libxml2 lets one unclosed `<br>` swallow all the items after it,
and feedparser's loose parser reads `AT&T` as `AT&T;`.
"""

import contextlib
import html
import re
from html.entities import html5

from lxml import etree

from syndicator.errors import Malformed, NotAFeed, ParseLimit
from syndicator.ingest.parse.prescan import DEPTH, prescan

_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_REFERENCE = re.compile(r"&(?:#([0-9]{1,9});|#[xX]([0-9A-Fa-f]{1,8});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_DECLARATION = re.compile(r"\s*<\?xml\s[^<>]*\?>\s*", re.IGNORECASE)
_DOCTYPE_START = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_DOCTYPE = re.compile(
    r"""<!DOCTYPE(?:[^\[\]>"']++|"[^"]*+"|'[^']*+')*+"""
    r"""(?:\[(?:[^\]"'<]++|"[^"]*+"|'[^']*+'|<!--(?:[^-]++|-(?!->))*+-->|<)*+\]\s*+)?>""",
    re.IGNORECASE,
)
_ROOT = re.compile(r"<([A-Za-z_][^\s/>]*)")
_TAG = re.compile(
    r"""<(?:/\s*([A-Za-z_:][\w:.\-]*)[^<>]*|([A-Za-z_:][\w:.\-]*)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+))>"""
)
_ATTRIBUTE = re.compile(r"""([A-Za-z_:][\w:.\-]*)(?:\s*=\s*(?:"([^"<]*)"|'([^'<]*)'|([^\s"'<>]+)))?""")
_WELL_FORMED_ATTRIBUTES = re.compile(r"""(?:\s++[A-Za-z_:][\w:.\-]*+\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+\s*+/?""")
_LEFT_OVER = re.compile(r"<[?!][^<>]*>")
_ITEM_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ITEMS = frozenset({"item", "entry"})
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "param", "source", "track", "wbr"})


def tree(text: str) -> etree._Element:
    """The root of an XML text, mended where it must be. `NotAFeed`, `Malformed` or `ParseLimit` if it cannot be."""
    text = clean(text)
    if wrong := prescan(text):
        text = balance(text)
        if wrong_still := prescan(text):
            raise Malformed(f"The XML is broken beyond mending: {wrong} (after mending: {wrong_still}).")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    root: etree._Element | None = None
    with contextlib.suppress(etree.XMLSyntaxError):
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        raise Malformed("The XML is broken beyond mending: no element could be read.")
    return root


def clean(text: str) -> str:
    """The text without declaration, document type and leading junk, and with every reference one that XML knows."""
    text = _DECLARATION.sub("", text, count=1) if _DECLARATION.match(text) else text
    start = text.find("<")
    if start < 0:
        raise NotAFeed("The address answered with plain text where a feed was expected.")
    text = text[start:]
    if declared := _DECLARATION.match(text):
        text = text[declared.end() :]
    opening = _DOCTYPE_START.search(text)
    if opening and not _ROOT.search(text, 0, opening.start()):
        found = _DOCTYPE.match(text, opening.start())
        end = found.end() if found else text.find(">", opening.end()) + 1
        text = text[: opening.start()] + text[end or len(text) :]
    return "".join(part if kept else _REFERENCE.sub(_reference, part) for part, kept in _sections(text)).strip()


def _sections(text: str) -> list[tuple[str, bool]]:
    """The text in pieces: True for CDATA sections and comments, which are kept as they are."""
    pieces: list[tuple[str, bool]] = []
    place = 0
    for opening in re.finditer(r"<!\[CDATA\[|<!--", text):
        if opening.start() < place:
            continue
        closing = "]]>" if opening[0] != "<!--" else "-->"
        end = text.find(closing, opening.end())
        if end < 0:
            break
        pieces += [(text[place : opening.start()], False), (text[opening.start() : end + 3], True)]
        place = end + 3
    pieces.append((text[place:], False))
    return pieces


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


def balance(text: str) -> str:
    """Broken XML with every element closed in the right place; `text` comes from `clean`."""
    root = _ROOT.search(text)
    if root and not re.search(rf"</\s*{re.escape(root[1])}\b", text[-4096:]):
        ends = [item.end() for item in _ITEM_END.finditer(text)]
        text = text[: ends[-1]] if ends else text
    balancer = _Balancer()
    for part, kept in _sections(text):
        if not kept:
            balancer.add(_LEFT_OVER.sub("", part))
        elif part.startswith("<![") and balancer.open:
            balancer.out.append(part)
    return balancer.finish()


class _Balancer:
    """Writes tags and text, and knows what is open."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.open: list[str] = []
        self.done = False

    def add(self, part: str) -> None:
        place = 0
        for tag in _TAG.finditer(part):
            self._text(part[place : tag.start()])
            place = tag.end()
            if tag[1]:
                self._end(tag[1])
            else:
                self._start(tag[2], tag[3])
        self._text(part[place:])

    def finish(self) -> str:
        self._close(0)
        return "".join(self.out)

    def _text(self, text: str) -> None:
        if self.open:
            self.out.append(text.replace("<", "&lt;").replace("]]>", "]]&gt;"))

    def _start(self, name: str, attributes: str) -> None:
        if self.done:
            return
        if name.lower() in _ITEMS and name in self.open:
            self._close(self.open.index(name))
        closed = attributes.rstrip().endswith("/") or name.lower() in _VOID
        written = list(_ATTRIBUTE.finditer(attributes))
        pairs = {found[1]: found[2] or found[3] or found[4] or "" for found in written}
        if len(pairs) < len(written) or not _WELL_FORMED_ATTRIBUTES.fullmatch(attributes):
            attributes = "".join(f' {key}="{value.replace(chr(34), "&quot;")}"' for key, value in pairs.items())
        attributes = attributes.rstrip().removesuffix("/")
        self.out.append(f"<{name}{attributes}{'/' if closed else ''}>")
        if not closed:
            self.open.append(name)
            if len(self.open) > DEPTH:
                raise ParseLimit(f"The feed is nested deeper than {DEPTH} elements.")
        elif not self.open:
            self.done = True

    def _end(self, name: str) -> None:
        if name in self.open:
            self._close(len(self.open) - 1 - self.open[::-1].index(name))

    def _close(self, depth: int) -> None:
        while len(self.open) > depth:
            self.out.append(f"</{self.open.pop()}>")
        self.done = self.done or (not self.open and bool(self.out))
