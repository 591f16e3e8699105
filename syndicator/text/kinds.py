"""Says what a file is by its first bytes, so that nobody reads a picture as text."""

_MAGIC = (
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "gzip data that is compressed twice or not labelled"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a recording"),
    (b"OggS", "a recording"),
    (b"ID3", "a recording"),
    (b"\x00\x00\x00\x18ftyp", "a recording"),
    (b"\x00\x00\x00 ftyp", "a recording"),
)
_CONTROLS = bytes((*range(9), *range(14, 27), *range(28, 32)))
_UNICODE = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_SAMPLE = 100_000


def binary(body: bytes) -> str | None:
    """What a file is called that says by its first bytes that it is no text; None for what may be one."""
    return next((what for magic, what in _MAGIC if body.startswith(magic)), None)


def reads_as_text(body: bytes) -> bool:
    """Whether bytes are text in some encoding, and not a file of a kind that `binary` does not know.

    Markup in UTF-16 without its mark is full of NULs, but in a rhythm: every second byte.
    """
    start = body[:_SAMPLE]
    if start.startswith(_UNICODE):
        return True
    nuls = start.count(0)
    if nuls * 5 > len(start):
        return max(start[::2].count(0), start[1::2].count(0)) > 0.9 * nuls
    return len(start) - len(start.translate(None, _CONTROLS)) <= len(start) // 100
