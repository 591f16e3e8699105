"""What a text is known again by: light stems, shingles of them, and its weightiest terms.

**Stems are for finding, never for deciding a topic.** The article with what stands before it, one plural or feminine
ending and the possessives come off; ي of the nisba stays, so that سوري and سورة stay apart. A bare و ف ب ك ل is not
taken off, because it may belong to the word.

**Shingles.** Every four stems in a row are one 64-bit number: a keyless hash of each stem, and Python's own of the four
numbers, which is not salted and so the same in every process of one Python; they are kept for days only. Of a text
the `KEPT` smallest are kept: that is the whole text up to about 260 words. Of longer ones it is a fair sample, by which
the shares that two texts have in common are known to within some percent. A band scheme of MinHash misses a short
report inside a long one; the smallest numbers of both find it, and the exact comparison of what is kept decides.

**Terms.** The title counts three times, the summary one and a half; then by how rare the stem is. How rare is counted
from what is stored; until enough is stored, what is known of common words beforehand stands for it (`common`).
"""

import math
import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from hashlib import blake2b
from itertools import combinations

from syndicator.text.common import COMMON
from syndicator.text.html import text_of
from syndicator.text.words import tokens

SHINGLE = 4
"""Stems in a shingle."""
KEPT = 256
"""Shingles kept of a text."""
TERMS = 60
"""Terms kept of a text."""
TITLE, LEAD = 3.0, 1.5
"""How often a word of the title, or of the summary, counts."""
WORDS = 1500
"""Words of a text that are looked at."""
SHINGLE_KEYS, PAIRED_TERMS = 16, 7
"""How many shingles, and how many terms two by two, are keys."""
NEWEST = 16
"""Texts that are looked up under one key, in memory as in the store: the newest."""

_BEFORE = re.compile("[وف]?(?:[بك]?ال|لل)(?=.{3})")
_POSSESSIVE = re.compile("(?:(?<=.{3})(?:(?:ات|ت)(?:هما|هم|ها|ه)|هما|ها)|(?<=.{4})هم)$")
_ENDING = re.compile("(?:(?<=.{4})(?:ون|ين|ان)|(?<=.{3})(?:ات|ا|ه))$")
_REACH = 12
"""Letters at the end of a word that endings, and what must stand before them, take at most."""
_OWNERS, _ENDS = frozenset("اهم"), frozenset("نتاه")
"""The letters that possessives and endings end in."""

INDEXED = 4000
"""Words of each part of an article that are read at all: so many the index of searches holds (`query.indexed`)."""
_REMEMBERED = 1 << 17
"""Words whose stems and numbers are kept at hand."""
_LONGEST = 40
"""Letters of a word that is kept at hand."""
_LETTER = 0
"""The number of every single letter."""
_PRIOR = 1000
"""Articles' worth of trust in what is known of common words beforehand."""
_UNKNOWN = 0.0005
"""The share of articles that are expected to have a word of which nothing is known."""


class _Stems(dict[str, str]):
    """The stems of folded words. Strangers choose the words: few are kept, and none that is long."""

    def __missing__(self, word: str) -> str:
        before = _BEFORE.match(word)
        found = bare = word[before.end() :] if before else word
        last, end = bare[-1:], bare[-_REACH:]
        behind = _POSSESSIVE.search(end) if last in _OWNERS else None
        if behind is None and last in _ENDS:
            behind = _ENDING.search(end)
        if behind is not None:
            found = bare[: behind.start() - len(end)]
        if len(word) <= _LONGEST:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[word] = found
        return found


_stem_of = _Stems().__getitem__


def stem(word: str) -> str:
    """The stem of a folded word."""
    return _stem_of(word)


def stems(text: str) -> list[str]:
    """The stems of a text's words, in order."""
    return list(map(_stem_of, tokens(text)))


def _number(term: str) -> int:
    """A stem as a signed 64-bit number, the same everywhere."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "big", signed=True)


def shingles(numbers: Sequence[int]) -> tuple[int, ...]:
    """The `KEPT` smallest shingles of a text's stems as numbers, ascending; a shorter text is one shingle."""
    if len(numbers) < SHINGLE:
        return (hash(tuple(numbers)),) if numbers else ()
    found = set(map(hash, zip(numbers, numbers[1:], numbers[2:], numbers[3:], strict=False)))
    return tuple(sorted(found)[:KEPT])


@dataclass(frozen=True, slots=True)
class Draft:
    """A text read: its shingles, and how much each term weighs in it, whatever it weighs elsewhere."""

    shingles: tuple[int, ...]
    terms: Mapping[int, float]
    expected: Mapping[int, float]
    """The share of all articles that are expected to have a term, where it is known to be common."""


@lru_cache(maxsize=64)
def words(title: str, summary: str, body: str) -> tuple[list[str], list[str], list[str]]:
    """The folded words of an article's parts, the body in HTML: read once for all that is made of them in a row.

    The first `INDEXED` of each part: nobody asks for more.
    """
    return tokens(title, INDEXED), tokens(summary, INDEXED), tokens(text_of(body), INDEXED)


def draft(title: str, summary: str, body: str = "") -> Draft:
    """Reads a text: title and summary plain, the body in HTML. A body that begins like the summary stands for it."""
    head, lead, rest = (list(map(_number_of, part[:WORDS])) for part in words(title, summary, body))
    repeated = len(lead) >= 2 * SHINGLE and rest[: 2 * SHINGLE] == lead[: 2 * SHINGLE]
    counts: dict[int, float] = Counter(rest)  # type: ignore[assignment]
    for part, weight in ((lead, LEAD), (head, TITLE)):
        for word in part:
            counts[word] = counts.get(word, 0) + weight
    counts.pop(_LETTER, None)
    log, shares = math.log, _shares()
    terms = {word: 1.0 if count == 1 else 1 + log(count) for word, count in counts.items()}
    expected = {word: shares[word] for word in terms.keys() & shares.keys()}
    return Draft(shingles(head + ([] if repeated else lead) + rest), terms, expected)


class _Numbers(dict[str, int]):
    """The numbers of folded words' stems; single letters are all the same. Strangers choose the words: few are kept."""

    def __missing__(self, word: str) -> int:
        found = stem(word)
        number = _number(found) if len(found) > 1 else _LETTER
        if len(word) <= _LONGEST:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[word] = number
        return number


_number_of = _Numbers().__getitem__


@cache
def _shares() -> dict[int, float]:
    """`COMMON` by stem; a stem of several words is as common as the commonest."""
    return {_number_of(word): share for share in sorted(COMMON) for word in tokens(COMMON[share])}


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many of how many articles a term occurs."""

    total: int
    counts: Mapping[int, int]

    def weighed(self, draft: Draft) -> dict[int, float]:
        """The terms of a text by how much they weigh among all texts."""
        most, counted, log, unknown = math.log(self.total + _PRIOR), self.counts.get, math.log, _PRIOR * _UNKNOWN
        weights = {term: weight * (most - log(counted(term, 0) + unknown)) for term, weight in draft.terms.items()}
        for term, share in draft.expected.items():
            weights[term] = draft.terms[term] * (most - log(counted(term, 0) + _PRIOR * share))
        return weights


@dataclass(frozen=True)
class Signature:
    """What a text is compared by."""

    shingles: tuple[int, ...]
    terms: Mapping[int, float]
    """The `TERMS` weightiest, the weightiest first; a vector of length 1."""

    @cached_property
    def keys(self) -> frozenset[int]:
        """Numbers of which two texts that may tell of the same have at least one in common."""
        pairs = combinations(sorted(list(self.terms)[:PAIRED_TERMS]), 2)
        return frozenset(self.shingles[:SHINGLE_KEYS]).union(map(hash, pairs))

    def shared(self, other: "Signature") -> tuple[int, int]:
        """How many shingles both have, and how many the shorter one has; of long texts, among those comparable."""
        if not self.shingles or not other.shingles:
            return 0, 0
        both = self._kept & other._kept
        if len(self.shingles) < KEPT and len(other.shingles) < KEPT:
            return len(both), min(len(self.shingles), len(other.shingles))
        reach = min(one.shingles[-1] for one in (self, other) if len(one.shingles) == KEPT)
        shorter = min(bisect_right(one.shingles, reach) for one in (self, other))
        return sum(each <= reach for each in both), shorter

    @cached_property
    def _kept(self) -> Set[int]:
        return frozenset(self.shingles)

    def likeness(self, other: "Signature") -> float:
        """The cosine of the terms, 0 to 1."""
        few, many = sorted((self.terms, other.terms), key=len)
        return sum(weight * many[term] for term, weight in few.items() if term in many)

    def packed(self) -> tuple[bytes, bytes]:
        """As bytes, for the store: shingles, terms with their weights."""
        return array("q", self.shingles).tobytes(), array("q", self.terms).tobytes() + array(
            "f", self.terms.values()
        ).tobytes()

    @classmethod
    def unpacked(cls, shingles: bytes, terms: bytes) -> "Signature":
        numbers, weights, count = array("q"), array("f"), len(terms) // 12
        numbers.frombytes(terms[: 8 * count])
        weights.frombytes(terms[8 * count :])
        kept = array("q")
        kept.frombytes(shingles)
        return cls(tuple(kept), dict(zip(numbers, weights, strict=True)))


def signature(draft: Draft, frequencies: Frequencies) -> Signature:
    """A text's signature, among all texts that are known."""
    weights = frequencies.weighed(draft)
    weightiest = sorted(weights, key=weights.__getitem__, reverse=True)[:TERMS]
    kept = {term: weight for term in weightiest if (weight := weights[term]) > 0}
    length = math.sqrt(sum(weight * weight for weight in kept.values())) or 1.0
    return Signature(draft.shingles, {term: weight / length for term, weight in kept.items()})
