"""What is sent as headers and what is kept of those that come back.

A validator is opaque: it goes back exactly as it came, byte for byte, quotes and `W/` included, or not at all.
Header bytes beyond ASCII are carried as Latin-1, which http.client uses in both directions, so that they survive.
Dropped is what would do harm when sent back: a date that is no date of this life (`0`, the year 2038 of broken
clocks), anything that would break a header apart, and what is so long that servers refuse the request for it; a
source whose every request is refused, for a validator that is only replaced by a good answer, would never recover.
"""

import re
from collections.abc import Mapping

from urllib3 import HTTPHeaderDict

from syndicator.http.whole import is_whole
from syndicator.model import Validators

FEED_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
)
PAGE_ACCEPT = "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.1"

_RANGE = re.compile(r"(\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)
_LONGEST_VALIDATOR = 4_096
"""Bytes. Common servers refuse header lines, or all headers together, beyond 8 KiB."""


def usable(validators: Validators) -> Validators:
    """The validators without those that must not be sent back."""
    return Validators(etag=_usable_etag(validators.etag), last_modified=_usable_date(validators.last_modified))


def conditions(validators: Validators) -> dict[str, str]:
    """The request headers that ask whether something changed (RFC 9110, 13.1)."""
    kept = usable(validators)
    headers = {}
    if kept.etag is not None:
        headers["If-None-Match"] = kept.etag
    if kept.last_modified is not None:
        headers["If-Modified-Since"] = kept.last_modified
    return headers


def received(headers: HTTPHeaderDict) -> Mapping[str, str]:
    """The headers of an answer by lower-case name: no cookies, and only validators that can be sent back.

    A header that comes twice is joined with a comma, as RFC 9110, 5.3 has it; two validators are none, and of two
    targets of a redirect the first counts.
    """
    kept = {name.lower(): value for name, value in headers.itermerged()}
    kept.pop("set-cookie", None)
    for target in headers.getlist("location")[:1]:
        kept["location"] = target
    for name, check in (("etag", _usable_etag), ("last-modified", _usable_date)):
        if name in kept and (len(headers.getlist(name)) > 1 or check(kept[name]) is None):
            del kept[name]
    return kept


def all_of_it(content_range: str, body: bytes) -> bool:
    """Whether a partial answer (206) that nobody asked for holds the whole: by its Content-Range, or by its own end."""
    unit, _, span = content_range.strip().partition(" ")
    if unit.lower() == "bytes" and (found := _RANGE.fullmatch(span.strip())):
        return int(found[1]) == 0 and int(found[2]) + 1 == int(found[3])
    return is_whole(body)


def _usable_etag(value: str | None) -> str | None:
    if not value or len(value) > _LONGEST_VALIDATOR or value != value.strip():
        return None
    if any(not " " <= character <= "\xff" or character == "\x7f" for character in value):
        return None
    return value


def _usable_date(value: str | None) -> str | None:
    if _usable_etag(value) is None or value is None or not value.isascii():
        return None
    return None if "2038" in value or value == "0" else value
