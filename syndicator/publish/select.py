"""Which articles an edition shows, and in which order: a pure decision over what the store found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from syndicator.choice import Order
from syndicator.model import Article, Edition, Feed, Publisher

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When an empty feed last changed: it never did, and every render must say the same."""


def edition(
    feed: Feed,
    found: Iterable[Article],
    *,
    publishers: Mapping[str, Publisher],
    base_url: str,
    topics: Mapping[str, str],
    withdrawn: Sequence[tuple[str, datetime]] = (),
    hubs: Sequence[str] = (),
    previous: int = 0,
) -> Edition:
    """The current edition of a feed, newest first; `topics` are titles, `previous` is the archive before it (0: none).

    `updated` is the newest change of anything in it.
    """
    told = [each for each in found if not each.withdrawn]
    alone, related = one_per_story(told) if feed.one_per_story else (told, {})
    shown = tuple(sorted(alone, key=_newest(feed), reverse=True))[: feed.limit]
    related = {article.id: related[article.id] for article in shown if article.id in related}
    everything = [*shown, *(other for others in related.values() for other in others)]
    moments = [article.updated for article in everything] + [moment for _, moment in withdrawn]
    named = {name for article in everything for name in article.publishers}
    about = {topic for article in shown for topic in article.topics}
    return Edition(
        feed=feed,
        articles=shown,
        publishers={name: publishers[name] for name in sorted(named & publishers.keys())},
        base_url=base_url,
        topics={name: topics[name] for name in sorted(about & topics.keys())},
        updated=max(moments, default=EPOCH),
        withdrawn=tuple(withdrawn),
        hubs=tuple(hubs),
        previous_archive=archive_path(feed, previous) if previous else None,
        related=related,
    )


def one_per_story(told: Iterable[Article]) -> tuple[list[Article], dict[str, tuple[Article, ...]]]:
    """The article that was published first of every story, and by its id the others that tell it."""
    stories: dict[str, list[Article]] = {}
    for article in sorted(told, key=lambda each: (each.published, each.arrived)):
        stories.setdefault(article.story or article.id, []).append(article)
    related = {first.id: tuple(others) for first, *others in stories.values() if others}
    return [first for first, *_ in stories.values()], related


def archived(current: Edition, number: int, following: int) -> Edition:
    """An edition as the archive of this number: it says so, and names the one after it (0: none yet)."""
    return replace(
        current,
        archive=True,
        path=archive_path(current.feed, number),
        next_archive=archive_path(current.feed, following) if following else None,
    )


def since(current: Edition, position: int) -> Edition:
    """The edition with only what changed after a position of the log: what a reader of an earlier one lacks."""

    def last(article: Article) -> int:
        return max(each.position for each in (article, *current.related.get(article.id, ())))

    return replace(current, articles=tuple(each for each in current.articles if last(each) > position))


def archive_path(feed: Feed, number: int) -> str:
    """Of an archive document, below `/feeds/` and without extension."""
    return f"{feed.path}/archive/{number}"


def _newest(feed: Feed) -> Callable[[Article], tuple[datetime, int]]:
    if feed.order is Order.UPDATED:
        return lambda article: (article.updated, article.arrived)
    return lambda article: (article.published, article.arrived)
