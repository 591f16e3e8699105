"""The API for services: the log of changes with filters, single articles, and what there is to choose from.

**One log, one cursor.** `/articles` pages over the changes in the order in which they were committed. Its cursor is a
place in that log: whoever goes on with the cursor of the last answer gets every change of an article that it filters
for once, and none twice, however many arrive meanwhile. An article that changes again comes again, later. Withdrawn
articles come with `withdrawn: true` and no content.

Articles are the items of the JSON Feed (`_syndicator` holds what that format has no word for). Errors are problems (RFC
9457). Everything may be read from pages of other sites (CORS) and asked for conditionally. `openapi` describes it all:
a test holds description and addresses together, another asks for what the description allows.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask, Response, abort, make_response, request

from syndicator.catalogue.ready import PLACES, source_path, topic_path
from syndicator.choice import address
from syndicator.model import Feed
from syndicator.publish.find import changes
from syndicator.publish.render import FORMATS
from syndicator.service import Service
from syndicator.web.asking import NAMES, BadQuestion, asked
from syndicator.web.openapi import description

PREFIX = "/api/v1/"
PAGE = 50
LARGEST = 100
NOW = "now"
LONGEST_CURSOR = 18


def register(app: Flask, service: Service) -> None:
    """Adds the API to an app."""
    views = _Views(service)
    for path, view in (
        ("articles", views.articles),
        ("articles/<string:article_id>", views.article),
        ("feeds", views.feeds),
        ("topics", views.topics),
        ("sources", views.sources),
        ("openapi.json", views.openapi),
    ):
        app.add_url_rule(PREFIX + path, endpoint=f"api.{path}", view_func=_open(view))


def _open(view: Callable[..., dict[str, Any]]) -> Callable[..., Response]:
    """The view's answer as JSON, for pages of any origin, with an ETag."""

    def answer(**values: str) -> Response:
        if request.method == "OPTIONS":
            response = make_response("", 204)
            response.headers["Allow"] = "GET, HEAD, OPTIONS"
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
            response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
            response.headers["Access-Control-Max-Age"] = "86400"
        else:
            response = make_response(view(**values))
            response.headers["Cache-Control"] = "no-cache"
            response.add_etag(weak=True)
            response.make_conditional(request)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link"
        return response

    answer.provide_automatic_options = False  # type: ignore[attr-defined]
    answer.methods = ["GET", "HEAD", "OPTIONS"]  # type: ignore[attr-defined]
    return answer


class _Views:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._base = service.settings.service.base_url

    def articles(self) -> dict[str, Any]:
        """The next changes of the log that the parameters choose."""
        given = request.args.to_dict(flat=False)
        if unknown := sorted(given.keys() - {*NAMES, "cursor", "limit"}):
            abort(400, f"There is no parameter called {unknown[0]!r}.")
        if empty := sorted(name for name in given if "" in given[name]):
            abort(400, f"{empty[0]}: has no value.")
        after, limit = self._cursor(given.get("cursor", [])), _limit(given.get("limit", []))
        try:
            choice = asked(given, self._service.catalogue)
        except BadQuestion as bad:
            abort(400, f"{bad}.")
        page = changes(self._service.ledger, choice, after, limit)
        everything = Feed(path="", title="", description="")
        following = [(name, each) for name in given if name != "cursor" for each in given[name]]
        return {
            "articles": [self._service.publisher.told(everything, each) for each in page.articles],
            "cursor": str(page.cursor),
            "more": page.more,
            "next": f"{self._base}{PREFIX}articles?{urlencode([*following, ('cursor', page.cursor)])}",
        }

    def _cursor(self, given: list[str]) -> int:
        if not given:
            return 0
        [cursor] = _one("cursor", given)
        if cursor == NOW:
            return self._service.ledger.position()
        if not _number(cursor) or len(cursor) > LONGEST_CURSOR:
            abort(400, "cursor: take it from the answer before, or 'now' for what is yet to come.")
        return int(cursor)

    def article(self, article_id: str) -> dict[str, Any]:
        """One article as it stands."""
        try:
            key = str(UUID(article_id.removeprefix("urn:uuid:")))
        except ValueError:
            abort(404, "An article's id is a UUID.")
        found = self._service.store.articles([key])
        if not found:
            abort(404, "There is no article with this id.")
        if found[0].withdrawn:
            abort(410, "The publisher has withdrawn this article.")
        return self._service.publisher.told(Feed(path="", title="", description=""), found[0])

    def feeds(self) -> dict[str, Any]:
        """The feeds that are defined."""
        _nothing_asked()
        feeds = sorted(self._service.catalogue.feeds.values(), key=lambda feed: feed.path)
        return {
            "feeds": [
                {
                    "path": feed.path,
                    "title": feed.title,
                    "description": feed.description,
                    "language": feed.language,
                    "urls": self._urls(feed.path),
                }
                for feed in feeds
            ]
        }

    def topics(self) -> dict[str, Any]:
        """The topics that articles may have."""
        _nothing_asked()
        topics = sorted(self._service.catalogue.topics.values(), key=lambda topic: topic.id)
        return {
            "topics": [
                {"id": topic.id, "title": topic.title, "urls": self._urls(topic_path(topic.id))} for topic in topics
            ]
        }

    def sources(self) -> dict[str, Any]:
        """The publishers, and which of their feeds are polled."""
        _nothing_asked()
        catalogue = self._service.catalogue
        polled: dict[str, list[dict[str, str]]] = {}
        for source in sorted(catalogue.sources.values(), key=lambda source: source.id):
            told = {"id": source.id, "url": source.url, "kind": source.kind}
            polled.setdefault(source.publisher.id, []).append(told)
        return {
            "sources": [
                {
                    "id": key,
                    "title": publisher.title,
                    "homepage": publisher.homepage,
                    "language": publisher.language,
                    "polled": polled.get(key, []),
                    "urls": self._urls(source_path(key)),
                }
                for key, publisher in sorted(catalogue.publishers.items())
            ]
        }

    def openapi(self) -> dict[str, Any]:
        """The description of this API (OpenAPI 3.1)."""
        catalogue = self._service.catalogue
        return description(
            self._service.settings.service.title,
            self._base,
            topics=sorted(catalogue.topics),
            places=sorted(path.removeprefix(PLACES).upper() for path in catalogue.ready if path.startswith(PLACES)),
            sources=sorted(catalogue.publishers.keys() | catalogue.sources.keys()),
        )

    def _urls(self, path: str) -> dict[str, str]:
        return {extension: self._base + address(path, extension) for extension in (*FORMATS, "events")}


def _limit(given: list[str]) -> int:
    if not given:
        return PAGE
    [limit] = _one("limit", given)
    if not _number(limit) or len(limit) > 3 or not 1 <= int(limit) <= LARGEST:
        abort(400, f"limit: a number from 1 to {LARGEST}.")
    return int(limit)


def _one(name: str, given: list[str]) -> list[str]:
    if len(given) != 1:
        abort(400, f"{name}: given more than once.")
    return given


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _nothing_asked() -> None:
    if request.args:
        abort(400, f"There is no parameter called {next(iter(request.args))!r}.")
