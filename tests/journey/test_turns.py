"""Whose turn it is: one request a host and a pause between two, over all workers, and no host waits for another."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from syndicator.model import Outcome, Poll
from syndicator.schedule.clockwork import Clockwork
from syndicator.service import Service, now
from tests.support.days import Feed, rss, settings
from tests.support.houses import furnish, house, publisher
from tests.support.servers import Reply, Request, Server, serve
from tests.support.waiting import wait_for

GAP = 0.05


def configure(home: Path, urls: dict[str, list[str]], **values: float) -> None:
    """A publisher for each name, with a feed for each of its addresses."""
    files = {
        f"config/sources/{name}.toml": publisher(name, **{f"f{n:03}": f'url = "{url}"' for n, url in enumerate(listed)})
        for name, listed in urls.items()
    }
    furnish(home, settings(gap=GAP, tick=0.2, **values) | files)


@contextmanager
def working(service: Service) -> Iterator[None]:
    """The real worker, for the length of the block."""
    clockwork = Clockwork(service)
    clockwork.start()
    try:
        yield
    finally:
        clockwork.stop()


def polite(server: Server) -> None:
    """One request at a time, and the pause after each answer."""
    assert len(server.requests) == len(server.finished)
    for ended, (_, following) in zip(server.finished, pairwise(server.requests), strict=False):
        assert following.started >= ended + GAP * 0.95


def test_a_host_is_asked_one_thing_at_a_time(home: Path, tmp_path: Path) -> None:
    """A16: 200 feeds of one host that are due at once are asked one after the other, with the pause between."""
    with serve(Feed(body=rss([1]))) as server:
        configure(home, {"nahr": [f"{server.url}{n}" for n in range(200)]})
        with house(home, f"sqlite:///{tmp_path / 's.db'}") as service, working(service):
            took = wait_for(lambda: len(server.finished) == 200)
    polite(server)
    assert {request.path for request in server.requests} == {f"/{n}" for n in range(200)}
    assert took < 200 * (GAP + 0.1), "the pause is all that the feeds of one host wait for"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_share_one_host(home: Path, database_url: str) -> None:
    """A16: the turn and the pause hold over two workers on one PostgreSQL database, and both do work."""
    with serve(Feed(body=rss([1]))) as server:
        configure(home, {"nahr": [f"{server.url}{n}" for n in range(60)]})
        with house(home, database_url) as one, house(home, database_url) as two:
            one.name, two.name = "one", "two"
            with working(one), working(two):
                wait_for(lambda: len(server.finished) == 60)
    polite(server)
    assert len({request.path for request in server.requests}) == 60


def test_other_hosts_do_not_wait_for_slow_ones(home: Path, tmp_path: Path) -> None:
    """A16: with 2 slow hosts of 50, the others are done within twice the time that it takes without slow ones."""

    def run(name: str, delay: float, hosts: int = 50) -> float:
        lock = threading.Lock()
        running: dict[str, int] = {}

        def answering(host: str) -> object:
            def answer(request: Request) -> Reply:
                with lock:
                    running[host] = running.get(host, 0) + 1
                    assert running[host] == 1
                time.sleep(delay if host in ("h0", "h1") else 0.01)
                with lock:
                    running[host] -= 1
                return Feed(body=rss([1]))(request)

            return answer

        with ExitStack() as stack:
            servers = {f"h{n}": stack.enter_context(serve(answering(f"h{n}"))) for n in range(hosts)}
            urls = {host: [f"{server.url}{n}" for n in range(2)] for host, server in servers.items()}
            configure(home, urls)
            service = stack.enter_context(house(home, f"sqlite:///{tmp_path / name}"))
            others = [server for host, server in servers.items() if host not in ("h0", "h1")]
            with working(service):
                return wait_for(lambda: all(len(server.finished) == 2 for server in others))

    run("warm.db", 0.01, hosts=3)
    assert run("slow.db", 1.0) <= 2 * run("fast.db", 0.01) + 0.2


def test_a_hanging_feed_does_not_hold_up_its_siblings(home: Path, tmp_path: Path) -> None:
    """A feed whose last poll hung comes after its host's other feeds, so its deadline costs nobody but itself."""

    def answer(request: Request) -> Reply:
        return Reply(200, delay=3) if request.path == "/0" else Feed(body=rss([1]))(request)

    with serve(answer) as server:
        configure(home, {"nahr": [f"{server.url}{n}" for n in range(10)]}, deadline=0.8)
        with house(home, f"sqlite:///{tmp_path / 's.db'}") as service:
            with working(service):
                wait_for(lambda: all(state.last_poll for state in service.store.states().values()))
            assert service.store.state("nahr/f000").reason == "deadline"
            server.requests.clear()
            everything_due(service)
            with working(service):
                took = wait_for(lambda: len({request.path for request in server.requests}) == 10)
    assert server.requests[-1].path == "/0"
    assert took < 0.8 + 10 * GAP * 2


def everything_due(service: Service) -> None:
    """Makes every source due at once, with all that was learned of it."""
    moment = now()
    for key in service.catalogue.sources:
        lease = service.claim_now(key)
        with service.store.writing() as transaction:
            poll = Poll(source=key, at=moment, outcome=Outcome.UNCHANGED)
            transaction.finish(replace(lease.state, next_poll=moment), poll)
