"""One article out of what several polls, and several sources, said of it.

The id and the first date of publication never change. What the article says is said by whoever spoke last: the
source that said it before and now corrects itself, or another source whose date is newer. `updated` changes only
when what is said changes.
"""

from dataclasses import replace
from datetime import datetime

from syndicator.model import Article, Origin

SAID = ("url", "shared_link", "title", "summary", "body", "authors", "language", "images", "enclosures", "categories")
ALSO = ("source", "comments", "geo")


def merge(stored: Article | None, incoming: Article, moment: datetime) -> Article | None:
    """The article that holds now, or None when there is nothing to keep: a withdrawal of what was never here."""
    if stored is None:
        return None if incoming.withdrawn else incoming
    origins = _origins(stored, incoming)
    if incoming.withdrawn:
        return replace(stored, origins=origins, withdrawn=True)
    merged = replace(stored, origins=origins, withdrawn=False)
    own = any(
        origin.source == o.source and origin.guid == o.guid for o in stored.origins for origin in incoming.origins
    )
    if not own and incoming.updated <= stored.updated:
        return merged
    merged = replace(merged, **{name: getattr(incoming, name) for name in SAID + ALSO})
    if all(getattr(stored, name) == getattr(incoming, name) for name in SAID):
        return merged
    return replace(merged, updated=incoming.updated if incoming.updated > stored.updated else moment)


def _origins(stored: Article, incoming: Article) -> tuple[Origin, ...]:
    """All origins in the order in which they came, with their newest fingerprints."""
    known = {(origin.source, origin.guid): origin for origin in stored.origins + incoming.origins}
    return tuple(known.values())
