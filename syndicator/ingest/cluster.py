"""Which articles tell one story: a pure decision over what the store finds near.

**Two ways in.** An article joins a story when it repeats a good part of one of its reports (shingles), or when it
tells of the same event in other words (terms): the later it comes, the more alike it must be. A text of a few words
says too little for either: it has to be all but the same.

**A story ends.** Nothing joins later than `WINDOW` after the article that began it, so long sagas fall into stories of
their own; and what only shares a story's subject does not come near enough: a follow-up begins its own.

**The id is the first article's** and never changes. An article that would link two stories joins the nearer one; the
two stay apart, for their ids have been published.

**Order does not matter to safety.** Deciding happens under the writer's lock, where the neighbours are complete:
whoever comes second sees the first.

**The work for an article is bounded**, whatever is stored: under a key that many share only the newest are looked up
(any of them leads to their story), and of all found only those with the most keys in common are compared. A source that
says the same five thousand times costs no more an article than any other.
"""

from bisect import bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import itemgetter

from syndicator.model import Article, Member
from syndicator.text.signature import NEWEST, Draft, Signature, draft

WINDOW = timedelta(hours=72)
REPEATED = 0.4
"""The share of the shorter text's shingles from which on two texts are one report."""
ALIKE = 0.5
"""The cosine from which on two texts tell of one event."""
FADING = 0.2
"""How much of the cosine two texts lose that are as far apart as the window is wide."""
ENOUGH = 10
"""Shingles and terms below which a text has to be all but the same."""
SAME = 0.8
COMPARED = 24
"""Neighbours that are compared exactly: those with the most keys in common."""


def drafted(article: Article) -> Draft:
    """The article read, before it is known how rare its words are."""
    return draft(article.title, article.summary, article.body)


def near(one: Signature, other: Signature, apart: timedelta = timedelta(0)) -> float:
    """How surely two texts published so far apart are one story, from 1 on; 0 when they are not."""
    shared, shorter = one.shared(other)
    alike = one.likeness(other) - FADING * (apart / WINDOW)
    if min(shorter, len(one.terms), len(other.terms)) < ENOUGH:
        repeated = shared / shorter / SAME if shorter else 0.0
        best = max(min(repeated, alike / SAME), alike / SAME if alike > 0.95 else 0.0)
    else:
        best = max(shared / shorter / REPEATED, alike / ALIKE)
    return best if best >= 1 else 0.0


def decide(article: Article, signature: Signature, neighbours: Iterable[Member]) -> Member:
    """The article as a member of the nearest story, or of its own."""
    best, story, began = 0.0, article.id, article.published
    for other in neighbours:
        if abs(article.published - other.began) > WINDOW:
            continue
        found = near(signature, other.signature, abs(article.published - other.published))
        if found and (not best or (found, other.story) > (best, story)):
            best, story, began = found, other.story, other.began
    return Member(article=article.id, story=story, published=article.published, began=began, signature=signature)


class Neighbourhood:
    """Members by their keys, in memory: those of one batch, or all of them when no store is at hand."""

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self._members: list[Member] = []
        self._by_key: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
        for member in sorted(members, key=lambda member: member.published):
            self.add(member)

    def add(self, member: Member) -> None:
        entry = (member.published, len(self._members))
        for key in member.signature.keys:
            entries = self._by_key[key]
            if entries and entry < entries[-1]:
                insort(entries, entry)
            else:
                entries.append(entry)
        self._members.append(member)

    def near(self, article: Article, signature: Signature) -> Sequence[Member]:
        """Those in the window that share most keys with the article, `COMPARED` of them at most."""
        since, until = article.published - WINDOW, article.published + WINDOW
        counts: Counter[int] = Counter()
        for key in signature.keys:
            entries = self._by_key.get(key)
            if entries is None:
                continue
            end = len(entries) if entries[-1][0] <= until else bisect_right(entries, until, key=itemgetter(0))
            for published, place in reversed(entries[max(0, end - NEWEST) : end]):
                if published < since:
                    break
                counts[place] += 1
        return [self._members[place] for place, _ in counts.most_common(COMPARED)]
