"""Conditional requests and content coding, decided on header values alone (RFC 9110, 12.5.3 and 13).

Weak comparison, as RFC 9110 asks for If-None-Match. A proxy that compresses on its way may have put its mark on an
ETag that we sent (`"abc-gzip"`, `"abc;br"`): such a mark is recognised, so that the reader gets its 304.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_TAG = re.compile(r'(?:W/)?"([^"]*)"|([^\s,"]+)')
_MARK = re.compile(r"(?:--?|;)(?:gzip|br|zstd|deflate|gz|df)$")


def matches(if_none_match: str, etag: str) -> bool:
    """Whether a reader that sends this If-None-Match has what this ETag names."""
    if if_none_match.strip() == "*":
        return True
    ours = opaque(etag)
    return any(opaque(found[0]) == ours for found in _TAG.finditer(if_none_match))


def tags(if_none_match: str) -> list[str]:
    """The entity tags of the header as we write ours: weak, and without a proxy's mark."""
    return [f'W/"{opaque(found[0])}"' for found in _TAG.finditer(if_none_match)][:20]


def opaque(tag: str) -> str:
    """What an entity tag says, without weakness, quotes and a proxy's mark."""
    return _MARK.sub("", tag.strip().removeprefix("W/").strip('"'))


def not_modified(if_none_match: str | None, if_modified_since: str | None, etag: str, changed: datetime) -> bool:
    """Whether the answer is 304. If-Modified-Since counts only without If-None-Match (RFC 9110, 13.2.2)."""
    if if_none_match is not None:
        return matches(if_none_match, etag)
    if if_modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return changed.replace(microsecond=0) <= since


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether gzip may be sent: named or by `*`, with a weight above zero (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for part in (accept_encoding or "").lower().split(","):
        name, _, parameters = part.strip().partition(";")
        weight = 1.0
        for parameter in parameters.split(";"):
            key, _, value = parameter.strip().partition("=")
            if key == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        if name.strip():
            weights[name.strip()] = weight
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0
