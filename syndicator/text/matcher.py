"""Finds every form of thousands of phrases in one pass over folded text.

**A table of first words.** A form is looked for by its first word: one look-up for every word of the text, and only
where it hits are the words behind it compared. What a word may be without its prefixes (`forms.readings`) is worked
out once and kept, since a language repeats itself. An automaton over all prefixed forms is no faster and needs a
second and 200 MB for forty topics, where this needs a tenth.

**Several matchers, one pass.** Most words begin nothing, and looking them up is most of the work; so matchers that
read the same texts do it `Together`, and each gets what it would have found alone.

**Whole words.** Folded text has its words one space apart, so `سور` is never found in `أسوار`.

**Every key on its own.** What belongs to one key (a topic) never hides what belongs to another: of the phrases of one
key that overlap, the longest wins; a mask of a key (جنوب السودان for the key of السودان) hides only that key's
phrases that lie inside it.

**Or all keys together** (`exclusive`). Where the keys are names of things that differ (places, people), the longer
name is the one that is meant, whosever it is: غينيا بيساو hides غينيا without anybody saying so.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from syndicator.text.forms import PREFIXES, Stem, readings, stems

K = TypeVar("K", bound=Hashable)

_KEPT = 1 << 17
"""Words of texts that are kept; strangers choose them, so not more, and none that is very long."""
_LONGEST = 40


class Match(NamedTuple, Generic[K]):
    """A phrase found in a folded text: `text[start:end]` is the form. (A tuple: thousands are made a second.)"""

    key: K
    start: int
    end: int
    phrase: str
    """As it was given to the matcher."""
    masked_by: str | None = None
    """The mask or the longer phrase that hides it, as it was given to the matcher."""


class Words(NamedTuple):
    """A folded text in words, for matchers that read it after one another."""

    words: list[str]
    """And one empty word behind them."""
    before: list[int]
    """How many letters stand before each; so many spaces as words are not counted."""

    @classmethod
    def of(cls, words: list[str]) -> "Words":
        """A text's folded words, one space apart."""
        return cls([*words, ""], list(accumulate(map(len, words), initial=0)))


_Use: TypeAlias = tuple[K, str, bool]
"""Who looks for a form: key, phrase, whether it is a mask. Of phrases of a key that share one, the one given first."""


class _Form(NamedTuple, Generic[K]):
    """A stem in the table, without its first word, and who looks for it."""

    rest: tuple[str, ...]
    definite: bool
    takes_prefixes: bool
    uses: tuple[_Use[K], ...]


Found: TypeAlias = dict[K, list[Match[K]]]
"""The matches of each key in order of their place."""


class Matcher(Generic[K]):
    """All phrases of all keys, built once; safe to share between threads.

    A phrase that has no letters or digits is never found. With `exclusive`, a longer match hides the matches inside it
    whatever their keys.
    """

    def __init__(
        self,
        phrases: Mapping[K, Iterable[str]],
        masks: Mapping[K, Iterable[str]] | None = None,
        *,
        exclusive: bool = False,
    ) -> None:
        made: dict[Stem, dict[tuple[K, bool], str]] = {}
        for masking, given in ((False, phrases), (True, masks or {})):
            for key, wanted in given.items():
                for phrase in wanted:
                    for stem in stems(phrase):
                        made.setdefault(stem, {}).setdefault((key, masking), phrase)
        self.forms: dict[str, tuple[_Form[K], ...]] = {}
        for stem, uses in made.items():
            first, rest = stem.words[0], stem.words[1:]
            told = tuple((key, phrase, masking) for (key, masking), phrase in uses.items())
            form = _Form(rest, stem.definite, stem.takes_prefixes, told)
            self.forms[first] = (*self.forms.get(first, ()), form)
        self._exclusive = exclusive

    @cached_property
    def _alone(self) -> "Together[K]":
        return Together((self,))

    def find(self, text: str) -> list[Match[K]]:
        """The matches in a folded text, in order of their place; none of them is masked."""
        return [match for match in self.find_all(text) if match.masked_by is None]

    def find_all(self, text: str) -> list[Match[K]]:
        """As `find`, with the matches that a mask hides."""
        return self.in_order(*self._alone.find(Words.of(text.split(" "))))

    def in_order(self, found: Found[K]) -> list[Match[K]]:
        """What `Together` found for this matcher, all keys together."""
        if len(found) < 2:  # the matches of one key stand in order and beside one another
            return [match for mine in found.values() for match in mine]
        matches = sorted([match for mine in found.values() for match in mine], key=_place)
        return _longest(matches) if self._exclusive else matches


_Sought: TypeAlias = tuple[int, K, str]
"""The number of the matcher that looks for a form, its key and phrase; for masks the numbers go on."""


class _Begun(NamedTuple, Generic[K]):
    """What a first word may begin."""

    alone: tuple[_Sought[K], ...]
    """Forms of one word."""
    longer: dict[str, tuple[tuple[tuple[str, ...], tuple[_Sought[K], ...]], ...]]
    """Longer ones by their second word, with all words behind the first."""


class Together(dict[str, _Begun[K] | None]):
    """Matchers that read a text in one pass: for every word met in a text what it begins, None for nothing."""

    def __init__(self, matchers: Sequence[Matcher[K]]) -> None:
        super().__init__()
        self.matchers = matchers
        self._forms: dict[str, list[tuple[_Form[K], tuple[_Sought[K], ...]]]] = {}
        for number, matcher in enumerate(matchers):
            for first, forms in matcher.forms.items():
                self._forms.setdefault(first, []).extend((form, self._sought(number, form)) for form in forms)

    def _sought(self, number: int, form: _Form[K]) -> tuple[_Sought[K], ...]:
        masks = number + len(self.matchers)
        return tuple((masks if masking else number, key, phrase) for key, phrase, masking in form.uses)

    def __missing__(self, word: str) -> _Begun[K] | None:
        found = list(self._forms.get(word, ()))
        if word[:1] in PREFIXES:
            for first, definite in readings(word):
                if first in self._forms:
                    found += [
                        one
                        for one in self._forms[first]
                        if one[0].takes_prefixes and (definite is None or definite is one[0].definite)
                    ]
        begun = self._begun(found) if found else None
        if len(word) <= _LONGEST:
            if len(self) >= _KEPT:
                self.clear()
            self[word] = begun
        return begun

    @staticmethod
    def _begun(found: list[tuple[_Form[K], tuple[_Sought[K], ...]]]) -> _Begun[K]:
        alone = tuple(one for form, sought in found if not form.rest for one in sought)
        longer: dict[str, tuple[tuple[tuple[str, ...], tuple[_Sought[K], ...]], ...]] = {}
        for form, sought in found:
            if form.rest:
                longer[form.rest[0]] = (*longer.get(form.rest[0], ()), (form.rest, sought))
        return _Begun(alone, longer)

    def find(self, text: Words) -> list[Found[K]]:
        """For each matcher the matches of each key as if it were alone, with those that a mask hides."""
        words, before = text
        found: list[Found[K]] = [{} for _ in range(2 * len(self.matchers))]
        for at, begun in enumerate(map(self.__getitem__, words)):
            if begun is None:
                continue
            alone, longer = begun
            if alone:
                start, end = before[at] + at, before[at + 1] + at
                for number, key, phrase in alone:
                    match = _tuple(Match, (key, start, end, phrase, None))
                    found[number].setdefault(key, []).append(match)
            if longer and (more := longer.get(words[at + 1])):
                for rest, sought in more:
                    last = at + len(rest)
                    if len(rest) == 1 or tuple(words[at + 1 : last + 1]) == rest:
                        start, end = before[at] + at, before[last + 1] + last
                        for number, key, phrase in sought:
                            match = _tuple(Match, (key, start, end, phrase, None))
                            found[number].setdefault(key, []).append(match)
        masks = found[len(self.matchers) :]
        return [
            {key: _settle(matches, hiding.get(key, [])) for key, matches in mine.items()}
            for mine, hiding in zip(found, masks, strict=False)
        ]


_tuple = tuple.__new__
"""Makes a `Match` without the call of a Python function."""


def _place(match: Match[K]) -> tuple[int, int]:
    return match.start, -match.end


def _settle(matches: list[Match[K]], masks: list[Match[K]]) -> list[Match[K]]:
    """The matches of one key, in order of their start, without those that a longer one covers, each with its mask."""
    reach = 0
    for _, start, end, _, _ in matches:
        if start < reach:
            break
        reach = end
    else:
        if not masks:
            return matches
    settled: list[Match[K]] = []
    reach, masked, mask = 0, 0, ""
    both = [(one, True) for one in masks] + [(one, False) for one in matches]
    for match, masking in sorted(both, key=lambda one: _place(one[0])):
        if masking:
            if match.end > masked:
                masked, mask = match.end, match.phrase
        elif match.start >= reach:
            settled.append(match._replace(masked_by=mask) if match.end <= masked else match)
            reach = match.end
    return settled


def _longest(matches: list[Match[K]]) -> list[Match[K]]:
    """The matches, in order of their place, those inside a longer match of any key hidden by it."""
    settled: list[Match[K]] = []
    begin, reach, hider = 0, 0, ""
    for match in matches:
        if match.masked_by is None:
            if match.end > reach:
                begin, reach, hider = match.start, match.end, match.phrase
            elif (match.start, match.end) != (begin, reach):
                match = match._replace(masked_by=hider)
        settled.append(match)
    return settled
