"""How machines find out what is here: the news sitemap, robots.txt, and the catalogue of what we offer to programs.

`/.well-known/api-catalog` (RFC 9727) is the registered answer to "what interfaces are there?": a link set (RFC 9264)
that names the API with its description, the list of feeds, and the sitemap. Nothing below `/.well-known/` is registered
for feeds; readers find those by the links in every page (`rel="alternate"`) and by the subscription list.
"""

import json

from flask import Flask, Response, make_response, request

from syndicator.publish.news import AGE, MOST, news_sitemap
from syndicator.service import Service, now

CATALOG_TYPE = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
ROBOTS = """User-agent: *
Disallow: /search
Disallow: /hub
Disallow: /push/

Sitemap: {base}/news-sitemap.xml
"""


def register(app: Flask, service: Service) -> None:
    """Adds the addresses to an app."""
    views = _Views(service)
    app.add_url_rule("/news-sitemap.xml", view_func=views.sitemap)
    app.add_url_rule("/robots.txt", view_func=views.robots)
    app.add_url_rule("/.well-known/api-catalog", view_func=views.catalog)


class _Views:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._base = service.settings.service.base_url

    def sitemap(self) -> Response:
        """The last two days, for search engines."""
        headlines = self._service.ledger.headlines(now() - AGE, MOST)
        return _answer(news_sitemap(headlines, self._service.catalogue.publishers), "application/xml; charset=utf-8")

    def robots(self) -> Response:
        """What crawlers need not look at."""
        return _answer(ROBOTS.format(base=self._base).encode(), "text/plain; charset=utf-8")

    def catalog(self) -> Response:
        """What there is for programs."""
        api = {
            "anchor": f"{self._base}/api/v1/",
            "service-desc": [{"href": f"{self._base}/api/v1/openapi.json", "type": "application/json"}],
            "status": [{"href": f"{self._base}/readyz", "type": "application/json"}],
        }
        house = {
            "anchor": f"{self._base}/.well-known/api-catalog",
            "item": [{"href": f"{self._base}/api/v1/"}],
            "alternate": [
                {"href": f"{self._base}/feeds.opml", "type": "text/x-opml"},
                {"href": f"{self._base}/news-sitemap.xml", "type": "application/xml"},
            ],
        }
        response = _answer(json.dumps({"linkset": [house, api]}).encode(), CATALOG_TYPE)
        response.headers["Link"] = f'<{self._base}/.well-known/api-catalog>; rel="api-catalog"'
        return response


def _answer(body: bytes, content_type: str) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = content_type
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response
