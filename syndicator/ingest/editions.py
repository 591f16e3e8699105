"""What tells editions of one thing apart: the numbers in them, their pictures and files, and standing pages.

The weather, the price of gold, the times of prayer come every day under one title, often under one link, in the same
words with other figures. Galleries have one title and other pictures. Pages like `/live`, `/politics` and `/gold` show
one thing after another, while `/2026/11/bridge-opened` and `/node/77` are pages of one story.
"""

from urllib.parse import urlsplit

from syndicator.ingest.essence import file_key, quiet
from syndicator.model import Article
from syndicator.text import calendars
from syndicator.text.html import text_of
from syndicator.text.pictures import picture_key
from syndicator.text.words import tokens

LOOKED_AT = 8_000
"""Characters of a text whose numbers are looked at."""
_SHORT_PATH, _LONGEST_NAME = 2, 24
"""Segments of a standing page's path, and characters of each."""
_DAYS = frozenset(
    word
    for table in (calendars.WEEKDAYS, calendars.MONTHS, calendars.HIJRI_MONTHS)
    for name in table
    for word in tokens(name)
)


def without_numbers(article: Article) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of an article, and its numbers, weekdays and months, each in order."""
    text = text_of(article.body) or article.summary
    said = tokens(f"{article.title}\n{quiet(text[:LOOKED_AT])}")
    numbers = tuple(word for word in said if word.isdigit() or word in _DAYS)
    return tuple(word for word in said if not word.isdigit() and word not in _DAYS), numbers


def files(article: Article) -> frozenset[str]:
    """Return the keys of an article's pictures and files."""
    pictures = {picture_key(one.url) for one in article.images}
    return frozenset(pictures | {file_key(one.url) for one in article.enclosures})


def is_standing(url: str) -> bool:
    """Whether a page shows one thing after another, by its address: short names without numbers and dashes."""
    parts = urlsplit(url)
    names = [name for name in parts.path.split("/") if name]
    return (
        not parts.query
        and not parts.fragment
        and len(names) <= _SHORT_PATH
        and not any(any(c.isdigit() for c in name) or "-" in name or len(name) > _LONGEST_NAME for name in names)
    )
