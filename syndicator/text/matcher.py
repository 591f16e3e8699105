"""Finds every form of thousands of phrases in one pass over folded text.

**A table of first words.** A form is looked for by its first word: one look-up for every word of the text, and only
where it hits are the words behind it compared. What a word may be without its prefixes (`forms.readings`) is worked
out once and kept, since a language repeats itself. An automaton over all prefixed forms is no faster and needs a
second and 200 MB for forty topics, where this needs a tenth.

**Whole words.** Folded text has its words one space apart, so `سور` is never found in `أسوار`.

**Every key on its own.** What belongs to one key (a topic) never hides what belongs to another: of the phrases of one
key that overlap, the longest wins; a mask of a key (جنوب السودان for the key of السودان) hides only that key's
phrases that lie inside it.

**Or all keys together** (`exclusive`). Where the keys are names of things that differ (places, people), the longer
name is the one that is meant, whosever it is: غينيا بيساو hides غينيا without anybody saying so.
"""

from collections.abc import Hashable, Iterable, Mapping
from itertools import accumulate
from typing import Generic, NamedTuple, TypeVar

from syndicator.text.forms import PREFIXES, Stem, readings, stems

K = TypeVar("K", bound=Hashable)

_KEPT = 1 << 16
"""Words with prefixes whose readings are kept; strangers choose the words, so not more."""


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
    ends: list[int]
    """Where the word after each begins."""

    @classmethod
    def of(cls, text: str) -> "Words":
        words = text.split(" ")
        words.append("")
        return cls(words, list(accumulate([len(word) + 1 for word in words])))


class _Form(NamedTuple, Generic[K]):
    """A stem in the table, without its first word, and who looks for it."""

    rest: list[str]
    definite: bool
    takes_prefixes: bool
    uses: tuple[tuple[K, str, bool], ...]
    """Key, phrase, whether it is a mask. Where two phrases of a key share a form, the one given first."""


class _Begun(NamedTuple, Generic[K]):
    """What a first word may begin: forms of one word, and longer ones by their second word."""

    alone: tuple[_Form[K], ...]
    longer: dict[str, tuple[_Form[K], ...]]

    @classmethod
    def of(cls, forms: Iterable[_Form[K]]) -> "_Begun[K]":
        alone: tuple[_Form[K], ...] = ()
        longer: dict[str, tuple[_Form[K], ...]] = {}
        for form in forms:
            if form.rest:
                longer[form.rest[0]] = (*longer.get(form.rest[0], ()), form)
            else:
                alone += (form,)
        return cls(alone, longer)


class _Prefixed(dict[str, "_Begun[K] | None"]):
    """For every word met in a text that may have prefixes: what it begins."""

    def __init__(self, table: Mapping[str, tuple[_Form[K], ...]]) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, word: str) -> "_Begun[K] | None":
        found = list(self._table.get(word, ()))
        for first, definite in readings(word):
            found += [
                form
                for form in self._table.get(first, ())
                if form.takes_prefixes and (definite is None or definite is form.definite)
            ]
        if len(self) >= _KEPT:
            self.clear()
        begun = self[word] = _Begun.of(found) if found else None
        return begun


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
        table: dict[str, tuple[_Form[K], ...]] = {}
        for stem, uses in made.items():
            first, *rest = stem.words
            told = tuple((key, phrase, masking) for (key, masking), phrase in uses.items())
            table[first] = (*table.get(first, ()), _Form(rest, stem.definite, stem.takes_prefixes, told))
        self._prefixed = _Prefixed(table)
        self._plain = {first: _Begun.of(found) for first, found in table.items() if first[:1] not in PREFIXES}
        self._exclusive = exclusive

    def find(self, text: str) -> list[Match[K]]:
        """The matches in a folded text, in order of their place; none of them is masked."""
        return [match for match in self.find_all(text) if match.masked_by is None]

    def find_all(self, text: "str | Words") -> list[Match[K]]:
        """As `find`, with the matches that a mask hides."""
        words, ends = text if isinstance(text, Words) else Words.of(text)
        plain, prefixed = self._plain.get, self._prefixed
        hits = [
            (at, begun)
            for at, word in enumerate(words)
            if (begun := prefixed[word] if word[:1] in PREFIXES else plain(word))
        ]
        if not hits:
            return []
        by_key: dict[K, list[tuple[int, int, str, bool]]] = {}
        for at, (alone, longer) in hits:
            start = ends[at - 1] if at else 0
            forms = alone
            if longer and (more := longer.get(words[at + 1])):
                forms += tuple(form for form in more if words[at + 1 : at + 1 + len(form.rest)] == form.rest)
            for form in forms:
                end = ends[at + len(form.rest)] - 1
                for key, phrase, masking in form.uses:
                    by_key.setdefault(key, []).append((start, end, phrase, masking))
        matches = [match for key, spans in by_key.items() for match in _settle(key, spans)]
        matches.sort(key=_place)
        return _longest(matches) if self._exclusive else matches


def _place(match: Match[K]) -> tuple[int, int]:
    return match.start, -match.end


def _settle(key: K, spans: list[tuple[int, int, str, bool]]) -> list[Match[K]]:
    """The spans of one key without those that a longer one covers, each with the mask that hides it."""
    if len(spans) == 1:
        start, end, phrase, masking = spans[0]
        return [] if masking else [Match(key, start, end, phrase)]
    matches: list[Match[K]] = []
    reach, masked, mask = 0, 0, ""
    for start, end, phrase, masking in sorted(spans, key=lambda span: (span[0], -span[1], not span[3])):
        if masking:
            if end > masked:
                masked, mask = end, phrase
        elif start >= reach:
            matches.append(Match(key, start, end, phrase, mask if end <= masked else None))
            reach = end
    return matches


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
