"""Reading a body: packet by packet, counted on the wire and decoded, never more than the caps allow.

Neither `response.content` nor the libraries' own decoding is used. They decode whatever the server names (br, zstd,
gzip inside gzip), and a megabyte on the wire can be a gigabyte in memory. We ask for gzip, decode gzip, and call
everything else an error. The decoder is never asked for more than is still allowed, so that a bomb costs what the
cap costs.

A body that ended too early is an error even when what came could be parsed: half a feed looks like one whose other
articles were withdrawn.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from urllib3.response import BaseHTTPResponse

from syndicator.errors import BadEncoding, TooLarge, Truncated

_READ = 65_536
_STEP = 1 << 20
_MOST_MEMBERS = 1_000
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that one body may be: bytes on the wire and bytes decoded."""

    wire: int
    decoded: int
    cut: bool = False
    """Return the beginning of a body that is too large, instead of raising."""


def read_body(raw: BaseHTTPResponse, host: str, caps: Caps) -> tuple[bytes, int]:
    """The decoded body and its bytes on the wire.

    Raises TooLarge, BadEncoding, Truncated, and whatever the connection raises.
    """
    framing = raw.headers.get("transfer-encoding", "").strip().lower()
    if framing not in ("", "identity", "chunked"):
        raise BadEncoding(f"{host} sent the transfer encoding {framing[:40]!r}; only chunked is read.")
    coding = raw.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise BadEncoding(f"{host} sent the content encoding {coding[:40]!r}; only gzip was asked for.")
    announced = raw.headers.get("content-length", "").strip()
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > caps.wire and not caps.cut:
        raise TooLarge(f"{host} announced {announced[:20]} bytes; {caps.wire} are the most that may come.")
    wire = _Wire(raw, host, caps)
    chunks = _gunzip(wire, host, caps) if coding in ("gzip", "x-gzip") else iter(wire)
    body = BytesIO()  # its value is handed out without a copy, which a list of chunks would need to be joined
    for chunk in chunks:
        body.write(chunk)
        if body.tell() > caps.decoded:
            if not caps.cut:
                raise TooLarge(f"{host} sent more than {caps.decoded} bytes once decoded.")
            return body.getvalue()[: caps.decoded], wire.count
    return body.getvalue(), wire.count


class _Wire:
    """The packets of a body as they come, counted."""

    def __init__(self, raw: BaseHTTPResponse, host: str, caps: Caps) -> None:
        self.count = 0
        self._raw = raw
        self._host = host
        self._caps = caps

    def __iter__(self) -> Iterator[bytes]:
        while data := self._raw.read1(_READ, decode_content=False):
            self.count += len(data)
            if self.count > self._caps.wire:
                if not self._caps.cut:
                    raise TooLarge(f"{self._host} sent more than {self._caps.wire} bytes.")
                return
            yield data


def _gunzip(wire: _Wire, host: str, caps: Caps) -> Iterator[bytes]:
    """Decode gzip (RFC 1952), every member of it; what follows the last member is ignored, as gzip does."""
    decoder = zlib.decompressobj(wbits=31)
    members = 0
    for data in wire:
        while data:
            if decoder.eof:
                if not data.startswith(_GZIP_MAGIC[: len(data)]):
                    return
                decoder = zlib.decompressobj(wbits=31)
            try:
                yield decoder.decompress(data, _STEP)
            except zlib.error as error:
                raise BadEncoding(f"{host} sent a gzip body that cannot be decoded: {error}.") from error
            data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            members += decoder.eof
            if members > _MOST_MEMBERS:
                raise BadEncoding(f"{host} sent a gzip body in more than {_MOST_MEMBERS} members.")
    if wire.count and not decoder.eof and not caps.cut:
        raise Truncated(f"{host} ended its gzip body before it was whole.")
