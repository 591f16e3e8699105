"""Answers that are not quite HTTP: what can be read is read, and what cannot is told plainly."""

import gzip
import socket
from collections.abc import Callable
from functools import partial

import pytest

from syndicator.errors import ConnectFault, FetchError, HttpFault
from syndicator.http import HttpDoor
from tests.support.servers import Reply, Request, Server, serve, serve_raw

FEED = b"<?xml version='1.0'?><rss><channel><item><title>x</title></item></channel></rss>"
GZIP = gzip.compress(FEED, mtime=0)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(FEED), FEED)


def say(answer: bytes, connection: socket.socket, _: Server) -> None:
    connection.sendall(answer)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200\r\n\r\n" + FEED,
        b"HTTP/1.1 200 \r\n\r\n" + FEED,
        b"HTTP/1.1  200  OK\r\n\r\n" + FEED,
        b"HTTP/1.0 200 OK\n\n" + FEED,
        b"http/1.1 200 ok\r\n\r\n" + FEED,
        b"HTTP/2 200\r\n\r\n" + FEED,
        b"HTTP/2.0 200 OK\r\n\r\n" + FEED,
        b"\r\nHTTP/1.1 200 OK\r\n\r\n" + FEED,
        b"\r\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + FEED,
        b"HTTP/1.1 200 \xd8\xad\xd8\xb3\xd9\x86\xd8\xa7\r\n\r\n" + FEED,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n" + CHUNKED,
        b"HTTP/1.1 200 OK\r\nthis is no header\r\n" + CHUNKED,
        b"HTTP/1.1 200 OK\r\n  a line that continues nothing\r\n" + CHUNKED,
        b"HTTP/1.1 200 OK\r\n: no name\r\n" + CHUNKED,
        b"HTTP/1.1 200 OK\r\nX-Bad Name: 1\r\n" + CHUNKED,
        b"HTTP/1.1 200 OK\r\n\xd8\xa3: 1\r\n" + CHUNKED,
        b"HTTP/1.1 200 OK\r\nWarning: mysql_connect() in /srv/a.php\r\n<br />\r\n" + CHUNKED,
        b"HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n" + CHUNKED.partition(b"\r\n\r\n")[2],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n" + CHUNKED.partition(b"\r\n\r\n")[2],
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n" + CHUNKED,
        b"HTTP/1.1 200 OK\r\ncontent-encoding:gzip\r\n\r\n" + GZIP,
        b"HTTP/1.1 200 OK\r\nContent-Encoding : gzip\r\n\r\n" + GZIP,
        b"HTTP/1.1 200 OK\r\nContent-Encoding:\r\n gzip\r\n\r\n" + GZIP,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n" + GZIP,
        b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Length: %d\r\n\r\n" % (len(FEED), len(FEED)) + FEED,
        b"HTTP/1.1 200 OK\r\nContent-Type: application/x-gzip\r\n\r\n" + GZIP,
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Type: text/html\r\n\r\n" + FEED,
        b"HTTP/1.1 206 Partial Content\r\n\r\n" + FEED,
        b"HTTP/1.1 206 OK\r\nContent-Range: Bytes 0-%d/%d\r\n\r\n" % (len(FEED) - 1, len(FEED)) + FEED,
        b"HTTP/1.1 206 OK\r\nContent-Range: bytes 0-%d/*\r\n\r\n" % (len(FEED) - 1) + FEED,
    ],
)
def test_what_can_be_read_is_read(open_door: Callable[..., HttpDoor], answer: bytes) -> None:
    """Junk between the headers, odd status lines, wrong lengths and types: the body comes out whole."""
    with serve_raw(partial(say, answer)) as server:
        response = open_door().get(server.url)
    assert (response.status, response.body) == (200, FEED)


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (FEED, ConnectFault, "not HTTP"),
        (b"ICY 200 OK\r\n\r\n" + FEED, ConnectFault, "not HTTP"),
        (b"HTTP/1.1 abc OK\r\n\r\n" + FEED, ConnectFault, "not HTTP"),
        (b"\r\n" * 50 + b"HTTP/1.1 200 OK\r\n\r\n" + FEED, ConnectFault, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"junk\r\n" * 500 + CHUNKED, ConnectFault, "not HTTP"),
        (b"HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/99\r\n\r\n" + FEED, HttpFault, "206, a part"),
        (
            b"HTTP/1.1 206 OK\r\nContent-Range: bytes 5-%d/%d\r\n\r\n" % (len(FEED), len(FEED)) + FEED,
            HttpFault,
            "206, a part",
        ),
        (b"HTTP/1.1 206 OK\r\n\r\n" + FEED[:40], HttpFault, "206, a part"),
    ],
)
def test_what_cannot_be_read_is_told(
    open_door: Callable[..., HttpDoor], answer: bytes, error: type[FetchError], told: str
) -> None:
    """What is no answer at all, or a part of one, is an error in one sentence that names the host."""
    with serve_raw(partial(say, answer)) as server, pytest.raises(error, match=rf"^127\.0\.0\.1 .*{told}"):
        open_door().get(server.url)


def test_headers_after_junk_count(open_door: Callable[..., HttpDoor]) -> None:
    """What stands behind a line that is no header is not lost: validators, patience, and connections that are kept."""
    head = b'HTTP/1.1 200 OK\r\njunk\r\nETag : "a"\r\n\tb\r\nRetry-After: 5\r\nContent-Length: 2\r\n\r\nok'
    with serve_raw(
        lambda connection, _: [connection.sendall(head), connection.recv(9999), connection.sendall(head)]
    ) as server:
        door = open_door()
        for _ in range(2):
            response = door.get(server.url)
            assert (response.headers["retry-after"], response.body) == ("5", b"ok")
        assert server.connections == 1


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (" /there ", "/there"),
        ("/there?q=a b", "/there?q=a%20b"),
        ("/أخبار/سوريا?ق=١", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/%D8%B3%D9%88%D8%B1%D9%8A%D8%A7?%D9%82=%D9%A1"),
        ("./there/../here", "/here"),
        ("there;a=1", "/there;a=1"),
        ("http:/there", "/there"),
        ("/%zz", "/%25zz"),
    ],
)
def test_odd_targets_are_followed(open_door: Callable[..., HttpDoor], location: str, path: str) -> None:
    """A target with spaces, in UTF-8 or half relative leads where a browser would go."""

    def answer(request: Request) -> Reply:
        target = location.encode().decode("latin-1")
        return Reply(302, [("Location", target)]) if request.path == "/0" else Reply(body=FEED)

    with serve(answer) as server:
        assert open_door().get(server.url + "0").body == FEED
        assert server.requests[-1].path == path


def test_of_two_targets_the_first_counts(open_door: Callable[..., HttpDoor]) -> None:
    """A server that names its target twice is followed to the first."""

    def answer(request: Request) -> Reply:
        twice = [("Location", "/a"), ("Location", "/a")]
        return Reply(302, twice) if request.path == "/" else Reply(body=FEED)

    with serve(answer) as server:
        assert open_door().get(server.url).url == server.url + "a"
