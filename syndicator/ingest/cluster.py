"""Which articles tell one story: a pure decision over what the store finds near.

**Two ways in.** An article joins a story when it repeats a good part of one of its reports (shingles), or when it
tells of the same event in other words (terms). A text of a few words says too little for either: it has to be all but
the same.

**A story ends.** Nothing joins later than `WINDOW` after the article that began it, so long sagas fall into stories of
their own; and what only shares a story's subject does not come near enough: a follow-up begins its own.

**The id is the first article's** and never changes. An article that would link two stories joins the nearer one; the
two stay apart, for their ids have been published.

**Order does not matter to safety.** Deciding happens under the writer's lock, where the neighbours are complete:
whoever comes second sees the first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from syndicator.model import Article, Member
from syndicator.text.signature import Draft, Signature, draft

WINDOW = timedelta(hours=72)
REPEATED = 0.4
"""The share of the shorter text's shingles from which on two texts are one report."""
ALIKE = 0.55
"""The cosine from which on two texts tell of one event."""
ENOUGH = 10
"""Shingles and terms below which a text has to be all but the same."""
SAME = 0.8
COMPARED = 24
"""Neighbours that are compared exactly: those with the most keys in common."""


def drafted(article: Article) -> Draft:
    """The article read, before it is known how rare its words are."""
    return draft(article.title, article.summary, article.body)


def near(one: Signature, other: Signature) -> float:
    """How surely two texts are one story, from 1 on; 0 when they are not."""
    shared, shorter = one.shared(other)
    alike = one.likeness(other)
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
        found = near(signature, other.signature)
        if found and (not best or (found, other.story) > (best, story)):
            best, story, began = found, other.story, other.began
    return Member(article=article.id, story=story, published=article.published, began=began, signature=signature)


class Neighbourhood:
    """Members by their keys, in memory: those of one batch, or all of them when no store is at hand."""

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self._members: list[Member] = []
        self._by_key: defaultdict[int, list[int]] = defaultdict(list)
        for member in members:
            self.add(member)

    def add(self, member: Member) -> None:
        for key in member.signature.keys:
            self._by_key[key].append(len(self._members))
        self._members.append(member)

    def near(self, article: Article, signature: Signature) -> Sequence[Member]:
        """Those that share most keys with the article, `COMPARED` of them at most, of those in the window."""
        counts: Counter[int] = Counter()
        for key in signature.keys:
            for place in reversed(self._by_key.get(key, ())):
                if article.published - self._members[place].published > 2 * WINDOW:
                    break
                counts[place] += 1
        found = (self._members[place] for place, _ in counts.most_common(4 * COMPARED))
        return [one for one in found if abs(article.published - one.published) <= WINDOW][:COMPARED]
