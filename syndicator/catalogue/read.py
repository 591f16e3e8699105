"""`config/` and `feeds/` read whole and checked once: the `Catalogue`.

A catalogue is one immutable value. It is read whole, checked whole - every mistake in every file is told at once -
and swapped whole: a reload that finds a mistake leaves the old catalogue in place. The path is the name: no file
says its own id. `fingerprint` changes exactly when what was written changes, so that the store knows when its
labels and routes are out of date.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import XPathError
from pydantic import AfterValidator, Field

from syndicator.catalogue.labels import Code, Gazetteer, read_people, read_places
from syndicator.catalogue.names import NAME
from syndicator.catalogue.ready import candidates, ready_made
from syndicator.choice import Choice, Order
from syndicator.errors import ConfigurationError
from syndicator.model import THRESHOLD, Article, ExtractRules, Feed, ListingRules, Person, Publisher, Source, Topic
from syndicator.settings import AnyTable, Minutes, Network, Table, read_toml
from syndicator.text.language import tag
from syndicator.text.query import parse
from syndicator.text.url import absolute, canonical

_ARCHIVE = re.compile(r"/archive/\d+$")
KINDS = ("feed", "jsonfeed", "sitemap", "wordpress", "listing", "page")


def _address(value: str) -> str:
    if canonical(value) is None:
        raise ValueError("must be an absolute http or https address, without user name and password")
    return value


def _language(value: str) -> str:
    found = tag(value)
    if found is None:
        raise ValueError("must be a language tag such as 'ar' or 'ar-SY' (BCP 47)")
    return found


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("must be an IANA time zone such as 'Asia/Damascus'")
    return value


def _encoding(value: str) -> str:
    try:
        "".encode(value)
    except LookupError:
        raise ValueError("must be a character encoding such as 'windows-1256'") from None
    return value


def _kind(value: str) -> str:
    if value not in KINDS:
        raise ValueError(f"must be one of {', '.join(KINDS)}")
    return value


def _selector(value: str) -> str:
    try:
        CSSSelector(value, translator="html")
    except (SelectorError, XPathError) as error:
        raise ValueError(f"must be a CSS selector such as 'article .body': {str(error).rstrip('.')}") from None
    return value


def _query(value: str) -> str:
    if value and not parse(value):
        raise ValueError("must ask for a word at least, such as 'هدنة -غزة'")
    return value


Address = Annotated[str, AfterValidator(_address)]
Selector = Annotated[str, AfterValidator(_selector)]
Language = Annotated[str, AfterValidator(_language)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Phrase = Annotated[str, Field(min_length=1, max_length=200)]
Title = Annotated[str, Field(min_length=1, max_length=300)]


class ExtractTable(Table):
    """`[extract]` in a publisher's file: CSS selectors for its pages."""

    title: Selector | None = None
    body: Selector | None = None
    image: Selector | None = None
    caption: Selector | None = None
    credit: Selector | None = None
    author: Selector | None = None
    published: Selector | None = None
    remove: tuple[Selector, ...] = ()


class ListingTable(Table):
    """`[feeds.NAME.listing]`: CSS selectors that find the items of a page."""

    item: Selector | None = None
    link: Selector | None = None
    title: Selector | None = None
    published: Selector | None = None
    summary: Selector | None = None
    image: Selector | None = None


class SourceTable(Table):
    """`[feeds.NAME]` in a publisher's file: one polled address."""

    url: Address
    kind: Annotated[str, AfterValidator(_kind)] = "feed"
    every: Minutes | None = None
    topics: tuple[str, ...] = ()
    full_text: bool = False
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    language: Language | None = None
    timezone: Timezone | None = None
    listing: ListingTable = ListingTable()
    allow_private: tuple[Network, ...] = ()


class PublisherFile(Table):
    """`config/sources/<publisher>.toml`."""

    title: Title
    homepage: Address | None = None
    language: Language | None = None
    timezone: Timezone | None = None
    extract: ExtractTable = ExtractTable()
    allow_private: tuple[Network, ...] = ()
    feeds: Annotated[dict[str, SourceTable], Field(min_length=1)]


class TopicFile(Table):
    """`config/topics/<topic>.toml`."""

    title: Title
    phrases: Annotated[tuple[Phrase, ...], Field(min_length=1)]
    exclude: tuple[Phrase, ...] = ()
    weak: tuple[Phrase, ...] = ()
    threshold: Annotated[float, Field(gt=0)] = THRESHOLD


class ChoiceTable(Table):
    """`[any]`, `[all]` and `[none]` in a feed's file, and the same keys outside of them."""

    topics: frozenset[str] = frozenset()
    places: frozenset[Code] = frozenset()
    sources: frozenset[str] = frozenset()
    languages: frozenset[Language] = frozenset()
    people: frozenset[Phrase] = frozenset()
    query: Annotated[str, Field(max_length=300), AfterValidator(_query)] = ""


class FeedFile(ChoiceTable):
    """`feeds/<path>.toml`."""

    title: Title
    description: str = ""
    language: Language = "ar"
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    order: Order = Order.PUBLISHED
    one_per_story: bool = False
    any: ChoiceTable = ChoiceTable()
    all: ChoiceTable = ChoiceTable()
    none: ChoiceTable = ChoiceTable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All that people wrote, by id; every reference in it holds."""

    publishers: Mapping[str, Publisher]
    sources: Mapping[str, Source]
    topics: Mapping[str, Topic]
    feeds: Mapping[str, Feed]
    ready: Mapping[str, Feed]
    """The ready-made feeds (`ready`), by path."""
    gazetteer: Gazetteer
    people: tuple[Person, ...]
    fingerprint: str

    def feed(self, path: str) -> Feed | None:
        """A feed by its path, defined or ready-made."""
        return self.feeds.get(path) or self.ready.get(path)

    def routes(self, article: Article) -> tuple[str, ...]:
        """The paths of all feeds that carry an article, defined and ready-made."""
        ready = (self.ready[path] for path in candidates(article) if path in self.ready)
        return tuple(sorted(feed.path for feed in (*self.feeds.values(), *ready) if feed.carries(article)))

    def polling(self, url: str) -> Source | None:
        """The source that polls an address already, in whichever spelling."""
        wanted = address_key(url)
        return next((source for source in self.sources.values() if address_key(source.url) == wanted), None)


def address_key(url: str) -> str:
    """The same for two addresses that lead to one feed: neither scheme nor fragment nor a last slash makes another."""
    return (absolute(url) or url).partition("#")[0].partition("://")[2].rstrip("/")


def load(home: Path) -> Catalogue:
    """Reads and checks all definitions below `home`.

    Raises `ConfigurationError` with one line for every mistake: file, definition and key.
    """
    reader = _Reader(home)
    publishers, sources = reader.publishers()
    topics = {name: Topic(id=name, **dict(file)) for name, file in reader.each("config/topics", TopicFile)}
    feeds = {name: _feed(name, file) for name, file in reader.each("feeds", FeedFile)}
    reader.mistakes += _mistaken(feeds)
    gazetteer, people = read_places(home), read_people(home)
    places = {code: (one.names or (code,))[0] for code, one in gazetteer.territories.items()}
    if not reader.mistakes:  # a file that could not be read would be missed everywhere it is named
        reader.mistakes += _dangling(publishers, sources, topics, feeds, places)
    if reader.mistakes:
        raise ConfigurationError(reader.mistakes)
    return Catalogue(
        publishers=publishers,
        sources=sources,
        topics=topics,
        feeds=feeds,
        ready=ready_made(topics, places, publishers, sources),
        gazetteer=gazetteer,
        people=people,
        fingerprint=reader.fingerprint("config/places.toml", "config/people.toml"),
    )


class _Reader:
    """Reads definition files, gathers mistakes and goes on."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.mistakes: list[str] = []
        self.digest = hashlib.sha256()
        if not (home / "config" / "sources").is_dir():
            self.mistakes.append(f"config/sources: no such directory in {home}; make one with 'syndicator init DIR'")

    def files(self, folder: str) -> Iterator[tuple[str, Path]]:
        """Every definition below a folder, as (name, path), in the order of their names."""
        root = self.home / folder
        for path in sorted(root.rglob("*.toml")):
            name = path.relative_to(root).with_suffix("").as_posix()
            if all(NAME.fullmatch(part) for part in name.split("/")):
                yield name, path
            else:
                self.mistakes.append(
                    f"{folder}/{name}.toml: the file's name becomes an address, so it may hold only"
                    " small Latin letters, digits and single hyphens"
                )

    def fingerprint(self, *more: str) -> str:
        """Of all files that were read, and of these as well, where they exist."""
        for path in (self.home / name for name in more):
            self.digest.update(path.read_bytes() if path.exists() else b"")
        return self.digest.hexdigest()

    def read(self, path: Path, schema: type[AnyTable]) -> AnyTable | None:
        name = path.relative_to(self.home).as_posix()
        try:
            self.digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
            return read_toml(path, schema, name=name)
        except ConfigurationError as error:
            self.mistakes += error.mistakes
            return None

    def each(self, folder: str, schema: type[AnyTable]) -> Iterator[tuple[str, AnyTable]]:
        """Every definition below a folder that has no mistake, by name."""
        for name, path in self.files(folder):
            if (file := self.read(path, schema)) is not None:
                yield name, file

    def publishers(self) -> tuple[dict[str, Publisher], dict[str, Source]]:
        publishers: dict[str, Publisher] = {}
        sources: dict[str, Source] = {}
        seen: dict[str, str] = {}
        for name, file in self.each("config/sources", PublisherFile):
            if "/" in name:
                self.mistakes.append(f"config/sources/{name}.toml: publishers stand directly in config/sources")
                continue
            publishers[name] = _publisher(name, file)
            for key, table in file.feeds.items():
                if not NAME.fullmatch(key):
                    self.mistakes.append(
                        f"config/sources/{name}.toml: [feeds.{key}]: a source's name may hold only"
                        " small Latin letters, digits and single hyphens"
                    )
                source = _source(publishers[name], key, table)
                if (other := seen.setdefault(source.url, source.id)) != source.id:
                    self.mistakes.append(
                        f"config/sources/{name}.toml: [feeds.{key}] url: {other} polls this address already"
                    )
                sources[source.id] = source
        return publishers, sources


def _publisher(name: str, file: PublisherFile) -> Publisher:
    return Publisher(
        id=name,
        title=file.title,
        homepage=file.homepage,
        language=file.language,
        timezone=file.timezone,
        extract=ExtractRules(**dict(file.extract)),
        allow_private=file.allow_private,
    )


def _source(publisher: Publisher, key: str, table: SourceTable) -> Source:
    return Source(
        id=f"{publisher.id}/{key}",
        publisher=publisher,
        url=table.url,
        kind=table.kind,
        every=timedelta(minutes=table.every) if table.every else None,
        topics=table.topics,
        full_text=table.full_text,
        encoding=table.encoding,
        language=table.language or publisher.language,
        timezone=table.timezone or publisher.timezone,
        listing=ListingRules(**dict(table.listing)),
        allow_private=publisher.allow_private + table.allow_private,
    )


def _dangling(
    publishers: Mapping[str, Publisher],
    sources: Mapping[str, Source],
    topics: Mapping[str, Topic],
    feeds: Mapping[str, Feed],
    places: Mapping[str, str],
) -> Iterator[str]:
    """References to what does not exist."""
    for source in sources.values():
        publisher, _, key = source.id.partition("/")
        for topic in source.topics:
            if topic not in topics:
                yield f"config/sources/{publisher}.toml: [feeds.{key}] topics: no file config/topics/{topic}.toml"
    for feed in feeds.values():
        for table, choice in (("", feed), ("[any] ", feed.any), ("[all] ", feed.all), ("[none] ", feed.none)):
            for topic in sorted(choice.topics - topics.keys()):
                yield f"feeds/{feed.path}.toml: {table}topics: no file config/topics/{topic}.toml"
            for code in sorted(choice.places - places.keys()):
                yield f"feeds/{feed.path}.toml: {table}places: there is no territory '{code}' (ISO 3166)"
            for name in sorted(choice.sources - sources.keys() - publishers.keys()):
                yield f"feeds/{feed.path}.toml: {table}sources: no publisher or source is called '{name}'"


def _feed(path: str, file: FeedFile) -> Feed:
    given: dict[str, Any] = dict(file)
    for key in ("any", "all", "none"):
        given[key] = Choice(**dict(given[key]))
    return Feed(path=path, **given)


def _mistaken(feeds: Mapping[str, Feed]) -> Iterator[str]:
    """Feeds at addresses that belong to another's archives."""
    for path in feeds:
        if _ARCHIVE.search(path):
            yield f"feeds/{path}.toml: /feeds/{path} is the address of an archive; give the file another name"
