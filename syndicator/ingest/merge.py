"""One article out of what several polls, and several sources, said of it.

The id never changes. What the article says is said by whoever spoke last: the source that said it before and now
corrects itself, or another source whose date is newer. Of several sources, one that says again what it said last says
nothing. `updated` changes only when what is said changes; noise is no change (`essence`), and then the article stays
as it is, to the byte.

The date of publication changes only when the publisher dated the article anew and rewrote it (`identity.Match.anew`):
last year's guide that is this year's again is news of today.
"""

from dataclasses import replace
from datetime import datetime

from syndicator.ingest.essence import essence
from syndicator.model import Article, Origin

SAID = (
    "url", "shared_link", "title", "summary", "body", "authors", "language", "images", "enclosures", "categories",
    "source", "comments", "geo",
)  # fmt: skip


def merge(stored: Article | None, incoming: Article, moment: datetime, *, anew: bool = False) -> Article | None:
    """The article that holds now, or None when there is nothing to keep: a withdrawal of what was never here."""
    if stored is None:
        return None if incoming.withdrawn else incoming
    origins = _origins(stored, incoming)
    if incoming.withdrawn:
        return replace(stored, origins=origins, withdrawn=True)
    merged = replace(stored, origins=origins, withdrawn=False)
    known = stored.origin_at(incoming.origins[0].source)
    if known is None and incoming.updated <= stored.updated:
        return merged
    if known is not None and not anew and len(stored.origins) > 1 and _again(known, incoming.origins[0]):
        return merged
    if essence(stored) | {"withdrawn": False} == essence(incoming):
        return merged
    merged = replace(merged, **{name: getattr(incoming, name) for name in SAID})
    if anew:
        return replace(merged, published=incoming.published, updated=incoming.updated, dated=incoming.dated)
    return replace(merged, updated=incoming.updated if incoming.updated > stored.updated else moment)


def _again(known: Origin, now: Origin) -> bool:
    """Whether a source says what it said last, and no page of it came late."""
    return now == replace(known, guid=now.guid)


def _origins(stored: Article, incoming: Article) -> tuple[Origin, ...]:
    """One origin for each source, in the order in which they came, with its newest guid and fingerprint."""
    known = {origin.source: origin for origin in stored.origins + incoming.origins}
    return tuple(known.values())
