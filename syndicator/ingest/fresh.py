"""Which items of a document need saving: those that are new or say something else than before.

Outside the writer's lock, so only a first sight: what each of them is gets decided under it (`pipeline`, `identity`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from syndicator.ingest.further import Further
from syndicator.ingest.habits import Seen, in_order, oldest_first
from syndicator.ingest.identity import Match, assign
from syndicator.model import Article, Candidate, Habits, Source
from syndicator.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What of a document needs saving."""

    articles: tuple[Article, ...] = ()
    """In the order in which they appeared, the oldest first."""
    document: tuple[Article, ...] = ()
    """All items, as the source gave them and in its order."""
    same: Mapping[str, str] = field(default_factory=dict)
    """Articles that came again as they were: guid -> id."""
    known: frozenset[str] = frozenset()
    """Guids of items that are stored, whatever they say now."""
    notes: tuple[str, ...] = ()

    @property
    def new(self) -> list[bool]:
        """For each item of the document whether nothing was known of its guid."""
        return [article.origins[0].guid not in self.known for article in self.document]


NOTHING = Fresh()


def sift(
    source: Source, habits: Habits, articles: Sequence[Article], *, store: Store, further: Further, oldest: datetime
) -> Fresh:
    """Return what of a document is new or says something new, with the text of pages where the source asks for it.

    What was published before `oldest` is not new: it is the rest of a slow source, forgotten long ago. A page of its
    own is another matter, since an operator chose it.
    """
    stored = store.fingerprints(source.id, [article.origins[0].guid for article in articles])
    same = {
        guid: found[0]
        for article in articles
        if (found := stored.get(guid := article.origins[0].guid)) and found[1] == article.origins[0].fingerprint
    }
    changed = [article for article in articles if article.origins[0].guid not in same]
    page = source.kind == "page"
    kept = [each for each in changed if page or each.origins[0].guid in stored or each.published >= oldest]
    document = Fresh(document=tuple(articles), same=same, known=frozenset(stored))
    whole = in_order(kept, oldest_first=oldest_first(articles, document.new, habits))
    if source.full_text and not page:
        whole = _with_pages(document, habits, whole, store, further)
    return replace(document, articles=tuple(whole), notes=_too_old(len(changed) - len(kept), oldest))


def _with_pages(
    document: Fresh, habits: Habits, fresh: Sequence[Article], store: Store, further: Further
) -> list[Article]:
    """With the text of their pages, the newest asked for first.

    The page of an item that only has another guid or link is not asked for again.
    """
    matches = assign(fresh, store.candidates(fresh), taken=document.same.values(), habits=habits)
    whole = []
    for article, match in reversed(list(zip(fresh, matches, strict=True))):
        known = _as_stored(article, match.stored) if match.stored else None
        whole.append(known or further.page(article, known=match.stored is not None))
    return whole[::-1]


def _too_old(count: int, oldest: datetime) -> tuple[str, ...]:
    if not count:
        return ()
    items = "1 item is" if count == 1 else f"{count} items are"
    return (f"{items} from before {oldest:%Y-%m-%d}, which is all that [keep] articles keeps, and left out",)


def _as_stored(incoming: Article, stored: Article) -> Article | None:
    """The stored article under the item's guid, if the item says what its source said of it last; else None."""
    mine = incoming.origins[0]
    known = stored.origin_at(mine.source)
    if known is None or known.fingerprint != mine.fingerprint:
        return None
    origin = replace(mine, page_due=known.page_due, page_tries=known.page_tries)
    return replace(stored, origins=(origin,), shared_link=incoming.shared_link)


def what_became(fresh: Sequence[Article], matches: Sequence[Match], candidates: Iterable[Candidate]) -> list[Seen]:
    """What became of each item; and of new ones, whether their guid or link was another story's."""
    guids: set[tuple[str, str]] = set()
    links: set[tuple[str, str]] = set()
    for each in candidates:
        for origin in each.article.origins:
            guids.add((origin.source, origin.guid))
            links.update((origin.source, url) for url in each.urls)
    found = []
    for item, match in zip(fresh, matches, strict=True):
        source = item.origins[0].source
        found.append(
            Seen(
                item=item,
                stored=match.stored,
                guid_known=(source, item.origins[0].guid) in guids,
                link_known=(source, item.url) in links,
            )
        )
    return found
