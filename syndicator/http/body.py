"""Reading a body: packet by packet, counted on the wire and decoded, never more than the caps allow.

Neither `response.content` nor the libraries' own decoding is used. They decode whatever the server names, and a
megabyte on the wire can be a gigabyte in memory. We ask for gzip, and read what else comes if it is safe (`codings`).
The decoder is never asked for more than is still allowed, so that a bomb costs what the cap costs.

A body that ended too early is an error even when what came could be parsed: half a feed looks like one whose other
articles were withdrawn. It is read if the document is whole although the transfer was not (see `whole`). A server that
announced more than it sends may keep us waiting for the rest: once the document's end has come, not for long.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

from urllib3.response import BaseHTTPResponse

from syndicator.errors import BadEncoding, TooLarge
from syndicator.http.codings import BROKEN, decoded
from syndicator.http.whole import ENDS, is_whole, is_whole_markup

_READ = 65_536


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that one body may be: bytes on the wire and bytes decoded."""

    wire: int
    decoded: int
    cut: bool = False
    """Return the beginning of a body that is too large, instead of raising."""


def read_body(
    raw: BaseHTTPResponse, host: str, caps: Caps, hurry: Callable[[], None] = lambda: None
) -> tuple[bytes, int]:
    """The decoded body and its bytes on the wire. `hurry` is called once the document's end has come.

    Raises TooLarge, BadEncoding, Truncated, and whatever the connection raises.
    """
    framing = raw.headers.get("transfer-encoding", "").strip().lower()
    if framing not in ("", "identity", "chunked"):
        raise BadEncoding(f"{host} sent the transfer encoding {framing[:40]!r}; only chunked is read.")
    announced = raw.headers.get("content-length", "").strip()
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > caps.wire and not caps.cut:
        raise TooLarge(f"{host} announced {announced[:20]} bytes; {caps.wire} are the most that may come.")
    wire = _Wire(raw, host, caps)
    body = BytesIO()  # its value is handed out without a copy, which a list of chunks would need to be joined
    ended = False
    try:
        label = raw.headers.get("content-encoding", "")
        for chunk in decoded(iter(wire), label, host, caps.decoded, cut=caps.cut):
            body.write(chunk)
            if body.tell() > caps.decoded:
                if not caps.cut:
                    raise TooLarge(f"{host} sent more than {caps.decoded} bytes once decoded.")
                return body.getvalue()[: caps.decoded], wire.count
            if not ended and chunk.rstrip().endswith(b">") and _ended(body):
                ended = True
                hurry()
    except BROKEN:
        if not ended and not is_whole(body.getvalue()):
            raise
        hurry()
    return body.getvalue(), wire.count


def _ended(body: BytesIO) -> bool:
    with body.getbuffer() as view:
        return is_whole_markup(bytes(view[:ENDS]), bytes(view[-ENDS:]))


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
