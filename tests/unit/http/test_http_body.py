"""A body is whole, decoded as announced, and never larger than the caps: or it is an error."""

import gzip
import json
import socket
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import brotli
import pytest
from backports import zstd
from hypothesis import assume, given
from hypothesis import strategies as st
from urllib3 import HTTPResponse

from syndicator.errors import BadEncoding, FetchError, TooLarge, Truncated
from syndicator.http import HttpDoor, Limits
from syndicator.http.body import Caps, read_body
from syndicator.http.whole import is_whole
from tests.support.servers import Reply, Server, serve, serve_raw

GIBIBYTE = 1 << 30
ROOT = Path(__file__).parents[3]
CAPS = Caps(wire=1 << 20, decoded=1 << 20)


def gzip_bomb(size: int) -> bytes:
    """So many zeros in gzip, without its end, which nobody should reach."""
    packer = zlib.compressobj(9, wbits=31)
    block = bytes(1 << 20)
    first, other = (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + other * ((size >> 20) - 1)


def bomb_of(packer: "zlib._Compress") -> bytes:
    """A gibibyte of zeros in another of zlib's formats."""
    block = bytes(1 << 20)
    first, other = (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + other * (GIBIBYTE >> 20)


def say(answer: bytes, connection: socket.socket, _: Server) -> None:
    """Answer with these bytes after the status line."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + answer)


def test_a_bomb_costs_no_more_than_the_cap() -> None:
    """A02: A gibibyte behind a megabyte costs less than 64 MiB and a second, in whatever packing it comes."""
    bomb = gzip_bomb(GIBIBYTE)
    assert len(bomb) < 2 << 20
    gzipped = ("Content-Encoding", "gzip")

    def named(coding: str, body: bytes) -> tuple[Reply, str]:
        return Reply(200, [("Content-Encoding", coding)] if coding else [], body), "too_large"

    twice = gzip.compress(bomb, mtime=0)
    stored = gzip.compress(gzip.compress(b"", mtime=0)[:10] + b"\0\0\0\xff\xff" * (20 << 20), 9, mtime=0)
    bombs = {
        "warm": (Reply(body=gzip.compress(b"<rss/>", mtime=0)), None),
        "gzip": named("gzip", bomb),
        "gzip-unlabelled": named("", bomb),
        "gzip-in-gzip": named("gzip, gzip", twice),
        "gzip-in-gzip-labelled-once": named("gzip", twice),
        "gzip-three-times": named("gzip", gzip.compress(twice, mtime=0)),
        "gzip-of-empty-blocks": named("gzip, gzip", stored),
        "gzip-called-deflate": named("deflate", bomb),
        "deflate": named("deflate", bomb_of(zlib.compressobj(9))),
        "deflate-raw": named("deflate", bomb_of(zlib.compressobj(9, wbits=-15))),
        "br": named("br", brotli.compress(bytes(GIBIBYTE >> 2), quality=1)),
        "zstd": named("zstd", zstd.compress(bytes(GIBIBYTE >> 2))),
        "zstd-unlabelled": named("", zstd.compress(bytes(GIBIBYTE >> 2))),
        "br-in-gzip": named("br, gzip", gzip.compress(brotli.compress(bytes(GIBIBYTE >> 2), quality=1), mtime=0)),
        "in-a-redirect": (Reply(302, [gzipped, ("Location", "/warm")], bomb), None),
        "in-a-304": (Reply(304, [gzipped, ("Content-Length", str(len(bomb)))], bomb), None),
        "in-a-404": (Reply(404, [gzipped], bomb), None),
    }
    with serve(lambda request: bombs[request.path[1:]][0]) as server:
        command = [sys.executable, "-m", "tests.support.weigh_fetch", *(server.url + name for name in bombs)]
        weighed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    costs = dict(zip(bombs, json.loads(weighed.stdout), strict=True))
    assert {name: cost["reason"] for name, cost in costs.items()} == {name: bombs[name][1] for name in bombs}
    assert max(cost["mebibytes"] for cost in costs.values()) < 64, costs
    assert max(cost["seconds"] for cost in costs.values()) < 1, costs


def test_the_wire_is_capped(open_door: Callable[..., HttpDoor]) -> None:
    """A03: A body that is announced or comes larger than the cap ends at the cap."""
    limits = Limits(wire=100_000, decoded=200_000, deadline=5)
    sent = []

    def endless(connection: socket.socket, server: Server) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(800):
            connection.sendall(b"x" * 65_536)
            sent.append(65_536)

    with serve_raw(endless) as server, pytest.raises(TooLarge, match="more than 100000 bytes"):
        open_door(limits).get(server.url)
    assert sum(sent) < 50 << 20

    def announced(connection: socket.socket, server: Server) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n")
        server.pause(2)

    with serve_raw(announced) as server, pytest.raises(TooLarge, match="announced 100001 bytes"):
        open_door(limits).get(server.url)
    with serve(lambda _: Reply(body=b"x" * 100_000)) as server:
        assert len(open_door(limits).get(server.url).body) == 100_000


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"Content-Length: 10\r\n\r\n12345", Truncated),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n", Truncated),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\n123", Truncated),
        (b"Transfer-Encoding: chunked\r\n\r\nno number\r\n", Truncated),
        (b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rss/>", mtime=0)[:-3], Truncated),
        (b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rss/>", mtime=0)[:5], Truncated),
        (
            b"Content-Encoding: gzip\r\n\r\n"
            + gzip.compress(b"<rss/>", mtime=0)
            + gzip.compress(b"more", mtime=0)[:-1],
            Truncated,
        ),
        (b"Content-Encoding: gzip\r\nContent-Length: 22\r\n\r\n" + gzip.compress(b"<rss>" * 100, mtime=0), Truncated),
        (b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rss/>", mtime=0)[:-8] + bytes(8), BadEncoding),
        (b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"", mtime=0) * 2000, BadEncoding),
        (b"Content-Encoding: compress\r\n\r\n\x1f\x9d\x90" + bytes(range(200)), BadEncoding),
        (b"Content-Encoding: identity, gzip\r\n\r\n" + bytes(range(200)), BadEncoding),
        (b"Content-Encoding: br\r\n\r\n" + bytes(range(200)), BadEncoding),
        (b"Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", BadEncoding),
    ],
)
def test_what_is_not_whole_is_an_error(
    open_door: Callable[..., HttpDoor], answer: bytes, error: type[FetchError]
) -> None:
    """A03: Half a body, or one in a wrapping that does not fit, is never taken for a body."""
    with serve_raw(partial(say, answer)) as server, pytest.raises(error, match=r"127\.0\.0\.1"):
        open_door().get(server.url)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"\r\n<rss/>", b"<rss/>"),
        (b"Content-Length: 6\r\n\r\n<rss/>and more than was announced", b"<rss/>"),
        (b"Transfer-Encoding: chunked\r\n\r\n3\r\n<rs\r\n3;ext=1\r\ns/>\r\n0\r\nX-Trailer: 1\r\n\r\n", b"<rss/>"),
        (b"Content-Encoding: identity\r\n\r\n<rss/>", b"<rss/>"),
        (b"Content-Encoding: GZip\r\n\r\n" + gzip.compress(b"<rss/>", mtime=0), b"<rss/>"),
        (b"Content-Encoding: x-gzip\r\n\r\n" + gzip.compress(b"<rss/>", mtime=0), b"<rss/>"),
        (
            b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rss", mtime=0) + gzip.compress(b"/>", mtime=0),
            b"<rss/>",
        ),
        (b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rss/>", mtime=0) + bytes(700), b"<rss/>"),
        (b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<rss/>", mtime=0) + b"\n<!-- cached -->", b"<rss/>"),
        (b"Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", b""),
        (b"Content-Length: 0\r\n\r\n", b""),
    ],
)
def test_what_is_whole_is_read(open_door: Callable[..., HttpDoor], answer: bytes, body: bytes) -> None:
    """Every way in which HTTP frames a body is read to its end and no further."""
    with serve_raw(partial(say, answer)) as server:
        assert open_door().get(server.url).body == body


class Packets:
    """Bytes that come in packets of given sizes."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self.data, self.sizes, self.closed = data, sizes, False

    def read1(self, most: int) -> bytes:
        size = self.sizes.pop() if self.sizes else most
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def read(self, most: int) -> bytes:
        return self.read1(most)

    def close(self) -> None:
        self.closed = True


@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=4), st.lists(st.integers(1, 50), max_size=200))
def test_gzip_is_decoded_whatever_the_packets(members: list[bytes], sizes: list[int]) -> None:
    """A03: Where the network cuts a gzip body, between or inside its members, changes nothing."""
    packed = b"".join(gzip.compress(member, mtime=0) for member in members)
    raw = HTTPResponse(Packets(packed, sizes), {"Content-Encoding": "gzip"}, 200, preload_content=False)
    assert read_body(raw, "host", CAPS) == (b"".join(members), len(packed))


@given(st.binary(min_size=1, max_size=2000), st.integers(1, 100))
def test_a_cut_gzip_body_is_always_noticed(data: bytes, cut: int) -> None:
    """However little is missing from the end of a gzip body, it is not whole, unless what is in it is whole."""
    assume(not is_whole(data))
    packed = gzip.compress(data, mtime=0)
    packed = packed[: max(1, len(packed) - cut)]
    raw = HTTPResponse(Packets(packed, []), {"Content-Encoding": "gzip"}, 200, preload_content=False)
    with pytest.raises(Truncated):
        read_body(raw, "host", CAPS)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_the_decoded_cap_is_exact(size: int, cap: int) -> None:
    """As many bytes as the cap allows pass, one more does not; with `cut` the beginning comes."""
    packed = gzip.compress(b"x" * size, mtime=0)

    def read(caps: Caps) -> bytes:
        raw = HTTPResponse(Packets(packed, []), {"Content-Encoding": "gzip"}, 200, preload_content=False)
        return read_body(raw, "host", caps)[0]

    if size > cap:
        with pytest.raises(TooLarge):
            read(Caps(1 << 20, cap))
    else:
        assert len(read(Caps(1 << 20, cap))) == size
    assert len(read(Caps(1 << 20, cap, cut=True))) == min(size, cap)
