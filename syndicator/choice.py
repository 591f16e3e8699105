"""What a feed, a search or a service's question chooses among articles: one grammar for all of them.

A `Choice` has six keys - topics, places, sources, languages, people, query - and is read in one of three ways. `each`:
every key that is given must hold, and a key holds when one of its values does: that is what definitions say plainly and
what addresses say (`?topic=health&topic=syria&place=SY`). `one`: a single value of any key is enough. `every`: all
values of all keys must hold.

A query is what `text.query` understands. It is asked of title, summary and body as the index of searches has them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote

from syndicator.text.query import indexed, parse


class Origin(Protocol):
    """Which source an article came from."""

    @property
    def source(self) -> str: ...


class Chosen(Protocol):
    """What a choice asks of an article."""

    @property
    def withdrawn(self) -> bool: ...
    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def topics(self) -> tuple[str, ...]: ...
    @property
    def places(self) -> tuple[str, ...]: ...
    @property
    def people(self) -> tuple[str, ...]: ...
    @property
    def origins(self) -> tuple[Origin, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Values to choose by, under six keys; a key without values is not given."""

    topics: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    """ISO 3166 codes in capitals."""
    sources: frozenset[str] = frozenset()
    """Publishers (`un-news`) or single sources (`un-news/health`)."""
    languages: frozenset[str] = frozenset()
    """BCP 47; `ar` holds for `ar-SY`, too."""
    people: frozenset[str] = frozenset()
    query: str = ""

    @property
    def given(self) -> bool:
        """Whether anything is chosen at all."""
        return any(getattr(self, each.name) for each in fields(Choice))

    def each(self, article: Chosen) -> bool:
        """Every key that is given holds by one of its values; true when none is given."""
        return all(any(values) for values in self._verdicts(article))

    def one(self, article: Chosen) -> bool:
        """One value of any key holds; false when none is given."""
        return any(any(values) for values in self._verdicts(article))

    def every(self, article: Chosen) -> bool:
        """Every value of every key holds; true when none is given."""
        return all(all(values) for values in self._verdicts(article))

    def _verdicts(self, article: Chosen) -> Iterator[Iterator[bool]]:
        """For every key that is given whether each of its values holds; the dear ones last, and only when asked."""
        for wanted, has in (
            (self.topics, article.topics),
            (self.places, article.places),
            (self.people, article.people),
        ):
            if wanted:
                yield (value in has for value in wanted)
        if self.languages:
            yield (language_matches(article.language, value) for value in self.languages)
        if self.sources:
            polled = [origin.source for origin in article.origins]
            yield (
                any(source == value or source.startswith(f"{value}/") for source in polled) for value in self.sources
            )
        if self.query:
            yield iter((answers(article, self.query),))


class Order(StrEnum):
    """What makes an article the newest of a feed."""

    PUBLISHED = "published"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Choice):
    """One published feed: what it chooses, and how it is shown.

    `path` is its place below `feeds/` and its address below `/feeds/`; one that begins with `@` is ready-made, and its
    address is the rest of it (`@topics/syria`: `/topics/syria`).
    """

    path: str
    title: str
    description: str
    language: str = "ar"
    limit: int = 50
    order: Order = Order.PUBLISHED
    one_per_story: bool = False
    """One entry for all articles that tell the same; the others stand in it as links."""
    any: Choice = Choice()
    all: Choice = Choice()
    none: Choice = Choice()

    def carries(self, article: Chosen) -> bool:
        """Whether the article belongs in this feed: the only place that decides it.

        A feed that chooses nothing carries everything.
        """
        return (
            not article.withdrawn
            and self.each(article)
            and (self.any.one(article) or not self.any.given)
            and self.all.every(article)
            and not self.none.one(article)
        )


def address(path: str, extension: str = "") -> str:
    """Where a feed is found below the service's address: `/feeds/syria.rss`, `/topics/syria`, `/search.rss?q=...`."""
    place, mark, asked = path.partition("?")
    found = f"/{quote(place[1:])}" if place.startswith("@") else f"/feeds/{quote(place)}"
    return f"{found}{'.' if extension else ''}{extension}{mark}{asked}"


def language_matches(language: str, wanted: str) -> bool:
    """RFC 4647 basic filtering: `ar` matches `ar` and `ar-SY`, not the other way round."""
    tag, wanted = language.lower(), wanted.lower()
    return tag == wanted or tag.startswith(f"{wanted}-")


def answers(article: Chosen, query: str) -> bool:
    """Whether an article answers a query, as the index of searches would say; a query for nothing has no answer."""
    asked = parse(query)
    said = _said(article.title, article.summary, article.body)
    wanted = all(any(_stands(words, said) for words in clause) for clause in asked.wanted)
    return bool(asked) and wanted and not any(_stands(words, said) for words in asked.refused)


def _stands(words: tuple[str, ...], said: str) -> bool:
    return f" {' '.join(words)} " in said


@lru_cache(maxsize=32)
def _said(title: str, summary: str, body: str) -> str:
    """An article's stems as the index has them; many feeds may ask for those of one article in a row."""
    return f" {indexed(title, summary, body)} "
