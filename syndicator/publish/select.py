"""Which articles an edition shows: a pure decision over what the store found, newest first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from syndicator.model import Article, Edition, Feed, Publisher

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When an empty feed last changed: it never did, and every render must say the same."""


def edition(
    feed: Feed,
    found: Sequence[Article],
    *,
    publishers: Mapping[str, Publisher],
    base_url: str,
    withdrawn: Sequence[tuple[str, datetime]] = (),
    hubs: Sequence[str] = (),
) -> Edition:
    """The current edition of a feed. `updated` is the newest change of anything in it."""
    shown = tuple(article for article in found if not article.withdrawn)[: feed.limit]
    moments = [article.updated for article in shown] + [moment for _, moment in withdrawn]
    named = {origin.source.partition("/")[0] for article in shown for origin in article.origins}
    return Edition(
        feed=feed,
        articles=shown,
        publishers={name: publishers[name] for name in sorted(named & publishers.keys())},
        base_url=base_url,
        updated=max(moments, default=EPOCH),
        withdrawn=tuple(withdrawn),
        hubs=tuple(hubs),
    )
