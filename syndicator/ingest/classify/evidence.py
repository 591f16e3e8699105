"""What is read of an article, and how a judgement about it is told.

An article is folded once (`Reading`), whatever is looked for in it afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from syndicator.model import Article
from syndicator.text.html import text_of
from syndicator.text.matcher import Found, Match, Matcher, Together, Words
from syndicator.text.words import Folded, words_of


class Place(StrEnum):
    """Where in an article a phrase stands."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"


LEAD_LENGTH = 300
"""Characters of the body that stand for the lead of an article without a summary."""
WORDS = 20_000
"""Words of an article that are read: title, lead and body together, signs that end a clause counted. The longest of
20,000 news articles has 4,006; strangers choose how long a text is, and it is read outside the sandbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One phrase that speaks for one label, found at one place of an article."""

    label: str
    """A topic's id, a territory's code or a person's name."""
    place: Place
    phrase: str
    """As the definition has it."""
    matched: str
    """As the article has it: `text[start:end]` of its title, lead or body text."""
    start: int
    end: int
    weight: float
    """What it adds to the score; 0 when it is masked, or weak and alone."""
    masked_by: str | None
    """The phrase that hides it."""
    score: float
    """Of the label, over the whole article."""
    carried: bool
    """The score reached the threshold: the article has the label."""


class Reading:
    """An article's title, lead and body, as written and folded, and what matchers find in them.

    Matchers that are given `together` read the article in one pass, any other for itself. Only the first `WORDS` words
    are read; `cut` says whether there are more.
    """

    def __init__(self, article: Article, together: Sequence[Matcher[str]] = ()) -> None:
        self.texts = texts_of(article)
        words, self.cut = _read(self.texts)
        self.folds = {place: " ".join(found) for place, found in words.items()}
        self._words = {place: Words.of(found) for place, found in words.items()}
        self._found: dict[Matcher[str], dict[Place, Found[str]]] = {}
        if together:
            self._find(tuple(together))

    def found(self, matcher: Matcher[str]) -> dict[Place, Found[str]]:
        """The matches at each place by their key, each key as if it were alone."""
        if matcher not in self._found:
            self._find((matcher,))
        return self._found[matcher]

    def _find(self, matchers: tuple[Matcher[str], ...]) -> None:
        at_places = [(place, _together(matchers).find(words)) for place, words in self._words.items()]
        for number, matcher in enumerate(matchers):
            self._found[matcher] = {place: found[number] for place, found in at_places}

    @cached_property
    def ways(self) -> dict[Place, Folded]:
        """The folded texts with the way back."""
        return {place: Folded(text, self.texts[place]) for place, text in self.folds.items()}

    def written(self, place: Place, start: int, end: int) -> tuple[str, int, int]:
        """What stands at `folds[place][start:end]` as it was written, and where in `texts[place]`."""
        start, end = self.ways[place].span(start, end)
        return self.texts[place][start:end], start, end

    def evidence(self, place: Place, match: Match[str], weight: float, *, score: float, carried: bool) -> Evidence:
        """What a match says for its key, as the article has it."""
        matched, start, end = self.written(place, match.start, match.end)
        return Evidence(
            label=match.key,
            place=place,
            phrase=match.phrase,
            matched=matched,
            start=start,
            end=end,
            weight=weight,
            masked_by=match.masked_by,
            score=score,
            carried=carried,
        )


def _read(texts: dict[Place, str]) -> tuple[dict[Place, list[str]], bool]:
    """The folded words of each text, `WORDS` of all together, and whether that is not all of them."""
    left, read = WORDS, {}
    for place, text in texts.items():
        read[place] = words_of(text, left + 1)
        if len(read[place]) > left:
            del read[place][left:]
            return {place: read.get(place, []) for place in texts}, True
        left -= len(read[place])
    return read, False


@lru_cache(maxsize=8)
def _together(matchers: tuple[Matcher[str], ...]) -> Together[str]:
    return Together(matchers)


def reading_of(article: Article | Reading) -> Reading:
    """The article read, once."""
    return article if isinstance(article, Reading) else Reading(article)


def texts_of(article: Article) -> dict[Place, str]:
    """What is read, as it is written; the offsets of `Evidence` point into these texts."""
    body = text_of(article.body)
    lead = article.summary or (body if len(body) <= LEAD_LENGTH else body[:LEAD_LENGTH].rpartition(" ")[0])
    return {Place.TITLE: article.title, Place.LEAD: lead, Place.BODY: body}
