"""Arabic folding: one key for topics, search and duplicates, and the way back to the text as written.

**One table.** Folding is NFC and then one `str.translate`: the table holds for every character the end of its own road
(compatibility decomposition, case folding, marks dropped, Arabic letters joined), so that folding twice changes
nothing and a text of any script costs one pass. Only spacing is settled afterwards.

**Word by word.** Nothing is joined across white space, and a language repeats itself: a word that was folded before
is looked up, which is three times as fast as folding the text.

**What is joined.** أ إ آ ٱ become ا, ى becomes ي, ة becomes ه, the seats ؤ ئ become ء (publishers disagree about the
seat: مسؤول, مسئول), Persian ک ی ہ their Arabic letters, ڤ پ the letters that Arabic papers write for them, all digits
ASCII. Diacritics, tatweel, bidi and zero-width controls vanish. Letters joined to digits, and Arabic joined to Latin
letters, are split: ال24, الـBBC.

**What is kept.** Words stand one space apart. A mark that ends a clause stays as a word of its own, ".", so that no
phrase is found across it; every other sign is a space: #جنوب_السودان is two words.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, islice

from syndicator.text.composed import nfc

STOP = "."
"""The word that stands in folded text for every mark that ends a clause."""

_JOINED = str.maketrans(
    {
        letter: one
        for one, letters in {
            "ا": "أإآٱٲٳ",
            "ي": "ىیېۍے",
            "ه": "ةۃھہۂەۀ",
            "ك": "ک",
            "ء": "ؤئ",
            "ف": "ڤ",
            "ب": "پ",
        }.items()
        for letter in letters
    }
)
_STOPS = frozenset(".,;:!?،؛؟۔…")
_DROPPED = frozenset({"Mn", "Me", "Cf"})
_TATWEEL = "ـ"


@lru_cache(maxsize=1 << 13)
def _end_of_road(character: str) -> str:
    """What one character becomes, applied until nothing changes."""
    joined = unicodedata.normalize("NFKC", character).translate(_JOINED)
    folded = unicodedata.normalize("NFKD", joined).casefold()
    if folded != character:
        return "".join(map(_end_of_road, folded))
    if character in _STOPS:
        return f" {STOP} "
    kind = unicodedata.category(character)
    if kind in _DROPPED or character == _TATWEEL:
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    return character if kind[0] in "LN" or kind == "Mc" else " "


class _Table(dict[int, str]):
    """The common scripts at hand, the rest worked out when met: strangers choose the characters, so few are kept."""

    def __missing__(self, code: int) -> str:
        return _end_of_road(chr(code))


_COMMON = (range(0x600), range(0x600, 0x780), range(0x1E00, 0x2100), range(0xFB50, 0x10000))
_TABLE = _Table((code, _end_of_road(chr(code))) for codes in _COMMON for code in codes)

# Digits and Latin letters stand in runs of their own; what is left between them is one word too.
_RUNS = re.compile("[0-9]+|[a-zß-ɏ]+|[^ 0-9a-zß-ɏ]+")
# Most words are one such run, and half of the Arabic ones are written as they are folded.
_RUN = re.compile("[^ 0-9a-zß-ɏ]+")
_PLAIN = re.compile("[" + "".join(chr(code) for code in range(0x621, 0x64B) if _TABLE[code] == chr(code)) + "]+")


class _Folds(dict[str, tuple[str, ...]]):
    """The words of what stands between white space; strangers choose it, so not too much and nothing long is kept."""

    def __missing__(self, written: str) -> tuple[str, ...]:
        if _PLAIN.fullmatch(written):
            words: tuple[str, ...] = (written,)
        else:
            word = nfc(written).translate(_TABLE)
            words = (word,) if _RUN.fullmatch(word) else tuple(_RUNS.findall(word))
        if len(written) <= _LONGEST:
            if len(self) >= _KEPT:
                self.clear()
            self[written] = words
        return words


_KEPT = 1 << 17
_LONGEST = 40
_folds = _Folds().__getitem__


def words_of(text: str, most: int | None = None) -> list[str]:
    """The folded words of a text and its marks that end a clause, in order; the first `most` of them.

    Most are one string whenever they occur.
    """
    words = chain.from_iterable(map(_folds, text.split()))
    if most is None or len(text) <= most:  # one character is a few words at most: this is fast, and bounded too
        return list(words)[:most]
    return list(islice(words, most))


def fold(text: str) -> str:
    """The text as every comparison sees it; folding again changes nothing."""
    return " ".join(words_of(text))


def tokens(text: str, most: int | None = None) -> list[str]:
    """The folded words of a text, in order; the first `most` of them."""
    words = chain.from_iterable(map(_folds, text.split()))
    return list(islice(filter(STOP.__ne__, words), most))


@dataclass(frozen=True)
class Folded:
    """A folded text that still knows how it was written; offsets are worked out when first asked for."""

    text: str
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in `original`: (start, end), with the marks on its letters."""
        inside = [place for place in self._places[max(start, 0) : end] if place is not None]
        if not inside:
            return (0, 0)
        return inside[0][0], inside[-1][1]

    @cached_property
    def _places(self) -> list[tuple[int, int] | None]:
        """For every character of `text` the cluster of `original` that it came from; None for spaces."""
        sources = (
            cluster.span()
            for cluster in _CLUSTER.finditer(self.original)
            for character in nfc(cluster.group()).translate(_TABLE)
            if not character.isspace()
        )
        return [None if character == " " else next(sources) for character in self.text]


_MARKS = "".join(chr(code) for code in range(0x300, 0x3000) if unicodedata.category(chr(code)) in ("Mn", "Me", "Mc"))
_CLUSTER = re.compile(f"(?s:.)[{re.escape(_MARKS)}]*")


def folded(text: str) -> Folded:
    """Fold a text and keep the way back."""
    return Folded(fold(text), text)
