"""Keys of a title and of a text within their publisher: two items with one key have the same words in it."""

from collections.abc import Iterable
from functools import lru_cache

from syndicator.text.words import tokens

WORDS = 40
"""Words of a title that are looked at."""
BEGINNING = 8
"""Words by which a text is found again."""
_LONGEST = 20 * WORDS
"""Characters of a title that are looked at."""


@lru_cache(maxsize=1 << 12)
def title_words(title: str) -> tuple[str, ...]:
    """Return the folded words of a title, `WORDS` of them at most."""
    return tuple(tokens(title[:_LONGEST])[:WORDS])


def headline_keys(publishers: Iterable[str], title: str, url: str) -> frozenset[str]:
    """Return the title's key for each publisher; none for a title without words, and none for an address as a title."""
    words = () if title == url else title_words(title)
    return frozenset(f"{publisher}\n{' '.join(words)}" for publisher in publishers) if words else frozenset()


def text_keys(publishers: Iterable[str], text: str) -> frozenset[str]:
    """Return the key of a text's beginning for each publisher; none for a text of less than `BEGINNING` words."""
    words = tokens(text[: 20 * BEGINNING])[:BEGINNING]
    return (
        frozenset(f"{publisher}\n{' '.join(words)}" for publisher in publishers)
        if len(words) == BEGINNING
        else frozenset()
    )
