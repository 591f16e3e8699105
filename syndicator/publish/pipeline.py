"""The right wing as one sentence: which feeds changed, select, render, store.

Feeds are rendered on change, not on request: the web only reads what stands here. A feed is rendered at most once in
the settling time, however many articles come; all its formats are stored in one transaction, for one revision.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from syndicator.catalogue import Catalogue
from syndicator.model import Document, Edition, Feed
from syndicator.publish.render import FORMATS, document
from syndicator.publish.select import edition
from syndicator.store import Store

WITHDRAWN_FOR = timedelta(days=30)
WITHDRAWN_SHOWN = 100


class Publish:
    """Renders what changed."""

    def __init__(self, *, store: Store, catalogue: Callable[[], Catalogue], base_url: str, settle: timedelta) -> None:
        self._store = store
        self._catalogue = catalogue
        self._base_url = base_url
        self._settle = settle

    def edition(self, feed: Feed, moment: datetime) -> Edition:
        """A feed as it stands now."""
        return edition(
            feed,
            self._store.newest(feed.path, feed.limit),
            publishers=self._catalogue().publishers,
            base_url=self._base_url,
            withdrawn=self._store.withdrawn(feed.path, moment - WITHDRAWN_FOR, WITHDRAWN_SHOWN),
        )

    def publish(self, moment: datetime) -> list[str]:
        """Renders every feed whose documents are out of date; returns the paths of those that did change."""
        published: list[str] = []
        feeds = self._catalogue().feeds
        for stale in self._store.stale_feeds(moment - self._settle):
            if (feed := feeds.get(stale.path)) is None:
                continue
            current = self.edition(feed, moment)
            before = {name: self._store.document(feed.path, name) for name in FORMATS}
            made = {name: document(current, name, last_modified=stale.changed) for name in FORMATS}
            kept = {name: _unchanged(before[name], fresh) for name, fresh in made.items()}
            with self._store.writing() as transaction:
                transaction.publish(feed.path, stale.revision, kept, moment)
            if kept != before:
                published.append(feed.path)
        return published


def _unchanged(before: Document | None, fresh: Document) -> Document:
    """The same bytes keep the date that readers were given with them."""
    return before if before is not None and before.etag == fresh.etag else fresh
