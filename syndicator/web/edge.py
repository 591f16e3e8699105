"""The edge: answers for stored documents from memory, in front of the Flask app that would say the same.

Almost every request asks for a feed that has not changed. Flask needs 150 microseconds to say so, and the rest of the
server 15; so the addresses of rendered documents are a dictionary from path to ready answers, each a list of headers
and a body made when the document was loaded. A request is a look-up and two comparisons. Anything else - another
address, another method, `A-IM` (RFC 3229), a document too large to be held - falls through to Flask.

The answers and Flask's are one and the same by construction of their headers (`document_headers`), and by a test that
compares the two. While the database is away the edge goes on with what it holds.
"""

from collections.abc import Iterable, Mapping
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


class Held:
    """One document's answers, ready to be sent, and where they are counted."""

    __slots__ = (
        "changed",
        "etag",
        "extension",
        "feed",
        "full_count",
        "gzip",
        "gzip_body",
        "identity",
        "identity_body",
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
        self.identity: Headers = [*common, ("Content-Length", str(len(document.body)))]
        self.gzip: Headers = [*common, ("Content-Encoding", "gzip"), ("Content-Length", str(len(document.gzip)))]
        self.unchanged: Headers = [(name, value) for name, value in common if name != "Content-Type"]
        self.identity_body = [document.body]
        self.gzip_body = [document.gzip]
        self.full_count: Cell = counts.cell(feed, extension, 200)
        self.unchanged_count: Cell = counts.cell(feed, extension, 304)


def edge(app: "WSGIApplication", held: Mapping[str, Held], counts: Counts) -> "WSGIApplication":
    """`app` behind the edge. `held` is looked up by PATH_INFO at each request; whoever owns it may change it."""
    codings: dict[str | None, bool] = {}
    look_up = held.get

    def compressed(accept: str | None) -> bool:
        if len(codings) >= CODINGS:
            codings.clear()
        codings[accept] = verdict = accepts_gzip(accept)
        return verdict

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        found = look_up(environ["PATH_INFO"])
        method = environ["REQUEST_METHOD"]
        if found is None or (method != "GET" and method != "HEAD") or "HTTP_A_IM" in environ:
            return _through(app, environ, start_response, counts, found)
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
            start_response("304 NOT MODIFIED", found.unchanged)
            return []
        accept = get("HTTP_ACCEPT_ENCODING")
        gzip = codings.get(accept)
        if gzip is None:
            gzip = compressed(accept)
        count = found.full_count
        count.requests += 1
        if gzip:
            start_response("200 OK", found.gzip)
            body = found.gzip_body
        else:
            start_response("200 OK", found.identity)
            body = found.identity_body
        if method == "HEAD":
            return []
        count.bytes += len(body[0])
        return body

    return answer


def _through(
    app: "WSGIApplication",
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    counts: Counts,
    found: Held | None,
) -> Iterable[bytes]:
    """Flask's answer, counted by what its headers say."""
    feed, extension = (found.feed, found.extension) if found is not None else ("", "")

    def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
        count = counts.cell(feed, extension, int(status[:3]))
        count.requests += 1
        if environ["REQUEST_METHOD"] != "HEAD":
            length = next((value for name, value in headers if name.lower() == "content-length"), "0")
            count.bytes += int(length)
        return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

    return app(environ, cast("StartResponse", start))
