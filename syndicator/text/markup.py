"""A publisher's HTML as it was meant, before it is made safe.

What publishers send is escaped too often, wrapped in CDATA marks, or written by XML serialisers. Read by the letter,
such HTML shows tags as text, or hides all that stands behind a self-closed `<iframe/>`. Four mends, each only where
its sign is found; other HTML passes unread.

- **CDATA marks** inside a text are dropped. HTML knows no CDATA; a browser hides what stands in one.
- **HTML escaped twice** is unescaped when it reads as HTML as a whole: its tags are balanced, and it begins and ends
  with one or holds links, lines or emphasis. A text *about* HTML stays: its examples stand in other markup, in code,
  or beside the word.
- **Named characters escaped twice** (`&amp;nbsp;`) become characters, except in code and in a text about HTML.
- **Elements** that would hide what follows are closed. Frames, films and posts of others become links (`embeds`).

Everything is linear in the length of the text. Nothing here makes HTML safe: `html.sanitise` comes after it.
"""

import re
from collections import Counter
from html import unescape
from html.entities import html5
from typing import NamedTuple

from syndicator.text import repair
from syndicator.text.html import ELEMENTS, EMPTY, LIMIT, SafeHtml, from_text
from syndicator.text.lead import shorten
from syndicator.text.repair import Film
from syndicator.text.tags import UNREAD, tokens

_SIGNS = re.compile(r"CDATA|\]\]>|&(?:lt;|amp;[A-Za-z#]|#0*(?:38|60);|#x0*(?:26|3c);)", re.IGNORECASE)
_CDATA_START = re.compile(r"<!\s?\[?\s?CDATA\s?\[", re.IGNORECASE)
_CDATA_END = re.compile(r"\]\s?\]\s?>")
_ESCAPED_START = re.compile(r"\s*&lt;!\s?\[\s?CDATA\s?\[", re.IGNORECASE)
_ESCAPED_END = re.compile(r"\]\s?\]\s?(?:>|&gt;)\s*$")
_ESCAPED_TAG = re.compile(r"&(?:amp;){0,3}(?:lt|#0*60|#x0*3c);/?[A-Za-z]", re.IGNORECASE)
_TWICE = re.compile(r"&(?:(?:amp|#0*38|#[xX]0*26);)+(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ANY_TAG = re.compile(r"<[A-Za-z!/]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ABOUT = re.compile(
    r"HTML|XML|XSS|\bCSS\b|\bmarkup\b|\bentit(?:y|ies)\b|\bbalises?\b|\btags?\b|لغة الترميز", re.IGNORECASE
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CODE = _names("pre code kbd samp tt textarea xmp plaintext")
_VOID = _names("br hr img embed source input wbr col param track area link meta")
_OPTIONAL = _names("p li dt dd tr td th option tbody thead tfoot colgroup")
_BLOCKS = _names(
    """p div h1 h2 h3 h4 h5 h6 ul ol dl table blockquote figure section article header footer aside main center
    address details pre iframe video audio img hr"""
)
_ROUNDS = 3
_LONG = 100
"""Characters of visible text: an example of markup is shorter."""
_LINE_ENDS = re.compile(r"\r\n?|\n")
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|h[1-6]|ul|ol|li|dl|dt|dd|table|tr|td|th|blockquote|figure|figcaption|section|article|header|footer"
    r"|aside|main|center|address|details|summary|pre|iframe|video|audio|hr|form|script|style|object|textarea)\b",
    re.IGNORECASE,
)


class Meant(NamedTuple):
    """HTML as it was meant, and the files to listen to or watch that it holds."""

    html: str
    films: tuple[Film, ...] = ()
    safe: SafeHtml | None = None
    """The same where it was plain text: no sanitiser need see it."""


def meant(raw: str) -> Meant:
    """A text construct of a feed, as HTML that says what its publisher meant.

    Plain text and HTML are both taken: a text without any tag becomes paragraphs and lines.
    """
    if not raw or raw.isspace():
        return Meant("", safe=EMPTY)
    text = _unescaped(raw) if ("&" in raw or "]" in raw) and _SIGNS.search(raw) else raw
    if "<" not in text or not _ANY_TAG.search(text):
        safe = _of_text(_ENTITY.sub(lambda found: unescape(found[0]), text) if "&" in text else text)
        return Meant(safe, safe=safe)
    if "\n" in text.strip() and not _BLOCK_TAG.search(text):
        text = _lines(text)
    return Meant(*repair.mended(text))


def _of_text(text: str) -> SafeHtml:
    """Plain text as safe HTML; what is too long is cut. Nothing but signs and line ends grows to five times as much."""
    made = from_text(shorten(text, LIMIT))
    return made if len(made) <= 2 * LIMIT else from_text(shorten(text, LIMIT // 4))


def _unescaped(text: str) -> str:
    text = _without_cdata(text)
    for _ in range(_ROUNDS):
        if not _ESCAPED_TAG.search(text):
            break
        before, text = text, _without_cdata(_once_less(text))
        if text == before:
            break
    return _named_twice(text) if _TWICE.search(text) else text


def _without_cdata(text: str) -> str:
    if found := _ESCAPED_START.match(text):
        text = _ESCAPED_END.sub("", text[found.end() :])
    if _CDATA_START.search(text):
        return _CDATA_END.sub("", _CDATA_START.sub("", text))
    if text.rstrip().endswith("]]>"):
        return text.rstrip()[:-3]
    return text


def _once_less(text: str) -> str:
    """The text with one level of escaping taken off where it reads as HTML then, else as it is."""
    about = _ABOUT.search(text) is not None
    if not _ANY_TAG.search(text):
        return _level_off(text, about=about) or text
    pieces = list(tokens(text, UNREAD))
    if any(name in _CODE for kind, name, _ in pieces if kind == "open"):
        return text
    said = [raw for kind, _, raw in pieces if kind == "text" and raw.strip()]
    better = {raw: _level_off(raw, about=True) for raw in dict.fromkeys(said) if _ESCAPED_TAG.search(raw)}
    if not better or None in better.values():
        return text
    alone = all(raw in better for raw in said)
    if not alone and (about or any(not _is_story(raw, html or "") for raw, html in better.items())):
        return text
    return "".join((better.get(raw) or raw) if kind == "text" else raw for kind, _, raw in pieces)


def _level_off(text: str, *, about: bool) -> str | None:
    """The text with fewer levels of escaping, as soon as it reads as HTML; None when it never does."""
    for _ in range(_ROUNDS):
        before, text = text, unescape(text)
        if text == before:
            return None
        if _ANY_TAG.search(text):
            return text if _reads_as_html(text, about=about) else None
    return None


def _is_story(raw: str, html: str) -> bool:
    """Whether an escaped piece beside real markup is part of the story and no example."""
    visible = sum(len(piece.raw.strip()) for piece in tokens(html) if piece.kind == "text")
    return visible >= _LONG and raw.lower().count("&lt;/p") + raw.lower().count("&lt;br") >= 1


def _reads_as_html(text: str, *, about: bool) -> bool:
    """Whether a text is HTML as a whole. `about`: it is more likely to be a text about HTML."""
    balance: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    stray = total = 0
    pieces = [piece for piece in tokens(text, UNREAD) if piece.kind != "text" or piece.raw.strip()]
    for kind, name, raw in pieces:
        if kind not in ("open", "close") or name not in ELEMENTS:
            continue
        total += 1
        if kind == "open":
            if name == "a" and "href" not in raw.lower():
                seen["bare"] += 1
            seen[name] += 1
            balance[name] += name not in _VOID and not raw.endswith("/>")
        elif balance[name]:
            balance[name] -= 1
        elif name not in _VOID:
            stray += 1
    stray += sum(count for name, count in balance.items() if name not in _OPTIONAL)
    if not total or stray > total // 8:
        return False
    complete = pieces[0].kind == "open" and pieces[-1].kind != "text"
    blocks = sum(seen[name] for name in _BLOCKS)
    closed_blocks = any(seen[name] and not balance[name] for name in _BLOCKS)
    if complete and blocks and (closed_blocks or blocks > 1):
        return True
    if about:
        return False
    linked = (seen["a"] > seen["bare"]) or seen["img"] or seen["iframe"]
    emphasis = any(seen[name] and not balance[name] for name in ("b", "strong", "i", "em", "u", "span", "font", "li"))
    return bool(linked or seen["br"] or closed_blocks or emphasis)


def _named_twice(text: str) -> str:
    """`&amp;nbsp;` as `&nbsp;`, outside code; not in a text about HTML."""
    if _ABOUT.search(text):
        return text
    out: list[str] = []
    code = 0
    for kind, name, raw in tokens(text, UNREAD):
        if name in _CODE:
            code = max(0, code + (1 if kind == "open" else -1))
        out.append(_TWICE.sub(_named_once, raw) if kind == "text" and not code else raw)
    return "".join(out)


def _named_once(found: re.Match[str]) -> str:
    name = found[1]
    return f"&{name};" if name[0] == "#" or (f"{name};" in html5 and name not in ("lt", "gt")) else found[0]


def _lines(text: str) -> str:
    """Text with inline markup only: its line ends are lines, a blank one ends a paragraph.

    Indented lines are a program's way to write elements.
    """
    written = _LINE_ENDS.split(text.strip())
    lines = [line.strip() for line in written]
    if _is_wrapped(lines) or any(line[:1].isspace() and line.strip() for line in written[1:]):
        return text
    paragraphs = re.split(r"(?:\n){2,}", "\n".join(lines))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs if part)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether an editor broke the lines at its margin, in the midst of sentences, and nobody meant them."""
    inner = [line for line in lines if line]
    if len(inner) < 2 or "" in lines:
        return False
    return all(50 <= len(line) <= 100 and line[-1] not in '.!?؟:…»"”' for line in inner[:-1])
