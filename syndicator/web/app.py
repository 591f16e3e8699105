"""The Flask app: reads what the worker stored and decides nothing about it.

Feeds are served as the stored bytes, with the validators that were made with them. The bare address of a feed
negotiates (RFC 9110, 12.5.1): a reader gets the format that it prefers, a browser a page. Addresses that name their
format do not vary.
"""

from datetime import datetime
from email.utils import format_datetime
from time import monotonic
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, make_response, render_template, request, url_for
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from syndicator.model import Document, Feed
from syndicator.publish.render import FORMATS, opml
from syndicator.service import Service, now
from syndicator.text.language import direction
from syndicator.web.conditional import accepts_gzip, not_modified

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

POLICY = {
    "Content-Security-Policy": "default-src 'none'; img-src https: http:; style-src 'self'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
LOOK_AGAIN = 2.0
"""Seconds between two looks at the definition files."""
SHOWN = 30
"""Articles on a feed's page."""


def create_app(service: Service) -> Flask:
    """The app on an open house; it may be shared by threads."""
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.globals |= {"direction": direction, "service_title": service.settings.service.title}
    app.jinja_env.filters["rfc3339"] = lambda moment: moment.isoformat().replace("+00:00", "Z")
    _Pages(app, service)
    return app


class _NotModified(Response):
    """A 304 with all validators: Werkzeug strips Last-Modified from it, and readers copy what a 304 carries."""

    def __init__(self) -> None:
        super().__init__(status=304)
        del self.headers["Content-Type"]

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


class _Pages:
    """The views; one house behind them all."""

    def __init__(self, app: Flask, service: Service) -> None:
        self._service = service
        self._looked = monotonic()
        app.before_request(self._refresh)
        app.after_request(_harden)
        app.register_error_handler(HTTPException, self._fault)
        app.add_url_rule("/", view_func=self.index)
        app.add_url_rule("/feeds.opml", view_func=self.opml)
        app.add_url_rule("/feeds/<path:address>", view_func=self.feed)
        app.add_url_rule("/status", view_func=self.status)
        app.add_url_rule("/healthz", view_func=self.healthz)
        app.add_url_rule("/readyz", view_func=self.readyz)

    def _refresh(self) -> None:
        if monotonic() - self._looked > LOOK_AGAIN:
            self._looked = monotonic()
            self._service.refresh()

    def _feed(self, path: str) -> Feed:
        found = self._service.catalogue.feeds.get(path)
        if found is None:
            abort(404, f"There is no feed called {path!r}.")
        return found

    # ------------------------------------------------------------ pages

    def index(self) -> Response:
        """All feeds, for people and for readers that look for them."""
        feeds = sorted(self._service.catalogue.feeds.values(), key=lambda feed: feed.path)
        return _page("index.html", feeds=feeds, formats=list(FORMATS))

    def opml(self) -> Response:
        """All feeds as one subscription list (OPML 2.0)."""
        service = self._service
        feeds = sorted(service.catalogue.feeds.values(), key=lambda feed: feed.path)
        changes = [d.last_modified for feed in feeds if (d := service.document(feed.path, "rss")) is not None]
        settings = service.settings.service
        body = opml(feeds, settings.base_url, settings.title, max(changes, default=now()))
        response = make_response(body)
        response.headers["Content-Type"] = "text/x-opml; charset=utf-8"
        response.headers["Cache-Control"] = f"public, max-age={service.settings.publish.max_age}"
        response.add_etag()
        response.make_conditional(request)
        return response

    def status(self) -> Response:
        """Which source is ill, and why."""
        rows = self._service.sources_at_a_glance()
        return _page("status.html", rows=rows, moment=now(), health=self._service.health())

    def healthz(self) -> Response:
        """The process answers."""
        return make_response({"status": "ok"})

    def readyz(self) -> tuple[Response, int]:
        """The database answers, and the worker was there a moment ago."""
        health = self._service.health()
        return make_response({"ready": health.ready, "why": health.why}), 200 if health.ready else 503

    # ------------------------------------------------------------ feeds

    def feed(self, address: str) -> Response:
        """A feed in the format that its address names, or in the one that the reader likes best."""
        path, dot, extension = address.rpartition(".")
        if dot and extension in FORMATS:
            feed = self._feed(path)
            return self._answer(feed, extension, vary="Accept-Encoding")
        feed = self._feed(address)
        offers = {FORMATS[name].content_type.partition(";")[0]: name for name in FORMATS}
        accepted = request.accept_mimetypes
        best = accepted.best_match([*offers, "text/html"]) if accepted else next(iter(offers))
        if best is None:
            abort(406, f"This feed comes as {', '.join(offers)} and text/html.")
        if best == "text/html" and "text/html" in request.headers.get("Accept", ""):
            return self._feed_page(feed)
        return self._answer(feed, offers.get(best, "rss"), vary="Accept, Accept-Encoding")

    def _feed_page(self, feed: Feed) -> Response:
        articles = self._service.store.newest(feed.path, min(feed.limit, SHOWN))
        response = _page("feed.html", feed=feed, articles=articles, formats=list(FORMATS))
        response.headers["Vary"] = "Accept, Accept-Encoding"
        return response

    def _answer(self, feed: Feed, extension: str, *, vary: str) -> Response:
        document = self._service.document(feed.path, extension)
        if document is None:
            response = make_response("This feed has not been rendered yet; try again in a moment.\n", 503)
            response.headers["Retry-After"] = "5"
            response.mimetype = "text/plain"
            return response
        base = self._service.settings.service.base_url
        links = f'<{base}/feeds/{feed.path}.{extension}>; rel="self"'
        headers = document_headers(document, vary=vary, max_age=self._service.settings.publish.max_age, links=links)
        if not_modified(
            request.headers.get("If-None-Match"),
            request.headers.get("If-Modified-Since"),
            document.etag,
            document.last_modified,
        ):
            response = _NotModified()
        elif accepts_gzip(request.headers.get("Accept-Encoding")):
            response = Response(document.gzip, headers={"Content-Encoding": "gzip"})
        else:
            response = Response(document.body)
        response.headers.update(headers if response.status_code == 200 else _without_type(headers))
        return response

    def _fault(self, error: HTTPException) -> Response:
        """Plain words, and for an unknown feed what there is."""
        known = sorted(self._service.catalogue.feeds) if error.code == 404 else []
        text = f"{error.code} {error.name}\n{error.description}\n"
        if known:
            base = url_for("index")
            text += "\nThe feeds are:\n" + "".join(f"{base}feeds/{path}\n" for path in known)
        response = make_response(text, error.code or 500)
        response.headers.update({key: value for key, value in error.get_headers() if key in {"Allow", "Retry-After"}})
        response.mimetype = "text/plain"
        return response


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


def _without_type(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Content-Type"}


def _page(template: str, **values: object) -> Response:
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(request)
    return response


def _harden(response: Response) -> Response:
    for name, value in POLICY.items():
        if name != "Content-Security-Policy" or response.mimetype == "text/html":
            response.headers.setdefault(name, value)
    return response
