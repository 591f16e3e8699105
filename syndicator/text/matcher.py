"""Finds every form of thousands of phrases in one pass over folded text (Aho-Corasick).

**Whole words.** Folded text has its words one space apart, so a form is looked for with a space on both sides and
`سور` is never found in `أسوار`.

**Every key on its own.** What belongs to one key (a topic, a place) never hides what belongs to another: of the
phrases of one key that overlap, the longest wins; a mask of a key (جنوب السودان for the key of السودان) hides only
that key's phrases that lie inside it.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

import ahocorasick

from syndicator.text.forms import forms

K = TypeVar("K", bound=Hashable)


class Match(NamedTuple, Generic[K]):
    """A phrase found in a folded text: `text[start:end]` is the form. (A tuple: thousands are made a second.)"""

    key: K
    start: int
    end: int
    phrase: str
    """As it was given to the matcher."""
    masked_by: str | None = None
    """The mask that hides it, as it was given to the matcher."""


class Matcher(Generic[K]):
    """All phrases of all keys, built once; immutable and safe to share between threads.

    A phrase that has no letters or digits is never found.
    """

    def __init__(self, phrases: Mapping[K, Iterable[str]], masks: Mapping[K, Iterable[str]] | None = None) -> None:
        table: dict[str, dict[tuple[K, bool], str]] = {}
        for masking, given in ((False, phrases), (True, masks or {})):
            for key, wanted in given.items():
                for phrase in wanted:
                    for form in forms(phrase):
                        table.setdefault(form, {}).setdefault((key, masking), phrase)
        self._automaton = ahocorasick.Automaton()
        for form, uses in table.items():
            found = tuple((key, phrase, masking) for (key, masking), phrase in uses.items())
            self._automaton.add_word(f" {form} ", (len(form), found))
        self._automaton.make_automaton()
        self._empty = not table

    def find(self, text: str) -> list[Match[K]]:
        """The matches in a folded text, in order of their place; none of them is masked."""
        return [match for match in self.find_all(text) if match.masked_by is None]

    def find_all(self, text: str) -> list[Match[K]]:
        """As `find`, with the matches that a mask hides."""
        if self._empty:
            return []
        by_key: dict[K, list[tuple[int, int, str, bool]]] = {}
        for last, (length, found) in self._automaton.iter(f" {text} "):
            end = last - 1
            for key, phrase, masking in found:
                by_key.setdefault(key, []).append((end - length, end, phrase, masking))
        matches = [match for key, spans in by_key.items() for match in _settle(key, spans)]
        matches.sort(key=lambda match: match.start)
        return matches


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
