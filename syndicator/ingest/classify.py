"""What an article is about: topics decided by a score that anyone can recount.

**One pass.** All phrases of all topics are one `Matcher`; an article is folded once and read once, however many
topics there are.

**What counts how much.** A phrase in the title says most, in the lead next; in the body each further mention says
less than the one before, so that a long text does not win by its length. The weights of the evidence add up to the
score, and the score is compared with the topic's threshold. The weights were chosen from
a small grid by one topic, Syria, against publishers' own tags; other topics may want a threshold of their own.

**Weak phrases** (تدمر is Palmyra or "destroys") count half, and only beside a phrase of the same topic that is not
weak. **Excluded phrases** hide the phrases inside them from their own topic, never from another.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from math import log2
from typing import NamedTuple

from syndicator.model import Article, Topic
from syndicator.text.html import text_of
from syndicator.text.matcher import Match, Matcher
from syndicator.text.words import Folded, fold, folded


class Place(StrEnum):
    """Where in an article a phrase stands."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"


LEAD_LENGTH = 300
"""Characters of the body that stand for the lead of an article without a summary."""
WEAK = 0.5
"""What a weak phrase counts beside the same phrase if it were not weak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One phrase of one topic, found at one place of an article."""

    topic: str
    place: Place
    phrase: str
    """As the definition has it."""
    matched: str
    """As the article has it: `text[start:end]` of its title, lead or body text."""
    start: int
    end: int
    weight: float
    """What it adds to the score; 0 when it is masked, or weak and alone."""
    masked_by: str | None
    """The excluded phrase that hides it."""
    score: float
    """Of the topic, over the whole article."""
    carried: bool
    """The score reached the threshold: the article has the topic."""


class _Weighed(NamedTuple):
    place: Place
    match: Match[str]
    weight: float


class Topics:
    """Compiled definitions. Immutable and safe to share between threads; build it once for a set of definitions."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        given = {topic.id: topic for topic in topics}
        self._matcher = Matcher(
            {name: (*topic.phrases, *topic.weak) for name, topic in given.items()},
            {name: topic.exclude for name, topic in given.items()},
        )
        self._thresholds = {name: topic.threshold for name, topic in given.items()}
        self._weak = {name: frozenset(topic.weak) - frozenset(topic.phrases) for name, topic in given.items()}

    def label(self, article: Article) -> tuple[str, ...]:
        """The ids of the topics that the article has, sorted."""
        scores = self.scores(article)
        return tuple(sorted(name for name, score in scores.items() if score >= self._thresholds[name]))

    def scores(self, article: Article) -> dict[str, float]:
        """The score of every topic that the article names at all."""
        return {name: _total(weighed) for name, weighed in self._weigh(texts_of(article)).items()}

    def explain(self, article: Article) -> tuple[Evidence, ...]:
        """All evidence, topic by topic in the order of their ids, masked and idle evidence too."""
        texts = texts_of(article)
        ways = {place: folded(text) for place, text in texts.items()}
        return tuple(
            self._evidence(name, one, ways[one.place], _total(weighed))
            for name, weighed in sorted(self._weigh(texts).items())
            for one in weighed
        )

    def _weigh(self, texts: dict[Place, str]) -> dict[str, list[_Weighed]]:
        """All matches by topic, each with what it adds to the score."""
        found: dict[str, list[tuple[Place, Match[str]]]] = {}
        for place, text in texts.items():
            for match in self._matcher.find_all(fold(text)):
                found.setdefault(match.key, []).append((place, match))
        return {name: self._series(name, matches) for name, matches in found.items()}

    def _series(self, name: str, matches: list[tuple[Place, Match[str]]]) -> list[_Weighed]:
        """The weights of one topic's matches, which come place by place; at every place the next counts less."""
        weak = self._weak[name]
        alone = all(match.masked_by is not None or match.phrase in weak for _, match in matches)
        weighed = []
        steps: Iterator[float] = iter(())
        current = None
        for place, match in matches:
            if place is not current:
                current, steps = place, iter(_WEIGHT[place])
            weight = 0.0
            if not alone and match.masked_by is None:
                weight = next(steps, 0.0) * (WEAK if match.phrase in weak else 1.0)
            weighed.append(_Weighed(place, match, weight))
        return weighed

    def _evidence(self, name: str, one: _Weighed, text: Folded, score: float) -> Evidence:
        start, end = text.span(one.match.start, one.match.end)
        return Evidence(
            topic=name,
            place=one.place,
            phrase=one.match.phrase,
            matched=text.original[start:end],
            start=start,
            end=end,
            weight=one.weight,
            masked_by=one.match.masked_by,
            score=score,
            carried=score >= self._thresholds[name],
        )


def classify(article: Article, topics: Topics, given: Iterable[str] = ()) -> Article:
    """The article with its topics: what its text says, and what its source says of all its articles (`given`)."""
    return replace(article, topics=tuple(sorted({*topics.label(article), *given})))


def texts_of(article: Article) -> dict[Place, str]:
    """What is read, as it is written; the offsets of `Evidence` point into these texts."""
    body = text_of(article.body)
    lead = article.summary or (body if len(body) <= LEAD_LENGTH else body[:LEAD_LENGTH].rpartition(" ")[0])
    return {Place.TITLE: article.title, Place.LEAD: lead, Place.BODY: body}


_MENTIONS = 100
_WEIGHT = {
    Place.TITLE: (4.0, 1.0),
    Place.LEAD: (1.5, 0.5, 0.5),
    Place.BODY: tuple(0.4 * (log2(2 + before) - log2(1 + before)) for before in range(_MENTIONS)),
}
"""What the first, second, ... mention at a place adds; those beyond the last add nothing."""


def _total(weighed: list[_Weighed]) -> float:
    return round(sum(one.weight for one in weighed), 6)
