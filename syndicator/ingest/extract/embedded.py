"""The story in the data that a page carries for its scripts, for pages that show no text without them.

Next.js keeps it in `__NEXT_DATA__` or streams it by `self.__next_f.push` (rows of React's Flight format), Nuxt in
`__NUXT_DATA__` (a flat list of values that refer to one another by place) or in a function's literals, others in
`window.STATE = {...}`, in `<script type="application/json">` or in an attribute. The text stands there as one piece
of HTML, or as a list of blocks: Slate, ProseMirror, Lexical, Portable Text, Contentful, Editor.js, Draft.js, Arc.

No format is known by name. All data is searched for the longest piece of text, or list of pieces, whose surroundings
do not name another headline. Nothing is run; what is searched is bounded.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from lxml.html import HtmlElement

from syndicator.ingest.extract.blocks import key
from syndicator.ingest.extract.flight import flight, nuxt

_LEAST = 140
_MOST_NODES = 30_000
_MOST_CHARACTERS = 2_000_000
_DEEPEST = 40
_KINDS = ("type", "_type", "nodeType", "__typename", "tag", "tagName", "name", "blockName")
_INNER = str.split(
    """text html __html content value children body data model blocks paragraphs props elements items
    dangerouslySetInnerHTML root"""
)
"""Names under which a block keeps its text, the most telling first."""
_INLINE = re.compile(
    r"text|span|fragment|(?:hyper|url)?link|a|b|i|em|strong|bold|italic|mark|code|u|sub|sup|inline\w*", re.I
)
_ASIDE = re.compile(
    r"image|photo|picture|video|audio|embed|related|advert|\bad\b|promo|social|tweet|gallery|podcast|newsletter|byline"
    r"|author|caption|timestamp|metadata|^(?:script|style|button|img|svg|nav|footer|aside|figure|meta|link|time"
    r"|title)$",
    re.I,
)
_HEADING = re.compile(r"head(?:er|ing|line)|^h[1-6]$|subtitle", re.I)
_TITLES = ("headline", "title", "name")
_ADDRESSES = frozenset(("url", "slug", "link", "href", "path", "permalink", "canonical_url", "uri"))
_MARKUP = re.compile(r"<(?:p|br|div|h[2-6]|ul|li|blockquote)\b", re.I)
_ESCAPED = re.compile(r"&lt;(?:p|br|div)\b", re.I)
_BODIES = re.compile(r"body|content|text|story|paragraph|block|children|html", re.I)
_LITERAL = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|$)', re.S)
"""A script's literal, or all that stands behind a quotation mark that nothing closes: linear in time."""
_CODE = re.compile(r"=>|\bfunction\b|[;{}]\w|\w\(\w*\)[.;,]|===|&&")
_ENTITY = re.compile(r"&#?\w{1,8};")
_ASSIGNED = re.compile(r"=\s*(?=[{\[])")


def embedded(root: HtmlElement, title: str) -> str:
    """The story in a page's data, as HTML that is not yet safe; empty when there is none."""
    search = _Search(title)
    for value in _data(root):
        search.walk(value, "", None)
    return search.best


def _data(root: HtmlElement) -> Iterator[Any]:
    """Everything on a page that is data."""
    streamed: list[str] = []
    for script in root.iter("script"):
        text = script.text or ""
        kind = script.get("type", "").lower()
        if len(text) > _MOST_CHARACTERS or "ld+json" in kind:
            continue
        if "__next_f" in text:
            streamed.append(text)
        elif len(text) < _LEAST:
            continue
        elif "json" in kind:
            value = _loaded(text)
            yield nuxt(value) if script.get("id") == "__NUXT_DATA__" else value
        elif not kind or "javascript" in kind or kind == "module":
            yield _assigned(text)
    if streamed:
        yield flight(streamed)
    for value in root.xpath("//@*[string-length() > 300]"):
        if value.lstrip()[:1] in ("{", "["):
            yield _loaded(value)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _assigned(text: str) -> Any:
    """What a script assigns, where that is JSON; else its long literals."""
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    at = 0
    for _ in range(20):
        begin = _ASSIGNED.search(text, at)
        if begin is None:
            break
        try:
            value, at = decoder.raw_decode(text, begin.end())
            found.append(value)
        except (ValueError, RecursionError):
            at = begin.end()
    if found:
        return {"found": found}
    quoted = (literal[0] for literal in _LITERAL.finditer(text) if len(literal[0]) > _LEAST)
    literals = [_loaded(one) for one in quoted if one[1] in "{[" or not _CODE.search(_ENTITY.sub("", one))]
    return {"literals": {str(at): literal for at, literal in enumerate(literals)}}


@dataclass(slots=True)
class _Around:
    """The nearest object around that has a headline."""

    title: str
    is_page: bool
    has_address: bool


class _Search:
    """Looks through data for the longest text that is the page's own."""

    def __init__(self, title: str) -> None:
        self.best = ""
        self._score = 0.0
        self._title = key(title)
        self._words = {word for word in self._title.split() if len(word) > 2}
        self._left = _MOST_NODES

    def walk(self, value: Any, name: str, around: _Around | None, depth: int = 0) -> None:
        """Try a value and everything in it."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return
        inside: Iterable[tuple[str, Any]] = ()
        if isinstance(value, str):
            if value[:1] in ("{", "[") and len(value) > _LEAST and (inner := _loaded(value)) is not None:
                inside = ((name, inner),)
            elif len(value) >= _LEAST:
                self._try(list(_pieces(value, "", 0)), name, around)
        elif isinstance(value, list):
            if not _is_of_articles(value) and not any(isinstance(one, int | float) for one in value):
                self._try([piece for one in value for piece in _pieces(one, "", 0)], name, around)
            inside = ((name, one) for one in value)
        elif isinstance(value, dict):
            around = self._around(value) or around
            inside = value.items()
        for called, one in inside:
            if isinstance(one, dict | list | str):
                self.walk(one, called, around, depth + 1)

    def _around(self, value: dict[str, Any]) -> _Around | None:
        title = next((one for name in _TITLES if isinstance(one := value.get(name), str) and len(one) > 10), None)
        if title is None:
            return None
        line = key(title)
        same = bool(line) and (line == self._title or line in self._title or self._title in line)
        return _Around(title=line, is_page=same and bool(self._title), has_address=bool(_ADDRESSES & value.keys()))

    def _try(self, pieces: list[tuple[str, str]], name: str, around: _Around | None) -> None:
        size = sum(len(text) for _, text in pieces if len(text) >= 40 and " " in text)
        if size < _LEAST or size <= self._score / 8:
            return
        said = set(key(" ".join(text for _, text in pieces)[:20_000]).split())
        score = size * (1 + len(self._words & said) / (len(self._words) or 1))
        if around is not None:
            score *= 3 if around.is_page else 0.2 if around.has_address else 1
        if not _BODIES.search(name):
            score *= 0.7
        if score > self._score:
            self._score, self.best = score, "\n".join(_shown(kind, text) for kind, text in pieces)


def _is_of_articles(value: list[Any]) -> bool:
    """Whether a list holds things with headline and address of their own: other articles."""
    own = sum(
        isinstance(one, dict) and any(name in one for name in _TITLES) and bool(_ADDRESSES & one.keys())
        for one in value
    )
    return own > 1


def _pieces(value: Any, kind: str, depth: int) -> Iterator[tuple[str, str]]:
    """The text of data as blocks in order: what they are, and their text or HTML."""
    if depth > 12:
        return
    if isinstance(value, str):
        yield from ((kind, line) for line in _lines(value))
    elif isinstance(value, list):
        if value and all(_is_inline(one) for one in value) and any(isinstance(one, dict) for one in value):
            text = "".join(text for one in value for text in _inline(one, depth))
            if text.strip():
                yield kind, text.strip()
        else:
            for one in value:
                yield from _pieces(one, kind, depth + 1)
    elif isinstance(value, dict):
        own = next((one for name in _KINDS if isinstance(one := value.get(name), str)), "")
        if _ASIDE.search(own):
            return
        inner = next((value[name] for name in _INNER if value.get(name)), None)
        if inner is not None:
            yield from _pieces(inner, own or kind, depth + 1)


def _lines(text: str) -> list[str]:
    """The lines of a text; HTML, also escaped HTML, is one."""
    text = unescape(text) if _ESCAPED.search(text) else text
    lines = [text] if _MARKUP.search(text) else text.split("\n")
    return [line.strip() for line in lines if line.strip() and not _is_code(line)]


def _is_inline(value: Any) -> bool:
    """Whether a value is a part of a line: text, or text with a mark or link."""
    if isinstance(value, str):
        return True
    if not isinstance(value, dict):
        return False
    own = next((one for name in _KINDS if isinstance(one := value.get(name), str)), None)
    return _INLINE.fullmatch(own) is not None if own is not None else isinstance(value.get("text"), str)


def _inline(value: Any, depth: int) -> Iterator[str]:
    """The text of a part of a line."""
    if isinstance(value, str):
        yield value
    elif depth < 20 and isinstance(value, list):
        for one in value:
            yield from _inline(one, depth + 1)
    elif depth < 20 and isinstance(value, dict):
        inner = next((value[name] for name in _INNER if value.get(name)), None)
        yield from _inline(inner, depth + 1)


def _is_code(line: str) -> bool:
    """Whether a line is an address, an identifier or a style, and no text."""
    return " " not in line.strip() and len(line) > 30 and "<" not in line


def _shown(kind: str, text: str) -> str:
    if _MARKUP.search(text):
        return text
    tag = "h2" if _HEADING.search(kind) and len(text) < 200 else "p"
    inner = text if re.search(r"</?[a-zA-Z]+\b[^<>]*>", text) else escape(text, quote=False)
    return f"<{tag}>{inner}</{tag}>"
