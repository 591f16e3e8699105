"""Carried: one item on its way, from the answer that holds it to the document that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syndicator.choice import Feed, address
from syndicator.model.defined import Publisher
from syndicator.text.html import SafeHtml
from syndicator.text.signature import Signature
from syndicator.text.url import Url


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "has it changed?" with (RFC 9110, 8.8): byte-exact, never rewritten."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A server's answer: headers by lower-case name, `body` without any Content-Encoding."""

    url: str
    """Where the answer came from, after redirects."""
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    permanent_url: str | None = None
    """Where an unbroken chain of 301 and 308 led, when the first hop was one."""
    wire_bytes: int = 0
    """Bytes of the body as they crossed the network."""

    @property
    def validators(self) -> Validators:
        return Validators(etag=self.headers.get("etag"), last_modified=self.headers.get("last-modified"))

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset parameter of Content-Type as the server wrote it, or None."""
        pairs = (part.partition("=") for part in self.headers.get("content-type", "").split(";")[1:])
        values = (value.strip().strip("\"'") for name, _, value in pairs if name.strip().lower() == "charset")
        return next(values, None) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category as a publisher wrote it."""

    term: str
    scheme: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that belongs to an item (`enclosure`, JSON Feed attachment): length in bytes, duration in seconds."""

    url: str
    type: str | None = None
    length: int | None = None
    title: str | None = None
    duration: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture with what belongs to it; caption and credit are plain text."""

    url: str
    caption: str | None = None
    credit: str | None = None
    width: int | None = None
    height: int | None = None
    alt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Something elsewhere, by title and address: an item's original source."""

    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as its publisher wrote it: nothing repaired, nothing trusted, nothing safe."""

    guid: str | None = None
    link: str | None = None
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    """The title may hold markup; summary and content are HTML, the content the longest that the item carries."""
    base: str | None = None
    """What relative addresses in this entry are relative to."""
    language: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    """A date as written."""
    updated: str | None = None
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    images: tuple[Image, ...] = ()
    """From Media RSS, iTunes, JSON Feed and the like; not those inside the HTML."""
    source: Reference | None = None
    comments: str | None = None
    geo: tuple[float, float] | None = None
    """Latitude and longitude in degrees, WGS 84."""
    withdrawn: bool = False
    """The publisher says that the item is deleted (RFC 6721); then only `guid` counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What one poll of a source holds: the entries, and what the publisher says of the whole.

    `ttl` to `skip_days` are requests about the timing of polls, as the format's own words have it; `hub` is WebSub's.
    """

    entries: tuple[Entry, ...] = ()
    title: str | None = None
    homepage: str | None = None
    language: str | None = None
    ttl: timedelta | None = None
    period: timedelta | None = None
    """`sy:updatePeriod` divided by `sy:updateFrequency`."""
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    """Hours 0 to 23 and weekdays, Monday is 0, both in UTC."""
    hub: str | None = None
    self_url: str | None = None
    parts: tuple[tuple[str, str | None], ...] = ()
    """What an index names instead of entries, the best first: address, and date of change as written."""
    skipped: tuple[str, ...] = ()
    """A phrase for each item that could not be read, or not whole: "item 3 is no object"."""
    left_out: int = 0
    """Older items beyond the newest that are read, and lists where articles are wanted."""
    day_first: bool | None = None
    """Whether its dates write the day before the month; None: they do not tell."""
    notes: tuple[str, ...] = ()
    """What was left out or guessed while reading, one short sentence each, for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an article came from: the source and the item's identity there.

    `fingerprint` is of the item as the source gave it, before any page was fetched: the same again, nothing to do.
    """

    source: str
    guid: str
    fingerprint: str
    page_due: datetime | None = None
    page_tries: int = 0
    """When the page behind the item, which could not be had so many times, is asked for again; None: it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article: canonical, dated, safe. The same link from two sources is one article with two origins."""

    id: str
    """A UUID, made once from the first origin (RFC 9562, version 5); never changes."""
    url: Url
    title: str
    summary: str
    """Plain text: the publisher's own, else the first sentences of the body (`text.lead`); empty without either."""
    body: SafeHtml
    authors: tuple[str, ...] = ()
    language: str
    """BCP 47."""
    published: datetime
    updated: datetime
    """Changes only with the content."""
    images: tuple[Image, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    categories: tuple[Category, ...] = ()
    source: Reference | None = None
    """The original source that the publisher names, if another."""
    comments: str | None = None
    geo: tuple[float, float] | None = None
    origins: tuple[Origin, ...]
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    """Paths of the feeds that carry it, decided when it was saved."""
    story: str | None = None
    """The id of the first article that told the same."""
    withdrawn: bool = False
    dated: bool = True
    """The publisher gave a date that can be; otherwise `published` is when we first saw it."""
    shared_link: bool = False
    """The link leads to more than this article (a homepage, a podcast's page), so it does not identify it."""
    position: int = field(default=0, compare=False)
    """Its place in the log of changes when it was read: the last visible change of any article has the highest."""
    arrived: int = field(default=0, compare=False)
    """Its first place in that log. It orders articles of one moment: the later one stands first."""

    @property
    def publishers(self) -> tuple[str, ...]:
        """Ids of the publishers that it came from, the first first."""
        return tuple(dict.fromkeys(origin.source.partition("/")[0] for origin in self.origins))

    def origin_at(self, source: str) -> Origin | None:
        """Its origin at a source, if it came from there."""
        return next((origin for origin in self.origins if origin.source == source), None)

    @property
    def lead_image(self) -> Image | None:
        return self.images[0] if self.images else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article in a story, as a new one is compared with it; `began` is when the story's first was published."""

    article: str
    story: str
    published: datetime
    began: datetime
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One published feed as it stands at one moment: all that a format needs, so that rendering is pure."""

    feed: Feed
    articles: tuple[Article, ...]
    """Newest first, `feed.limit` of them at most."""
    publishers: Mapping[str, Publisher]
    """By id, at least those of the articles."""
    base_url: str
    """The public address of the service, without a slash at its end."""
    updated: datetime
    """The newest change of any article that it carries; two renders of one state are byte-equal."""
    withdrawn: tuple[tuple[str, datetime], ...] = ()
    """Ids of articles that it used to carry, and when they were withdrawn."""
    hubs: tuple[str, ...] = ()
    previous_archive: str | None = None
    """Place below `/feeds/`, without extension, of the archive document before this one (RFC 5005)."""
    next_archive: str | None = None
    archive: bool = False
    """This is an archive document, not the current one."""
    path: str | None = None
    """This document's own place below `/feeds/`, without extension, when it is not the feed's: an archive's."""
    topics: Mapping[str, str] = field(default_factory=dict)
    """Titles by id, at least those of the articles."""
    related: Mapping[str, tuple["Article", ...]] = field(default_factory=dict)
    """The articles that tell the same as one of `articles`, by its id, the first published first."""

    def address(self, extension: str, path: str | None = None) -> str:
        """The absolute address of this edition in one format (`rss`, `atom`, `json`); with `path`, of another one."""
        return self.base_url + address(path or self.path or self.feed.path, extension)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Rendered bytes with all that HTTP needs to serve them: what an edition is made of."""

    content_type: str
    body: bytes
    gzip: bytes
    etag: str
    """As it stands in the header, with its quotes (RFC 9110, 8.8.3)."""
    last_modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored article that an incoming item may be, with what it was found by beside its guids."""

    article: Article
    urls: frozenset[str] = frozenset()
    """Addresses that it has or had."""
    pages: frozenset[str] = frozenset()
    """`text.url.page_key` of those."""
    headlines: frozenset[str] = frozenset()
    """Keys of titles that it has or had (`text.headline`)."""
