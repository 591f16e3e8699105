"""Turns a server's answer into a `Channel`: one format a file, chosen by the source's kind."""

from collections.abc import Callable
from typing import TypeAlias

from syndicator.ingest.parse import feed, jsonfeed, listing, page, sitemap, wordpress
from syndicator.model import Channel, Response, Source

Parser: TypeAlias = Callable[[Response, Source], Channel]

PARSERS: dict[str, Parser] = {
    "feed": feed.parse,
    "jsonfeed": jsonfeed.parse,
    "sitemap": sitemap.parse,
    "wordpress": wordpress.parse,
    "listing": listing.parse,
    "page": page.parse,
}
"""What a source's `kind` may be, and the function that reads it."""


def parse(response: Response, source: Source) -> Channel:
    """Read an answer by the parser of the source's kind.

    Raises `NotAFeed`, `Malformed` or `ParseLimit` with a sentence for the operator, and nothing else.
    """
    return PARSERS[source.kind](response, source)


def losses(channel: Channel) -> tuple[str, ...]:
    """What was not read of an answer, a phrase each, for the operator."""
    said = []
    if channel.skipped:
        count = len(channel.skipped)
        items = f"{count} item{'s' if count > 1 else ''}"
        said.append(f"{items} could not be read, or not whole: {channel.skipped[0]}")
    if channel.left_out:
        said.append(f"{channel.left_out:,} older items were left out")
    return tuple(said)
