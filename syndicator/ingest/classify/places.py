"""Which territories an article is about: their codes by a score that anyone can recount.

**The longer name is meant.** All names of all territories are one exclusive `Matcher`: جنوب السودان hides السودان,
and the phrases of nobody (المغرب العربي, نهر الأردن, واشنطن بوست) hide what lies inside them. A phrase that two
territories have speaks for both.

**What counts how much.** A name says more than an adjective, an adjective more than who or what stands for a
territory (a city, a leader, a group). The title decides most; the lead next; in the body the mentions of a territory
count by their share of all mentions of territories, damped by how many there are. The weights were chosen by a search
on one publisher's articles of three months and judged on what came after and on another publisher.

**Weak phrases** (تدمر is Palmyra or "destroys") count half, and only beside a phrase of the same territory that is
not weak. So does an adjective in ي that is written with ى where that is another word (اليمنى, the right one).

**A press review** is about everything and nothing: it gets no place.
"""

from collections.abc import Iterable, Mapping
from math import log2
from typing import NamedTuple, TypeAlias

from syndicator.ingest.classify.evidence import Evidence, Place, Reading, reading_of
from syndicator.model import Article, Territory
from syndicator.text.forms import literal
from syndicator.text.matcher import Match, Matcher
from syndicator.text.words import fold

_NOBODY = ""
"""The key of phrases that name no territory."""


class Weights(NamedTuple):
    """How much what counts; the defaults are what the search found."""

    name: float = 1.0
    adjective: float = 0.8
    city: float = 0.45
    member: float = 0.48
    """Leaders, groups and institutions act abroad too."""
    weak: float = 0.22
    title: float = 2.8
    title_again: float = 0.26
    lead: float = 1.68
    lead_again: float = 0.41
    body: float = 0.79
    """For every doubling of the mentions in the body, times their share."""
    share: float = 1.5
    """For the share itself."""
    threshold: float = 3.5


_Mine: TypeAlias = dict[Place, list[tuple[Match[str], float]]]
"""The matches of one territory, place by place, each with what it weighs by its kind: 0 when it is masked or idle."""


_REVIEWS = tuple(fold(words) for words in ("قراءة في الصحف", "عناوين الصحف", "جولة الصحافة", "أقوال الصحف"))


class Places:
    """Compiled territories. Safe to share between threads; build it once for a set of definitions.

    `hidden` are phrases that name no territory although one stands inside them.
    """

    def __init__(
        self, territories: Iterable[Territory], hidden: Iterable[str] = (), weights: Weights | None = None
    ) -> None:
        given = {territory.code: territory for territory in territories}
        self.weights = weights or Weights()
        phrases: dict[str, Iterable[str]] = {
            code: tuple(phrase for listed, _ in self._listed(one) for phrase in listed) for code, one in given.items()
        }
        phrases[_NOBODY] = tuple(hidden)
        self.matcher = Matcher(phrases, {code: one.exclude for code, one in given.items()}, exclusive=True)
        self._kinds = {code: self._kinds_of(one) for code, one in given.items()}
        self._written = {code: tuple(one.written_otherwise) for code, one in given.items() if one.written_otherwise}

    def _listed(self, one: Territory) -> tuple[tuple[tuple[str, ...], float], ...]:
        """The phrases of a territory with what they weigh. Where two share a form, the first counts.

        So a name that is listed as weak is weak (`=عمان`), and رومانيا is a name though it is a form of روماني too.
        """
        weights = self.weights
        return (
            (tuple(phrase for phrase in one.weak if phrase.startswith("=")), weights.weak),
            (tuple(map(literal, one.names)), weights.name),
            (one.weak, weights.weak),
            (one.adjectives, weights.adjective),
            (tuple(map(literal, one.cities)), weights.city),
            (one.members, weights.member),
        )

    def _kinds_of(self, one: Territory) -> Mapping[str, float]:
        """What a phrase of the territory weighs."""
        kinds: dict[str, float] = {}
        for phrases, weight in self._listed(one):
            for phrase in phrases:
                kinds.setdefault(phrase, weight)
        return kinds

    def label(self, article: Article | Reading) -> tuple[str, ...]:
        """The codes of the territories that the article is about, sorted."""
        scores = self.scores(article)
        return tuple(sorted(code for code, score in scores.items() if score >= self.weights.threshold))

    def scores(self, article: Article | Reading) -> dict[str, float]:
        """The score of every territory that the article names at all."""
        return {code: _total(weights) for code, (_, weights) in self._weigh(reading_of(article)).items()}

    def explain(self, article: Article | Reading) -> tuple[Evidence, ...]:
        """All evidence, territory by territory in the order of their codes, masked and idle evidence too."""
        reading = reading_of(article)
        made = []
        for _, (mine, weights) in sorted(self._weigh(reading).items()):
            score = _total(weights)
            counted = [(place, match) for place, matches in mine.items() for match, _ in matches]
            for (place, match), weight in zip(counted, weights, strict=True):
                carried = score >= self.weights.threshold
                made.append(reading.evidence(place, match, weight, score=score, carried=carried))
        return tuple(made)

    def _weigh(self, reading: Reading) -> dict[str, tuple[_Mine, list[float]]]:
        """All matches by code, and what each of them adds to the score."""
        found: dict[str, _Mine] = {}
        doubtful = self._doubtful(reading)
        for place, by_code in reading.found(self.matcher).items():
            for match in self.matcher.in_order(by_code):
                if match.key != _NOBODY:
                    kind = self._kind(reading, place, match, doubtful)
                    found.setdefault(match.key, {}).setdefault(place, []).append((match, kind))
        review = reading.folds[Place.TITLE].startswith(_REVIEWS)
        weak = self.weights.weak
        for code, mine in found.items():
            if review or all(kind <= weak for matches in mine.values() for _, kind in matches):
                found[code] = {place: [(match, 0.0) for match, _ in matches] for place, matches in mine.items()}
        # An article that is nothing but its title and lead has these for its body too.
        body = (Place.BODY,) if reading.folds[Place.BODY] else tuple(Place)
        inside = {
            code: sum([kind for place in body for _, kind in mine.get(place, ())]) for code, mine in found.items()
        }
        everyone = sum(inside.values())
        return {code: (mine, self._series(mine, body, inside[code], everyone)) for code, mine in found.items()}

    def _doubtful(self, reading: Reading) -> dict[str, dict[Place, tuple[str, ...]]]:
        """The territories of which a word is written otherwise, where it stands in the article: looked for once."""
        return {
            code: {place: otherwise for place, text in reading.texts.items() if any(word in text for word in otherwise)}
            for code, otherwise in self._written.items()
        }

    def _kind(
        self, reading: Reading, place: Place, match: Match[str], doubtful: dict[str, dict[Place, tuple[str, ...]]]
    ) -> float:
        """What the match weighs by its kind: 0 when it is masked."""
        if match.masked_by is not None:
            return 0.0
        if match.key in doubtful and (otherwise := doubtful[match.key].get(place)):
            written, _, _ = reading.written(place, match.start, match.end)
            if written.endswith(otherwise):
                return 0.0
        return self._kinds[match.key][match.phrase]

    def _series(self, mine: _Mine, body: tuple[Place, ...], inside: float, everyone: float) -> list[float]:
        """The weights of one territory's matches, of which so much stands in the body: of all places the strongest
        counts most at each.
        """
        weights = self.weights
        part = (inside / everyone * (weights.share + weights.body * log2(1 + inside))) / inside if inside else 0.0
        made: list[float] = []
        for place, matches in mine.items():
            here = part if place in body else 0.0
            if place is Place.BODY:
                made += [round(here * kind, 6) for _, kind in matches]
                continue
            title = place is Place.TITLE
            first, then = (weights.title, weights.title_again) if title else (weights.lead, weights.lead_again)
            best, again = max([kind for _, kind in matches]), 0
            for _, kind in matches:
                weight = here * kind
                if kind and kind == best:
                    best = -1.0
                    weight += first * kind
                elif kind and again < _AGAIN:
                    again += 1
                    weight += then * kind
                made.append(round(weight, 6))
        return made


_AGAIN = 2
"""So many further mentions count in the title, and in the lead."""


def _total(weights: list[float]) -> float:
    return round(sum(weights), 6)
