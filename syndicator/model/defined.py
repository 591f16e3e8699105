"""Defined: what people wrote in `config/` and `feeds/`; a `Feed` is in `choice`."""

from dataclasses import dataclass
from datetime import timedelta

THRESHOLD = 3.5
"""The score from which an article has a topic that sets no threshold of its own."""


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
