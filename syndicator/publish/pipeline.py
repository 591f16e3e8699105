"""The right wing as one sentence: which feeds changed, select, render, store.

Feeds are rendered on change, not on request: the web only reads what stands here. A feed is rendered at most once in
the settling time, however many articles come; all its formats are stored in one transaction, for one revision, together
with the news of it for those who subscribed (`notify`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from syndicator.catalogue import Catalogue
from syndicator.model import Article, Document, Edition, Feed
from syndicator.publish.render import FORMATS, document
from syndicator.publish.render.content import clean
from syndicator.publish.render.jsonfeed import item
from syndicator.publish.select import archived, edition
from syndicator.store import Ledger, Store

WITHDRAWN_FOR = timedelta(days=30)
WITHDRAWN_SHOWN = 100


class Publish:
    """Renders what changed."""

    def __init__(
        self,
        *,
        store: Store,
        catalogue: Callable[[], Catalogue],
        base_url: str,
        settle: timedelta,
        hubs: Sequence[str] = (),
    ) -> None:
        self._store = store
        self._ledger = Ledger(store.database)
        self._catalogue = catalogue
        self._base_url = base_url
        self._settle = settle
        self._hubs = tuple(hubs)

    def edition(self, feed: Feed, moment: datetime) -> Edition:
        """A feed as it stands; `moment` is when it last changed, so that the same state gives the same bytes."""
        shown = self._ledger.current(feed.path)
        withdrawn = self._store.withdrawn(feed.path, moment - WITHDRAWN_FOR, WITHDRAWN_SHOWN)
        hubs = () if feed.path.startswith("@") else self._hubs
        return self._made(feed, shown.articles, withdrawn=withdrawn, hubs=hubs, previous=shown.previous)

    def archive(self, feed: Feed, number: int) -> Edition | None:
        """One archive of a feed; None when there is none by this number."""
        shown = self._ledger.archive(feed.path, number)
        if shown is None:
            return None
        whole = replace(feed, limit=len(shown.articles))
        made = self._made(whole, shown.articles, hubs=(), previous=shown.previous)
        return archived(replace(made, feed=feed), number, shown.following)

    def found(self, feed: Feed, articles: Sequence[Article]) -> Edition:
        """A feed of what a search found."""
        return self._made(feed, articles, hubs=(), previous=0)

    def told(self, feed: Feed, article: Article) -> dict[str, Any]:
        """One article for programs: as in the JSON Feed, with its place in the log; a withdrawn one by its id alone."""
        urn = {"id": f"urn:uuid:{article.id}", "position": article.position}
        if article.withdrawn:
            return urn | {"withdrawn": True}
        edition = clean(self._made(replace(feed, limit=1), [article], hubs=(), previous=0))
        told = item(edition, edition.articles[0])
        defined = [path for path in article.feeds if not path.startswith("@")]
        return told | urn | {"withdrawn": False, "feeds": defined, "story": article.story}

    def _made(
        self,
        feed: Feed,
        articles: Sequence[Article],
        *,
        hubs: Sequence[str],
        previous: int,
        withdrawn: Sequence[tuple[str, datetime]] = (),
    ) -> Edition:
        catalogue = self._catalogue()
        return edition(
            feed,
            articles,
            publishers=catalogue.publishers,
            topics={topic.id: topic.title for topic in catalogue.topics.values()},
            base_url=self._base_url,
            withdrawn=withdrawn,
            hubs=hubs,
            previous=previous,
        )

    def publish(self, moment: datetime) -> list[str]:
        """Renders every feed whose documents are out of date; returns the paths of those that did change."""
        published: list[str] = []
        feeds = self._catalogue().feeds
        for stale in self._store.stale_feeds(moment - self._settle):
            if (feed := feeds.get(stale.path)) is None:
                continue
            position = self._ledger.position()
            current = self.edition(feed, stale.changed)
            before = {name: self._store.document(feed.path, name) for name in FORMATS}
            made = {name: document(current, name, last_modified=stale.changed) for name in FORMATS}
            kept = {name: _unchanged(before[name], fresh) for name, fresh in made.items()}
            news = [name for name in FORMATS if kept[name] != before[name]]
            with self._store.writing() as transaction:
                transaction.publish(feed.path, stale.revision, kept, moment, news=news, position=position)
            if news:
                published.append(feed.path)
        return published


def _unchanged(before: Document | None, fresh: Document) -> Document:
    """The same bytes keep the date that readers were given with them."""
    return before if before is not None and before.etag == fresh.etag else fresh
