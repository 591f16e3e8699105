"""A fetch ends when its budget ends, whatever the server does."""

import gzip
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from syndicator.errors import ConnectFault, DeadlineExceeded, DnsFault, FetchError
from syndicator.http import HttpDoor, Limits
from syndicator.http.deadline import Watchdog
from tests.support.servers import Reply, Server, drip, serve, serve_raw

BUDGET = 0.6
TOLERANCE = 0.5
EVERY = 0.15
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
BODY = b"<rss>" + b"x" * 400


def drip_body(connection: socket.socket, server: Server) -> None:
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY))
    drip(connection, server, BODY, EVERY)


def drip_endless_body(connection: socket.socket, server: Server) -> None:
    connection.sendall(HEAD + b"\r\n")
    drip(connection, server, BODY, EVERY)


def drip_status_line(connection: socket.socket, server: Server) -> None:
    drip(connection, server, HEAD, EVERY)


def drip_headers(connection: socket.socket, server: Server) -> None:
    connection.sendall(HEAD)
    drip(connection, server, b"X-Long: " + BODY, EVERY)


def drip_chunks(connection: socket.socket, server: Server) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    drip(connection, server, b"1\r\nx\r\n" * 100, EVERY)


def drip_trailers(connection: socket.socket, server: Server) -> None:
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n0\r\n")
    drip(connection, server, b"X-Trailer: 1\r\n" * 100, EVERY)


def drip_gzip(connection: socket.socket, server: Server) -> None:
    body = gzip.compress(BODY, mtime=0)
    connection.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body))
    drip(connection, server, body, EVERY)


def repeat_continue(connection: socket.socket, server: Server) -> None:
    for _ in range(500):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not server.pause(0.02):
            return


def say_nothing(connection: socket.socket, server: Server) -> None:
    server.pause(30)


DRIPS = (
    drip_body,
    drip_endless_body,
    drip_status_line,
    drip_headers,
    drip_chunks,
    drip_trailers,
    drip_gzip,
    repeat_continue,
    say_nothing,
)


def test_a_dripping_server_holds_nobody(open_door: Callable[..., HttpDoor]) -> None:
    """A01: One byte now and then does not extend the deadline, wherever in the answer it comes."""

    def fetch(talk: Callable[..., None]) -> float:
        with serve_raw(talk) as server:
            return seconds(lambda: door.get(server.url), DeadlineExceeded)

    door = open_door(Limits(deadline=BUDGET))
    with ThreadPoolExecutor(len(DRIPS)) as threads:
        took = dict(zip(DRIPS, threads.map(fetch, DRIPS), strict=True))
    assert {talk.__name__: took[talk] for talk in DRIPS if took[talk] > BUDGET + TOLERANCE} == {}
    assert min(took.values()) > BUDGET - 0.1


def test_a_dripping_redirect_is_not_read(open_door: Callable[..., HttpDoor]) -> None:
    """A01: The body of a redirect is nobody's business: it is followed at once."""
    with serve(lambda _: Reply(body=b"<rss/>")) as target:

        def talk(connection: socket.socket, server: Server) -> None:
            connection.sendall(
                b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 400\r\n\r\n" % target.url.encode()
            )
            drip(connection, server, BODY, EVERY)

        with serve_raw(talk) as server:
            started = time.monotonic()
            assert open_door().get(server.url).body == b"<rss/>"
            assert time.monotonic() - started < EVERY


def test_one_budget_covers_all_hops(open_door: Callable[..., HttpDoor]) -> None:
    """Slow redirects together may not take longer than one slow answer."""

    def answer(request: object) -> Reply:
        return Reply(302, [("Location", f"/{int(request.path[1:] or 0) + 1}")], delay=0.25)

    with serve(answer) as server:
        door = open_door(Limits(deadline=BUDGET))
        assert seconds(lambda: door.get(server.url), DeadlineExceeded) < BUDGET + TOLERANCE
        assert len(server.requests) == 3


def test_a_kept_connection_is_watched_too(open_door: Callable[..., HttpDoor]) -> None:
    """A connection that was used before has the deadline of the fetch that uses it now."""
    slow = threading.Event()

    def talk(connection: socket.socket, server: Server) -> None:
        connection.sendall(HEAD + b"Content-Length: 2\r\n\r\nok")
        connection.recv(65_536)
        slow.set()
        drip_body(connection, server)

    with serve_raw(talk) as server:
        door = open_door(Limits(deadline=BUDGET))
        assert door.get(server.url).body == b"ok"
        assert seconds(lambda: door.get(server.url), DeadlineExceeded) < BUDGET + TOLERANCE
        assert slow.is_set()
        assert server.connections == 1


def test_a_tls_handshake_is_watched(open_door: Callable[..., HttpDoor]) -> None:
    """A server that accepts a connection and then forgets about TLS holds nobody, nor does one that drips it."""

    def dripping_record(connection: socket.socket, server: Server) -> None:
        drip(connection, server, b"\x16\x03\x03\x40\x00" + bytes(500), EVERY)

    for talk in (say_nothing, dripping_record):
        with serve_raw(talk, headers=False) as server:
            door = open_door(Limits(deadline=BUDGET))
            url = server.url.replace("http:", "https:")
            assert seconds(lambda door=door, url=url: door.get(url), DeadlineExceeded) < BUDGET + TOLERANCE


def test_a_hanging_resolver_holds_nobody(open_door: Callable[..., HttpDoor]) -> None:
    """A name server that never answers costs its limit, and the deadline when that is shorter."""
    release = threading.Event()

    def hang(*asked: object) -> list[tuple]:
        release.wait(30)
        return []

    try:
        door = open_door(Limits(deadline=5, dns=0.3), resolve=hang)
        assert seconds(lambda: door.get("http://news.example/"), DnsFault) < 0.3 + TOLERANCE
        door = open_door(Limits(deadline=0.3, dns=5), resolve=hang)
        assert seconds(lambda: door.get("http://news.example/"), DeadlineExceeded) < 0.3 + TOLERANCE
    finally:
        release.set()


def test_lookups_that_hang_are_bounded(open_door: Callable[..., HttpDoor]) -> None:
    """Names that hang do not fill the process with threads: beyond a bound they fail at once, and recover."""
    release = threading.Event()

    def hang(*asked: object) -> list[tuple]:
        release.wait(30)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))]

    door = open_door(Limits(dns=0.01), resolve=hang)
    try:
        for number in range(100):
            with pytest.raises(DnsFault):
                door.get(f"http://n{number}.example/")
        assert running("fetch-lookup") < 80
        with pytest.raises(DnsFault, match="hang"):
            door.get("http://news.example/")
    finally:
        release.set()
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with pytest.raises(FetchError) as caught:
            door.get("http://news.example/")
        if isinstance(caught.value, ConnectFault):
            break
    assert isinstance(caught.value, ConnectFault), "once lookups end, their places are free again"


def test_a_slow_host_delays_no_other(open_door: Callable[..., HttpDoor]) -> None:
    """A01: While one server drips, others answer as fast as ever, and its thread is free again after the deadline."""
    with serve_raw(drip_body) as slow, serve(lambda _: Reply(body=b"<rss/>")) as quick:
        door = open_door(Limits(deadline=BUDGET))
        threads = [threading.Thread(target=seconds, args=(lambda: door.get(slow.url), FetchError)) for _ in range(2)]
        for thread in threads:
            thread.start()
        started = time.monotonic()
        for _ in range(20):
            assert door.get(quick.url).body == b"<rss/>"
        assert time.monotonic() - started < 0.5
        for thread in threads:
            thread.join(5 * BUDGET)
        assert not any(thread.is_alive() for thread in threads)


def test_the_watchdog_is_one_thread_and_ends() -> None:
    """All fetches share one watchdog; it leaves no descriptor and no thread behind."""
    before = running("fetch-deadlines")
    watchdog = Watchdog()
    pairs = [socket.socketpair() for _ in range(5)]
    with watchdog.deadline(30, "later"):
        for left, right in pairs:
            with watchdog.deadline(0.05, "now") as deadline:
                deadline.watch(left)
                assert right.recv(1) == b"", "shut down at the deadline"
                assert deadline.over_time()
        assert running("fetch-deadlines") == before + 1
    watchdog.close()
    assert running("fetch-deadlines") == before
    for pair in pairs:
        for end in pair:
            end.close()


def test_a_socket_that_comes_too_late_is_shut() -> None:
    """A connection that is made just as the deadline passes does not slip through."""
    watchdog = Watchdog()
    left, right = socket.socketpair()
    with left, right, watchdog.deadline(0.02, "host") as deadline:
        while not deadline.expired:
            time.sleep(0.005)
        deadline.watch(left)
        assert right.recv(1) == b""
        with pytest.raises(DeadlineExceeded):
            deadline.remaining()
    watchdog.close()


def test_a_deadline_that_was_met_shuts_nothing() -> None:
    """A socket outlives the deadline of a fetch that ended in time."""
    watchdog = Watchdog()
    left, right = socket.socketpair()
    with left, right:
        with watchdog.deadline(0.05, "host") as deadline:
            deadline.watch(left)
        time.sleep(0.15)
        left.sendall(b"x")
        assert right.recv(1) == b"x"
    watchdog.close()


def running(name: str) -> int:
    """How many threads of this name there are."""
    return sum(thread.name == name for thread in threading.enumerate())


def seconds(fetch: Callable[[], object], error: type[FetchError]) -> float:
    """How long a fetch took to fail."""
    started = time.monotonic()
    with pytest.raises(error):
        fetch()
    return time.monotonic() - started
