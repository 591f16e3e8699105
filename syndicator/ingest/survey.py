"""What an address would yield if it were polled, and where a page says that its feeds are.

Pure, and apart from `discover`, because it runs in the killable box: what is looked at was written by strangers.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from syndicator.ingest.parse import webpage
from syndicator.ingest.parse.channel import header_links
from syndicator.ingest.parse.elements import join
from syndicator.ingest.read import read
from syndicator.model import Response, Source
from syndicator.text.html import text_of
from syndicator.text.url import absolute, host

TITLES = 3
MANY = 32
"""Links of one sort that are kept from one page."""

_TYPES = {
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
    "application/xml": "feed",
    "text/xml": "feed",
    "text/rss+xml": "feed",
    "application/feed+json": "jsonfeed",
    "application/json": "jsonfeed",
}
_COMMENTS = re.compile(r"/comments/(?:feed|default)|feed=comments|/feed/comments", re.IGNORECASE)
_INTERFACE = re.compile(r"wp-json|rest_route=|oembed", re.IGNORECASE)
_FEED_PATH = re.compile(r"(?:^|/)(?:rss|rss2|feed|feeds|atom)(?:/?$|[./_-])|\.(?:rss|atom|rdf)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What one poll of an address would bring; lengths are medians, in characters of text."""

    title: str | None
    homepage: str | None
    language: str | None
    """Of most of the articles; else what the feed says."""
    entries: int
    titles: tuple[str, ...]
    newest: datetime | None
    oldest: datetime | None
    """Of those articles that are dated."""
    body: int
    summary: int
    images: int
    """Articles that have any."""
    parts: tuple[str, ...]
    """What an index names, the newest first."""

    @property
    def full_text(self) -> bool:
        """Whether it carries whole articles: bodies that are long, or much longer than their summaries."""
        return self.body >= 1000 or (self.body >= 400 and self.body >= 2 * self.summary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that may be a feed."""

    url: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signposts:
    """Where a page says, or seems to say, that its feeds are; each address once, absolute."""

    declared: tuple[Link, ...]
    """`link rel=alternate` of a feed's type, without those of comments."""
    wordpress: str | None
    """The posts of WordPress's REST interface."""
    linked: tuple[Link, ...]
    """Ordinary links on the same site whose addresses look like feeds'."""


def survey(response: Response, source: Source, moment: datetime) -> Yield:
    """Reads an answer as a poll would. Raises `ParseError` when it holds nothing that can be read as this kind."""
    channel, articles = read(response, source, moment)
    dates = [article.published for article in articles if article.published < moment]
    languages = Counter(article.language for article in articles if article.language != "und")
    return Yield(
        title=channel.title,
        homepage=absolute(channel.homepage, response.url) if channel.homepage else None,
        language=next((name for name, _ in languages.most_common(1)), channel.language),
        entries=len(articles),
        titles=tuple(article.title for article in articles[:TITLES]),
        newest=max(dates, default=None),
        oldest=min(dates, default=None),
        body=round(median(len(text_of(article.body)) for article in articles)) if articles else 0,
        summary=round(median(len(article.summary) for article in articles)) if articles else 0,
        images=sum(bool(article.images) for article in articles),
        parts=tuple(address for address, _ in channel.parts),
    )


def signposts(response: Response, source: Source) -> Signposts:
    """What a page says of its feeds. Raises `ParseError` when it is no web page."""
    root = webpage.read(response, source)
    base = webpage.base_of(root, response)
    return Signposts(
        declared=_distinct(_declared(root, base)),
        wordpress=_wordpress(root, base, response),
        linked=_distinct(_linked(root, base)),
    )


def _distinct(links: Iterator[Link]) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    for link in links:
        found.setdefault(link.url, link)
    return tuple(found.values())[:MANY]


def _declared(root: HtmlElement, base: str) -> Iterator[Link]:
    for element in root.iter("link"):
        relations = (element.get("rel") or "").lower().split()
        kind = _TYPES.get((element.get("type") or "").partition(";")[0].strip().lower())
        address = _address(element, base)
        if address is None or _COMMENTS.search(address) or (kind == "jsonfeed" and _INTERFACE.search(address)):
            continue
        if "feed" in relations or ("alternate" in relations and kind):
            yield Link(url=address, kind=kind or "feed")


def _linked(root: HtmlElement, base: str) -> Iterator[Link]:
    for element in root.iter("a"):
        address = _address(element, base)
        if address is None or host(address) != host(base) or _COMMENTS.search(address):
            continue
        if _FEED_PATH.search(urlsplit(address).path):
            yield Link(url=address, kind="feed")


def _address(element: HtmlElement, base: str) -> str | None:
    """Without the `feed:` that old pages put before their feeds' addresses, and without a fragment."""
    href = (element.get("href") or "").strip()
    href = re.sub(r"^feed:(?=https?:)", "", href)
    href = re.sub(r"^feed:(?=//)", "http:", href)
    found = absolute(href, base) if href else None
    return found.partition("#")[0] if found else None


def _wordpress(root: HtmlElement, base: str, response: Response) -> str | None:
    """The API's root is named by a `link` element or a `Link` header with this relation."""
    relation = "https://api.w.org/"
    named = (e.get("href") for e in root.iter("link") if relation in (e.get("rel") or "").lower().split())
    written = next(named, None) or dict(header_links(response)).get(relation)
    api = absolute(join(base, written), base) if written else None
    if api is None:
        return None
    address = api.partition("#")[0].rstrip("/")
    return f"{address}/wp/v2/posts{'&' if '?' in address else '?'}_embed=author,wp:featuredmedia,wp:term"
