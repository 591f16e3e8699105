"""A tree of HTML as a flat list of blocks: paragraphs, headings, lists, quotes, tables, pictures.

Publishers write one article in a hundred ways: `<p>` in `<div>` in `<td>`, lines parted by `<br>`, text beside tags.
As a list of blocks all of them look alike, so that what follows (which blocks are the story, which repeat the
headline) is a question about lines of text. Links and emphasis stay inside the blocks.

A `<br>` outside `<p>` ends a line, and a line is a block. Inside `<p>` it does so only twice in a row or behind a
line of sentence length: a verse keeps its lines.
"""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from html import escape

from lxml.html import HtmlElement

from syndicator.text.figures import Figure
from syndicator.text.words import tokens

INLINE = frozenset(
    str.split(
        """a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp
        small span strike strong sub sup time tt u var wbr nobr"""
    )
)
_KEPT_INLINE = INLINE & frozenset(str.split("""a b strong i em sub sup code q del ins s mark abbr cite u"""))
_DROPPED = frozenset(
    str.split(
        """script style noscript template iframe object embed svg math canvas audio video select option button
        input textarea form nav head title meta link map area dialog amp-ad amp-sidebar amp-analytics amp-consent
        amp-social-share"""
    )
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LINES = frozenset(("p", "li", *_HEADINGS))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_LONG_LINE = 60
_LONG_LIST = 900
_DEEPEST = 200


def key(text: str) -> str:
    """A line without what two spellings of it differ in: marks, letter forms, punctuation, case."""
    return " ".join(tokens(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block: `html` with its own tags, `text` without any."""

    kind: str
    """`p`, `h2` to `h6`, `ul`, `ol`, `blockquote`, `pre`, `table` or `figure`."""
    html: str
    text: str
    linked: int = 0
    """Characters of the text that are inside links."""
    element: HtmlElement | None = None
    """The element that holds it in the tree."""
    figure: Figure | None = None

    @property
    def link_share(self) -> float:
        """The part of the text that is links, 0 to 1."""
        return self.linked / len(self.text) if self.text else 0.0


@dataclass(slots=True)
class _Line:
    """Inline content as it gathers; `open` are the start tags around what comes next."""

    html: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    linked: int = 0
    open: list[tuple[str, str]] = field(default_factory=list)


class _Flattener:
    def __init__(self, pictures: Mapping[HtmlElement, Figure], left_out: Set[HtmlElement]) -> None:
        self.blocks: list[Block] = []
        self._pictures = pictures
        self._left_out = left_out
        self._line = _Line()

    def walk(self, node: HtmlElement, holder: HtmlElement, depth: int = 0) -> None:
        """The content of `node`; `holder` is the block element that its lines belong to."""
        if depth > _DEEPEST:
            return
        self._say(node.text)
        for child in node:
            if isinstance(child.tag, str) and child not in self._left_out:
                self._visit(child, holder, depth)
            self._say(child.tail)

    def _visit(self, node: HtmlElement, holder: HtmlElement, depth: int) -> None:
        tag = node.tag
        if node in self._pictures:
            self._end_line(holder)
            self.blocks.append(_figure_block(self._pictures[node], node))
        elif tag == "br":
            self._break(node, holder)
        elif self._is_unseen(node):
            return
        elif tag == "a" and node.get("href", "").startswith("#") and holder.tag not in _LINES:
            self._end_line(holder)  # "skip to ..." and the like: a line of its own
            self._inline(node, holder, depth)
            self._end_line(holder)
        elif tag in INLINE or ("-" in tag and holder.tag in _LINES and node.getparent() is holder and not len(node)):
            self._inline(node, holder, depth)
        else:
            self._end_line(holder)
            self._block(node, depth)
            self._end_line(node)

    def _is_unseen(self, node: HtmlElement) -> bool:
        if node.tag in _DROPPED and not (node.tag in ("form", "noscript") and _holds(node, self._pictures)):
            return True
        return node.get("hidden") is not None or _HIDDEN.search(node.get("style", "")) is not None

    def _block(self, node: HtmlElement, depth: int) -> None:
        tag = node.tag
        if tag in _HEADINGS:
            self.walk(node, node, depth + 1)
            self._end_line(node, kind="h2" if tag == "h1" else tag)
        elif tag in ("ul", "ol"):
            self._list(node, depth)
        elif tag == "blockquote":
            inner = self._inside(node, depth)
            quoted = [block for block in inner if block.kind != "figure"]
            self._wrap("blockquote", node, quoted, "".join(block.html for block in quoted))
            self.blocks += [block for block in inner if block.kind == "figure"]
        elif tag == "pre":
            text = node.text_content().strip("\n")
            if text.strip():
                self.blocks.append(Block(kind="pre", html=f"<pre>{escape(text)}</pre>", text=text, element=node))
        elif tag == "table" and (rows := _data_rows(node)):
            html = "".join(
                f"<tr>{''.join(f'<{cell}>{escape(text)}</{cell}>' for cell, text in row)}</tr>" for row in rows
            )
            text = "\n".join(" ".join(text for _, text in row) for row in rows)
            self.blocks.append(Block(kind="table", html=f"<table>{html}</table>", text=text, element=node))
        else:
            self.walk(node, node, depth + 1)

    def _list(self, node: HtmlElement, depth: int) -> None:
        """A list stays a list unless it holds pictures or whole stories: then it was layout."""
        items = [self._inside(item, depth) for item in node if item.tag == "li" and item not in self._left_out]
        flat = [block for item in items for block in item]
        length = sum(len(block.text) for block in flat)
        is_layout = length > _LONG_LIST and length > 80 * len(items)
        if is_layout or any(block.kind == "figure" for block in flat) or any(len(item) > 3 for item in items):
            self.blocks += flat
            return
        html = "".join(f"<li>{_without_paragraph(item)}</li>" for item in items if item)
        self._wrap(node.tag, node, flat, html)

    def _inside(self, node: HtmlElement, depth: int) -> list[Block]:
        inner = _Flattener(self._pictures, self._left_out)
        inner.walk(node, node, depth + 1)
        inner._end_line(node)
        return inner.blocks

    def _wrap(self, kind: str, node: HtmlElement, blocks: list[Block], html: str) -> None:
        text = "\n".join(block.text for block in blocks)
        if text.strip():
            linked = sum(block.linked for block in blocks)
            self.blocks.append(
                Block(
                    kind=kind, html=f"<{kind}{_direction(node)}>{html}</{kind}>", text=text, linked=linked, element=node
                )
            )

    def _inline(self, node: HtmlElement, holder: HtmlElement, depth: int) -> None:
        kept = node.tag in _KEPT_INLINE and (node.tag != "a" or node.get("href"))
        if kept:
            start = f'<a href="{escape(node.get("href", ""))}">' if node.tag == "a" else f"<{node.tag}>"
            self._line.open.append((node.tag, start))
            self._line.html.append(start)
        self.walk(node, holder, depth + 1)
        if kept:
            self._line.open.pop()
            self._line.html.append(f"</{node.tag}>")

    def _say(self, text: str | None) -> None:
        if text:
            text = text.replace("\xad", "")  # soft hyphens are for the page's own columns
            self._line.html.append(escape(text, quote=False))
            self._line.text.append(text)
            if any(tag == "a" for tag, _ in self._line.open):
                self._line.linked += len(text.strip())

    def _break(self, node: HtmlElement, holder: HtmlElement) -> None:
        following = node.getnext()
        twice = following is not None and following.tag == "br" and not (node.tail or "").strip()
        line = "".join(self._line.text).rpartition("\n\n")[2].strip()
        if holder.tag not in _LINES or twice or len(line) >= _LONG_LINE:
            self._end_line(holder)
        else:
            self._line.html.append("<br>")
            self._line.text.append("\n\n")

    def _end_line(self, holder: HtmlElement, kind: str = "p") -> None:
        line = self._line
        text = _lines(line.text)
        if text:
            html = "".join(line.html) + "".join(f"</{tag}>" for tag, _ in reversed(line.open))
            html = re.sub(r"(?:\s|<br>)+$|^(?:\s|<br>)+", "", " ".join(html.split()))
            block = Block(
                kind=kind,
                html=f"<{kind}{_direction(holder)}>{html}</{kind}>",
                text=text,
                linked=line.linked,
                element=holder,
            )
            self.blocks.append(block)
        self._line = _Line(html=[start for _, start in line.open], open=line.open)


def flatten(
    root: HtmlElement, pictures: Mapping[HtmlElement, Figure] | None = None, left_out: Set[HtmlElement] = frozenset()
) -> list[Block]:
    """The blocks below `root` in order, without the elements in `left_out`; `pictures` are the figures to keep."""
    flattener = _Flattener(pictures or {}, left_out)
    if root in flattener._left_out:
        return []
    flattener._visit(root, root, 0) if root.tag not in INLINE else flattener.walk(root, root)
    flattener._end_line(root)
    return flattener.blocks


def together(blocks: list[Block]) -> str:
    """The blocks as one piece of HTML, not yet safe."""
    return "\n".join(block.html for block in blocks)


def _lines(pieces: list[str]) -> str:
    """Text with its white space made single; `<br>` is a new line."""
    parts = (" ".join(part.split()) for part in "".join(pieces).replace("\xa0", " ").split("\n\n"))
    return "\n".join(part for part in parts if part)


def _figure_block(figure: Figure, element: HtmlElement) -> Block:
    size = "".join(
        f' {name}="{value}"' for name, value in (("width", figure.width), ("height", figure.height)) if value
    )
    picture = f'<img src="{escape(figure.url)}" alt="{escape(figure.alt or "")}"{size}>'
    words = ". ".join(escape(part) for part in (figure.caption, figure.credit) if part)
    if figure.credit:
        words = (f"{escape(figure.caption)} " if figure.caption else "") + f"<cite>{escape(figure.credit)}</cite>"
    caption = f"<figcaption>{words}</figcaption>" if words else ""
    return Block(kind="figure", html=f"<figure>{picture}{caption}</figure>", text="", element=element, figure=figure)


def _without_paragraph(blocks: list[Block]) -> str:
    if len(blocks) == 1 and blocks[0].kind == "p":
        return re.sub(r"^<p[^>]*>|</p>$", "", blocks[0].html)
    return "".join(block.html for block in blocks)


def _direction(node: HtmlElement) -> str:
    return "".join(f' {name}="{escape(value)}"' for name in ("dir", "lang") if (value := node.get(name)))


def _holds(node: HtmlElement, pictures: Mapping[HtmlElement, Figure]) -> bool:
    """A dropped element that holds what we keep: pictures in `<noscript>`, a whole page in one ASP.NET `<form>`."""
    if node.tag == "form":
        length = len(node.text_content())
        return length > 1500 or (length > 200 and next(node.iter("h1"), None) is not None)
    return any(image in pictures for image in node.iter("img"))


def _data_rows(table: HtmlElement) -> list[list[tuple[str, str]]]:
    """The cells of a table of data; empty for a table that lays out a page."""
    if (
        table.get("role") == "presentation"
        or next(table.iterdescendants("table", "img", "p", "ul", "h1", "h2", "h3"), None) is not None
    ):
        return []
    rows = [list(_cells(row)) for row in table.iter("tr")]
    rows = [row for row in rows if row]
    if len(rows) < 2 or max(map(len, rows)) < 2 or any(len(text) > 300 for row in rows for _, text in row):
        return []
    return rows if sum(len(row) > 1 for row in rows) * 2 > len(rows) else []


def _cells(row: HtmlElement) -> Iterator[tuple[str, str]]:
    for cell in row.iterchildren("td", "th"):
        yield cell.tag, " ".join(cell.text_content().split())
