"""The newsroom: several small publishers on one loopback port, each with its own kind of feed.

It behaves as a good publisher does: ETag and Last-Modified on everything, 304 for whoever has it already (RFC 9110,
13). New stories come out and one is corrected while it is open. The clock is an argument, so that a test can let
hours pass at once.

    with Newsroom() as newsroom:
        print(newsroom.url)
"""

import hashlib
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from demo import formats
from demo.outlets import Item, Stories

HOST = "127.0.0.1"
HTML = "text/html; charset=utf-8"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands at an address at a moment."""

    content_type: str
    body: bytes
    changed: datetime

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


class Newsroom:
    """An HTTP server on 127.0.0.1, open within its `with` block; port 0 takes any free one."""

    def __init__(self, *, clock: Callable[[], datetime] = utc_now, port: int = 0) -> None:
        self.clock = clock
        self.stories = Stories(clock())
        self._server = _Server((HOST, port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str) -> Answer | None:
        """What stands at a path now; None is 404."""
        moment = self.clock()
        start = self.stories.start.replace(microsecond=0)
        if path == "/robots.txt":
            return Answer("text/plain; charset=utf-8", b"User-agent: *\nAllow: /\n", start)
        if path == "/":
            return Answer(HTML, formats.front_page(list(self.stories.outlets.values()), self.url), start)
        outlet = self.stories.outlets.get(path.strip("/").partition("/")[0])
        if outlet is None:
            return None
        items = self.stories.of(outlet, moment)
        newest = max(item.updated for item in items)
        if path == outlet.feed:
            content_type, write = formats.FORMATS[outlet.format]
            return Answer(content_type, write(outlet, items, self.url), newest)
        if path == f"/{outlet.name}/":
            return Answer(HTML, formats.outlet_page(outlet, items, self.url), newest)
        return next((found for item in items if (found := self._of_item(item, path)) is not None), None)

    def _of_item(self, item: Item, path: str) -> Answer | None:
        if path == item.path:
            return Answer(HTML, formats.article_page(item, self.url), item.updated)
        if path == item.picture:
            return Answer("image/png", formats.picture(item.slug), item.published)
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up in the middle of an answer is no fault of the newsroom's; anything else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(newsroom: Newsroom) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "Newsroom"
        wbufsize = -1

        def do_GET(self) -> None:
            answer = newsroom.answer(self.path.partition("?")[0])
            if answer is None:
                self.send_error(404)
                return
            has_it = _has_it(self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since"), answer)
            self.send_response(304 if has_it else 200)
            self.send_header("ETag", answer.etag)
            self.send_header("Last-Modified", format_datetime(answer.changed, usegmt=True))
            if not has_it:
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if not has_it and self.command != "HEAD":
                self.wfile.write(answer.body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet: the terminal is the demo's."""

    return Handler


def _has_it(if_none_match: str | None, if_modified_since: str | None, answer: Answer) -> bool:
    """RFC 9110, 13.2.2: the date counts only without an entity tag."""
    if if_none_match is not None:
        return answer.etag in if_none_match or if_none_match.strip() == "*"
    if if_modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except ValueError:
        return False
    return since.tzinfo is not None and answer.changed.replace(microsecond=0) <= since
