"""Days that pass in a moment: a real service polls real servers, and only its calendar is turned by hand.

The moment is an argument everywhere in the house, so nothing is patched: a `Calendar` jumps to the next moment at
which the store has something to claim, claims it there, and polls it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

from syndicator.model import Poll
from syndicator.service import Service
from tests.support.servers import Reply, Request

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SETTINGS = """
[fetch]
allow_private = ["127.0.0.0/8"]
gap = {gap}
deadline = {deadline}
parallel = {parallel}
[schedule]
every = {every}
tick = {tick}
[publish]
settle = 0
[keep]
articles = {keep}
"""


def settings(
    *,
    gap: float = 0,
    deadline: float = 5,
    parallel: int = 16,
    every: float = 15,
    tick: float = 0.5,
    keep: int = 36_500,
) -> dict[str, str]:
    """The settings file with the defaults that a real service has, but for the network; the tests' news grow old."""
    given = {"gap": gap, "deadline": deadline, "parallel": parallel, "every": every, "tick": tick, "keep": keep}
    return {"config/settings.toml": SETTINGS.format(**given)}


@dataclass
class Calendar:
    """Simulated time, with a log of what servers were asked when."""

    now: datetime = START
    asked: list[tuple[datetime, Request]] = field(default_factory=list)

    def noting(self, answer: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
        """The same server function, which notes down the simulated moment of every request."""

        def noted(request: Request) -> Reply:
            self.asked.append((self.now, request))
            return answer(request)

        return noted

    def run(self, service: Service, length: timedelta) -> list[Poll]:
        """Lets the time pass with polls; returns them."""
        end, polls = self.now + length, []
        for _ in range(10_000):
            due = service.store.next_due(self.now)
            if due is None or due > end:
                self.now = end
                return polls
            self.now = max(self.now, due)
            leases = service.store.claim(self.now, by="calendar", lease=timedelta(minutes=5), limit=1000)
            assert leases, f"{due}: due, but nothing could be claimed"
            polls += [
                service.ingest.poll(service.catalogue.sources[lease.source], lease.state, self.now) for lease in leases
            ]
        raise AssertionError("the time did not pass")

    def gaps(self) -> list[timedelta]:
        """The time between each two requests."""
        return [later - earlier for (earlier, _), (later, _) in pairwise(self.asked)]

    def unconditional(self) -> list[datetime]:
        """When requests without validators came."""
        return [at for at, request in self.asked if not {"if-none-match", "if-modified-since"} & request.headers.keys()]


def rss(numbers: range | list[int], newest: datetime = START, *, apart: timedelta = timedelta(hours=1)) -> bytes:
    """An RSS feed of numbered articles, newest first, `apart` from one another; the highest number is the newest."""
    top = max(numbers, default=0)
    items = "".join(
        f"<item><title>وصول القافلة رقم {n} إلى حلب</title><link>https://nahr.example.com/news/{n}</link>"
        f"<guid isPermaLink='false'>n{n}</guid><pubDate>{format_datetime(newest - (top - n) * apart, usegmt=True)}</pubDate>"
        f"<description>وصلت القافلة رقم {n} صباح اليوم.</description></item>"
        for n in sorted(numbers, reverse=True)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>نهر</title>'
        f"<link>https://nahr.example.com/</link><description/><language>ar</language>{items}</channel></rss>"
    ).encode()


RSS_TYPE = ("Content-Type", "application/rss+xml; charset=utf-8")


@dataclass
class Feed:
    """A well-behaved feed: validators, conditional requests, and whatever headers a test adds."""

    body: bytes = field(default_factory=lambda: rss(range(1, 6)))
    etag: str | None = '"v1"'
    last_modified: str | None = "Mon, 02 Mar 2026 05:00:00 GMT"
    headers: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        validators = [("ETag", self.etag), ("Last-Modified", self.last_modified)]
        given = [*self.headers, *((name, value) for name, value in validators if value is not None)]
        if self.etag is not None and request.headers.get("if-none-match") == self.etag:
            return Reply(304, given)
        return Reply(200, [RSS_TYPE, *given], self.body)
