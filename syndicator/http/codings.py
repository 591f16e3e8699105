"""Take content codings off a body, in bounded steps: gzip, deflate, Brotli and Zstandard (RFC 9110, 8.4.1).

**The bytes decide, not the label.** Servers name charsets as codings (`UTF-8`), name a coding and send plain text,
send gzip without saying so, or compress twice. So every layer is chosen by its first bytes; the label only breaks
ties that bytes leave open: raw deflate and Brotli have no mark of their own.

**Bounded.** No decoder is asked for more than a step at a time, and every layer may give at most `most` bytes, also
one that another layer is inside of. A megabyte on the wire can be a gigabyte in memory otherwise. A Brotli window is
at most 16 MiB, a Zstandard window at most 8 MiB (RFC 9659).
"""

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from http.client import HTTPException
from itertools import chain

import brotli
import urllib3.exceptions

from syndicator.errors import BadEncoding, TooLarge, Truncated
from syndicator.text.kinds import reads_as_text

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BROKEN = (Truncated, urllib3.exceptions.HTTPError, HTTPException, OSError)
"""What a body raises that ends too early."""

_STEP = 1 << 20
_PEEK = 64
"""Bytes that are waited for before the coding is decided; all that came with them count."""
_MARKED = 16
"""Bytes from which on a mark counts that no label confirms."""
_HEAD = 512
_MOST_LAYERS = 3
_MOST_MEMBERS = 1_000
_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "br": "br", "zstd": "zstd"}
_NO_CODING = ("", "identity", "none", "binary", "text", "plain")
_ZSTD_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}


def decoded(chunks: Iterator[bytes], label: str, host: str, most: int, *, cut: bool = False) -> Iterator[bytes]:
    """The body without its codings, in chunks.

    `label` is the Content-Encoding header, `most` the bytes that a layer may give; with `cut` a layer ends there, and a
    body may be incomplete. Raises `BadEncoding`, `TooLarge`, `Truncated`, and whatever `chunks` raises.
    """
    named = [name for name in (part.strip().lower() for part in label.split(",")) if name not in _NO_CODING]
    known = [_CODINGS[name] for name in named if name in _CODINGS]
    for layer in range(_MOST_LAYERS):
        head, chunks = _peek(chunks)
        coding = _coding(head, known if layer < max(1, len(known)) else [])
        if coding is None:
            if layer == 0 and named and head and not reads_as_text(head):
                raise BadEncoding(f"{host} sent the content encoding {label[:40]!r} with bytes that it does not fit.")
            return chunks
        chunks = _capped(_DECODERS[coding](chunks, host, cut), host, most, cut)
    return chunks


def _peek(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, and all chunks with these; a fault that comes so early is raised after them."""
    seen: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            seen.append(chunk)
            size += len(chunk)
            if size >= _PEEK:
                break
    except BROKEN as error:
        return b"".join(seen), chain(seen, _raising(error))
    return b"".join(seen)[:_HEAD], chain(seen, chunks)


def _raising(error: Exception) -> Iterator[bytes]:
    yield b""
    raise error


def _coding(head: bytes, known: list[str]) -> str | None:
    """The coding that bytes are in, by what they begin with; None for what is in none, or in one that is unknown."""
    for name, magic, marked in (("gzip", _GZIP, _gunzip), ("zstd", _ZSTD, _unzstd)):
        if head and name in known and magic.startswith(head[: len(magic)]):
            return name
        if head.startswith(magic) and len(head) >= _MARKED and _gives(marked, head) is not None:
            return name
    if head.startswith(_BOMS) or (head.lstrip()[:1] in (b"<", b"{", b"[") and reads_as_text(head)):
        return None
    odd = len(head) >= _MARKED and not 0x20 <= head[1] < 0x7F
    if _is_zlib(head) and (known or odd) and _gives(_inflate, head) is not None:
        return "zlib"
    for name, decoder in (("deflate", _inflate_raw), ("br", _unbrotli)):
        if name in known and _gives(decoder, head) is not None:
            return name
    return known[-1] if known and head and not reads_as_text(head) else None


def _is_zlib(head: bytes) -> bool:
    """Whether bytes begin as zlib does (RFC 1950, 2.2)."""
    return len(head) >= 2 and head[0] & 0x8F == 0x08 and int.from_bytes(head[:2]) % 31 == 0


def _gives(decoder: "_Decoder", head: bytes) -> bytes | None:
    """What a decoder makes of the beginning of a body, as far as it goes; None when it is not in its coding."""
    try:
        return next(decoder(iter((head,) if head else ()), "", True), None)
    except BadEncoding:
        return None


def _capped(chunks: Iterator[bytes], host: str, most: int, cut: bool) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        yield chunk
        if total > most:
            if cut:
                return
            raise TooLarge(f"{host} sent more than {most} bytes once decoded.")


_Decoder = Callable[[Iterator[bytes], str, bool], Iterator[bytes]]
"""Called with chunks, the host's name, and whether a body may be incomplete."""


def _zlib(chunks: Iterable[bytes], host: str, cut: bool, wbits: int, name: str) -> Iterator[bytes]:
    """Decode zlib's formats; of gzip every member (RFC 1952). What follows the end is ignored, as gzip does."""
    decoder = zlib.decompressobj(wbits=wbits)
    members = size = 0
    for data in chunks:
        size += len(data)
        while data:
            if decoder.eof:
                if name != "gzip" or not data.startswith(_GZIP[: len(data)][:2]):
                    return
                decoder = zlib.decompressobj(wbits=wbits)
            try:
                yield decoder.decompress(data, _STEP)
            except zlib.error as error:
                raise BadEncoding(f"{host} sent a {name} body that cannot be decoded: {error}.") from error
            data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            members += decoder.eof
            if members > _MOST_MEMBERS:
                raise BadEncoding(f"{host} sent a gzip body in more than {_MOST_MEMBERS} members.")
    if size and not decoder.eof and not cut:
        yield decoder.flush()
        raise Truncated(f"{host} ended its {name} body before it was whole.")


def _gunzip(chunks: Iterator[bytes], host: str, cut: bool) -> Iterator[bytes]:
    return _zlib(chunks, host, cut, 31, "gzip")


def _inflate(chunks: Iterator[bytes], host: str, cut: bool) -> Iterator[bytes]:
    return _zlib(chunks, host, cut, 15, "deflate")


def _inflate_raw(chunks: Iterator[bytes], host: str, cut: bool) -> Iterator[bytes]:
    """Deflate without zlib's header, as several servers send it."""
    return _zlib(chunks, host, cut, -15, "deflate")


def _unbrotli(chunks: Iterator[bytes], host: str, cut: bool) -> Iterator[bytes]:
    """Decode Brotli (RFC 7932)."""
    decoder = brotli.Decompressor()
    size = 0
    for data in chunks:
        size += len(data)
        try:
            while True:
                yield decoder.process(data, output_buffer_limit=_STEP)
                data = b""
                if decoder.is_finished():
                    return
                if decoder.can_accept_more_data():
                    break
        except brotli.error as error:
            raise BadEncoding(f"{host} sent a Brotli body that cannot be decoded.") from error
    if size and not cut:
        raise Truncated(f"{host} ended its Brotli body before it was whole.")


def _unzstd(chunks: Iterator[bytes], host: str, cut: bool) -> Iterator[bytes]:
    """Decode Zstandard (RFC 8878), every frame; what follows the last one is ignored."""
    decoder = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
    frames = 0
    for data in chunks:
        while True:
            if decoder.eof:
                if not data.startswith(_ZSTD):
                    return
                decoder = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
            try:
                yield decoder.decompress(data, _STEP)
            except zstd.ZstdError as error:
                raise BadEncoding(f"{host} sent a Zstandard body that cannot be decoded: {error}.") from error
            data = decoder.unused_data if decoder.eof else b""
            frames += decoder.eof
            if frames > _MOST_MEMBERS:
                raise BadEncoding(f"{host} sent a Zstandard body in more than {_MOST_MEMBERS} frames.")
            if not data and (decoder.eof or decoder.needs_input):
                break
    if not decoder.eof and not cut:
        raise Truncated(f"{host} ended its Zstandard body before it was whole.")


_DECODERS: dict[str, _Decoder] = {
    "gzip": _gunzip,
    "zlib": _inflate,
    "deflate": _inflate_raw,
    "br": _unbrotli,
    "zstd": _unzstd,
}
