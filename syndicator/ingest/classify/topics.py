"""What an article is about: topics decided by a score that anyone can recount.

**One pass.** All phrases of all topics are one `Matcher`; an article is folded once and read once, however many
topics there are.

**What counts how much.** A phrase in the title says most, in the lead next, where another phrase says more than the
same one again; in the body the mentions count by their number, damped, and by how dense they stand, so that a long
text does not win by its length. The weights of the evidence add up to the score, and the score is compared with the
topic's threshold: low for a topic of names, high for one of common words.

**Weak phrases** (تدمر is Palmyra or "destroys") count half, and only beside a phrase of the same topic that is not
weak. **Excluded phrases** hide the phrases inside them from their own topic, never from another.
"""

from collections.abc import Iterable
from math import log2
from typing import NamedTuple

from syndicator.ingest.classify.evidence import Evidence, Place, Reading, reading_of
from syndicator.model import Article, Topic
from syndicator.text.matcher import Match, Matcher

WEAK = 0.5
"""What a weak phrase counts beside the same phrase if it were not weak."""


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

    def label(self, article: Article | Reading) -> tuple[str, ...]:
        """The ids of the topics that the article has, sorted."""
        scores = self.scores(article)
        return tuple(sorted(name for name, score in scores.items() if score >= self._thresholds[name]))

    def scores(self, article: Article | Reading) -> dict[str, float]:
        """The score of every topic that the article names at all."""
        return {name: _total(weighed) for name, weighed in self._weigh(reading_of(article)).items()}

    def explain(self, article: Article | Reading) -> tuple[Evidence, ...]:
        """All evidence, topic by topic in the order of their ids, masked and idle evidence too."""
        reading = reading_of(article)
        return tuple(
            self._evidence(name, one, reading, _total(weighed))
            for name, weighed in sorted(self._weigh(reading).items())
            for one in weighed
        )

    def _weigh(self, reading: Reading) -> dict[str, list[_Weighed]]:
        """All matches by topic, each with what it adds to the score."""
        found: dict[str, list[tuple[Place, Match[str]]]] = {}
        for place, text in reading.words.items():
            for match in self._matcher.find_all(text):
                found.setdefault(match.key, []).append((place, match))
        words = max(reading.folds[Place.BODY].count(" "), _SHORT)
        return {name: self._series(name, matches, words) for name, matches in found.items()}

    def _series(self, name: str, matches: list[tuple[Place, Match[str]]], words: int) -> list[_Weighed]:
        """The weights of one topic's matches in an article whose body has so many words."""
        weak = self._weak[name]
        kinds = [0.0 if match.masked_by else WEAK if match.phrase in weak else 1.0 for _, match in matches]
        if all(kind < 1.0 for kind in kinds):
            return [_Weighed(place, match, 0.0) for place, match in matches]
        counted = sum(kind for (place, _), kind in zip(matches, kinds, strict=True) if place is Place.BODY)
        part = _in_body(counted, words) / counted if counted else 0.0
        weights = [kind * part for kind in kinds]
        for place, steps in _STEPS.items():
            # Every phrase once, those that are not weak first.
            firsts: dict[str, int] = {}
            for at in sorted(range(len(matches)), key=lambda at: -kinds[at]):
                if matches[at][0] is place:
                    weights[at] = 0.0
                    if kinds[at]:
                        firsts.setdefault(matches[at][1].phrase, at)
            for at, step in zip(firsts.values(), steps, strict=False):
                weights[at] = step * kinds[at]
        return [
            _Weighed(place, match, round(weight, 6)) for (place, match), weight in zip(matches, weights, strict=True)
        ]

    def _evidence(self, name: str, one: _Weighed, reading: Reading, score: float) -> Evidence:
        matched, start, end = reading.written(one.place, one.match.start, one.match.end)
        return Evidence(
            label=name,
            place=one.place,
            phrase=one.match.phrase,
            matched=matched,
            start=start,
            end=end,
            weight=one.weight,
            masked_by=one.match.masked_by,
            score=score,
            carried=score >= self._thresholds[name],
        )


_STEPS = {Place.TITLE: (3.5, 0.8), Place.LEAD: (1.5, 0.5, 0.5, 0.5)}
"""What the first, second, ... different phrase in the title and in the lead adds; those beyond the last add nothing."""
_SHORT = 60
"""Words: a shorter body is not denser for it."""


def _in_body(mentions: float, words: int) -> float:
    """What so many mentions among so many words add: by their number, damped, and by how dense they stand."""
    return 0.4 * log2(1 + mentions) + 0.8 * min(2.5, 50 * mentions / words)


def _total(weighed: list[_Weighed]) -> float:
    return round(sum(one.weight for one in weighed), 6)
