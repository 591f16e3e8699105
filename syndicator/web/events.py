"""A feed as a stream of Server-Sent Events: every article that is new in it, as soon as it is committed.

Source: WHATWG HTML, 9.2. An event is an article as in the JSON Feed, its id the article's position in the log of
changes; `withdrawn` is an event of its own. A stream begins with the position that the log has then, so a reader whose
connection breaks before anything came misses nothing either: it sends `Last-Event-ID`, and the log goes on from there.
A corrected article comes again, with the id that it has in all formats.

**A stream costs a thread** of the web process (WSGI has no other way), asleep nearly always. So a process has room for
`STREAMS` of them beside the threads for everything else, and answers 503 beyond; a stream ends after `LIFE`, or with
its process, and readers come back by themselves, so nobody keeps a place for ever. One thread a process asks the log
every `EVERY` seconds, and only while somebody listens; a stream asks the database only when the log has grown.
"""

import json
from collections.abc import Iterator
from threading import Condition, Event, Thread
from time import monotonic

from flask import Response, abort, request

from syndicator.errors import StoreError
from syndicator.model import Article, Feed
from syndicator.service import Service
from syndicator.web.answers import problem

STREAMS = 32
"""Streams of one process at the same time."""
EVERY = 0.3
"""Seconds between two looks at the log."""
ALIVE = 15.0
"""Seconds after which a silent stream says that it is alive."""
LIFE = 3_600.0
"""Seconds that a stream lasts."""
AGAIN = 3
"""Seconds after which a reader comes back whose stream has ended."""
BATCH = 100
ENDING = Event()
"""Set when the process is about to end: all streams end, which else would keep it."""

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Access-Control-Allow-Origin": "*",
}


class Events:
    """The streams of one process."""

    def __init__(self, service: Service, *, streams: int = STREAMS) -> None:
        self._service = service
        self._streams = streams
        self._open = 0
        self._head = 0
        self._grown = Condition()
        self._looking = False

    def stream(self, feed: Feed) -> Response:
        """The answer to a request for a feed's stream."""
        after = self._asked()
        if request.method == "HEAD":
            return Response(headers=HEADERS)
        with self._grown:
            if self._open >= self._streams:
                return _full()
            self._open += 1
            if not self._looking:
                self._looking = True
                self._head = self._service.ledger.position()
                Thread(target=self._look, name="events", daemon=True).start()
        response = Response(self._events(feed, self._head if after is None else after), headers=HEADERS)
        response.call_on_close(self._closed)
        return response

    def _asked(self) -> int | None:
        """The position that the reader has."""
        given = request.headers.get("Last-Event-ID", "").strip()
        if not given:
            return None
        if not (given.isascii() and given.isdigit() and len(given) <= 18):
            abort(400, "Last-Event-ID must be the id of an event of this stream, which is a number.")
        return int(given)

    def _closed(self) -> None:
        with self._grown:
            self._open -= 1

    def _look(self) -> None:
        """The one thread that asks the log, as long as there are streams."""
        while True:
            with self._grown:
                if not self._open:
                    self._looking = False
                    return
                self._grown.wait(EVERY)  # nobody notifies of a look; this is a rest in which streams may open and close
            if ENDING.is_set():
                with self._grown:
                    self._grown.notify_all()
            try:
                head = self._service.ledger.position()
            except StoreError:
                continue  # the streams stay open, and go on when the database is back
            if head > self._head:
                with self._grown:
                    self._head = head
                    self._grown.notify_all()

    # ------------------------------------------------------------ one stream

    def _events(self, feed: Feed, after: int) -> Iterator[bytes]:
        ends = monotonic() + LIFE
        yield f"retry: {AGAIN * 1000}\nid: {after}\n\n".encode()
        seen = -1
        while monotonic() < ends and not ENDING.is_set():
            told = []
            if seen < self._head:
                seen = self._head
                try:
                    told = self._service.ledger.told(feed.path, after, BATCH)
                except StoreError:
                    seen = -1
            for after, article in told:
                yield self._event(feed, after, article)
            if len(told) == BATCH:
                seen = -1
            elif not self._news(seen):
                yield b": alive\n\n"

    def _news(self, seen: int) -> bool:
        """Waits until the log has grown beyond `seen`; False when it has not within `ALIVE` seconds."""
        with self._grown:
            return self._grown.wait_for(lambda: self._head > seen or ENDING.is_set(), ALIVE)

    def _event(self, feed: Feed, position: int, article: Article) -> bytes:
        named = "event: withdrawn\n" if article.withdrawn else ""
        told = self._service.publisher.told(feed, article)
        data = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return f"{named}id: {position}\ndata: {data}\n\n".encode()


def _full() -> Response:
    response = problem(503, "Too many streams", "This process serves as many streams as it can; poll the feed instead.")
    response.headers["Retry-After"] = "30"
    return response
