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
from typing import NamedTuple

from syndicator.ingest.classify.evidence import Evidence, Place, Reading, reading_of
from syndicator.model import Article, Territory
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


class _Weighed(NamedTuple):
    place: Place
    match: Match[str]
    weight: float


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
        self._matcher = Matcher(phrases, {code: one.exclude for code, one in given.items()}, exclusive=True)
        self._kinds = {code: self._kinds_of(one) for code, one in given.items()}
        self._written = {code: frozenset(one.written_otherwise) for code, one in given.items() if one.written_otherwise}

    def _listed(self, one: Territory) -> tuple[tuple[tuple[str, ...], float], ...]:
        """The phrases of a territory with what they weigh. Where two share a form, the first counts.

        So a name that is listed as weak is weak (`=عمان`), and رومانيا is a name though it is a form of روماني too.
        """
        weights = self.weights
        return (
            (tuple(phrase for phrase in one.weak if phrase.startswith("=")), weights.weak),
            (tuple(map(_literal, one.names)), weights.name),
            (one.weak, weights.weak),
            (one.adjectives, weights.adjective),
            (tuple(map(_literal, one.cities)), weights.city),
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
        return {code: _total(weighed) for code, weighed in self._weigh(reading_of(article)).items()}

    def explain(self, article: Article | Reading) -> tuple[Evidence, ...]:
        """All evidence, territory by territory in the order of their codes, masked and idle evidence too."""
        reading = reading_of(article)
        made = []
        for code, weighed in sorted(self._weigh(reading).items()):
            score = _total(weighed)
            for place, match, weight in weighed:
                matched, start, end = reading.written(place, match.start, match.end)
                made.append(
                    Evidence(
                        label=code,
                        place=place,
                        phrase=match.phrase,
                        matched=matched,
                        start=start,
                        end=end,
                        weight=weight,
                        masked_by=match.masked_by,
                        score=score,
                        carried=score >= self.weights.threshold,
                    )
                )
        return tuple(made)

    def _weigh(self, reading: Reading) -> dict[str, list[_Weighed]]:
        """All matches by code, each with what it adds to the score."""
        found: dict[str, list[tuple[Place, Match[str], float]]] = {}
        for place, text in reading.words.items():
            for match in self._matcher.find_all(text):
                if match.key != _NOBODY:
                    found.setdefault(match.key, []).append((place, match, self._kind(reading, place, match)))
        review = reading.folds[Place.TITLE].startswith(_REVIEWS)
        for code, matches in found.items():
            weak = self.weights.weak
            if review or all(kind <= weak for _, _, kind in matches):
                found[code] = [(place, match, 0.0) for place, match, _ in matches]
        # An article that is nothing but its title and lead has these for its body too.
        body = frozenset({Place.BODY} if reading.folds[Place.BODY] else Place)
        everyone = sum(kind for matches in found.values() for place, _, kind in matches if place in body)
        return {code: self._series(matches, body, everyone) for code, matches in found.items()}

    def _kind(self, reading: Reading, place: Place, match: Match[str]) -> float:
        """What the match weighs by its kind: 0 when it is masked."""
        if match.masked_by is not None:
            return 0.0
        otherwise = self._written.get(match.key)
        if otherwise and any(word in reading.texts[place] for word in otherwise):
            written, _, _ = reading.written(place, match.start, match.end)
            if written.endswith(tuple(otherwise)):
                return 0.0
        return self._kinds[match.key][match.phrase]

    def _series(
        self, matches: list[tuple[Place, Match[str], float]], body: frozenset[Place], everyone: float
    ) -> list[_Weighed]:
        """The weights of one territory's matches: at every place the strongest counts most."""
        weights = self.weights
        mine = sum(kind for place, _, kind in matches if place in body)
        part = (mine / everyone * (weights.share + weights.body * log2(1 + mine))) / mine if mine else 0.0
        best = {place: max((kind for at, _, kind in matches if at is place), default=0.0) for place in Place}
        steps = {Place.TITLE: (weights.title, weights.title_again), Place.LEAD: (weights.lead, weights.lead_again)}
        again: dict[Place, int] = {}
        weighed = []
        for place, match, kind in matches:
            weight = part * kind if place in body else 0.0
            if kind and place in steps:
                first, then = steps[place]
                if kind == best[place]:
                    best[place] = -1.0
                    weight += first * kind
                elif again.setdefault(place, 0) < _AGAIN:
                    again[place] += 1
                    weight += then * kind
            weighed.append(_Weighed(place, match, round(weight, 6)))
        return weighed


_AGAIN = 2
"""So many further mentions count in the title, and in the lead."""


def _literal(name: str) -> str:
    """Names of places take prefixes and no endings."""
    return name if name.startswith("=") else f"={name}"


def _total(weighed: list[_Weighed]) -> float:
    return round(sum(one.weight for one in weighed), 6)
