"""Whether a document is whole although its transfer was not: the length was wrong, or a trailer is missing.

A wrong Content-Length and a gzip body without its checksum are common; half a feed is not a feed, because it looks like
one whose other articles were withdrawn. What tells them apart is the document's own end: the closing tag of its
outermost element, or the closing bracket of its JSON.
"""

import re

ENDS = 4_096
"""Bytes of the beginning and the end that are looked at."""
_CLOSED = re.compile(rb"</((?:[\w-]{1,20}:)?(rss|feed|rdf|urlset|sitemapindex|opml|html))\s*>", re.IGNORECASE)
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BOMS = (b"\xff\xfe", b"\xfe\xff")


def is_whole(body: bytes) -> bool:
    """Whether a body is a document with its end: RSS, RDF, Atom, a sitemap, OPML, HTML or JSON."""
    return is_whole_markup(body[:ENDS], body[-ENDS:]) or _is_whole_json(body)


def is_whole_markup(start: bytes, end: bytes) -> bool:
    """As `is_whole`, for markup alone, by its first and last bytes: quick enough to be asked for every packet."""
    if start.startswith(_BOMS):
        start, end = start.replace(b"\0", b""), end.replace(b"\0", b"")
    last = max(_CLOSED.finditer(end), key=lambda closed: closed.end(), default=None)
    if last is None or b"<" + last[1].lower() not in start.lower():
        return False
    return last[2].lower() == b"html" or _nothing(end[last.end() :])


def _nothing(rest: bytes) -> bool:
    """Whether nothing but comments and white space follows."""
    while rest := rest.strip(b" \t\r\n\0"):
        _, end, after = rest.partition(b"-->")
        if not rest.startswith(b"<!--") or not end:
            return False
        rest = after
    return True


def _is_whole_json(body: bytes) -> bool:
    """Whether as many brackets are closed as were opened, outside of strings."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if text[:1] + text[-1:] not in (b"{}", b"[]"):
        return False
    bare = _STRINGS.sub(b"", text)
    return len(text) > 2 and all(bare.count(a) == bare.count(b) for a, b in ((b"{", b"}"), (b"[", b"]")))
