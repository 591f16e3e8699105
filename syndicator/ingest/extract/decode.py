"""The characters of a page from its bytes.

Strict UTF-8 comes before what the server or the page says, because Arabic text in another encoding is never valid
UTF-8, and servers label pages wrongly more often than pages lie by chance. An operator's word comes first of all.
"""

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.I)
_ALIASES = {
    "iso-8859-1": "windows-1252",
    "ascii": "windows-1252",
    "us-ascii": "windows-1252",
    "latin-1": "windows-1252",
}
_CONTROLS = bytes((*range(9), *range(14, 32)))
_NOISE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def decode(body: bytes, *, charset: str | None, override: str | None) -> str:
    """The page as text; never fails: what cannot be read becomes U+FFFD.

    `charset` is the server's word, `override` the operator's. Control characters that HTML forbids are dropped.
    """
    return _NOISE.sub("", _decoded(body, charset, override))


def reads_as_text(body: bytes) -> bool:
    """Whether bytes are a page at all, and not a picture or an archive under a wrong name."""
    start = body[:100_000]
    if start.startswith(tuple(mark for mark, _ in _BOMS)):
        return True
    return len(start) - len(start.translate(None, _CONTROLS)) <= len(start) // 100


def _decoded(body: bytes, charset: str | None, override: str | None) -> str:
    if override is not None and (codec := _codec(override)):
        return body.decode(codec, "replace")
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    lenient = body.decode("utf-8", "replace")
    if lenient.count("\ufffd") * 200 < sum(byte >= 0x80 for byte in body):
        return lenient
    meta = _META.search(body[:4096])
    for name in (charset, meta[1].decode("ascii") if meta else None):
        codec = _codec(name) if name else None
        if codec and codec != "utf-8":
            return body.decode(codec, "replace")
    return body.decode("windows-1256", "replace")


def _codec(name: str) -> str | None:
    """A text codec that Python knows, by its usual name, or None."""
    try:
        found = codecs.lookup(_ALIASES.get(name.strip().lower(), name.strip()))
        b"".decode(found.name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return found.name
