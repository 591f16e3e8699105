"""HTML as a flat row of tags and text, in linear time whatever it is; and how deep it may nest.

This is no parser: it builds no tree and makes nothing safe. It serves where only words are wanted, and where one
must know beforehand that a real parser will not take quadratic time.

**Linear.** A stranger can make every construct that is searched for its end fail at the end of the document. Each
kind of search therefore fails once only: an unclosed comment or hidden element swallows the rest, as in a browser,
and after an unclosed tag the rest is text.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

RAW = frozenset({"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript"})
"""Elements in which no tag but their own end tag counts (HTML, 13.2.5)."""

UNREAD = RAW | {"template", "object", "applet", "svg", "math", "select"}
"""Elements whose content is no part of a text."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNBOUNDED = 1 << 30


class Token(NamedTuple):
    """One piece of a document; `raw` is the piece as written, entities and all."""

    kind: Literal["text", "open", "close", "skipped"]
    name: str
    """The lower-case name of the element; empty for text."""
    raw: str


TAG = re.compile(
    r"""<(?P<slash>/?)(?P<name>[A-Za-z][^\t\n\f\r />]*+)
    (?: [\t\n\f\r /]++
      | [^\t\n\f\r />] [^\t\n\f\r />=]*+
        (?: [\t\n\f\r ]*+ = [\t\n\f\r ]*+ (?: "[^"]*+" | '[^']*+' | [^\t\n\f\r >"'] [^\t\n\f\r >]*+ | (?=>) )
          | (?![\t\n\f\r ]*+=) )
    )*+ >""",
    re.VERBOSE,
)
"""A tag as HTML reads it (13.2.5): quotes count only where a value begins."""
AFTER_BRACKET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz/!?")
"""What makes markup of the bracket before it."""
LETTER = re.compile(r"</?[A-Za-z]")
_COMMENT_END = re.compile(r"--!?>")


def tokens(html: str, skip: frozenset[str] = UNREAD) -> Iterator[Token]:
    """The pieces of a document in order; the content of the elements in `skip` is one piece."""
    at = 0
    while at < len(html):
        start = html.find("<", at)
        while start >= 0 and html[start + 1 : start + 2] not in AFTER_BRACKET:
            start = html.find("<", start + 1)
        if start < 0:
            break
        if start > at:
            yield Token("text", "", html[at:start])
        tag = TAG.match(html, start)
        if tag is None:
            if LETTER.match(html, start):
                at = start
                break
            at = after_comment(html, start)
            continue
        slash, name = tag.groups()
        name = name.lower() if name.isascii() else name
        yield Token("close" if slash else "open", name, tag[0])
        at = tag.end()
        if name in skip and not slash:
            end = _end_tag(name).search(html, at)
            stop = end.start() if end else len(html)
            yield Token("skipped", name, html[at:stop])
            at = stop
    if at < len(html):
        yield Token("text", "", html[at:])


def text_length(html: str) -> int:
    """Characters of visible text, white space at the ends of each piece aside."""
    return sum(len(token.raw.strip()) for token in tokens(html) if token.kind == "text")


def after_comment(html: str, start: int) -> int:
    """Where a comment, declaration or processing instruction that begins at `start` is over."""
    if not html.startswith("<!--", start):
        return (html.find(">", start) + 1) or len(html)
    for short in ("<!-->", "<!--->"):
        if html.startswith(short, start):
            return start + len(short)
    end = _COMMENT_END.search(html, start + 4)
    return end.end() if end else len(html)


def _end_tag(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{re.escape(name)}(?=[\s/>])", re.IGNORECASE | re.ASCII)


# ---------------------------------------------------------------- depth

_VOID = _names("area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr")
_TABLE_PARTS = _names("caption colgroup tbody thead tfoot tr td th head body html frameset")
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
_FOREIGN = frozenset({"svg", "math"})
_POINTS = _names("foreignobject desc title annotation-xml mi mo mn ms mtext")
"""Where HTML goes on inside SVG and MathML."""
_SCOPES = _names("table object applet marquee select button")
_BOUNDARY = _POINTS | _SCOPES | {"template", "svg", "math"}
"""What an end tag does not reach out of."""
_BLOCKS = _names(
    """address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer
    h1 h2 h3 h4 h5 h6 header hgroup li listing main menu nav ol pre search section summary ul"""
)
"""What closes all that is open in it."""
_HEADINGS = _names("h1 h2 h3 h4 h5 h6")
_INLINE = _FORMATTING | _names("span cite q abbr sub sup bdi bdo mark time label dfn var samp kbd ins del data")
_BREAKOUT = _BLOCKS | (_INLINE - {"a"}) | _names("body br embed head hr img meta p ruby table")
"""What ends SVG and MathML by being there."""
_ITEMS = {"li": {"li"}, "dd": {"dd", "dt"}, "dt": {"dd", "dt"}, "p": {"p"}, "h1": {"h1"}}
"""What an open element of these names is closed by: HTML lets authors leave out their end tags."""
_LIST_THROUGH = _INLINE | {"p", "div", "address"}
_THROUGH = {"li": _LIST_THROUGH, "dd": _LIST_THROUGH, "dt": _LIST_THROUGH, "p": _INLINE, "h1": frozenset[str]()}
"""And through which other elements it is reached."""
_CLOSED = re.compile(r"""<[A-Za-z]++(?:\s++[^\s=>"'/]++=(?:"[^"]*+"|'[^']*+'))*+\s*+/>""")
"""An element that closes itself beyond doubt."""


def depth(html: str, enough: int) -> int:
    """How deep the document may nest: at least the depth of its tree, table parts aside.

    Counting stops above `enough`. Where the reading is open (HTML inside SVG, unread elements inside one another,
    scripts with comments in them) the answer is `UNBOUNDED`: nobody writes news so.
    """
    open_: list[str] = []
    for token in tokens(html, RAW):
        name = "h1" if token.name in _HEADINGS else token.name  # any heading's end tag closes any heading
        foreign = not _FOREIGN.isdisjoint(open_)
        if token.kind == "open":
            if foreign and name in _BREAKOUT:
                return UNBOUNDED
            _open(open_, name, closed=foreign and bool(_CLOSED.fullmatch(token.raw)), foreign=foreign)
            if len(open_) > enough:
                return len(open_)
        elif token.kind == "close":
            _close(open_, name)
        elif token.kind == "skipped":
            doubtful = (foreign or "select" in open_) and "<" in token.raw
            if doubtful or (name == "script" and "<!--" in token.raw):
                return UNBOUNDED
    return len(open_)


def _open(open_: list[str], name: str, *, foreign: bool, closed: bool) -> None:
    if closed and _POINTS.isdisjoint(open_):
        return
    if not foreign and (name in _VOID or name in _TABLE_PARTS):
        return
    if name in _ITEMS and not foreign:
        through = _THROUGH[name]
        for at in range(len(open_) - 1, -1, -1):
            if open_[at] in _ITEMS[name]:
                _cut(open_, at)
                break
            if open_[at] not in through:
                break
    open_.append(name)


def _close(open_: list[str], name: str) -> None:
    """Close what a browser closes, or less."""
    for at in range(len(open_) - 1, -1, -1):
        element = open_[at]
        if element == name:
            if name in _FORMATTING or name == "form":
                del open_[at]
            else:
                _cut(open_, at)
            return
        if element in _BOUNDARY and (name != "table" or element == "template"):
            return
        if name not in _BLOCKS and name not in _SCOPES and (element in _BLOCKS or element in ("p", "form")):
            return
        if name == "li" and element in ("ul", "ol"):
            return


def _cut(open_: list[str], at: int) -> None:
    """Close an element with all inside it, but not formatting: browsers open that again."""
    open_[at:] = [name for name in open_[at + 1 :] if name in _FORMATTING]
