"""The shelf: the documents that a web process holds in memory, kept as they stand in the database.

A thread waits until the database tells of a commit (`store.watch`), looks which documents have another revision than
the one held, and loads those. So a new document is served within a second, and nothing is read for a request. While
the database is away, what is held stays and is served on; that is said once, and once again when it is back.

Memory is bounded: documents are taken in the order of how often they were asked for, and small ones first among
equals, as long as there is room. The others are read from the store by each request, which Flask does.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from syndicator.catalogue import Catalogue
from syndicator.errors import StoreError
from syndicator.logs import logger
from syndicator.model import Document
from syndicator.service import Service
from syndicator.store import Standing
from syndicator.web.answers import POLICY, feed_headers
from syndicator.web.counting import Counts
from syndicator.web.edge import Held

MEMORY = 256 << 20
"""Bytes of documents that one process holds at the most."""
WAIT = 1.0
"""Seconds that one wait for the database lasts: after that, other duties are due."""
UNTOLD = 5.0
"""Seconds after which the documents are looked at although nobody told of a change."""

log = logger(__name__)


class Shelf:
    """`held` is what the edge looks up: ready answers by the path of their address, as WSGI spells it."""

    def __init__(self, service: Service, counts: Counts, *, memory: int = MEMORY) -> None:
        self.held: dict[str, Held] = {}
        self._service = service
        self._counts = counts
        self._memory = memory
        self._standing: dict[str, Standing] = {}
        self._catalogue: Catalogue | None = None
        self._away = False

    def look(self) -> None:
        """Brings `held` in line with the store. Raises `StoreError` when the database is away."""
        catalogue = self._service.catalogue
        there = {spelled(f"/feeds/{each.feed}.{each.format}"): each for each in self._service.store.standing()}
        wanted = self._chosen({key: each for key, each in there.items() if each.feed in catalogue.feeds})
        for key in self.held.keys() - wanted.keys():
            del self.held[key]
        for key, each in wanted.items():
            if catalogue is self._catalogue and key in self.held and self._standing.get(key) == each:
                continue
            document = self._service.document(each.feed, each.format)
            if document is not None:
                self.held[key] = self._made(each, document)
        self._standing = wanted
        self._catalogue = catalogue

    def _chosen(self, there: dict[str, Standing]) -> dict[str, Standing]:
        """As many as the memory has room for."""
        chosen: dict[str, Standing] = {}
        room = self._memory
        for key, each in sorted(there.items(), key=lambda item: (-self._asked(item[1]), item[1].size, item[0])):
            if each.size <= room:
                room -= each.size
                chosen[key] = each
        return chosen

    def _asked(self, each: Standing) -> int:
        return sum(self._counts.cell(each.feed, each.format, status).requests for status in (200, 304))

    def _made(self, each: Standing, document: Document) -> Held:
        headers = feed_headers(self._service, each.feed, each.format, document, vary="Accept-Encoding")
        headers |= {name: value for name, value in POLICY.items() if name != "Content-Security-Policy"}
        return Held(each.feed, each.format, document, headers, self._counts)

    # ------------------------------------------------------------ the thread

    def follow(self) -> Callable[[], None]:
        """Starts the thread that keeps the shelf; the returned function ends it and waits for its end."""
        stop = threading.Event()
        thread = threading.Thread(target=self._follow, args=(stop,), name="shelf", daemon=True)
        thread.start()

        def end() -> None:
            stop.set()
            thread.join(2 * WAIT)

        return end

    def _follow(self, stop: threading.Event) -> None:
        watch = self._service.store.watch()
        looked = -UNTOLD
        while not stop.is_set():
            try:
                told = watch.wait(WAIT)
                self._service.refresh()
                if told or monotonic() - looked >= UNTOLD or self._service.catalogue is not self._catalogue:
                    self.look()
                    looked = monotonic()
                self._say(None)
            except StoreError as error:
                self._say(error)
                stop.wait(WAIT)
            except Exception:
                log.exception("the shelf of documents met a fault")
                stop.wait(WAIT)
            with suppress(OSError):
                self._counts.flush()
        watch.close()

    def _say(self, error: StoreError | None) -> None:
        """A line in the log when the database goes away, and one when it comes back."""
        if (error is not None) != self._away:
            self._away = error is not None
            if error is not None:
                log.warning("serving the last documents", error=str(error))
            else:
                log.info("the database is back")


def spelled(path: str) -> str:
    """A path as WSGI spells it (PEP 3333): its UTF-8 bytes, each as one character."""
    return path.encode().decode("latin-1")
