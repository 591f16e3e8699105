"""The edge: answers for stored documents from memory, in front of the Flask app that would say the same.

Almost every request asks for a feed that has not changed. Flask needs 150 microseconds to say so, and the rest of the
server 15; so the addresses of rendered documents are a dictionary from path to ready answers, each a status, headers
and a body made when the document was loaded. A request is a look-up and two comparisons. Anything else - another
address, another method, `A-IM` (RFC 3229), a document too large to be held - is Flask's.

`Edge.at_once` is a function of the request alone, so the server can call it before it decides where the request is
answered (`web.server`); the edge itself is a WSGI application like any other.

The answers and Flask's are one and the same by construction of their headers (`document_headers`), and by a test that
compares the two. While the database is away the edge goes on with what it holds.
"""

from collections.abc import Callable, Iterable, Mapping
from time import time
from typing import TYPE_CHECKING, Any, cast

from syndicator.model import Document
from syndicator.web.conditional import accepts_gzip, not_modified
from syndicator.web.counting import Cell, Counts

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CODINGS = 512
"""Spellings of Accept-Encoding that are remembered; readers use a dozen."""

Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes]
"""Status, headers and body."""
LINES = {200: "200 OK", 304: "304 NOT MODIFIED"}


class Held:
    """One document's answers, ready to be sent, and where they are counted."""

    __slots__ = (
        "changed",
        "etag",
        "extension",
        "feed",
        "full_count",
        "gzip",
        "identity",
        "unchanged",
        "unchanged_count",
    )

    def __init__(
        self, feed: str, extension: str, document: Document, headers: Mapping[str, str], counts: Counts
    ) -> None:
        """`headers` are all that do not depend on the request, as Flask would send them with a full answer."""
        common = list(headers.items())
        self.feed = feed
        self.extension = extension
        self.etag = document.etag
        self.changed = document.last_modified
        coded = [*common, ("Content-Encoding", "gzip"), ("Content-Length", str(len(document.gzip)))]
        self.identity: Answer = (200, [*common, ("Content-Length", str(len(document.body)))], document.body)
        self.gzip: Answer = (200, coded, document.gzip)
        self.unchanged: Answer = (304, [(name, value) for name, value in common if name != "Content-Type"], b"")
        self.full_count: Cell = counts.cell(feed, extension, 200)
        self.unchanged_count: Cell = counts.cell(feed, extension, 304)


class Edge:
    """`app` behind the edge. `held` is looked up by PATH_INFO at each request; whoever owns it may change it."""

    def __init__(self, app: "WSGIApplication", held: Mapping[str, Held], counts: Counts) -> None:
        self.at_once = _from_memory(held, counts)
        """The answer to a request from memory, counted; None when the request is Flask's."""
        self._app = app
        self._held = held
        self._counts = counts

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = self.at_once(environ)
        if answer is None:
            return self.later(environ, start_response)
        status, headers, body = answer
        start_response(LINES[status], headers)
        return [body] if body else []

    def later(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Flask's answer, counted by what its headers say."""
        found, counts = self._held.get(environ["PATH_INFO"]), self._counts
        feed, extension = (found.feed, found.extension) if found is not None else ("", "")

        def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
            count = counts.cell(feed, extension, int(status[:3]))
            count.requests += 1
            if environ["REQUEST_METHOD"] != "HEAD":
                length = next((value for name, value in headers if name.lower() == "content-length"), "0")
                count.bytes += int(length)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return self._app(environ, cast("StartResponse", start))


def _from_memory(held: Mapping[str, Held], counts: Counts) -> Callable[["WSGIEnvironment"], Answer | None]:
    """`Edge.at_once`. A closure: at this rate the attributes of an object would be a tenth of its time."""
    codings: dict[str | None, bool] = {}
    look_up = held.get

    def compressed(accept: str | None) -> bool:
        if len(codings) >= CODINGS:
            codings.clear()
        codings[accept] = verdict = accepts_gzip(accept)
        return verdict

    def at_once(environ: "WSGIEnvironment") -> Answer | None:
        found = look_up(environ["PATH_INFO"])
        method = environ["REQUEST_METHOD"]
        if found is None or (method != "GET" and method != "HEAD") or "HTTP_A_IM" in environ:
            return None
        get = environ.get
        agent = get("HTTP_USER_AGENT")
        if agent is not None and "subscriber" in agent:
            counts.claim(found.feed, agent, time())
        tag = get("HTTP_IF_NONE_MATCH")
        since = get("HTTP_IF_MODIFIED_SINCE")
        if tag == found.etag or (
            (tag is not None or since is not None) and not_modified(tag, since, found.etag, found.changed)
        ):
            found.unchanged_count.requests += 1
            return found.unchanged
        accept = get("HTTP_ACCEPT_ENCODING")
        gzip = codings.get(accept)
        if gzip is None:
            gzip = compressed(accept)
        answer = found.gzip if gzip else found.identity
        count = found.full_count
        count.requests += 1
        if method == "HEAD":
            return answer[0], answer[1], b""
        count.bytes += len(answer[2])
        return answer

    return at_once
