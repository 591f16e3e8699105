"""The nouns: every value that one room hands to another. Read this first.

Three families, never mixed:

- **Defined**: people wrote them in `config/` and `feeds/` - `Publisher`, `Source`, `Topic`, `Feed` (in `choice`).
- **Carried**: one item on its way - `Response`, `Channel` of `Entry`, `Article`, `Edition`, `Document`.
- **Learned**: what polling taught us - `Validators`, `SourceState`, `Poll`.

All are frozen, slotted, keyword-only dataclasses: a stage that knows more returns `replace(noun, ...)`.
Every moment is an aware `datetime` in UTC. An **edition** is one published feed as it stands at one moment: what it
carries, and the addresses around it. Rendered in one format it is a `Document`, stored until the feed changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from syndicator.choice import Feed as Feed
from syndicator.choice import address
from syndicator.text.html import SafeHtml
from syndicator.text.signature import Signature
from syndicator.text.url import Url

THRESHOLD = 3.5
"""The score from which an article has a topic that sets no threshold of its own."""

# ---------------------------------------------------------------- defined


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who publishes: one file in `config/sources/`; `id` is the file's name without `.toml`."""

    id: str
    title: str
    homepage: str | None = None
    language: str | None = None
    """BCP 47, what its articles are in when the text itself does not tell."""
    timezone: str | None = None
    """IANA name, for dates that the publisher writes without a zone."""
    extract: "ExtractRules"
    allow_private: tuple[str, ...] = ()
    """Private networks that its sources are in, as CIDR blocks (`http.address`); a source's own list has these too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractRules:
    """CSS selectors for a publisher's pages; they win over every guess. Empty: guess."""

    title: str | None = None
    body: str | None = None
    image: str | None = None
    caption: str | None = None
    credit: str | None = None
    author: str | None = None
    published: str | None = None
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRules:
    """CSS selectors that find the items on a page of links (`kind = "listing"`). Empty: guess."""

    item: str | None = None
    link: str | None = None
    title: str | None = None
    published: str | None = None
    summary: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One address that is polled; `id` is `<publisher>/<name>`."""

    id: str
    publisher: Publisher
    url: str
    """As the operator wrote it: never rewritten."""
    kind: str = "feed"
    every: timedelta | None = None
    """The time between two polls, the last word on it (`ingest.cadence`); None: as the settings say."""
    topics: tuple[str, ...] = ()
    """Topics that every article of this source has, whatever its text says."""
    full_text: bool = False
    encoding: str | None = None
    """The last word on the character encoding, for publishers that mislabel theirs."""
    language: str | None = None
    timezone: str | None = None
    listing: ListingRules
    allow_private: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What an article can be about; `id` is the path below `config/topics/`."""

    id: str
    title: str
    phrases: tuple[str, ...]
    """Found in every form that Arabic gives them; `=` before a phrase takes it literally (`text.forms`)."""
    exclude: tuple[str, ...] = ()
    """Longer phrases that hide a phrase inside them: "جنوب السودان" for "السودان"."""
    weak: tuple[str, ...] = ()
    """Phrases that count only beside one of `phrases`: "تدمر", Palmyra or "destroys"."""
    threshold: float = THRESHOLD
    """The score from which an article has the topic; see `ingest.classify` for what counts how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """A country or territory that an article can be about; `code` is its ISO 3166 alpha-2 code."""

    code: str
    names: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    """Names and cities are taken literally, with prefixes."""
    adjectives: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    """Leaders, groups and institutions; like adjectives found in every form (`text.forms`)."""
    weak: tuple[str, ...] = ()
    """Phrases that count only beside one that is not weak."""
    exclude: tuple[str, ...] = ()
    written_otherwise: tuple[str, ...] = ()
    """Words that only folding makes a form of it: "اليمنى" for "اليمني"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who is found under one name, the shown one, however it is written."""

    name: str
    spellings: tuple[str, ...] = ()
    """Others in use, and the surname where it is enough."""


# ---------------------------------------------------------------- carried


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


# ---------------------------------------------------------------- learned


class Outcome(StrEnum):
    """How a poll ended."""

    CHANGED = "changed"
    """New or changed articles came."""
    UNCHANGED = "unchanged"
    """A whole answer, with nothing new in it."""
    NOT_MODIFIED = "not-modified"
    """The server said 304."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a source treats its items, counted over its polls; the latest polls weigh most (`ingest.habits`)."""

    kept: int = 0
    """Items that came again under the guid that they had."""
    guid_changed: int = 0
    """Items that came again under another guid."""
    guid_reused: int = 0
    """Guids that came again with another story."""
    link_kept: int = 0
    link_changed: int = 0
    """Items that came again with the same page as their link, or with another one."""
    link_reused: int = 0
    """Links that came again with another story."""
    newest_first: int = 0
    oldest_first: int = 0
    """Polls whose new items stood before, or behind, all known ones; or whose dates ran so."""
    day_first: bool | None = None
    """Whether the source writes the day before the month; None: not known yet."""

    @property
    def guid_unstable(self) -> bool:
        """Another guid says nothing about the item."""
        return self.guid_changed > 2 and self.guid_changed > self.kept

    @property
    def reversed(self) -> bool:
        """The oldest item stands first."""
        return self.oldest_first > self.newest_first


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What polling taught us about one source. A source never polled has all defaults."""

    source: str
    validators: Validators = Validators()
    body_hash: str | None = None
    """SHA-256 of the last good body: the same bytes again need no parsing."""
    next_poll: datetime | None = None
    """None: never polled, so due now."""
    why: str = ""
    """Why then, in words."""
    last_poll: datetime | None = None
    last_success: datetime | None = None
    last_new: datetime | None = None
    last_full: datetime | None = None
    """When a whole body last came (200 or 226)."""
    last_unconditional: datetime | None = None
    """When a request last went out without validators although there were some."""
    refuses: datetime | None = None
    """When its server last refused a conditional request, or answered it wrongly; None: they work."""
    failures: int = 0
    """In a row."""
    failing_since: datetime | None = None
    error: str | None = None
    """The last failure as a sentence; None while all is well."""
    reason: str | None = None
    """The last failure as one word (`SourceError.reason`)."""
    interval: timedelta | None = None
    """The adaptive interval as learned from the last whole body."""
    ttl: timedelta | None = None
    period: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    """The last body's wishes (see `Channel`), for the polls that bring no body."""
    repeats: int = 0
    """Whole answers in a row with nothing new, where a 304 could have been."""
    moved_to: str | None = None
    """Where a permanent redirect leads, while it holds."""
    moved_since: datetime | None = None
    moved_times: int = 0
    adopted: str | None = None
    """Polled instead of the configured address, because a permanent redirect held long enough."""
    hub: str | None = None
    """The WebSub hub that the last whole body named."""
    topic: str | None = None
    """What to subscribe to there."""
    stopped: bool = False
    """410 Gone: not polled again until an operator says so."""
    habits: Habits = Habits()
    notes: tuple[str, ...] = ()
    """What was left out of, or guessed in, the last body that could be read (`Poll.notes`)."""
    epoch: int = 0
    """Counts the leases: a write that carries an older one is refused."""


SLOW = frozenset({"deadline", "dns", "limit"})
"""Reasons of failures that take their time: whoever failed so is asked after the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to poll one source until a moment; its state's `epoch` fences off whoever held it before."""

    state: SourceState
    until: datetime

    @property
    def source(self) -> str:
        return self.state.source

    @property
    def epoch(self) -> int:
        return self.state.epoch

    @property
    def slow(self) -> bool:
        """Its last poll took its time and brought nothing."""
        return self.state.reason in SLOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll did: a row of the history and a line of the log. Durations in seconds."""

    source: str
    at: datetime
    outcome: Outcome
    status: int | None = None
    entries: int = 0
    new: int = 0
    changed: int = 0
    wire_bytes: int = 0
    duration: float = 0.0
    reason: str | None = None
    error: str | None = None
    next_poll: datetime | None = None
    why: str = ""
    notes: tuple[str, ...] = ()
    """What was left out or guessed, one short sentence each."""
