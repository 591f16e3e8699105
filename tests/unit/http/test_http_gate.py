"""One request at a time and host, with a pause after each; hosts do not wait for one another."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from syndicator.errors import DeadlineExceeded
from syndicator.http import HttpDoor, Limits
from syndicator.http.gate import Gate, gate_key
from tests.support.servers import Reply, Request, serve


@pytest.mark.parametrize(
    ("host", "port", "key"),
    [
        ("News.Example", 443, "news.example"),
        ("news.example.", 8080, "news.example"),
        ("93.184.215.14", 80, "93.184.215.14"),
        ("2606:4700::1111", 443, "2606:4700::1111"),
        ("192.168.0.1", 80, "192.168.0.1"),
        ("127.0.0.1", 8001, "127.0.0.1:8001"),
        ("::1", 8001, "::1:8001"),
        ("localhost", 8001, "localhost:8001"),
        ("news.localhost", 8001, "news.localhost:8001"),
    ],
)
def test_a_host_is_its_name_except_here(host: str, port: int, key: str) -> None:
    """Ports of one host share its turn; on this machine each port is a server of its own."""
    assert gate_key(host, port) == key


def test_requests_to_one_host_are_spaced_over_all_threads(open_door: Callable[..., HttpDoor]) -> None:
    """The pause runs from the end of one request to the start of the next, however many threads ask."""
    gap = 0.15
    with serve(lambda _: Reply(delay=0.05)) as server:
        door = open_door(gap=gap)
        with ThreadPoolExecutor(5) as threads:
            list(threads.map(door.get, [server.url] * 5))
        starts = [request.started for request in server.requests]
        ends = server.finished
        assert len(starts) == 5
        assert min(start - end for start, end in zip(starts[1:], ends, strict=False)) >= gap - 0.01


def test_redirects_wait_their_turn_too(open_door: Callable[..., HttpDoor]) -> None:
    """A redirect to the same host is another request to it."""

    def answer(request: Request) -> Reply:
        return Reply(302, [("Location", "/feed")]) if request.path == "/" else Reply()

    with serve(answer) as server:
        open_door(Limits(deadline=0.2), gap=0.3).get(server.url)
        assert server.requests[1].started - server.finished[0] >= 0.29


def test_other_hosts_never_wait(open_door: Callable[..., HttpDoor]) -> None:
    """While one host is slow and its callers queue, another answers at once."""
    with serve(lambda _: Reply(delay=0.5)) as slow, serve(lambda _: Reply()) as quick:
        door = open_door(gap=0.2)
        with ThreadPoolExecutor(3) as threads:
            waiting = [threads.submit(door.get, slow.url) for _ in range(2)]
            time.sleep(0.05)
            started = time.monotonic()
            door.get(quick.url)
            assert time.monotonic() - started < 0.2
            assert [answer.result().status for answer in waiting] == [200, 200]


def test_waiting_for_a_turn_costs_no_budget_but_has_a_bound(open_door: Callable[..., HttpDoor]) -> None:
    """A fetch may queue for longer than its own deadline, though not forever."""
    with serve(lambda _: Reply(delay=0.25)) as server:
        door = open_door(Limits(deadline=0.4))
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(door.get, [server.url] * 4))
        assert [answer.status for answer in answers] == [200] * 4
        impatient = open_door(patience=0.1)
        with ThreadPoolExecutor(1) as threads:
            first = threads.submit(impatient.get, server.url)
            time.sleep(0.05)
            with pytest.raises(DeadlineExceeded, match="busy with other requests of ours"):
                impatient.get(server.url)
            assert first.result().status == 200


def test_a_turn_ends_with_its_block_whatever_happens() -> None:
    """A fetch that fails gives its turn back, and one that gave up waiting holds nothing."""
    gate = Gate(gap=0.0, patience=0.05)
    with pytest.raises(RuntimeError), gate.turn("host"):
        raise RuntimeError
    with gate.turn("host"), pytest.raises(DeadlineExceeded), gate.turn("host"):
        pass
    with gate.turn("host"):
        pass


def test_a_gap_longer_than_the_patience_is_not_waited_for() -> None:
    """Whoever cannot be served in time is told at once."""
    gate = Gate(gap=5.0, patience=0.2)
    with gate.turn("host"):
        pass
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded), gate.turn("host"):
        pass
    assert time.monotonic() - started < 0.1


def test_hosts_are_forgotten() -> None:
    """The memory of whom we asked does not grow with every host of the web."""
    gate = Gate(gap=0.0)
    with gate.turn("busy"):
        for number in range(5_000):
            with gate.turn(f"host{number}"):
                pass
        assert len(gate._turns) < 1_500
        assert "busy" in gate._turns
