"""Read the head of an answer that is not quite HTTP, as browsers do.

The standard library ends the headers at the first line that is none, and loses all that follow: a coding, a length, the
chunks of a body. Lines that are no headers are dropped here instead, and a name with a space before its colon is put
right (RFC 9112, 5.1 lets a client do so). Nobody else reads this connection, so no two readings can be played against
each other.
"""

import re
from http.client import HTTPException, HTTPResponse
from typing import Any

_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*(:.*)", re.DOTALL)
_STATUS = re.compile(rb"\s*http/(\d(?:\.\d)?)(?=\s)", re.IGNORECASE)
_MOST_DROPPED = 100
_MOST_BLANK = 4


class LenientResponse(HTTPResponse):
    """An answer whose head may hold junk."""

    def begin(self) -> None:
        """As in the standard library, over lines that were put right."""
        whole: Any = self
        if whole.headers is not None:
            return
        stream = whole.fp
        whole.fp = _Head(stream)
        try:
            super().begin()
        finally:
            if whole.fp is not None:
                whole.fp = stream


class _Head:
    """The lines of status and headers."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._inside = False
        self._kept = False
        self._dropped = 0

    def readline(self, limit: int) -> bytes:
        """The next line that is a status, a header, or the end."""
        while True:
            line: bytes = self._stream.readline(limit)
            if not line or len(line) == limit:
                return line
            fixed = self._header(line) if self._inside else self._status(line)
            if fixed is not None:
                return fixed
            self._dropped += 1
            if self._dropped > _MOST_DROPPED:
                raise HTTPException("too many lines that are no headers")

    def _status(self, line: bytes) -> bytes | None:
        """A status line; blank ones before it are left over from an earlier answer."""
        if not line.strip() and self._dropped < _MOST_BLANK:
            return None
        self._inside, self._kept = True, False
        found = _STATUS.match(line)
        if found is None:
            return line
        version = found[1] if found[1].startswith(b"1.") else b"1.1"
        return b"HTTP/" + version + line[found.end() :]

    def _header(self, line: bytes) -> bytes | None:
        if line in (b"\r\n", b"\n"):
            self._inside = False  # an interim answer's end: another status line may follow
            return line
        if line[:1] in b" \t":
            return line if self._kept else None
        found = _HEADER.fullmatch(line)
        self._kept = found is not None
        return found[1] + found[2] if found else None

    def close(self) -> None:
        self._stream.close()
