"""Recognises what is no feed, so that the operator reads what came instead of where the XML broke."""

import re

from syndicator.errors import NotAFeed
from syndicator.text.kinds import binary

_PAGE = re.compile(
    r"(?:\s|<!--(?:[^-]|-(?!->)){0,4000}-->|<\?[^>]{0,500}\?>|<!DOCTYPE\s+(?!html)[^>]{0,500}>){0,20}"
    r"<(?:!DOCTYPE\s+html\b|html\b|head\b|body\b|script\b|meta\b|div\b|table\b|h1\b)",
    re.IGNORECASE,
)
DOCTYPE = re.compile(
    r"""<!DOCTYPE(?:[^\[\]>"']++|"[^"]*+"|'[^']*+')*+"""
    r"""(?:\[(?:[^\]"'<]++|"[^"]*+"|'[^']*+'|<!--(?:[^-]++|-(?!->))*+-->|<)*+\]\s*+)?>""",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.\-]{0,100})(?=[\s/>])([^<>]*)>")
_ROOTS = frozenset({"rss", "rdf", "feed", "channel", "entry", "urlset", "sitemapindex"})
_FEED_GOES_ON = re.compile(
    r"(?:\s|<!--(?:[^-]|-(?!->)){0,2000}-->|<\?[^<>]{0,500}\?>){0,20}"
    r"<(?:\w{1,20}:)?(?:channel|title|id|link|updated|author|entry|item|url|sitemap|generator|subtitle|logo|icon)[\s/>]",
    re.IGNORECASE,
)
_LOOSE = frozenset({"p", "b", "i", "u", "a", "em", "font", "strong", "center", "span", "li", "small", "big"})
"""What people leave open in a notice."""
_BANNERS = frozenset(
    {"div", "table", "tbody", "tr", "td", "th", "ul", "ol", "section", "aside", "header", "h1", "h2", "h3"}
)
"""What may also be open where an XML declaration begins a new document."""
_BEFORE_A_DECLARATION = _LOOSE | _BANNERS
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,7})[ \t]{0,8}(?:;[^\r\n]{0,100})?\r\n")
_CODE_END = re.compile(r"</(?:script|style)", re.IGNORECASE)
_FAR, _PIECES, _DEEP = 1 << 18, 5_000, 100
"""Characters, tags and depth in front of a feed that are looked through."""


def refuse_other_kinds(body: bytes) -> None:
    """`NotAFeed` for nothing at all and for files that say by their first bytes what they are."""
    if not body.strip():
        raise NotAFeed("The answer was empty.")
    if what := binary(body):
        raise NotAFeed(f"The address answered with {what} where a feed was expected.")


def unchunked(body: bytes) -> bytes:
    """The body without the lengths of chunks that a broken server left in it (RFC 9112, 7.1), if they all fit."""
    parts: list[bytes] = []
    at = 0
    while found := _CHUNK.match(body, at):
        size = int(found[1], 16)
        end = found.end() + size
        parts.append(body[found.end() : end])
        if size == 0 or end >= len(body):
            return b"".join(parts)
        if not body.startswith(b"\r\n", end):
            return body
        at = end + 2
    return b"".join(parts) if parts and at >= len(body) else body


def refuse_pages(text: str) -> None:
    """`NotAFeed` for JSON and web pages, as far as their first characters tell."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        kind = ' It is a JSON Feed: write kind = "jsonfeed".' if "jsonfeed.org/version" in text[:4096] else ""
        raise NotAFeed(f"The address answered with JSON where a feed in XML was expected.{kind}")
    if _PAGE.match(text[:16_384]) and root_of(text)[0] is None:
        raise NotAFeed("The address answered with a web page where a feed was expected.")


def root_of(text: str) -> tuple[int | None, int | None]:
    """Where the root of a feed or sitemap begins, and where the first element of all does; None: there is none.

    Notices of PHP, banners and scripts that a server puts in front of a feed are closed, or are lines of text; a page
    that shows a feed is still open where the feed begins.
    """
    first: int | None = None
    open_: list[str] = []
    declared = False
    failed: set[str] = set()
    at = text.find("<")
    for _ in range(_PIECES):
        if not 0 <= at < _FAR:
            break
        tag = _TAG.match(text, at)
        if tag is None:
            declared = declared or text[at + 1 : at + 5].lower() == "?xml"
            at = _behind(text, at, failed)
        else:
            slash, name = tag[1], tag[2].rpartition(":")[2].lower()
            loose = _BEFORE_A_DECLARATION if declared else _LOOSE
            if not slash and name in _ROOTS and loose.issuperset(open_) and (first is None or _goes_on(text, tag)):
                return at, at if first is None else first
            first = at if first is None else first
            declared = False
            at = _note(text, tag, name, open_)
        at = text.find("<", at)
    return None, first


def _goes_on(text: str, root: re.Match[str]) -> bool:
    """Whether behind the tag of a root stands what a feed or sitemap begins with."""
    return _FEED_GOES_ON.match(text, root.end()) is not None


def _note(text: str, tag: re.Match[str], name: str, open_: list[str]) -> int:
    """Keep book of what is open; where to go on, which is behind the content of a script."""
    if tag[1]:
        if name in open_:
            del open_[len(open_) - 1 - open_[::-1].index(name) :]
        return tag.end()
    if tag[3].endswith("/") or name in _VOID:
        return tag.end()
    if name in ("script", "style"):
        end = _CODE_END.search(text, tag.end(), _FAR)
        if end is not None:
            return end.end()
    if len(open_) < _DEEP:
        open_.append(name)
    return tag.end()


def _behind(text: str, at: int, failed: set[str]) -> int:
    """Behind a comment, declaration or instruction. `failed`: kinds whose end was looked for in vain once."""
    if text.startswith("<!--", at) and "comment" not in failed:
        end = text.find("-->", at)
        if end >= 0:
            return end + 3
        failed.add("comment")
        return at + 4
    if text[at + 1 : at + 2] not in ("!", "?"):
        return at + 1
    if text[at + 1] == "!" and "doctype" not in failed:
        if doctype := DOCTYPE.match(text, at):
            return doctype.end()
        if text[at + 2 : at + 9].lower() == "doctype":
            failed.add("doctype")
    return text.find(">", at) + 1 or len(text)
