"""What a reader searches for, understood: words, "phrases", OR, and -what must not occur.

**One answer everywhere.** A query becomes sequences of light stems; the index holds the same stems, so a database only
compares. Nothing is left to its own idea of Arabic.

**Every form.** A word stands for all its generated forms (conjunctions, prepositions, article, endings), for its nisba
(مصر finds المصريين), for its broken plural and the other spellings in `plurals.toml`. A phrase stands for its forms
alone.

**Words must all occur,** wherever in the article. `a OR b` (or `a | b`) is either; it binds more tightly than the space
between words. Quotation marks of any kind make a phrase. An operator without its word is ignored, so every text is a
query; one that asks for nothing finds nothing.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from syndicator.text.forms import forms
from syndicator.text.signature import INDEXED, stem, words
from syndicator.text.words import STOP, Folded, fold, tokens

LONGEST = 300
"""Characters of a query that are read."""
CLAUSES = 16
"""Words and phrases that are looked for; more are ignored."""
WORD = 64
"""Characters of a word that the index knows."""

Stems = tuple[str, ...]

_PART = re.compile(
    r"""(?P<no>[-−–](?=\S))?(?:["“”«„](?P<phrase>[^"“”«»]*)["“”»]?|(?P<or>\||OR(?=\s))|(?P<word>[^\s"“”«»|]+))"""
)
_ARABIC = re.compile("[ء-ي]{3}")
_NISBA = re.compile("(?<=..)(?:يا|يه|ا|(?<![هي]))$")
"""The end of a word on which its nisba is made: سوريا, مصر; what ends in a mere ه (سورة) is no place, as a rule."""


@dataclass(frozen=True, slots=True)
class Query:
    """What must occur: of each clause one of its sequences of stems; and what must not."""

    wanted: tuple[frozenset[Stems], ...]
    refused: frozenset[Stems]

    def __bool__(self) -> bool:
        return bool(self.wanted)

    def spans(self, text: Folded) -> list[tuple[int, int]]:
        """Where the wanted words stand in the text as it was written: (start, end), in order, none over another."""
        written = [(found.group(), found.span()) for found in re.finditer(r"\S+", text.text) if found.group() != STOP]
        stemmed = [stem(word)[:WORD] for word, _ in written]
        sought = {sequence for clause in self.wanted for sequence in clause}
        lengths = sorted({len(sequence) for sequence in sought}, reverse=True)
        spans, place = [], 0
        while place < len(written):
            left = len(written) - place
            length = next((n for n in lengths if n <= left and tuple(stemmed[place : place + n]) in sought), 0)
            if length:
                spans.append(text.span(written[place][1][0], written[place + length - 1][1][1]))
            place += length or 1
        return spans


def indexed(title: str, summary: str, body: str, limit: int = INDEXED) -> str:
    """What the index holds of an article (the body in HTML): its stems, one space apart, no more than `limit`."""
    found = (word for part in words(title, summary, body) for word in part)
    return " ".join(stem(word)[:WORD] for word in islice(found, limit))


@lru_cache(maxsize=512)
def parse(text: str) -> Query:
    """The query that a text asks."""
    wanted: list[frozenset[Stems]] = []
    refused: set[Stems] = set()
    either = False
    for part in list(_PART.finditer(text[:LONGEST]))[: 4 * CLAUSES]:
        if part["or"]:
            either = bool(wanted)
            continue
        found = _phrase(part["phrase"]) if part["phrase"] is not None else _word(part["word"])
        if not found:
            continue
        if part["no"]:
            refused |= found
        elif either:
            wanted[-1] |= found
        elif len(wanted) < CLAUSES:
            wanted.append(found)
        either = False
    return Query(tuple(wanted), frozenset(refused))


def _word(written: str) -> frozenset[Stems]:
    """What stands for one word; several words joined by signs are a phrase."""
    bare = written.strip("=")
    folded = tokens(bare)
    if len(folded) != 1:
        return _phrase(bare)
    return frozenset(stems for word in _meant(bare, folded[0]) for stems in _forms(word))


def _phrase(written: str) -> frozenset[Stems]:
    return frozenset(_forms(written.strip("= ")))


def _meant(written: str, folded: str) -> Iterator[str]:
    """The word, without its article, its nisba, its plurals and other spellings."""
    bare = folded.removeprefix("ال") if len(folded) > 4 else folded
    yield written
    if bare != folded:
        yield bare
    if _ARABIC.search(bare) and (end := _NISBA.search(bare)):
        yield f"{bare[: end.start()]}ي"
    yield from _others().get(stem(folded), ())


def _forms(written: str) -> Iterator[Stems]:
    for form in {*forms(written), fold(written)}:
        found = tuple(stem(word)[:WORD] for word in form.split() if word != STOP)
        if found:
            yield found


@cache
def _others() -> Mapping[str, frozenset[str]]:
    """The words that stand for one another, by the stem of each."""
    table = tomllib.loads(Path(__file__).with_name("plurals.toml").read_text("utf-8"))
    found: dict[str, set[str]] = {}
    for line in (*table["plurals"], *table["spellings"]):
        for word in line.split():
            found.setdefault(stem(fold(word)), set()).update(line.split())
    return {key: frozenset(others) for key, others in found.items()}
