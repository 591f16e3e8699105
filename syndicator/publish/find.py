"""Articles that a choice holds for: newest first, or in the order of the log. The store narrows, the choice decides.

Topics, places and sources are looked up in the routes of the ready-made feeds, words in the index of searches; what is
left is asked of each article, of so many at the most: a question for what hardly occurs ends, and says less rather than
late.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from syndicator.catalogue.ready import place_path, source_path, topic_path
from syndicator.choice import Choice
from syndicator.model import Article, Feed
from syndicator.store import Ledger, Search

SCANNED = 2_000
"""Articles that one question reads at the most."""
STEP = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """A page of the log."""

    articles: tuple[Article, ...]
    """Withdrawn ones, too."""
    cursor: int
    """Where to go on: everything up to here was looked at."""
    more: bool
    """There may be more behind it already."""


def newest(ledger: Ledger, search: Search, feed: Feed) -> list[Article]:
    """The newest articles that a feed carries which nobody routed. Words are looked up in the index of searches."""
    if feed.query:
        hits = search.find(feed, limit=feed.limit)
        return [article for article in ledger.articles(hit.article for hit in hits) if feed.carries(article)]
    found: list[Article] = []
    before = None
    for _ in range(SCANNED // STEP):
        page = ledger.newest(STEP, before=before, routed=routed(feed))
        found += filter(feed.carries, page)
        if len(found) >= feed.limit or len(page) < STEP:
            break
        before = (page[-1].published, page[-1].arrived)
    return found[: feed.limit]


def changes(ledger: Ledger, choice: Choice, after: int, limit: int) -> Changes:
    """The next changes of articles that a choice holds for."""
    found: list[Article] = []
    cursor = after
    plain = not (choice.people or choice.query)
    languages = {each.lower() for each in choice.languages}
    for _ in range(SCANNED // STEP):
        head = ledger.position()
        wanted = limit - len(found) if plain else STEP
        page = ledger.changes(cursor, wanted, routed=routed(choice), languages=languages)
        for article in page:
            if len(found) == limit:
                return Changes(articles=tuple(found), cursor=cursor, more=True)
            cursor = article.position
            if choice.each(article):
                found.append(article)
        if len(page) < wanted:
            return Changes(articles=tuple(found), cursor=max(cursor, head), more=False)
        if len(found) == limit:
            break
    return Changes(articles=tuple(found), cursor=cursor, more=True)


def routed(choice: Choice) -> Sequence[Collection[str]]:
    """For each key that the routes know the ready-made feeds of its values."""
    keys = (
        [topic_path(each) for each in choice.topics],
        [place_path(each) for each in choice.places],
        [source_path(each) for each in choice.sources],
    )
    return [paths for paths in keys if paths]
