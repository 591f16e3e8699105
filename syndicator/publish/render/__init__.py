"""An edition as the bytes of one format, with the validators that HTTP serves it by.

`FORMATS` is the whole list of formats; the key is the extension in a feed's address. Rendering is a function of
the edition: no clock, no order of a set or of the machine, so the same edition gives the same bytes and the
same ETag in every process, and a restart costs no reader a download.

The ETag is weak and made from the bytes before compression: one for every encoding of them.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType

from syndicator.model import Document, Edition
from syndicator.publish.render import atom, jsonfeed, rss
from syndicator.publish.render.opml import opml

__all__ = ["FORMATS", "Format", "document", "opml"]

_GZIP_LEVEL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: what it is called in HTTP, and how it is made."""

    content_type: str
    render: Callable[[Edition], bytes]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "rss": Format(content_type="application/rss+xml; charset=utf-8", render=rss.render),
        "atom": Format(content_type="application/atom+xml; charset=utf-8", render=atom.render),
        "json": Format(content_type="application/feed+json", render=jsonfeed.render),
    }
)


def document(edition: Edition, extension: str, *, last_modified: datetime) -> Document:
    """The edition rendered, with its gzip form and its validators (RFC 9110, 8.8)."""
    made = FORMATS[extension]
    body = made.render(edition)
    return Document(
        content_type=made.content_type,
        body=body,
        gzip=gzip.compress(body, _GZIP_LEVEL, mtime=0),
        etag=f'W/"{sha256(body).hexdigest()[:32]}"',
        last_modified=last_modified,
    )
