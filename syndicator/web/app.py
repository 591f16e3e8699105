"""The Flask app: reads what the worker stored and decides nothing about it.

Feeds are served as the stored bytes, with the validators that were made with them. The bare address of a feed
negotiates (RFC 9110, 12.5.1): a reader gets the format that it prefers, a browser a page. Addresses that name their
format do not vary.
"""

from time import monotonic

from flask import Flask, Response, make_response, request, url_for
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from syndicator.choice import address
from syndicator.errors import StoreError
from syndicator.publish.render import FORMATS, opml
from syndicator.service import Service, now
from syndicator.text.language import direction
from syndicator.web import api, feeds, sitemap, websub
from syndicator.web.answers import POLICY, problem_of
from syndicator.web.counting import Counts, exposition
from syndicator.web.pages import page
from syndicator.web.search import marked

LOOK_AGAIN = 2.0
"""Seconds between two looks at the definition files."""


def create_app(service: Service, counts: Counts | None = None) -> Flask:
    """The app on an open house; it may be shared by threads. `counts` is what `/metrics` tells."""
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.globals |= {"direction": direction, "service_title": service.settings.service.title}
    app.jinja_env.globals["place"] = lambda path, extension="": request.script_root + address(path, extension)
    app.jinja_env.filters["marked"] = marked
    app.jinja_env.filters["rfc3339"] = lambda moment: moment.isoformat().replace("+00:00", "Z")
    _Pages(app, service, counts or Counts())
    feeds.register(app, service)
    api.register(app, service)
    sitemap.register(app, service)
    websub.register(app, service)
    return app


class _Pages:
    """The views; one house behind them all."""

    def __init__(self, app: Flask, service: Service, counts: Counts) -> None:
        self._service = service
        self._counts = counts
        self._looked = monotonic()
        app.before_request(self._refresh)
        app.after_request(_harden)
        app.register_error_handler(HTTPException, self._fault)
        app.register_error_handler(StoreError, self._away)
        app.add_url_rule("/", view_func=self.index)
        app.add_url_rule("/feeds.opml", view_func=self.opml)
        app.add_url_rule("/status", view_func=self.status)
        app.add_url_rule("/metrics", view_func=self.metrics)
        app.add_url_rule("/healthz", view_func=self.healthz)
        app.add_url_rule("/readyz", view_func=self.readyz)

    def _refresh(self) -> None:
        if monotonic() - self._looked > LOOK_AGAIN:
            self._looked = monotonic()
            self._service.refresh()

    # ------------------------------------------------------------ pages

    def index(self) -> Response:
        """All feeds, for people and for readers that look for them."""
        feeds = sorted(self._service.catalogue.feeds.values(), key=lambda feed: feed.path)
        return page("index.html", feeds=feeds, formats=list(FORMATS))

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
        moment = now()
        totals = self._counts.totals(moment.timestamp())
        return page("status.html", rows=rows, moment=moment, health=self._service.health(), totals=totals)

    def metrics(self) -> Response:
        """Who reads what, for Prometheus."""
        response = make_response(exposition(self._counts.totals(now().timestamp())))
        response.headers["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8"
        response.headers["Cache-Control"] = "no-store"
        return response

    def healthz(self) -> Response:
        """The process answers."""
        return make_response({"status": "ok"})

    def readyz(self) -> tuple[Response, int]:
        """The database answers, and the worker was there a moment ago."""
        health = self._service.health()
        return make_response({"ready": health.ready, "why": health.why}), 200 if health.ready else 503

    def _away(self, error: StoreError) -> Response:
        """The database cannot be asked: come back later."""
        return self._fault(ServiceUnavailable(f"Try again later: {error}", retry_after=60))

    def _fault(self, error: HTTPException) -> Response:
        """Plain words, and for an unknown feed what there is; programs get a problem."""
        if request.path.startswith(api.PREFIX):
            return problem_of(error)
        known = sorted(self._service.catalogue.feeds) if error.code == 404 else []
        text = f"{error.code} {error.name}\n{error.description}\n"
        if known:
            base = url_for("index")
            text += "\nThe feeds are:\n" + "".join(f"{base}feeds/{path}\n" for path in known)
        response = make_response(text, error.code or 500)
        response.headers.update({key: value for key, value in error.get_headers() if key in {"Allow", "Retry-After"}})
        response.mimetype = "text/plain"
        return response


def _harden(response: Response) -> Response:
    for name, value in POLICY.items():
        if name != "Content-Security-Policy" or response.mimetype == "text/html":
            response.headers.setdefault(name, value)
    return response
