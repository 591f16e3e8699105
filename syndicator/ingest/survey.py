"""What an address would yield if it were polled, and where a page says that its feeds are.

Pure, and apart from `discover`, because it runs in the killable box: what is looked at was written by strangers.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from syndicator.ingest.parse import webpage
from syndicator.ingest.parse.channel import header_links
from syndicator.ingest.parse.elements import join
from syndicator.ingest.places import SOFTWARE, subscribed
from syndicator.ingest.read import read
from syndicator.model import Response, Source
from syndicator.text.html import text_of
from syndicator.text.url import absolute, host, without_feed_scheme

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
_OF_FEEDS_ALONE = frozenset(
    kind for kind in _TYPES if "rss" in kind or "atom" in kind or "rdf" in kind or "feed" in kind
)
"""Types that need no relation beside them."""
_COMMENTS = re.compile(
    r"/comments/(?:feed|default)|feed=comments|/feed/comments|/comments?\.(?:rss|xml|atom)|type=comments", re.IGNORECASE
)
_COMMENTS_SAID = re.compile(r"\bcomment(?:s|aires?|arios?)?\b|\bkommentar|تعليق|دیدگاه|نظرات", re.IGNORECASE)
_SECTION = re.compile(
    r"/(?:categor(?:y|ies)|tags?|author|topics?|taxonomy|labels?|search)/|[?&](?:cat|tag|author|s)=|/-/", re.IGNORECASE
)
_INTERFACE = re.compile(r"wp-json|rest_route=|oembed", re.IGNORECASE)
_FEED_WORD = re.compile(r"rss|(?<![a-z])(?:feeds?|atom|rdf)(?![a-z])", re.IGNORECASE)
_SAID = re.compile(
    r"(?:\W|_)*(?:rss|atom|xml|feeds?|rss\s*2\.0|rss\s*feeds?|feed\s*rss|atom\s*feed|خدمة\s*rss|rss\s*خدمة"
    r"|خلاصات?|الخلاصات?|تلقيم|آر\s*إس\s*إس|ملقم\s*rss)(?:\W|_)*",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"\s*(\d{0,4})(?:\.\d*)?\s*[;,\s]\s*(?:url\s*=\s*)?[\"']?\s*([^\"'\s][^\"']*)", re.IGNORECASE)
_SCRIPTED = re.compile(
    r"""location(?:\.href)?\s*=\s*["']([^"'\s]{1,2000})["']|location\.(?:replace|assign)\(\s*["']([^"'\s]{1,2000})["']"""
)
_SOON = 30
"""Seconds after which a page may lead on and still mean it as a redirect."""


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
    """What an index names, the best first."""

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
    """`rel=alternate` of a feed's type or address, in the head, the text or a `Link` header; sections' after the main
    ones, without those of comments."""
    comments: tuple[Link, ...]
    """Declared feeds of comments."""
    wordpress: str | None
    """The posts of WordPress's REST interface."""
    linked: tuple[Link, ...]
    """Ordinary links whose words or addresses say that they lead to feeds, those on other hosts last."""
    refresh: str | None
    """Where the page leads on by itself: `meta refresh`, or a script or frame in a page without links."""
    software: str | None
    """What made the page, one of `places.SOFTWARE`."""


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
    here = urlsplit(response.url).path
    declared = sorted(_declared(root, base, response, here), key=lambda found: found[0])
    linked = sorted(_linked(root, base), key=lambda found: found[0])
    wordpress = _wordpress(root, base, response)
    return Signposts(
        declared=_distinct(link for rank, link in declared if rank != _OF_COMMENTS),
        comments=_distinct(link for rank, link in declared if rank == _OF_COMMENTS),
        wordpress=wordpress,
        linked=_distinct(link for _, link in linked),
        refresh=_refresh(root, base, response),
        software="wordpress" if wordpress else _software(root),
    )


_OF_SITE, _OF_SECTION, _OF_COMMENTS = range(3)


def _distinct(links: Iterable[Link]) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    for link in links:
        found.setdefault(link.url, link)
    return tuple(found.values())[:MANY]


def _declared(root: HtmlElement, base: str, response: Response, here: str) -> Iterator[tuple[int, Link]]:
    for written, given in header_links(response):
        if found := _feed(written, base, given["rel"], given.get("type", ""), given.get("title", ""), here):
            yield found
    for element in root.iter("link", "a", "area"):
        words = element.get("title") or (element.text_content()[:200] if element.tag == "a" else "")
        relations = (element.get("rel") or "").lower()
        kind = element.get("type") or ""
        if not (relations or kind) or (element.tag != "link" and not kind and "alternate" not in relations.split()):
            continue
        if element.get("hreflang") and not kind:
            continue
        if found := _feed(element.get("href") or "", base, relations, kind, words, here):
            yield found


def _feed(href: str, base: str, relations: str, kind: str, words: str, here: str) -> tuple[int, Link] | None:
    """A declared feed and its rank; None for what declares something else."""
    address = _address(href, base)
    mime = kind.partition(";")[0].strip().lower()
    format_ = _TYPES.get(mime)
    related = relations.split()
    if address is None or (format_ == "jsonfeed" and _INTERFACE.search(address)):
        return None
    alternate = "alternate" in related or "alternative" in related or "feed" in related
    mislabelled = alternate and format_ is None and "oembed" not in mime and _looks_like_feed(address)
    if not (("feed" in related or (alternate and format_)) or mime in _OF_FEEDS_ALONE or mislabelled):
        return None
    if {"stylesheet", "icon", "canonical", "amphtml", "search"}.intersection(related):
        return None
    rank = _OF_SITE
    if _COMMENTS.search(address) or _COMMENTS_SAID.search(words):
        rank = _OF_COMMENTS
    elif _SECTION.search(address) and not (here.strip("/") and here.rstrip("/") in urlsplit(address).path):
        rank = _OF_SECTION
    return rank, Link(url=address, kind=format_ or "feed")


def _looks_like_feed(address: str) -> bool:
    parts = urlsplit(address)
    return _FEED_WORD.search(f"{parts.path}?{parts.query}") is not None


def _linked(root: HtmlElement, base: str) -> Iterator[tuple[int, Link]]:
    """Links by rank: those that say in words and address that they are feeds, in one of both, on other hosts."""
    home = host(base)
    for element in root.iter("a", "area"):
        address = _address(element.get("href") or "", base)
        if address is None or _COMMENTS.search(address):
            continue
        for inner in subscribed(address):
            if feed := absolute(inner):
                yield 1, Link(url=feed, kind="feed")
        pictures = " ".join(picture.get("alt") or "" for picture in element.iter("img"))
        said = (
            any(
                _SAID.fullmatch(words[:100])
                for words in (element.text_content(), element.get("title") or "", pictures)
                if words
            )
            or "rss" in (element.get("class") or "").lower()
        )
        looks = _looks_like_feed(address)
        own = host(address) == home
        elsewhere = (said and looks) or re.match(r"(?:feeds?|rss)\d?\.", host(address)) is not None
        if (own and (said or looks)) or (not own and elsewhere and not list(subscribed(address))):
            yield (0 if said and looks else 1) + (0 if own else 2), Link(url=address, kind="feed")


def _refresh(root: HtmlElement, base: str, response: Response) -> str | None:
    """An address other than the page's own, to which it leads at once; what is only for browsers without scripts does
    not count."""
    found: str | None = None
    for element in root.iter("meta"):
        if (element.get("http-equiv") or "").strip().lower() != "refresh":
            continue
        written = _REFRESH.match((element.get("content") or "")[:2_200])
        inside = any(outer.tag == "noscript" for outer in element.iterancestors())
        if written and not inside and int(written[1] or 0) <= _SOON:
            found = absolute(written[2].strip(), base)
            break
    if found is None and root.find(".//a") is None:
        frame = next(
            (address for frame in root.iter("frame") if (address := absolute(frame.get("src") or "", base))), None
        )
        if frame:
            return str(frame)
        scripts = " ".join(script.text_content()[:5_000] for script in list(root.iter("script"))[:20])
        if scripted := _SCRIPTED.search(scripts):
            found = absolute(scripted[1] or scripted[2], base)
    return found if found and found.partition("#")[0] != response.url.partition("#")[0] else None


def _software(root: HtmlElement) -> str | None:
    """By `meta name=generator`; WordPress and Drupal also by where their files are."""
    said = " ".join(webpage.meta(root, "generator")).lower()[:2_000]
    if named := next((word for word in re.findall(r"[a-z0-9]+", said) if word in SOFTWARE), None):
        return str(named)
    for element in root.iter("link", "script", "img"):
        address = element.get("href") or element.get("src") or ""
        if "/wp-content/" in address or "/wp-includes/" in address:
            return "wordpress"
        if "/sites/default/files/" in address:
            return "drupal"
    return None


def _address(written: str, base: str) -> str | None:
    """Absolute, without the `feed:` that old pages put before their feeds' addresses, and without a fragment."""
    href = without_feed_scheme(written)
    found = absolute(href, base) if href else None
    return found.partition("#")[0] if found else None


def _wordpress(root: HtmlElement, base: str, response: Response) -> str | None:
    """The API's root is named by a `link` element or a `Link` header with this relation."""
    relation = "https://api.w.org/"
    named = (e.get("href") for e in root.iter("link") if relation in (e.get("rel") or "").lower().split())
    headed = (address for address, given in header_links(response) if relation in given["rel"].split())
    written = next(named, None) or next(headed, None)
    api = absolute(join(base, written), base) if written else None
    if api is None:
        return None
    address = api.partition("#")[0].rstrip("/")
    return f"{address}/wp/v2/posts{'&' if '?' in address else '?'}_embed=author,wp:featuredmedia,wp:term"
