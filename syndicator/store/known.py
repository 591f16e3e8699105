"""By what stored articles are known again beside their guids: their addresses, their pages, their words.

One table holds a number for every page, title and beginning of a text that an article has or had, with the moment of
publication and the article's number. A look-up reads the newest few under each key, however many there are: "عاجل" is
the title of thousands. Whether an item *is* one of those articles is decided in `ingest.identity`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, delete, select

from syndicator.model import Article, Origin
from syndicator.store import rows
from syndicator.store.dialects import among, chunks, insert, newest_under
from syndicator.store.tables import articles, known_as, origins
from syndicator.text.headline import headline_keys, text_keys
from syndicator.text.html import text_of
from syndicator.text.url import page_key

NEWEST = 6
"""Articles that are looked up under one key."""
WINDOW = timedelta(days=31)
"""A title alone tells of an article that was published this close."""
UNDATED = timedelta(days=400)
"""How far back a title is looked for when the item has no date."""
_BEGINNING = 2_000
"""Characters of a body that a text's beginning is looked for in."""
_FOREVER = 1 << 40
_CHUNK = 2000

Keys = Mapping[str, Collection[str]]
"""Article id -> the keys that it was found by."""


def number(kind: str, key: str) -> int:
    """Return the number under which a key is stored; `kind` is `page`, `title` or `text`."""
    return int.from_bytes(blake2b(f"{kind}\n{key}".encode(), digest_size=8).digest(), "big", signed=True)


def find(connection: Connection, incoming: Iterable[Article]) -> tuple[Keys, Keys]:
    """Return the stored articles that have a page, a title or a text in common with one of these: by page, by title.

    Those that have nothing but their text in common stand among the second, without a key.
    """
    spans: dict[int, tuple[int, int]] = {}
    pages: dict[int, str] = {}
    titles: dict[int, str] = {}
    for article in incoming:
        at = int(article.published.timestamp())
        if not article.shared_link and (page := page_key(article.url)):
            key = number("page", page)
            pages[key] = page
            spans[key] = (-_FOREVER, _FOREVER)
        before = int((WINDOW if article.dated else UNDATED).total_seconds())
        said = headline_keys(article.publishers, article.title, article.url)
        titles.update((number("title", title), title) for title in said)
        for key in _words(article):
            since, until = spans.get(key, (at, at))
            spans[key] = (min(since, at - before), max(until, at + int(WINDOW.total_seconds())))
    found: dict[int, set[int]] = defaultdict(set)
    asked = sorted((key, since, until) for key, (since, until) in spans.items())
    for start in range(0, len(asked), _CHUNK):
        columns = (known_as.c.key, known_as.c.at, known_as.c.number)
        for key, numbers in connection.execute(
            newest_under(connection, columns, asked[start : start + _CHUNK], NEWEST)
        ):
            for each in numbers.split(","):
                found[int(each)].add(key)
    by_page: dict[str, set[str]] = defaultdict(set)
    by_title: dict[str, set[str]] = defaultdict(set)
    for chunk in chunks(found, _CHUNK):
        statement = select(articles.c.id, articles.c.arrived).where(among(connection, articles.c.arrived, chunk))
        for row in connection.execute(statement):
            by_page[row.id].update(pages[key] for key in found[row.arrived] if key in pages)
            by_title[row.id].update(titles[key] for key in found[row.arrived] if key in titles)
    return by_page, by_title


def remember(connection: Connection, saved: Iterable[tuple[Article, int]]) -> None:
    """Keep by what articles are known, each with its number (`arrived`)."""
    values = [
        {"key": key, "at": int(article.published.timestamp()), "number": arrived}
        for article, arrived in saved
        for key in sorted(_numbers(article))
    ]
    if values:
        statement: Any = insert(connection, known_as).on_conflict_do_nothing()
        connection.execute(statement, values)


def _words(article: Article) -> set[int]:
    """The numbers of its title and its text."""
    titles = headline_keys(article.publishers, article.title, article.url)
    texts = text_keys(article.publishers, article.summary or text_of(article.body[:_BEGINNING]))
    return {number("title", key) for key in titles} | {number("text", key) for key in texts}


def _numbers(article: Article) -> set[int]:
    found = _words(article)
    if not article.shared_link and (page := page_key(article.url)):
        found.add(number("page", page))
    return found


def forget(connection: Connection, numbers: Sequence[int]) -> None:
    """Drop what was kept for articles that are gone."""
    for chunk in chunks(numbers):
        connection.execute(delete(known_as).where(known_as.c.number.in_(chunk)))


def remember_all(connection: Connection) -> None:
    """Keep by what the articles are known that were stored before there was a place for it."""
    last = -1
    while True:
        statement = select(articles).where(articles.c.arrived > last).order_by(articles.c.arrived).limit(_CHUNK)
        found = list(connection.execute(statement).mappings())
        if not found:
            return
        given: dict[str, list[Origin]] = defaultdict(list)
        for chunk in chunks(row["id"] for row in found):
            for row in connection.execute(select(origins).where(origins.c.article.in_(chunk))).mappings():
                given[row["article"]].append(rows.origin(row))
        remember(connection, ((rows.article(row, origins=given.get(row["id"], ())), row["arrived"]) for row in found))
        last = found[-1]["arrived"]
