"""Recognises what is no feed, so that the operator reads what came instead of where the XML broke."""

import re

from syndicator.errors import NotAFeed
from syndicator.text.kinds import binary

_PAGE = re.compile(
    r"(?:\s|<!--(?:[^-]|-(?!->)){0,4000}-->|<\?[^>]{0,500}\?>|<!DOCTYPE\s+(?!html)[^>]{0,500}>){0,20}"
    r"<(?:!DOCTYPE\s+html\b|html\b|head\b|body\b|script\b|meta\b|div\b|table\b|h1\b)",
    re.IGNORECASE,
)
_FEED = re.compile(r"<(?:\w{1,20}:)?(?:rss|rdf|feed|channel)\b", re.IGNORECASE)


def refuse_other_kinds(body: bytes) -> None:
    """`NotAFeed` for nothing at all and for files that say by their first bytes what they are."""
    if not body.strip():
        raise NotAFeed("The answer was empty.")
    if what := binary(body):
        raise NotAFeed(f"The address answered with {what} where a feed was expected.")


def refuse_pages(text: str) -> None:
    """`NotAFeed` for JSON and web pages, as far as their first characters tell."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        kind = ' It is a JSON Feed: write kind = "jsonfeed".' if "jsonfeed.org/version" in text[:4096] else ""
        raise NotAFeed(f"The address answered with JSON where a feed in XML was expected.{kind}")
    page = _PAGE.match(text[:16384])
    if page and not (_FEED.search(text[:2048]) and not page[0].lower().endswith(("html", "body", "head"))):
        raise NotAFeed("The address answered with a web page where a feed was expected.")
