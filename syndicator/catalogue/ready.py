"""Feeds that nobody has to define: one for every topic, place, publisher and source.

They are routed like those that are defined, under paths that begin with `@` and so can never be a file's name:
`@topics/syria`, `@places/sy`, `@sources/un-news`, `@sources/un-news/health`. Their routes are also the index by which
searches and services find articles by topic, place and source. Which of them may carry an article is read off its
labels, so that hundreds of them cost nothing; `Feed.carries` decides, as always.
"""

from collections.abc import Iterator, Mapping

from syndicator.model import Article, Feed, Publisher, Source, Topic

TOPICS, PLACES, SOURCES = "@topics/", "@places/", "@sources/"


def ready_made(
    topics: Mapping[str, Topic],
    places: Mapping[str, str],
    publishers: Mapping[str, Publisher],
    sources: Mapping[str, Source],
) -> dict[str, Feed]:
    """All of them by path; `places` are titles by code."""
    made = [
        *(_feed(topic_path(key), topic.title, topics=frozenset({key})) for key, topic in topics.items()),
        *(_feed(place_path(code), title, places=frozenset({code})) for code, title in places.items()),
        *(
            _feed(source_path(key), one.title, one.language, sources=frozenset({key}))
            for key, one in publishers.items()
        ),
        *(
            _feed(source_path(key), f"{one.publisher.title}: {_name(key)}", one.language, sources=frozenset({key}))
            for key, one in sources.items()
        ),
    ]
    return {feed.path: feed for feed in made}


def candidates(article: Article) -> Iterator[str]:
    """The paths of ready-made feeds that may carry an article, each once."""
    polled = {origin.source for origin in article.origins}
    yield from map(topic_path, article.topics)
    yield from map(place_path, article.places)
    yield from map(source_path, sorted(polled | {source.partition("/")[0] for source in polled}))


def topic_path(topic: str) -> str:
    return TOPICS + topic


def place_path(code: str) -> str:
    return PLACES + code.lower()


def source_path(source: str) -> str:
    """Of a publisher or a single source."""
    return SOURCES + source


def _feed(path: str, title: str, language: str | None = None, **chosen: frozenset[str]) -> Feed:
    return Feed(path=path, title=title, description="", language=language or "ar", **chosen)  # type: ignore[arg-type]


def _name(source: str) -> str:
    return source.partition("/")[2]
