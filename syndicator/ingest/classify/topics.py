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

from collections.abc import Iterable, Mapping
from math import log2
from typing import TypeAlias

from syndicator.ingest.classify.evidence import Evidence, Place, Reading, reading_of
from syndicator.model import Article, Topic
from syndicator.text.matcher import Match, Matcher

WEAK = 0.5
"""What a weak phrase counts beside the same phrase if it were not weak."""


_Mine: TypeAlias = dict[Place, list[Match[str]]]
"""The matches of one topic, place by place."""


class Topics:
    """Compiled definitions. Immutable and safe to share between threads; build it once for a set of definitions."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        given = {topic.id: topic for topic in topics}
        self.matcher = Matcher(
            {name: (*topic.phrases, *topic.weak) for name, topic in given.items()},
            {name: topic.exclude for name, topic in given.items()},
        )
        self._thresholds = {name: topic.threshold for name, topic in given.items()}
        self._kinds = {
            name: {**dict.fromkeys(topic.weak, WEAK), **dict.fromkeys(topic.phrases, 1.0)}
            for name, topic in given.items()
        }

    def label(self, article: Article | Reading) -> tuple[str, ...]:
        """The ids of the topics that the article has, sorted."""
        scores = self.scores(article)
        return tuple(sorted(name for name, score in scores.items() if score >= self._thresholds[name]))

    def scores(self, article: Article | Reading) -> dict[str, float]:
        """The score of every topic that the article names at all."""
        return {name: _total(weights) for name, (_, weights) in self._weigh(reading_of(article)).items()}

    def explain(self, article: Article | Reading) -> tuple[Evidence, ...]:
        """All evidence, topic by topic in the order of their ids, masked and idle evidence too."""
        reading = reading_of(article)
        made = []
        for name, (mine, weights) in sorted(self._weigh(reading).items()):
            score = _total(weights)
            counted = [(place, match) for place, matches in mine.items() for match in matches]
            for (place, match), weight in zip(counted, weights, strict=True):
                carried = score >= self._thresholds[name]
                made.append(reading.evidence(place, match, weight, score=score, carried=carried))
        return tuple(made)

    def _weigh(self, reading: Reading) -> dict[str, tuple[_Mine, list[float]]]:
        """All matches by topic, and what each of them adds to the score."""
        found: dict[str, _Mine] = {}
        for place, by_topic in reading.found(self.matcher).items():
            for name, matches in by_topic.items():
                if matches:
                    found.setdefault(name, {})[place] = matches
        words = max(reading.folds[Place.BODY].count(" "), _SHORT)
        return {name: (mine, _series(self._kinds[name], mine, words)) for name, mine in found.items()}


_STEPS = {Place.TITLE: (3.5, 0.8), Place.LEAD: (1.5, 0.5, 0.5, 0.5)}
"""What the first, second, ... different phrase in the title and in the lead adds; those beyond the last add nothing."""
_SHORT = 60
"""Words: a shorter body is not denser for it."""


def _in_body(mentions: float, words: int) -> float:
    """What so many mentions among so many words add: by their number, damped, and by how dense they stand."""
    return 0.4 * log2(1 + mentions) + 0.8 * min(2.5, 50 * mentions / words)


def _series(kinds_of: Mapping[str, float], mine: _Mine, words: int) -> list[float]:
    """The weights of one topic's matches, place by place, in an article whose body has so many words."""
    kinds = {
        place: [0.0 if match.masked_by else kinds_of[match.phrase] for match in matches]
        for place, matches in mine.items()
    }
    if not any(1.0 in here for here in kinds.values()):
        return [0.0 for here in kinds.values() for _ in here]
    weights: list[float] = []
    for place, here in kinds.items():
        if place is Place.BODY:
            counted = sum(here)
            part = _in_body(counted, words) / counted if counted else 0.0
            weight = {kind: round(kind * part, 6) for kind in (0.0, WEAK, 1.0)}
            weights += [weight[kind] for kind in here]
        else:
            weights += _firsts(mine[place], here, _STEPS[place])
    return weights


def _firsts(matches: list[Match[str]], kinds: list[float], steps: tuple[float, ...]) -> list[float]:
    """The weights of matches of which every phrase counts once, those that are not weak first."""
    weights = [0.0] * len(kinds)
    firsts: dict[str, int] = {}
    for kind in (1.0, WEAK):
        for at, match in enumerate(matches):
            if kinds[at] == kind:
                firsts.setdefault(match.phrase, at)
    for at, step in zip(firsts.values(), steps, strict=False):
        weights[at] = round(step * kinds[at], 6)
    return weights


def _total(weights: list[float]) -> float:
    return round(sum(weights), 6)
