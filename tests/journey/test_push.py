"""News on its way without anybody asking: a source pushes, and a subscriber of ours has it a moment later.

Real processes on both sides of the database: a web process, a worker, a source with its hub, and a subscriber.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request as Outgoing

import pytest

from syndicator.service import now
from syndicator.store import Subscribers, open_database
from tests.support.days import rss
from tests.support.houses import furnish, publisher
from tests.support.servers import Reply, Request, serve
from tests.support.websub import OPENER, Callbacks, SmallHub, sign

ROOT = Path(__file__).parents[2]
SETTINGS = """
[fetch]
allow_private = ["127.0.0.0/8"]
gap = 0
[schedule]
every = 60
tick = 0.2
[push]
subscribe = true
allow_private = ["127.0.0.0/8"]
"""
SECRET = "a secret between the two of us"


def until(what: Callable[[], object], seconds: float) -> float:
    """Waits until something is so; returns how long it took."""
    started = time.monotonic()
    while not what():
        assert time.monotonic() - started < seconds, f"not within {seconds} s"
        time.sleep(0.01)
    return time.monotonic() - started


@dataclass
class House:
    """A worker and a web process of ours."""

    home: Path
    database_url: str
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str, *arguments: str) -> None:
        environ = os.environ | {
            "SYNDICATOR_HOME": str(self.home),
            "SYNDICATOR_DATABASE_URL": self.database_url,
            "SYNDICATOR_BASE_URL": self.url,
        }
        command = [sys.executable, "-m", "syndicator", name, *arguments]
        with (self.home.parent / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """SIGKILL, for the process and all its children."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def answers(self) -> bool:
        try:
            with OPENER.open(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def document(self, name: str) -> bytes:
        with OPENER.open(f"{self.url}/feeds/{name}", timeout=10) as answer:
            return bytes(answer.read())

    def log(self, name: str) -> str:
        return (self.home.parent / f"{name}.log").read_text("utf-8")


@pytest.fixture
def house(home: Path, database_url: str) -> Iterator[House]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = House(home, database_url, port)
    yield running
    for name in list(running.processes):
        running.kill(name)


class Source:
    """A feed that names its hub, and the hub."""

    def __init__(self) -> None:
        self.hub = SmallHub()
        self.body = rss([1, 2], now())
        self.url = ""
        self.polls = 0

    def __call__(self, request: Request) -> Reply:
        if request.method == "POST":
            return self.hub(request)
        self.polls += 1
        links = f'<{self.url}hub>; rel="hub", <{self.url}feed.rss>; rel="self"'
        return Reply(200, [("Content-Type", "application/rss+xml"), ("Link", links)], self.body)


@contextmanager
def source() -> Iterator[Source]:
    answering = Source()
    with serve(answering) as server:
        answering.url = server.url
        yield answering


def subscribe(house: House, callback: str, feed: str) -> None:
    """A subscription at our hub, made and verified."""
    form = {"hub.mode": "subscribe", "hub.topic": f"{house.url}/feeds/{feed}", "hub.callback": callback}
    outgoing = Outgoing(f"{house.url}/hub", data=urlencode(form | {"hub.secret": SECRET}).encode(), method="POST")
    with OPENER.open(outgoing, timeout=10) as answer:
        assert answer.status == 202
    database = open_database(house.database_url.replace("postgresql://", "postgresql+psycopg://"), write=False)
    until(lambda: Subscribers(database).count() == 1, 10)
    database.close()


def listen(url: str, heard: list[str]) -> None:
    """A reader of a stream of events, until the stream ends."""
    with suppress(OSError, ValueError, HTTPException), OPENER.open(url, timeout=60) as stream:
        for line in stream:
            heard.append(line.decode())  # noqa: PERF401 -- others read it meanwhile


def told(number: int, paper: Source, callbacks: Callbacks, heard: list[str]) -> float:
    """Seconds from a push until a subscriber and a stream's reader have the article."""
    words = f"رقم {number} "
    time.sleep(2.1)  # a feed that was just rendered settles first
    started = time.monotonic()
    assert paper.hub.push(f"{paper.url}feed.rss", rss([number], now())) == 202
    until(lambda: any(words.encode() in push.body for push in callbacks.pushes), 20)
    until(lambda: any(words in line for line in heard), 20)
    return time.monotonic() - started


def test_pushed_through(house: House) -> None:
    """From a source's push to a subscriber and to a stream's reader in two seconds; a worker that is killed loses nothing."""
    callbacks = Callbacks()
    with source() as paper, serve(callbacks) as server:
        furnish(
            house.home,
            {
                "config/settings.toml": SETTINGS,
                "config/sources/nahr.toml": publisher("نهر", main=f'url = "{paper.url}feed.rss"'),
            },
        )
        house.start("worker")
        until(lambda: "worker started" in house.log("worker"), 30)
        house.start("web", "--port", str(house.port), "--workers", "1")
        until(house.answers, 30)
        assert paper.hub.ready.wait(30), house.log("worker")
        subscribe(house, f"{server.url}news", "syria.rss")
        until(lambda: '"subscribed"' in house.log("worker"), 10)

        heard: list[str] = []
        threading.Thread(target=listen, args=(f"{house.url}/feeds/syria.events", heard), daemon=True).start()
        until(lambda: heard, 10)
        times = [told(number, paper, callbacks, heard) for number in (75, 76, 77)]
        assert min(times) < 2
        push = callbacks.pushes[-1]
        assert push.headers["x-hub-signature"] == sign(SECRET, push.body)
        until(lambda: house.document("syria.rss") == push.body, 5)

        callbacks.statuses["/news"] = [503, 200]
        paper.hub.push(f"{paper.url}feed.rss", rss([78], now()))
        until(lambda: any("رقم 78 ".encode() in push.body for push in callbacks.pushes), 10)
        if not house.database_url.startswith("sqlite"):
            time.sleep(1)  # where there may be other workers, what was out when one died waits for its lease to end
        house.kill("worker")
        before = len(callbacks.pushes)
        assert paper.hub.push(f"{paper.url}feed.rss", rss([79], now())) == 202, "the web takes pushes without a worker"
        house.start("worker")
        until(lambda: len(callbacks.pushes) > before and "رقم 79 ".encode() in callbacks.pushes[-1].body, 40)
        assert paper.polls == 1
