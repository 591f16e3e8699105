"""What a source does with its items, as its polls show it: whether guids and links stay, and which end is new.

Pure. What is learned is shown to operators and used for two things: guids of a source that changes them at every poll
say nothing (`identity`), and items without dates are put in the order of a document whose newest item may stand last.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from syndicator.ingest.identity import DERIVED
from syndicator.model import Article, Habits
from syndicator.text.url import page_key

COUNTS = tuple(field.name for field in fields(Habits) if field.type is int)
REMEMBERED = 400
"""Counts above this are halved, so that what a source did lately weighs more."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One item of a document, and what became of it."""

    item: Article
    stored: Article | None
    """The article that it is; None: a new one."""
    guid_known: bool = False
    link_known: bool = False
    """Its guid, or its link, was that of an article of the same source."""


def oldest_first(document: Sequence[Article], new: Sequence[bool], habits: Habits) -> bool:
    """Return whether a document's newest item stands last: by its dates, by where new items stand, by the habit.

    `new` says of each item whether it came for the first time.
    """
    turn = direction([article for article in document if article.dated]) or _growth(new)
    return turn < 0 if turn else habits.reversed


def direction(dated: Sequence[Article]) -> int:
    """Return 1 when dates mostly fall in the order of the document, -1 when they mostly rise, else 0."""
    steps = [(one.published > other.published) - (one.published < other.published) for one, other in pairwise(dated)]
    return (sum(steps) > 0) - (sum(steps) < 0)


def _growth(new: Sequence[bool]) -> int:
    """Return 1 when all new items stand before all known ones, -1 when they stand behind them, else 0."""
    changes = [(one, other) for one, other in pairwise(new) if one != other]
    return 0 if len(changes) != 1 else 1 if changes[0] == (True, False) else -1


def in_order(document: Sequence[Article], *, oldest_first: bool) -> list[Article]:
    """Return the items in the order in which they appeared, the oldest first; ties go by the document's own order."""
    written = list(document) if oldest_first else list(reversed(document))
    return sorted(written, key=lambda article: article.published)


def learned(
    habits: Habits, seen: Sequence[Seen], *, kept: int, document: Sequence[Article], new: Sequence[bool]
) -> Habits:
    """Return the habits after one more document. `kept`: items that came again as they were."""
    again = [(one.item, one.stored) for one in seen if one.stored is not None and not one.item.withdrawn]
    guids = [
        (item.origins[0].guid, origin.guid)
        for item, stored in again
        for origin in stored.origins
        if origin.source == item.origins[0].source
    ]
    moved = [page_key(item.url) != page_key(stored.url) for item, stored in again if not item.shared_link]
    told = [(item, stored) for item, stored in again if item.dated and stored.dated and _says_the_same(item, stored)]
    dates = [item.published == stored.published for item, stored in told]
    turn = direction([article for article in document if article.dated]) or _growth(new)
    reused = [one for one in seen if one.stored is None]
    counted = replace(
        habits,
        kept=habits.kept + kept + sum(now == before for now, before in guids),
        guid_changed=habits.guid_changed + sum(now != before for now, before in guids),
        guid_reused=habits.guid_reused + sum(one.guid_known for one in reused),
        link_kept=habits.link_kept + kept + moved.count(False),
        link_changed=habits.link_changed + moved.count(True),
        link_reused=habits.link_reused + sum(one.link_known for one in reused),
        date_kept=habits.date_kept + dates.count(True),
        date_changed=habits.date_changed + dates.count(False),
        newest_first=habits.newest_first + (turn > 0),
        oldest_first=habits.oldest_first + (turn < 0),
    )
    return _halved(counted)


def _says_the_same(item: Article, stored: Article) -> bool:
    """Whether an item says what its source said of the article last."""
    mine = item.origins[0]
    return any(one.source == mine.source and one.fingerprint == mine.fingerprint for one in stored.origins)


def _halved(habits: Habits) -> Habits:
    counts = {name: getattr(habits, name) for name in COUNTS}
    if max(counts.values()) <= REMEMBERED:
        return habits
    halves: dict[str, Any] = {name: count // 2 for name, count in counts.items()}
    return replace(habits, **halves)


def in_words(habits: Habits) -> tuple[str, ...]:
    """Return what is known of a source's habits, a phrase each; nothing for a source that showed nothing yet."""
    said = []
    if total := habits.kept + habits.guid_changed:
        said.append(f"guids stay ({habits.kept} of {total})" if not habits.guid_unstable else "guids change")
    if habits.guid_reused:
        said.append(f"guids used again: {habits.guid_reused}")
    if (total := habits.link_kept + habits.link_changed) and habits.link_changed:
        said.append(f"links stay ({habits.link_kept} of {total})")
    if habits.link_reused:
        said.append(f"links used again: {habits.link_reused}")
    if habits.date_unstable:
        said.append("dates change")
    if habits.newest_first or habits.oldest_first:
        said.append("oldest item first" if habits.reversed else "newest item first")
    if habits.day_first is not None:
        said.append("day before month" if habits.day_first else "month before day")
    return tuple(said)


def at_sight(document: Sequence[Article]) -> tuple[str, ...]:
    """Return what one document shows of its source's habits, a phrase each."""
    if not document:
        return ()
    total = len(document)
    guids = sum(
        not article.origins[0].guid.startswith(DERIVED) and article.origins[0].guid != article.url
        for article in document
    )
    links = sum(not article.shared_link for article in document)
    dates = sum(article.dated for article in document)
    return (
        f"{guids} of {total} items have a guid of their own",
        f"{links} of {total} a link of their own",
        f"{dates} of {total} a date",
    )
