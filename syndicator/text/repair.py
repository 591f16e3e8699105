"""HTML whose elements hide nothing that a reader should see.

A browser reads `<iframe/>` as an open frame and hides all the rest of the text; an `<object>` or a comment that nobody
closed does the same. Here such elements end where they begin, unless their end tag is the next tag of their name.

Frames, films, sounds and posts of others become links with their title or their host's name: a feed reader shows no
frame, and a sanitiser leaves nothing of it. `<video>` and `<audio>` stay beside their link.

One pass from left to right. Every search for an end stops at the next tag of that name, so that all of them together
are linear.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from syndicator.text import embeds
from syndicator.text.tags import AFTER_BRACKET, LETTER, TAG, UNREAD, after_comment, text_length

_SUSPECT = re.compile(
    r"<(?:iframe|frame|embed|object|applet|video|audio|noscript|script|style|svg|math|select|template|textarea|title|xmp"
    r"|noembed|noframes|center|fieldset|legend|form|hgroup|dialog|menu|dir|amp-|lite-|youtube-video|!--)"
    r"|<(?:blockquote|div|section)\s[^>]{0,400}?(?:twitter|instagram|tiktok|fb-|reddit|bluesky|mastodon|text-post)"
    r"|<(?!(?:br|hr|img|p|li|dt|dd|source|input|wbr|col|param|track|area|link|meta)\b)[a-z][a-z0-9]{0,15}(?:\s[^<>]*)?/>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?""")
_CLOSES_ITSELF = re.compile(r"""<[A-Za-z][\w:-]*+(?:\s++[^\s=>"'/]++(?:\s*=\s*(?:"[^"]*+"|'[^']*+'))?)*+\s*+/>""")
"""A tag whose slash belongs to no value beyond doubt."""
_VOID = frozenset(
    {"br", "hr", "img", "embed", "source", "input", "wbr", "col", "param", "track", "area", "link", "meta", "base"}
)
_LEFT_OPEN = frozenset({"p", "li", "dt", "dd", "option", "html", "body", "head"})
"""What the next of its kind ends: `<p/>` between paragraphs parts them, as `<p>` does."""
_AS_DIVISION = frozenset({"center", "fieldset", "legend", "form", "hgroup", "dialog", "menu", "dir"})
"""Blocks that the sanitiser does not know; the words in them must not run into one another."""
_BLOCKS = frozenset({"div", "section", "article", "header", "footer", "aside", "main", "figure", *_AS_DIVISION})
_FOREIGN = frozenset({"svg", "math"})
_POST = re.compile(
    r"\b(?:twitter-(?:tweet|video)|instagram-media|tiktok-embed|fb-(?:post|video)|reddit-(?:embed|card)\w*"
    r"|bluesky-embed|mastodon-embed|text-post-media|imgur-embed-pub|telegram-post)\b"
)
_EMPTY_LINK = re.compile(r"""<a\s[^<>]*?href\s*=\s*["']?(https?://[^\s"'<>]+)[^<>]*>\s*</a\s*>""", re.IGNORECASE)
_LINK = re.compile(r"<a\s[^<>]*href\s*=", re.IGNORECASE)
_TEXT_AGAIN = re.compile(r"(?<![^\s>;}])<(?:p|h[1-6]|figure|blockquote|img)(?=[\s>/])", re.IGNORECASE)
"""Where a text goes on behind a script that was never closed; in code such tags stand between quotation marks."""
_SCRIPTS_OFF = re.compile(r"java\s*script|جافا\s?سكر[ي]?بت|الجافا", re.IGNORECASE)
_FALLBACK = 200
"""Characters: what a player says to browsers that have no players is shorter."""
_POST_LENGTH = 20_000
"""Characters of a post that are looked through."""
_MOST_PARTS = 32
_SPACE = re.compile(r"\s+")
_FILE = re.compile(r"<(?:source|track)\b[^<>]*>(?:\s*</(?:source|track)\s*>)?", re.IGNORECASE)
_PART = re.compile(r"(<(param|embed|source|img)\b[^<>]*>)(?:\s*</(?:param|embed|source)\s*>)?", re.IGNORECASE)


class Film(NamedTuple):
    """A file to listen to or watch: its address as written, its type and title as far as they are known."""

    address: str
    type: str | None
    title: str | None


def mended(html: str) -> tuple[str, tuple[Film, ...]]:
    """The HTML with nothing hidden by what is left open, links for players, and the files that players play."""
    if not _SUSPECT.search(html):
        return html, ()
    mender = _Mender(_without_open_comment(html))
    return mender.run(), tuple(dict.fromkeys(mender.films))


def _without_open_comment(html: str) -> str:
    """A comment that nobody closed hides all that follows: its mark goes, with the rest of its line."""
    closed = max(html.rfind("-->"), html.rfind("--!>"))
    opened = html.find("<!--", max(closed, 0))
    if opened < 0 or html.startswith(("<!-->", "<!--->"), opened):
        return html
    return html[:opened] + re.sub(r"<!--[^<\n]*", "", html[opened:])


class _Mender:
    def __init__(self, html: str) -> None:
        self.html = html
        self.out: list[str] = []
        self.films: list[Film] = []
        self.linked: set[str] = set()
        self.searches: dict[str, tuple[int, re.Match[str] | None]] = {}
        self.handlers: dict[str, Callable[[str, str, int], int]] = {
            "iframe": self._frame, "frame": self._frame, "embed": self._frame, "object": self._object,
            "applet": self._object, "video": self._film, "audio": self._film, "noscript": self._noscript,
            "script": self._script, "style": self._script, "blockquote": self._post, "div": self._post,
            "section": self._post, **dict.fromkeys(embeds.CUSTOM, self._custom),
        }  # fmt: skip

    def run(self) -> str:
        html, at = self.html, 0
        while (start := html.find("<", at)) >= 0:
            self.out.append(html[at:start])
            if html[start + 1 : start + 2] not in AFTER_BRACKET:
                self.out.append("<")
                at = start + 1
                continue
            tag = TAG.match(html, start)
            if tag is None:
                if LETTER.match(html, start):
                    at = start
                    break
                at = after_comment(html, start)
                self.out.append(html[start:at])
                continue
            at = self._tag(tag)
        self.out.append(html[at:])
        return "".join(self.out)

    def _tag(self, tag: re.Match[str]) -> int:
        """Write a tag, and what stands for it; where to go on."""
        name, raw, at = tag["name"].lower(), tag[0], tag.end()
        if name in _AS_DIVISION:
            raw = f"</div{raw[2 + len(name) :]}" if tag["slash"] else f"<div{raw[1 + len(name) :]}"
        if tag["slash"]:
            self.out.append(raw)
            return at
        if handler := self.handlers.get(name):
            return handler(name, raw, at)
        if name in UNREAD:
            return self._unread(name, raw, at)
        return self._other(name, raw, at)

    def _other(self, name: str, raw: str, at: int) -> int:
        self.out.append(raw)
        if raw.endswith("/>") and name not in _VOID and name not in _LEFT_OPEN and _CLOSES_ITSELF.fullmatch(raw):
            following = self._next(name, at)
            if following is None or not following["slash"]:
                self.out.append(f"</{name}>" + ("<br>" if name in _BLOCKS else ""))
        return at

    def _next(self, name: str, at: int) -> re.Match[str] | None:
        """The next tag of a name; a search that found it before is not done again."""
        asked, found = self.searches.get(name, (len(self.html) + 1, None))
        if asked <= at and (found is None or found.start() >= at):
            return found
        found = _tag_of(name).search(self.html, at)
        self.searches[name] = (at, found)
        return found

    def _end(self, name: str, raw: str, at: int) -> re.Match[str] | None:
        """The end tag of an element, if it is the next tag of its name; not that of one that closes itself."""
        following = self._next(name, at)
        if following is None or not following["slash"]:
            return None
        closed = raw.endswith("/>") and _CLOSES_ITSELF.fullmatch(raw)
        return None if closed and self.html[at : following.start()].strip() else following

    def _unread(self, name: str, raw: str, at: int) -> int:
        """An element whose content nobody reads is copied whole; one that is never closed is no element."""
        end = self._end(name, raw, at)
        if end is None:
            return at
        self.out.append(raw + self.html[at : end.end()])
        return end.end()

    def _script(self, name: str, raw: str, at: int) -> int:
        """Scripts go with their code, unclosed ones up to the next paragraph; links of posts that they load stay."""
        attributes = _attributes(raw)
        if "data-telegram-post" in attributes and (page := embeds.posted(attributes)):
            self._link(page, attributes)
        following = self._next(name, at)
        if following is not None and following["slash"]:
            return following.end()
        if raw.endswith("/>") or "src" in attributes:
            return at
        end = (self._next(f"/{name}", at) if following else None) or _TEXT_AGAIN.search(self.html, at)
        if end is None:
            return len(self.html)
        return end.end() if end[0].startswith("</") else end.start()

    def _frame(self, name: str, raw: str, at: int) -> int:
        attributes = _attributes(raw)
        page = embeds.framed(name, attributes)
        if page and "wp-embedded-content" not in attributes.get("class", ""):
            self._link(page, attributes)
        if name != "iframe":
            return at
        end = self._end(name, raw, at)
        if end is None or text_length(self.html[at : end.start()]) > _FALLBACK:
            return at
        return end.end()

    def _custom(self, name: str, raw: str, at: int) -> int:
        attributes = _attributes(raw)
        if page := embeds.framed(name, attributes):
            self._link(page, attributes)
            if name in ("amp-video", "amp-audio"):
                self._keep(page, attributes)
        return at

    def _object(self, name: str, raw: str, at: int) -> int:
        """One link for an object with all its fallbacks."""
        end = self._end(name, raw, at)
        attributes = _attributes(raw)
        inner = self.html[at : end.start()] if end else self._following(_PART, at)
        pages = [embeds.framed(name, attributes)]
        for found in _PART.finditer(inner):
            said = _attributes(found[1])
            if found[2].lower() == "embed":
                pages.append(embeds.framed("embed", said))
            elif found[2].lower() == "param" and said.get("name", "").lower() in ("movie", "src", "url", "filename"):
                pages.append(embeds.framed("param", {"src": said.get("value", "")}))
        page = min(filter(None, pages), key=lambda one: ".swf" in one.lower(), default=None)
        if page:
            self._link(page, attributes)
        if end is None:
            return at + len(inner)
        return at if text_length(inner) > _FALLBACK else end.end()

    def _following(self, part: re.Pattern[str], at: int) -> str:
        """The parts that follow at once, of an element that is never closed."""
        last = at
        for _ in range(_MOST_PARTS):
            gap = _SPACE.match(self.html, last)
            found = part.match(self.html, gap.end() if gap else last)
            if found is None:
                break
            last = found.end()
        return self.html[at:last]

    def _film(self, name: str, raw: str, at: int) -> int:
        """The player with its files, then a link; what it says to browsers without players goes."""
        end = self._end(name, raw, at)
        attributes = _attributes(raw)
        inner = self.html[at : end.start()] if end else ""
        if end is None:
            inner = self._following(_FILE, at)
        files = [_attributes(found[0]) for found in re.finditer(r"<source\b[^<>]*>", inner, re.IGNORECASE)]
        named = [(one["src"].strip(), one.get("type")) for one in (attributes, *files) if one.get("src", "").strip()]
        if not named and attributes.get("data-src", "").strip():
            named = [(attributes["data-src"].strip(), attributes.get("type"))]
        self.out.append(f"{raw.removesuffix('/>').removesuffix('>')}>")
        self.out += [_source(address, kind) for address, kind in named if address != attributes.get("src", "").strip()]
        self.out.append(f"</{name}>")
        if playable := [one for one in named if embeds.is_address(one[0])]:
            address, kind = next((one for one in playable if "mp4" in f"{one[0]} {one[1]}".lower()), playable[0])
            self._link(address, attributes)
            self._keep(address, attributes, kind)
        if end is None:
            return at + len(inner)
        if text_length(inner) > _FALLBACK:
            self.out.append(inner)
        return end.end()

    def _noscript(self, name: str, raw: str, at: int) -> int:
        """What is shown without scripts is read, unless it asks for them; pictures alone are told apart elsewhere."""
        end = self._end(name, raw, at)
        if end is None:
            return at
        inner = self.html[at : end.start()]
        player = re.search(r"<(?:iframe|video|audio|embed|object|blockquote)\b", inner, re.IGNORECASE)
        if player or (text_length(inner) and not (_SCRIPTS_OFF.search(inner) and text_length(inner) <= _FALLBACK)):
            return at
        self.out.append(raw + self.html[at : end.end()])
        return end.end()

    def _post(self, name: str, raw: str, at: int) -> int:
        """A post of another site keeps its words; its link is added where it has none that can be seen."""
        if not _POST.search(raw):
            return self._other(name, raw, at)
        self.out.append(raw)
        end = self._end(name, raw, at)
        inner = self.html[at : end.start()] if end and end.start() - at < _POST_LENGTH else ""
        attributes = _attributes(raw)
        page = embeds.posted(attributes)
        if empty := _EMPTY_LINK.search(inner):
            page = page or unescape(empty[1])
            inner_links = _LINK.search(_EMPTY_LINK.sub("", inner))
        else:
            inner_links = _LINK.search(inner)
        if page and not inner_links:
            self._link(page.partition("?utm_")[0], attributes)
        return at

    def _link(self, page: str, attributes: dict[str, str]) -> None:
        if page not in self.linked:
            self.linked.add(page)
            self.out.append(embeds.link(page, embeds.words_of(page, attributes)))

    def _keep(self, address: str, attributes: dict[str, str], kind: str | None = None) -> None:
        title = " ".join(attributes.get("title", "").split()) or None
        self.films.append(Film(address, embeds.media_type(address, kind or attributes.get("type")), title))


def _attributes(raw: str) -> dict[str, str]:
    """The attributes of a start tag by lower-case name, the first of each; without their entities."""
    found: dict[str, str] = {}
    start = re.match(r"<[^\s/>]+", raw)
    for written in _ATTRIBUTE.finditer(raw, start.end() if start else 1):
        value = written[2] if written[2] is not None else written[3] if written[3] is not None else written[4] or ""
        found.setdefault(written[1].lower(), unescape(value))
    return found


def _source(address: str, kind: str | None) -> str:
    return f'<source src="{_quoted(address)}"' + (f' type="{_quoted(kind)}">' if kind else ">")


def _quoted(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


@lru_cache(maxsize=256)
def _tag_of(name: str) -> re.Pattern[str]:
    """Start and end tags of a name; `/name` stands for end tags alone."""
    slash = "(?P<slash>/)" if name.startswith("/") else "(?P<slash>/?)"
    return re.compile(rf"<{slash}{re.escape(name.lstrip('/'))}(?=[\s/>])[^<>]*>", re.IGNORECASE | re.ASCII)
