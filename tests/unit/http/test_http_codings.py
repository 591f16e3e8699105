"""What can be read is read: the bytes of a body decide how it is packed, whatever its label says."""

import gzip
import socket
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from syndicator.errors import BadEncoding, DeadlineExceeded, FetchError, TooLarge, Truncated
from syndicator.http import HttpDoor, Limits
from syndicator.http.codings import decoded
from syndicator.http.whole import is_whole
from tests.support.servers import Server, serve_raw

FEED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>دار الاختبار</title>'
    + "".join(f"<item><title>خبر رقم {n} من حلب</title><guid>g{n}</guid></item>" for n in range(40))
    + "</channel></rss>\n"
).encode()
JSON = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "}1]", "content_text": "قافلة \\" هنا"}]}'.encode()
GZIP = gzip.compress(FEED, mtime=0)
RAW = zlib.compressobj(9, wbits=-15)
RAW_DEFLATE = RAW.compress(FEED) + RAW.flush()
PACKED = {
    "gzip": GZIP,
    "zlib": zlib.compress(FEED),
    "zlib, quick": zlib.compress(FEED, 1),
    "zlib, stored": zlib.compress(FEED, 0),
    "deflate": RAW_DEFLATE,
    "br": brotli.compress(FEED),
    "zstd": zstd.compress(FEED),
}


def say(answer: bytes, connection: socket.socket, server: Server) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n" + answer)


def stay(answer: bytes, connection: socket.socket, server: Server) -> None:
    """Answer, and keep the connection open."""
    say(answer, connection, server)
    server.pause(30)


def unpacked(data: bytes, label: str = "", most: int = 1 << 20, step: int = 1 << 16) -> bytes:
    chunks = (data[n : n + step] for n in range(0, len(data), step))
    return b"".join(decoded(chunks, label, "host", most))


@pytest.mark.parametrize(
    "label",
    [
        "UTF-8", "utf8", "none", "None", "binary", "text", "identity", "identity, identity", "windows-1256", "8bit", "xml",
        "text/xml; charset=utf-8", "gzip", "x-gzip", "deflate", "br", "zstd", "gzip, deflate", "gzip,deflate,br", "compress",
        "chunked", "*", ",", ";", "\xff\xfe", "unicode", "base64", "ISO-8859-1", "dcb",
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", [FEED, b"\xef\xbb\xbf" + FEED, "\n <rss>".encode("utf-16"), JSON, b"  \n<html>x"])
def test_a_plain_body_is_read_whatever_its_label(label: str, body: bytes) -> None:
    """A label that names a charset, nothing, or a coding that was not applied costs nothing."""
    assert unpacked(body, label) == body


@pytest.mark.parametrize(
    ("packing", "label"),
    [
        *((packing, label) for packing in ("gzip", "zstd") for label in ("", "utf-8", "deflate", "br", "none", "gzip")),
        *((packing, label) for packing in PACKED if "zlib" in packing for label in ("", "deflate", "gzip", "none")),
        *(("deflate", label) for label in ("deflate", "Deflate", "identity, deflate", "br, deflate")),
        *(("br", label) for label in ("br", "BR", "gzip, br", "identity,br")),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 1 << 16])
def test_a_packed_body_is_unpacked(packing: str, label: str, step: int) -> None:
    """gzip, zlib and Zstandard are known by their first bytes; raw deflate and Brotli need their name."""
    assert unpacked(PACKED[packing], label, step=step) == FEED


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (gzip.compress(GZIP, mtime=0), "gzip"),
        (gzip.compress(GZIP, mtime=0), "gzip, gzip"),
        (gzip.compress(GZIP, mtime=0), ""),
        (zlib.compress(GZIP), "gzip, deflate"),
        (gzip.compress(zlib.compress(FEED), mtime=0), "deflate, gzip"),
        (gzip.compress(RAW_DEFLATE, mtime=0), "deflate, gzip"),
        (gzip.compress(brotli.compress(FEED), mtime=0), "br, gzip"),
        (zstd.compress(GZIP), "zstd"),
        (GZIP + b"\n<!-- cached -->", ""),
        (GZIP + bytes(700), "gzip"),
        (zlib.compress(FEED) + b"\r\n", "deflate"),
        (RAW_DEFLATE + b"garbage", "deflate"),
        (zstd.compress(FEED) + b"garbage", "zstd"),
        (zstd.compress(FEED[:50]) + zstd.compress(FEED[50:]), "zstd"),
    ],
)
def test_layers_and_leftovers(body: bytes, label: str) -> None:
    """What was packed twice is unpacked twice; what follows the end of a packed body is ignored."""
    assert unpacked(body, label) == FEED


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "zstd", "compress", "foo", "gzip, br"])
def test_what_cannot_be_read_is_told(label: str) -> None:
    """Bytes that are neither text nor in a coding that we read are an error that names the label or the coding."""
    with pytest.raises(BadEncoding, match=r"^host sent .*\.$"):
        unpacked(bytes(range(256)) * 4, label)


@given(st.binary(max_size=2000), st.sampled_from(["", "gzip", "deflate", "br", "zstd", "gzip, br", "utf-8"]))
def test_no_bytes_break_the_decoders(data: bytes, label: str) -> None:
    """Whatever comes, what comes of it are bytes below the cap or one of our errors."""
    with suppress(BadEncoding, Truncated, TooLarge):
        assert len(unpacked(data, label, most=10_000)) <= 10_000 + (1 << 21)


@given(
    st.text(max_size=3000).map(str.encode),
    st.sampled_from(["gzip", "zlib", "deflate", "br", "zstd"]),
    st.integers(1, 4000),
)
def test_every_coding_comes_back(data: bytes, packing: str, step: int) -> None:
    """What was packed under its right name comes back byte for byte, wherever the network cuts it."""
    raw = zlib.compressobj(6, wbits=-15)
    packed = {
        "gzip": lambda: gzip.compress(data, mtime=0),
        "zlib": lambda: zlib.compress(data),
        "deflate": lambda: raw.compress(data) + raw.flush(),
        "br": lambda: brotli.compress(data),
        "zstd": lambda: zstd.compress(data),
    }[packing]()
    assert unpacked(packed, "deflate" if packing == "zlib" else packing, step=step) == data


CUT = {
    "gzip without its trailer": b"Content-Encoding: gzip\r\n\r\n" + GZIP[:-8],
    "gzip with half a trailer": b"Content-Encoding: gzip\r\n\r\n" + GZIP[:-3],
    "unlabelled gzip without its trailer": b"\r\n" + GZIP[:-8],
    "zlib without its checksum": b"Content-Encoding: deflate\r\n\r\n" + PACKED["zlib"][:-4],
    "a length too long": b"Content-Length: %d\r\n\r\n" % (len(FEED) + 20) + FEED,
    "a packed length too long": b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(FEED) + GZIP,
    "a length too long and no trailer": b"Content-Encoding: gzip\r\nContent-Length: 99999\r\n\r\n" + GZIP[:-8],
    "no last chunk": b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(FEED) + FEED + b"\r\n",
    "a chunk too long": b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (len(FEED) + 9) + FEED,
    "a comment after the end": b"Content-Length: 99999\r\n\r\n" + FEED + b"<!-- 0.2 s -->\n",
}


@pytest.mark.parametrize("how", CUT)
def test_a_whole_document_in_a_broken_transfer_is_read(open_door: Callable[..., HttpDoor], how: str) -> None:
    """A missing trailer or a wrong length costs nothing when the document's own end has come."""
    with serve_raw(partial(say, CUT[how])) as server:
        assert open_door().get(server.url).body.startswith(FEED)


@pytest.mark.parametrize("how", CUT)
def test_half_a_document_in_a_broken_transfer_is_an_error(open_door: Callable[..., HttpDoor], how: str) -> None:
    """The same transfers with a document that is really cut are errors: its other articles are not withdrawn."""
    half = FEED[: len(FEED) // 2]
    answer = CUT[how].replace(FEED, half).replace(GZIP[:-8], gzip.compress(half, mtime=0)[:-8])
    answer = answer.replace(GZIP[8:-8], gzip.compress(half, mtime=0)[8:-8]).replace(
        PACKED["zlib"][:-4], zlib.compress(half)[:-4]
    )
    with serve_raw(partial(say, answer)) as server, pytest.raises(FetchError):
        open_door().get(server.url)


@pytest.mark.parametrize("packed", [False, True])
def test_the_rest_of_a_whole_document_is_not_waited_for(open_door: Callable[..., HttpDoor], packed: bool) -> None:
    """A server that announced more than it has, and stays connected, costs two seconds and not the deadline."""
    head = b"Content-Encoding: gzip\r\n" if packed else b""
    answer = head + b"Content-Length: 99999\r\n\r\n" + (GZIP[:-8] if packed else FEED)
    with serve_raw(partial(stay, answer)) as server:
        started = time.monotonic()
        assert open_door(Limits(deadline=20)).get(server.url).body == FEED
        assert time.monotonic() - started < 4
    half = b"Content-Length: 99999\r\n\r\n" + FEED[:900]
    with serve_raw(partial(stay, half)) as server, pytest.raises(DeadlineExceeded):
        open_door(Limits(deadline=0.5)).get(server.url)


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (FEED, True),
        (FEED.rstrip(), True),
        (FEED + b"\n<!-- a --> <!-- b -->\0\0", True),
        (FEED.decode().encode("utf-16"), True),
        (b"<feed xmlns='a'><entry/></feed >", True),
        (b"<rdf:RDF xmlns:rdf='a'></rdf:RDF>", True),
        (b"<br/><b>Warning</b>: x<?xml version='1.0'?><urlset><url/></urlset>", True),
        (b"<!doctype html><html><body>x</body></HTML><script>1</script>", True),
        (JSON, True),
        (b"[1, 2]", True),
        (FEED[:-3], False),
        (FEED[:900], False),
        (FEED + b"<item>", False),
        (FEED + b"<!-- open", False),
        (FEED[:900] + b"<![CDATA[</rss>", True),
        (b"<rss><item><description>&lt;/rss>", False),
        (b"<html><body><p>x</p></body>", False),
        (b"<rss/>", False),
        (b"x</rss>", False),
        (JSON[:-1], False),
        (JSON[: JSON.index(b"}") + 1], False),
        (JSON[: JSON.index(b"]") + 1], False),
        (b'{"a": "}', False),
        (b"[]", False),
        (b"{}", False),
        (b"", False),
        (b"plain text.", False),
    ],
)
def test_the_end_of_a_document(body: bytes, whole: bool) -> None:
    """A document is whole when its outermost element or bracket is closed and nothing but comments follows.

    A closing tag as text at the very end of what came passes for one; nothing is lost by that but a later item.
    """
    assert is_whole(body) is whole


@given(st.integers(0, 1 << 30), st.integers(0, 40))
def test_a_cut_feed_is_not_whole(cut: int, more: int) -> None:
    """Wherever a feed is cut before its last tag, it is not whole."""
    end = FEED.rindex(b"</rss>") + len(b"</rss>")
    assert not is_whole(FEED[: cut % end])
    assert is_whole(FEED[:end] + b" " * more)


@pytest.mark.parametrize("unit", ['"', '\\"', '"\\', "{", "[{", '"}', "</rss>", "<!--", "<!---->", "</rss><!--"])
def test_looking_for_the_end_takes_linear_time(unit: str) -> None:
    """Four times the bytes take about four times as long, whatever they are."""
    bodies = ["{" + unit * (size // len(unit)) + "}" for size in (250_000, 1_000_000)]

    def seconds(body: str) -> float:
        started = time.process_time()
        is_whole(body.encode())
        return time.process_time() - started

    assert min(seconds(bodies[1]) for _ in range(2)) < 12 * min(seconds(bodies[0]) for _ in range(2)) + 0.02
