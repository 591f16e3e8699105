"""The other side of WebSub: subscribers with callbacks, and a small hub that pushes what a source publishes."""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from urllib.request import ProxyHandler, build_opener
from urllib.request import Request as Outgoing

from syndicator.publish.notify import Errand
from syndicator.service import Service
from tests.support.articles import article
from tests.support.servers import Reply, Request

BASE = "https://feeds.example.org"
TOPIC = f"{BASE}/feeds/arabic.rss"
OPENER = build_opener(ProxyHandler({}))


def query_of(request: Request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.path).query))


def confirm(request: Request) -> Reply:
    """What a subscriber answers that meant it."""
    return Reply(200, [("Content-Type", "text/plain")], query_of(request).get("hub.challenge", "").encode())


@dataclass
class Callbacks:
    """A server's worth of callbacks: what they answer to a GET, and the statuses of their POSTs by path, in turn."""

    asked: Callable[[Request], Reply] = confirm
    statuses: dict[str, list[int]] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    challenges: list[Request] = field(default_factory=list)
    pushes: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        if request.method == "GET":
            self.challenges.append(request)
            return self.asked(request)
        self.pushes.append(request)
        statuses = self.statuses.get(request.path) or [202]
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        return Reply(status, body=b"thanks", delay=self.delays.get(request.path, 0))


def work_off(service: Service, moment: datetime) -> int:
    """Does all that our hub has to do at a moment; returns how many errands that took."""
    return _exhaust(lambda: service.hub.work(moment, 16, 4))


def read_post(service: Service, moment: datetime) -> int:
    """Reads all that hubs sent us until a moment; returns how many letters that were."""
    return _exhaust(lambda: service.listener.work(moment, 4, 1))


def _exhaust(work: Callable[[], list[Errand]]) -> int:
    count = 0
    for _ in range(100):
        errands = work()
        if not errands:
            return count
        for _, errand in errands:
            errand()
        count += len(errands)
    raise AssertionError("there is always something left to do")


def publish(service: Service, number: int, moment: datetime, feeds: tuple[str, ...] = ("arabic",)) -> None:
    """A new article in these feeds, rendered."""
    with service.store.writing() as transaction:
        transaction.save([(None, article(number, feeds=feeds))], moment)
    service.publisher.publish(moment)


def subscription(callback: str, /, **changes: str) -> dict[str, str]:
    """A request to our hub."""
    given = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.callback": callback}
    return given | {f"hub.{name}": value for name, value in changes.items()}


def subscribe(service: Service, callback: str, moment: datetime, **changes: str) -> None:
    """A subscription at our hub, verified."""
    service.hub.request(subscription(callback, **changes), moment)
    work_off(service, moment)


def sign(secret: str, body: bytes, method: str = "sha256") -> str:
    """`X-Hub-Signature`, by the book."""
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


class SmallHub:
    """A hub for a source in a test: verifies as soon as somebody answers, pushes when told. Answers below `/hub`."""

    def __init__(self, lease: timedelta = timedelta(days=7)) -> None:
        self.lease = lease
        self.requests: list[dict[str, str]] = []
        self.verified: dict[str, dict[str, str]] = {}
        """By topic."""
        self.ready = threading.Event()

    def __call__(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        self.requests.append(form)
        threading.Thread(target=self._verify, args=(form,), daemon=True).start()
        return Reply(202)

    def _verify(self, form: Mapping[str, str]) -> None:
        challenge = "challenge-of-the-small-hub"
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": challenge,
            "hub.lease_seconds": str(int(self.lease.total_seconds())),
        }
        for _ in range(60):
            try:
                with OPENER.open(f"{form['hub.callback']}?{urlencode(query)}", timeout=10) as answer:
                    if answer.read().decode() == challenge:
                        self.verified[form["hub.topic"]] = dict(form)
                        self.ready.set()
                return
            except HTTPError:
                return
            except OSError:  # nobody is there yet
                time.sleep(0.5)

    def push(self, topic: str, body: bytes, content_type: str = "application/rss+xml") -> int:
        """Delivers a document to the subscriber; returns its status."""
        form = self.verified[topic]
        headers = {"Content-Type": content_type, "X-Hub-Signature": sign(form["hub.secret"], body)}
        outgoing = Outgoing(form["hub.callback"], data=body, headers=headers, method="POST")
        with OPENER.open(outgoing, timeout=10) as answer:
            return int(answer.status)
