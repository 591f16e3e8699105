"""Feeds at their addresses: those that are defined, ready-made ones, searches, and the archives of each.

The bare address negotiates (RFC 9110, 12.5.1): a reader gets the format that it prefers, a browser a page. Addresses
that name their format do not vary. `.events` is the feed as a stream (`events`).
"""

import re
from collections.abc import Callable
from dataclasses import fields

from flask import Flask, Response, abort, request

from syndicator.catalogue.ready import place_path, source_path
from syndicator.choice import Choice, address
from syndicator.model import Article, Document, Feed
from syndicator.publish.render import FORMATS
from syndicator.service import Service, now
from syndicator.web.answers import FOREVER, document_answer, document_headers, feed_headers, not_yet
from syndicator.web.asking import BadQuestion, as_query, asked
from syndicator.web.events import Events
from syndicator.web.pages import page

SHOWN = 30
"""Articles on a feed's page."""
_ARCHIVE = re.compile(r"(?P<path>.+)/archive/(?P<number>[1-9][0-9]{0,8})")
OFFERS = {made.content_type.partition(";")[0]: name for name, made in FORMATS.items()}


def register(app: Flask, service: Service) -> None:
    """Adds the addresses of all feeds to an app."""
    views = _Feeds(service)
    app.add_url_rule("/feeds/<path:place>", endpoint="feed", view_func=views.defined)
    for kind in ("topics", "places", "sources"):
        view = views.ready_made(kind)
        app.add_url_rule(f"/{kind}/<path:place>", endpoint=kind, view_func=view)
    app.add_url_rule("/search", endpoint="search", view_func=lambda: views.search(None))
    for extension in FORMATS:
        app.add_url_rule(f"/search.{extension}", endpoint=f"search.{extension}", view_func=views.found(extension))


class _Feeds:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._events = Events(service)

    # ------------------------------------------------------------ addresses

    def defined(self, place: str) -> Response:
        """A feed below `/feeds/`."""
        return self._at("", place)

    def ready_made(self, kind: str) -> Callable[[str], Response]:
        """The view of all topics, places or sources."""

        def view(place: str) -> Response:
            return self._at(f"@{kind}/", place.lower() if kind == "places" else place)

        return view

    def found(self, extension: str) -> Callable[[], Response]:
        """The view of a search in one format."""
        return lambda: self.search(extension)

    def _at(self, prefix: str, place: str) -> Response:
        """What stands at an address: the end says in which format, if it says so."""
        path, dot, extension = place.rpartition(".")
        named = bool(dot) and extension in {*FORMATS, "events"}
        path, extension = (prefix + path, extension) if named else (prefix + place, "")
        feed = self._service.catalogue.feed(path) if prefix or not place.startswith("@") else None
        if feed is not None:
            return self._shown(feed, extension)
        archive = _ARCHIVE.fullmatch(path)
        if archive and extension in FORMATS and (feed := self._service.catalogue.feed(archive["path"])) is not None:
            return self._archive(feed, int(archive["number"]), extension)
        return abort(404, f"There is no feed at {request.path!r}.")

    # ------------------------------------------------------------ answers

    def _shown(self, feed: Feed, extension: str) -> Response:
        if extension == "events":
            return self._events.stream(feed)
        if extension:
            return self._document(feed, extension, vary="Accept-Encoding")
        best = negotiated()
        if best == "html":
            articles = self._service.store.newest(feed.path, min(feed.limit, SHOWN))
            return self._page(feed, articles)
        return self._document(feed, best, vary="Accept, Accept-Encoding")

    def _document(self, feed: Feed, extension: str, *, vary: str) -> Response:
        document = self._service.document(feed.path, extension)
        if document is None:
            return not_yet()
        headers = feed_headers(self._service, feed.path, extension, document, vary=vary)
        on_demand, current = self._service.on_demand, document
        return document_answer(document, headers, lambda etags: on_demand.delta(feed, extension, current, etags))

    def _archive(self, feed: Feed, number: int, extension: str) -> Response:
        found = self._service.on_demand.archive(feed, number, extension)
        if found is None:
            abort(404, f"There is no archive {number} of this feed.")
        document, final = found
        headers = self._headers(document, f"{feed.path}/archive/{number}", extension, vary="Accept-Encoding")
        return document_answer(document, headers | ({"Cache-Control": FOREVER} if final else {}))

    def _headers(self, document: Document, path: str, extension: str, *, vary: str) -> dict[str, str]:
        settings = self._service.settings
        links = f'<{settings.service.base_url}{address(path, extension)}>; rel="self"'
        return document_headers(document, vary=vary, max_age=settings.publish.max_age, links=links)

    def _page(self, feed: Feed, articles: list[Article]) -> Response:
        response = page("feed.html", feed=feed, articles=articles, formats=list(FORMATS))
        response.headers["Vary"] = "Accept, Accept-Encoding"
        return response

    # ------------------------------------------------------------ searches

    def search(self, extension: str | None) -> Response:
        """Articles by words, topics, places, sources, languages and people, as a feed of its own."""
        try:
            choice = asked(request.args.to_dict(flat=False), self._service.catalogue)
        except BadQuestion as bad:
            abort(400, f"{bad}.")
        best = extension or negotiated()
        if not choice.given:
            if best == "html":
                return page("search.html", feed=None, articles=[], q="")
            abort(400, "A search needs one of q, topic, place, source, language and person.")
        feed = self._search_feed(choice)
        if best == "html":
            return page("search.html", feed=feed, articles=self._service.find(feed)[:SHOWN], q=choice.query)
        document = self._service.on_demand.search(feed, best, now(), lambda: self._service.find(feed))
        vary = "Accept-Encoding" if extension else "Accept, Accept-Encoding"
        return document_answer(document, self._headers(document, feed.path, best, vary=vary))

    def _search_feed(self, choice: Choice) -> Feed:
        catalogue = self._service.catalogue
        names = [
            *([choice.query] if choice.query else []),
            *(catalogue.topics[each].title for each in sorted(choice.topics)),
            *(catalogue.ready[place_path(each)].title for each in sorted(choice.places)),
            *(catalogue.ready[source_path(each)].title for each in sorted(choice.sources)),
            *sorted(choice.languages | choice.people),
        ]
        title = f"بحث: {'، '.join(names)}"
        given = {each.name: getattr(choice, each.name) for each in fields(Choice)}
        return Feed(path=f"@search?{as_query(choice)}", title=title, description="", **given)


def negotiated() -> str:
    """The format that the request likes best; `html` for browsers. Aborts with 406 when it wants none of ours."""
    accepted = request.accept_mimetypes
    best = accepted.best_match([*OFFERS, "text/html"]) if accepted else next(iter(OFFERS))
    if best is None:
        abort(406, f"This feed comes as {', '.join(OFFERS)} and text/html.")
    if best == "text/html" and "text/html" in request.headers.get("Accept", ""):
        return "html"
    return OFFERS.get(best, "rss")
