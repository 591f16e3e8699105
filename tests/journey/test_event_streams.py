"""Streams of events from a real web process: readers come, go and crowd, and the feeds are served all the same."""

import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import requests

from benchmarks.serving import Server, environ, free_port, running
from syndicator.web.events import STREAMS
from tests.support.articles import article
from tests.support.houses import house
from tests.support.newsroom import bring, found_newsroom, ids, publish


def connected(server: Server) -> socket.socket:
    """A stream's connection, once its first event is there."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    connection.sendall(b"GET /feeds/arabic.events HTTP/1.1\r\nHost: x\r\n\r\n")
    read = b""
    while b"id: " not in read:
        data = connection.recv(65_536)
        assert data, read
        read += data
    return connection


def heard(connection: socket.socket, wanted: str) -> float:
    """Seconds until the stream tells of an article."""
    began, read = time.monotonic(), b""
    while wanted.encode() not in read:
        data = connection.recv(65_536)
        assert data, read
        read += data
    return time.monotonic() - began


def status(server: Server) -> int:
    url = f"http://127.0.0.1:{server.port}/feeds/arabic.events"
    with requests.get(url, stream=True, timeout=5) as response:
        return response.status_code


def test_streams_of_a_web_process(home: Path) -> None:
    """News arrive within 2 s; a full house sends away but serves feeds; who hangs up leaves room for others."""
    found_newsroom(home)
    port = free_port()
    command = [sys.executable, "-m", "syndicator", "web", "--workers", "1", "--port", str(port)]
    with house(home, f"sqlite:///{home / 'data/syndicator.db'}") as service, ExitStack() as stack:
        bring(service, article(1))
        publish(service)
        server = stack.enter_context(running(command, port, environ(home)))
        crowd = [stack.enter_context(connected(server)) for _ in range(STREAMS)]
        assert status(server) == 503
        assert requests.get(f"http://127.0.0.1:{port}/topics/health.rss", timeout=5).status_code == 200
        bring(service, article(2))
        for connection in crowd:
            assert heard(connection, ids([article(2)])[0]) < 2
        for connection in crowd:
            connection.close()
        ends, number = time.monotonic() + 20, 3
        while (code := status(server)) != 200:
            assert code == 503
            assert time.monotonic() < ends
            bring(service, article(number))
            number += 1
            time.sleep(0.2)
        resumed = {"Last-Event-ID": "1"}
        url = f"http://127.0.0.1:{port}/feeds/arabic.events"
        with requests.get(url, headers=resumed, stream=True, timeout=5) as response:
            events = (line for line in response.iter_lines() if line.startswith(b"data: "))
            assert ids([article(2)])[0].encode() in next(events)
