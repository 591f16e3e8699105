"""How documents and errors are answered: headers, 304, content coding, deltas, problems. The same for all views.

A reader that sends `A-IM: feed` with an ETag that is remembered gets 226 with only what changed since (RFC 3229). Such
an answer is not to be stored by caches that do not know of it (`Cache-Control: no-store, im`), and says what it varies
by.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from flask import Response, make_response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from syndicator.choice import address
from syndicator.model import Document
from syndicator.service import Service
from syndicator.web.conditional import accepts_gzip, not_modified, tags

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

POLICY = {
    "Content-Security-Policy": "default-src 'none'; img-src https: http:; style-src 'self'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
FOREVER = "public, max-age=31536000, immutable"
"""Cache-Control of what never changes."""


class NotModified(Response):
    """A 304 with all validators: Werkzeug strips Last-Modified from it, and readers copy what a 304 carries."""

    def __init__(self) -> None:
        super().__init__(status=304)
        del self.headers["Content-Type"]

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def document_answer(
    document: Document, headers: dict[str, str], delta: Callable[[Collection[str]], Document | None] = lambda _: None
) -> Response:
    """The document as this request wants it; `delta` makes what is new since one of these ETags, if it can."""
    known = request.headers.get("If-None-Match")
    if not_modified(known, request.headers.get("If-Modified-Since"), document.etag, document.last_modified):
        response: Response = NotModified()
        response.headers.update({name: value for name, value in headers.items() if name != "Content-Type"})
        return response
    status = 200
    if known and wants_delta() and (part := delta(tags(known))) is not None:
        document, status = part, 226
        vary = f"{headers['Vary']}, A-IM, If-None-Match"
        headers = headers | {"IM": "feed", "Cache-Control": "no-store, im", "Vary": vary}
    if accepts_gzip(request.headers.get("Accept-Encoding")):
        response = Response(document.gzip, status, headers={"Content-Encoding": "gzip"})
    else:
        response = Response(document.body, status)
    response.headers.update(headers)
    return response


def wants_delta() -> bool:
    """Whether the request asks for the instance manipulation `feed` (RFC 3229, 10.5.3)."""
    asked = request.headers.get("A-IM", "").lower().split(",")
    return any(part.partition(";")[0].strip() == "feed" for part in asked)


def not_yet() -> Response:
    """A feed that nobody has rendered."""
    response = make_response("This feed has not been rendered yet; try again in a moment.\n", 503)
    response.headers["Retry-After"] = "5"
    response.mimetype = "text/plain"
    return response


def feed_headers(service: Service, path: str, extension: str, document: Document, *, vary: str) -> dict[str, str]:
    """What a feed's document is served with, by this app and by the edge before it."""
    base = service.settings.service.base_url
    links = f'<{base}{address(path, extension)}>; rel="self"'
    if service.settings.push.hub and path in service.catalogue.feeds:
        links += f', <{service.hub.address}>; rel="hub"'
    return document_headers(document, vary=vary, max_age=service.settings.publish.max_age, links=links)


def document_headers(document: Document, *, vary: str, max_age: int, links: str) -> dict[str, str]:
    """All headers of a feed's answer but those that depend on the request."""
    return {
        "Content-Type": document.content_type,
        "ETag": document.etag,
        "Last-Modified": http_date(document.last_modified),
        "Cache-Control": f"public, max-age={max_age}, stale-while-revalidate=600, stale-if-error=86400",
        "Vary": vary,
        "Link": links,
        "Access-Control-Allow-Origin": "*",
    }


def http_date(moment: datetime) -> str:
    """RFC 9110, 5.6.7."""
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """An error for programs (RFC 9457); `more` are members of its own."""
    response = make_response(
        {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}, status
    )
    response.headers["Content-Type"] = "application/problem+json"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def problem_of(error: HTTPException) -> Response:
    """An HTTP error as a problem, with what a client needs to go on."""
    response = problem(error.code or 500, error.name, error.description or error.name)
    response.headers.update({key: value for key, value in error.get_headers() if key in {"Allow", "Retry-After"}})
    return response
