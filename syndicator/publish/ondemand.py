"""Documents that nobody stored: ready-made feeds, searches, archives and deltas, rendered when they are asked for.

There are hundreds of ready-made feeds and any number of searches, and most are never asked for; so the worker routes
them but does not render them. A process renders one at its first request and holds it until the feed changes: the
feed's revision is one look at the database. Every process renders the same bytes from the same state, so a reader that
meets another process keeps its ETag. However often a feed changes, it is rendered at most once in the settling time; a
search, which any change may touch, once in `SEARCH_SETTLE`. One thread renders at a time: it is pure computation.

A delta (RFC 3229, `A-IM: feed`) is the current document with only the articles that changed since the one that the
reader has. What earlier documents showed is known as a position in the log, by ETag: for the worker's documents from
the store, for those made here from memory, so that a process that has forgotten answers in full.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from syndicator.model import Article, Document, Edition, Feed
from syndicator.publish.pipeline import Publish
from syndicator.publish.render import document
from syndicator.publish.select import since
from syndicator.store import Ledger

ROOM = 64 << 20
"""Bytes of documents that one process holds."""
REMEMBERED = 5_000
"""ETags of which one process knows what they showed."""
SEARCH_SETTLE = 10.0
"""Seconds for which a search's answer stands."""


@dataclass(slots=True)
class _Made:
    document: Document
    state: object
    at: float


class OnDemand:
    """Renders and holds. Threads may share it."""

    def __init__(self, *, publish: Publish, ledger: Ledger, settle: timedelta) -> None:
        self._publish = publish
        self._ledger = ledger
        self._settle = settle.total_seconds()
        self._lock = Lock()
        self._turn = Lock()
        self._made: OrderedDict[tuple[str, str], _Made] = OrderedDict()
        self._size = 0
        self._seen: OrderedDict[tuple[str, str], int] = OrderedDict()

    def feed(self, feed: Feed, extension: str) -> Document | None:
        """A ready-made feed as it stands; None before the worker knows of it."""
        state = self._ledger.revision(feed.path)
        if state is None:
            return None

        def make() -> Document:
            return document(self._publish.edition(feed, state[1]), extension, last_modified=state[1])

        return self._kept(feed, extension, (state, feed), self._settle, make)

    def search(self, feed: Feed, extension: str, moment: datetime, find: Callable[[], Sequence[Article]]) -> Document:
        """What a search finds now; `find` looks.

        Nobody notes when a search's answer changed, so it counts as modified when it was made, unless it is the same.
        """

        def make() -> Document:
            return document(self._publish.found(feed, find()), extension, last_modified=moment)

        return self._kept(feed, extension, (self._ledger.position(), feed), SEARCH_SETTLE, make)

    def archive(self, feed: Feed, number: int, extension: str) -> tuple[Document, bool] | None:
        """An archive, and whether it is final: the one closed last has no link to its follower yet."""
        edition = self._publish.archive(feed, number)
        if edition is None:
            return None
        return document(edition, extension, last_modified=edition.updated), edition.next_archive is not None

    def delta(self, feed: Feed, extension: str, current: Document, etags: Collection[str]) -> Document | None:
        """What is new in `current` for a reader that has one of these documents; None when that cannot be said.

        It has the validators of `current`: with it the reader has that.
        """
        position = self._position(feed, etags)
        state = self._ledger.revision(feed.path)
        if position is None or state is None:
            return None
        whole = self._publish.edition(feed, state[1])
        made = document(since(whole, position), extension, last_modified=current.last_modified)
        return replace(made, etag=current.etag) if self._same(whole, extension, current) else None

    def _same(self, whole: Edition, extension: str, current: Document) -> bool:
        """The store may have gone on since `current` was made; then the reader gets that, in full."""
        return document(whole, extension, last_modified=current.last_modified).etag == current.etag

    def _position(self, feed: Feed, etags: Collection[str]) -> int | None:
        with self._lock:
            here = [self._seen[key] for etag in etags if (key := (feed.path, etag)) in self._seen]
        return max(here) if here else self._ledger.seen(feed.path, etags)

    def _kept(self, feed: Feed, extension: str, state: object, settle: float, make: Callable[[], Document]) -> Document:
        """The document held, or a fresh one when its state is another and it has stood for `settle` seconds."""
        key = (feed.path, extension)
        if (good := self._good(key, state, settle)) is not None:
            return good
        with self._turn:
            if (good := self._good(key, state, settle)) is not None:
                return good
            position = self._ledger.position()
            made = make()
            return self._keep(key, _Made(made, state, monotonic()), position)

    def _good(self, key: tuple[str, str], state: object, settle: float) -> Document | None:
        with self._lock:
            held = self._made.get(key)
            if held is None or (held.state != state and monotonic() - held.at >= settle):
                return None
            self._made.move_to_end(key)
            return held.document

    def _keep(self, key: tuple[str, str], made: _Made, position: int) -> Document:
        """The document, or the one held already if it is the same: that keeps the date that readers were given."""
        with self._lock:
            held = self._made.pop(key, None)
            if held is not None:
                self._size -= _weight(held.document)
                if held.document.etag == made.document.etag:
                    made.document = held.document
            self._made[key] = made
            self._size += _weight(made.document)
            self._seen[key[0], made.document.etag] = position
            while self._size > ROOM and len(self._made) > 1:
                self._size -= _weight(self._made.popitem(last=False)[1].document)
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            return made.document


def _weight(made: Document) -> int:
    return len(made.body) + len(made.gzip)
