"""Every form in which a dictionary word or phrase stands in Arabic text, generated rather than guessed back.

**Forms, not stems.** A stemmer joins what must stay apart (سورة and سورية). So the forms are made from the word that
an operator wrote, folded, and looked for whole.

**Prefixes twelve at a time.** Prefixes are the same for every word, so `stems` leaves them out and `readings` takes
them off the words of a text instead: a twelfth of the patterns. `forms` writes them all out, and both ways agree.

**What a word takes.** In front: و or ف, then ب, ك or ل, then the article (ل and ال make لل, and no third ل before a
ل). Behind: a noun takes the alef of tanwin; a noun in ة its dual and plural; an adjective in ي the endings of gender,
number and case. A word written with its article keeps it.

**What a phrase takes.** Prefixes go on its first word. When no word of it has the article, it also stands with the
article on all words (القوات السورية) and on its last (مجلس الأمن). Its adjectives in ي change together, and the nouns
beside them change along or stay (مواطن سوري, مواطنين سوريين).

**What is taken literally.** A phrase that begins with `=` has the prefixes و ف ب ك ل and nothing else: names that
take no article (`=قطر`, not القطر) and ambiguous ones. Phrases without Arabic letters stand as they are.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from syndicator.text.words import STOP, fold

LITERAL = "="
"""The mark before a phrase that is not to be inflected."""


def literal(phrase: str) -> str:
    """The phrase marked as one that takes prefixes and no endings, as names do."""
    return phrase if phrase.startswith(LITERAL) else LITERAL + phrase


_CONJUNCTIONS = ("", "و", "ف")
_PREPOSITIONS = ("", "ب", "ك", "ل")
_WITH_CONJUNCTION = ("و", "ف")
PREFIXES = frozenset("وفبكل")
"""The letters that a word with prefixes begins with."""
_ARTICLE = "ال"
_ENDINGS = ("", "ه", "ين", "ون", "ان", "ات", "تين", "تان", "ا", "و")
_INDEFINITE_ONLY = frozenset({"ا", "و"})
_NO_TANWIN = ("ا", "ي", "ه", "اء")
"""Ends of words behind which no ending is written."""
_LONGEST = 4
"""Words of a phrase up to which its words are inflected; longer phrases are names and stand as written."""

_ARABIC = re.compile("[\u0621-\u064a]")
_SILENT = re.compile("[\u0640\u064b-\u065f\u0670]")
_RAW_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a phrase, folded, with what folding forgets."""

    text: str
    definite: bool
    adjective: bool
    """In ي, but not in ى."""
    feminine: bool
    """In ة with a plural in ات."""

    def endings(self) -> tuple[str, ...]:
        """The word alone with each ending it takes; the article stays where it is."""
        if self.adjective:
            return tuple(
                self.text + ending for ending in _ENDINGS if not (self.definite and ending in _INDEFINITE_ONLY)
            )
        if self.feminine:
            return (self.text, *(self.text[:-1] + ending for ending in ("ات", "تين", "تان")))
        if self.definite or self.text.endswith(_NO_TANWIN):
            return (self.text,)
        return (self.text, self.text + "ا")

    def beside(self, ending: str) -> tuple[str, ...]:
        """The word in a phrase whose adjectives take `ending`."""
        if self.adjective:
            return (self.text + ending,)
        if self.feminine:
            return (self.text, self.text[:-1] + "ات")
        return (self.text, self.text + ending) if ending and not self.text.endswith(_NO_TANWIN) else (self.text,)


class Stem(NamedTuple):
    """A form without its prefixes: the words of a phrase as they are inflected."""

    words: tuple[str, ...]
    definite: bool
    """The first word has the article."""
    takes_prefixes: bool


def stems(phrase: str) -> Iterator[Stem]:
    """The inflected phrase without prefixes; nothing when it has no letters or digits. May repeat itself."""
    written = phrase.strip()
    literal = written.startswith(LITERAL)
    words = _words(written.removeprefix(LITERAL))
    if not words:
        return
    texts = [word.text for word in words]
    if not _ARABIC.search(texts[0]):
        yield Stem(tuple(texts), False, False)
    elif literal or len(words) > _LONGEST or not all(map(_ARABIC.search, texts)):
        yield Stem(tuple(texts), words[0].definite, True)
    else:
        for inflected, definite in _alone(words[0]) if len(words) == 1 else _together(words):
            yield Stem(tuple(inflected), definite, True)


def forms(phrase: str) -> frozenset[str]:
    """Every folded form of a word or phrase as `config/` has it; empty when it has no letters or digits."""
    return frozenset(form for stem in stems(phrase) for form in _prefixed(stem))


def readings(word: str) -> list[tuple[str, bool | None]]:
    """What a folded word may be when prefixes are taken off it: (first word of a stem, the stem is definite).

    The inverse of what `forms` puts in front; None where a definite stem does as well as another. The word as it
    stands is not among them, and a word that begins with none of `PREFIXES` has none.
    """
    found: list[tuple[str, bool | None]] = []
    bare = word
    if word.startswith(_WITH_CONJUNCTION):
        bare = word[1:]
        found.append((bare, None))
    for rest in (word, bare) if bare is not word else (word,):
        if rest.startswith(("ب", "ك")):
            found.append((rest[1:], None))
        elif rest.startswith("ل"):
            found.append((rest[1:], False))
            if rest.startswith("لل"):
                found += [(f"{_ARTICLE}{rest[1:]}", True), (f"{_ARTICLE}{rest[2:]}", True)]
    return found


def _words(written: str) -> list[_Word]:
    """The words of a phrase; raw and folded words are set side by side as long as they correspond."""
    texts = fold(written).strip(f" {STOP}").split()
    raws = _RAW_WORD.findall(_SILENT.sub("", unicodedata.normalize("NFKC", written)))
    pairs = zip(raws if len(raws) == len(texts) else texts, texts, strict=True)
    return [
        _Word(
            text=text,
            definite=raw.startswith(_ARTICLE) and len(text) > 3,
            adjective=raw.endswith("ي") and len(text.removeprefix(_ARTICLE)) > 3,
            feminine=raw.endswith("ة") and len(text) > 3 and not text.endswith("اه"),
        )
        for raw, text in pairs
    ]


def _alone(word: _Word) -> Iterator[tuple[list[str], bool]]:
    """A single word with its endings, without and with the article: (words, the first is definite)."""
    for text in word.endings():
        yield [text], word.definite
        if not word.definite and not _only_indefinite(word, text):
            yield [_ARTICLE + text], True


def _only_indefinite(word: _Word, text: str) -> bool:
    return text != word.text and text.removeprefix(word.text) in _INDEFINITE_ONLY


def _together(words: list[_Word]) -> Iterator[tuple[list[str], bool]]:
    """A phrase with the endings of its adjectives, without and with the article: (words, the first is definite)."""
    given = any(word.definite for word in words)
    endings = _ENDINGS if any(word.adjective for word in words) else ("",)
    for ending in endings:
        for texts in product(*(word.beside(ending) for word in words)):
            yield list(texts), words[0].definite
            if not given and ending not in _INDEFINITE_ONLY:
                yield [_ARTICLE + text for text in texts], True
                yield [*texts[:-1], _ARTICLE + texts[-1]], False


def _prefixed(stem: Stem) -> Iterator[str]:
    """The phrase with every prefix that its first word can take."""
    first, rest = stem.words[0], "".join(f" {word}" for word in stem.words[1:])
    if not stem.takes_prefixes:
        yield f"{first}{rest}"
        return
    if stem.definite:
        after = first[len(_ARTICLE) :]
        starts = [first, f"ب{first}", f"ك{first}", f"ل{after}" if after.startswith("ل") else f"لل{after}"]
    else:
        starts = [f"{preposition}{first}" for preposition in _PREPOSITIONS]
    for conjunction in _CONJUNCTIONS:
        for start in starts:
            yield f"{conjunction}{start}{rest}"
