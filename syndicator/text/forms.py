"""Every form in which a dictionary word or phrase stands in Arabic text, generated rather than guessed back.

**Forms, not stems.** A stemmer joins what must stay apart (سورة and سورية). So the forms are made from the word that
an operator wrote, folded, and looked for whole.

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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from syndicator.text.words import STOP, fold

LITERAL = "="
"""The mark before a phrase that is not to be inflected."""

_CONJUNCTIONS = ("", "و", "ف")
_PREPOSITIONS = ("", "ب", "ك", "ل")
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


def forms(phrase: str) -> frozenset[str]:
    """Every folded form of a word or phrase as `config/` has it; empty when it has no letters or digits."""
    written = phrase.strip()
    literal = written.startswith(LITERAL)
    words = _words(written.removeprefix(LITERAL))
    if not words:
        return frozenset()
    texts = [word.text for word in words]
    if not _ARABIC.search(texts[0]):
        return frozenset({" ".join(texts)})
    made: Iterable[tuple[list[str], bool]]
    if literal or len(words) > _LONGEST or not all(map(_ARABIC.search, texts)):
        made = [(texts, words[0].definite)]
    else:
        made = _alone(words[0]) if len(words) == 1 else _together(words)
    return frozenset(form for inflected, definite in made for form in _prefixed(inflected, definite))


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


def _prefixed(words: list[str], definite: bool) -> Iterator[str]:
    """The phrase with every prefix that its first word can take."""
    first, rest = words[0], "".join(f" {word}" for word in words[1:])
    if definite:
        after = first[len(_ARTICLE) :]
        stems = [first, f"ب{first}", f"ك{first}", f"ل{after}" if after.startswith("ل") else f"لل{after}"]
    else:
        stems = [f"{preposition}{first}" for preposition in _PREPOSITIONS]
    for conjunction in _CONJUNCTIONS:
        for stem in stems:
            yield f"{conjunction}{stem}{rest}"
