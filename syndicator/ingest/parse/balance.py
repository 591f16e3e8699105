"""Balances broken XML, and cuts down what is beyond the limits of `prescan`, without losing an item.

An end tag closes what was opened after its start tag, and one that closes nothing is dropped. HTML's void elements are
closed at once. A text that breaks off loses the item that it broke off in. Parsers that recover by themselves do
worse: libxml2 lets one unclosed `<br>` swallow all the items after it, and feedparser's loose parser reads `AT&T` as
`AT&T;`.

A part of an item that is not closed ends where the next part begins. The end of the whole feed inside an item, or with
items behind it, is a slip, unless another feed begins there.

An item beyond a limit loses markup, not words: elements that are nested too deep go and their text stays. Of more
attributes or parts than are read, the first stay.
"""

import re

from syndicator.errors import ParseLimit
from syndicator.ingest.parse.prescan import ATTRIBUTES, CHILDREN, DEPTH
from syndicator.ingest.parse.sections import sections

_ROOT = re.compile(r"<([A-Za-z_][^\s/>]*)")
_TAG = re.compile(
    r"""<(?:/\s*([A-Za-z_:][\w:.\-]*)[^<>]*|([A-Za-z_:][\w:.\-]*)(?=[\s/>])((?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+))>"""
)
_ATTRIBUTE = re.compile(r"""([A-Za-z_:][\w:.\-]*)(?:\s*=\s*(?:"([^"<]*)"|'([^'<]*)'|([^\s"'<>]+)))?""")
_WELL_FORMED_ATTRIBUTES = re.compile(r"""(?:\s++[A-Za-z_:][\w:.\-]*+\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+\s*+/?""")
_LEFT_OVER = re.compile(r"<[?!][^<>]*>")
ITEM_START = re.compile(r"<(?:\w+:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
ITEM_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ITEMS = frozenset({"item", "entry"})
_WHOLE = frozenset({"rss", "channel", "feed", "rdf"})
_SHORT_PARTS = frozenset({"title", "link", "guid", "pubdate", "comments", "creator", "category", "id", "published"})
_LONG_PARTS = frozenset({"description", "summary", "encoded", "content"})
_PARTS = _SHORT_PARTS | _LONG_PARTS | {"enclosure", "updated", "author", "source"}
_HTML_TOO = frozenset({"title", "link", "content", "summary", "source"})
"""Parts of an item whose names are also those of HTML's elements."""
_BRACKETED = re.compile(
    r"""=\s*(?:"[^"<>]{0,300}<[^"]{0,300}"|'[^'<>]{0,300}<[^']{0,300}')(?=\s*/?>|\s+[\w:.\-]+\s*=\s*["'])"""
)
"""A value of an attribute with brackets in it."""
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "param", "source", "track", "wbr"})
ITEM_ELEMENTS = 20_000
"""Elements of one item, in all depths; the words of the others stay."""


def balance(text: str) -> tuple[str, list[str]]:
    """The text with every element closed in the right place, and a phrase for each item that is not whole.

    `text` comes from `mend.clean`. Raises `ParseLimit` for what is nested too deep outside of items.
    """
    root = _ROOT.search(text)
    lost: list[str] = []
    if root and not re.search(rf"</\s*{re.escape(root[1])}\b", text[-4096:]):
        ends = [item.end() for item in ITEM_END.finditer(text)]
        if ends and ITEM_START.search(text, ends[-1]):
            lost.append("the feed breaks off inside its last item")
        text = text[: ends[-1]] if ends else text
    pieces = [
        (part if kept else _BRACKETED.sub(_escaped, _LEFT_OVER.sub("", part)), kept) for part, kept in sections(text)
    ]
    again = re.compile(rf"<{re.escape(root[1])}(?=[\s/>])") if root else None
    balancer = _Balancer(
        items=sum(len(ITEM_START.findall(part)) for part, kept in pieces if not kept),
        roots=sum(len(again.findall(part)) for part, kept in pieces if not kept) if again else 0,
    )
    for part, kept in pieces:
        if not kept:
            balancer.add(part)
        elif part.startswith("<![") and balancer.open and not balancer.mute:
            balancer.out.append(part)
    return balancer.finish(), balancer.lost + lost


def _escaped(found: re.Match[str]) -> str:
    return found[0].replace("<", "&lt;").replace(">", "&gt;")


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


class _Balancer:
    """Writes tags and text, and knows what is open."""

    def __init__(self, *, items: int, roots: int) -> None:
        self.out: list[str] = []
        self.open: list[str] = []
        self.done = False
        self.lost: list[str] = []
        self.mute = 0
        """So many elements are open in a part of an item that is left out."""
        self._items = items
        self._roots = roots
        self._number = 0
        self._item: int | None = None
        self._elements = 0
        self._children = 0
        self._deep: dict[str, int] = {}
        """What is open beyond the deepest element that is written, by name."""

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
        if self.open and not self.mute:
            self.out.append(text.replace("<", "&lt;").replace("]]>", "]]&gt;"))

    def _start(self, name: str, attributes: str) -> None:
        if self.done:
            return
        is_item = _local(name) in _ITEMS
        if (
            self._item is not None
            and len(self.open) == self._item + 2
            and self._ends(_local(self.open[-1]), _local(name))
        ):
            self._close(self._item + 1)
        if is_item and name in self.open:
            self._close(self.open.index(name))
        closed = attributes.rstrip().endswith("/") or name.lower() in _VOID
        if not self._is_written(name, closed):
            return
        self.out.append(f"<{name}{self._attributes(attributes)}{'/' if closed else ''}>")
        if is_item:
            self._number += 1
            self._items -= 1
        if not closed:
            if is_item and self._item is None:
                self._item, self._elements, self._children = len(self.open), 0, 0
            self.open.append(name)
        elif not self.open:
            self.done = True

    @staticmethod
    def _ends(inner: str, name: str) -> bool:
        """Whether a part of an item begins where another one was not closed."""
        return name in _PARTS and (inner in _SHORT_PARTS or (inner in _LONG_PARTS and name not in _HTML_TOO))

    def _is_written(self, name: str, closed: bool) -> bool:
        """Whether an element is within the limits of its item; what is not is told."""
        if self.mute:
            self.mute += not closed
            return False
        if self._item is None:
            if len(self.open) >= DEPTH:
                raise ParseLimit(f"The feed is nested deeper than {DEPTH} elements.")
            return True
        self._elements += 1
        self._children += len(self.open) == self._item + 1
        if len(self.open) == self._item + 1 and self._children > CHILDREN:
            self._tell(f"has more than {CHILDREN:,} elements in it; the first are read")
            self.mute += not closed
            return False
        if len(self.open) < DEPTH and self._elements <= ITEM_ELEMENTS:
            return True
        limit = f"is nested deeper than {DEPTH} elements" if len(self.open) >= DEPTH else "has too many elements in it"
        self._tell(f"{limit}; the text in them is kept without markup")
        if not closed:
            self._deep[name] = self._deep.get(name, 0) + 1
        return False

    def _tell(self, what: str) -> None:
        told = f"item {self._number} {what}"
        if not self.lost or self.lost[-1] != told:
            self.lost.append(told)

    def _attributes(self, attributes: str) -> str:
        written = list(_ATTRIBUTE.finditer(attributes))
        if len(written) > ATTRIBUTES:
            self._tell(f"has an element with more than {ATTRIBUTES} attributes; the first are read")
            del written[ATTRIBUTES:]
            attributes = "<"
        pairs = {found[1]: found[2] or found[3] or found[4] or "" for found in written}
        if len(pairs) < len(written) or not _WELL_FORMED_ATTRIBUTES.fullmatch(attributes):
            attributes = "".join(f' {key}="{value.replace(chr(34), "&quot;")}"' for key, value in pairs.items())
        return attributes.rstrip().removesuffix("/")

    def _end(self, name: str) -> None:
        if self.mute:
            if self._item is not None and name == self.open[self._item]:
                self.mute = 0
            else:
                self.mute -= 1
                return
        if self._deep.get(name):
            self._deep[name] -= 1
            return
        if name not in self.open:
            return
        place = len(self.open) - 1 - self.open[::-1].index(name)
        inside = self._item is not None and place < self._item
        if self._items > 0 and _local(name) in _WHOLE and (inside or (place == 0 and self._roots == 1)):
            return
        self._close(place)

    def _close(self, depth: int) -> None:
        while len(self.open) > depth:
            self.out.append(f"</{self.open.pop()}>")
        if self._item is not None and depth <= self._item:
            self._item, self.mute = None, 0
            self._deep.clear()
        self.done = self.done or (not self.open and bool(self.out))
