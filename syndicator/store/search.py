"""The full-text index: written with the articles, asked the same way on both databases.

**The order of an answer is the date,** newest first, then the order of arrival: bm25 and ts_rank differ between the
databases, and what a reader of news wants is the latest. The order is one number, `place`: the second of publication
and the last 30 bits of `arrived`. It is the key of the index, so the newest hits of a common word are read without
sorting all of them, and `before` goes on where the last answer ended.

**A search chooses like a feed:** the keys of a `Choice` narrow it, each by one of its values.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
)

from syndicator.choice import Choice
from syndicator.model import Article
from syndicator.store.dialects import Database
from syndicator.store.tables import articles, origins, searchable
from syndicator.text.query import Query, Stems, indexed, parse

_ARRIVED_BITS = 30
_STEP = 500
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers a search; `place` goes into `before` to read on after it."""

    article: str
    place: int


def place_of(arrived: int, published: datetime) -> int:
    """Where an article stands in every answer: later ones have a greater number."""
    return (int(published.timestamp()) << _ARRIVED_BITS) + arrived % (1 << _ARRIVED_BITS)


class Search:
    """Answers on one database. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self,
        choice: Choice,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 20,
        before: int | None = None,
    ) -> list[Hit]:
        """What answers `choice.query`, newest first; `since` is in, `until` is not. A query is needed."""
        query = parse(choice.query)
        if not query or limit < 1:
            return []
        lowest = place_of(0, since) if since else _LEAST
        highest = min(place_of(0, until) if until else _MOST, _MOST if before is None else before)
        values: dict[str, Any] = {"lowest": lowest, "highest": highest, "limit": limit}
        with self._database.reading() as connection:
            narrowed = _narrowed(connection, choice)
            if connection.dialect.name == "sqlite":
                return _hits(connection, SQLITE, narrowed, {**values, "query": _fts5(query)})
            # The planner adds up how common a word's forms are and then reads everything; an index is always better.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            values |= {"query": _tsquery(query), "window": max(NEWEST, 5 * limit)}
            newest = _hits(connection, POSTGRESQL_NEWEST, narrowed, values)
            return newest if len(newest) == limit else _hits(connection, POSTGRESQL, narrowed, values)


SQLITE = """
    SELECT found.rowid AS place, searchable.article AS article
    FROM searched AS found CROSS JOIN searchable ON searchable.place = found.rowid
    WHERE searched MATCH :query AND found.rowid BETWEEN :lowest AND :highest - 1"""
POSTGRESQL_NEWEST = """
    SELECT place, article FROM (
        SELECT place, article, searched FROM searchable WHERE place BETWEEN :lowest AND :highest - 1
        ORDER BY place DESC LIMIT :window) AS newest
    WHERE searched @@ CAST(:query AS tsquery)"""
"""What is common is found among the newest already. The index of words gives no order: for two words that stand in all
of 300,000 articles it takes 800 ms, this less than 10 (`benchmarks.rendering`)."""
NEWEST = 200
POSTGRESQL = """
    SELECT place, article FROM searchable
    WHERE searched @@ CAST(:query AS tsquery) AND place + 0 BETWEEN :lowest AND :highest - 1"""
"""`place + 0` keeps PostgreSQL from walking the dates with the words as a filter, which takes long for rare words."""


def _hits(
    connection: Connection, question: str, narrowed: Sequence[ColumnElement[bool]], values: dict[str, Any]
) -> list[Hit]:
    """The answer to a question in the database's own words, narrowed."""
    found: Any = text(question).columns(column("place", BigInteger), column("article", String))
    sqlite = connection.dialect.name == "sqlite"
    found = found.subquery("found") if sqlite else found.cte("found").prefix_with("MATERIALIZED")
    source = found.join(articles, articles.c.id == found.c.article) if narrowed else found
    statement = select(found.c.article, found.c.place).select_from(source).where(*narrowed)
    ordered = statement.order_by(found.c.place.desc()).limit(bindparam("limit", type_=BigInteger))
    return [Hit(row.article, row.place) for row in connection.execute(ordered, values)]


def _fts5(query: Query) -> str:
    wanted = " AND ".join(f"({_either(clause)})" for clause in query.wanted)
    return f"({wanted}) NOT ({_either(query.refused)})" if query.refused else wanted


def _either(clause: Iterable[Stems]) -> str:
    return " OR ".join(f'"{" ".join(sequence)}"' for sequence in sorted(clause))


def _tsquery(query: Query) -> str:
    wanted = " & ".join(f"({_any(clause)})" for clause in query.wanted)
    return f"{wanted} & !({_any(query.refused)})" if query.refused else wanted


def _any(clause: Iterable[Stems]) -> str:
    return " | ".join(f"({' <-> '.join(_quoted(word) for word in sequence)})" for sequence in sorted(clause))


def _quoted(word: str) -> str:
    doubled = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


# ---------------------------------------------------------------- narrowing


def _narrowed(connection: Connection, choice: Choice) -> list[ColumnElement[bool]]:
    """A condition on `articles` for every key of the choice that is given."""
    found = [
        _has_any(connection, articles.c[name], sorted(wanted))
        for name in ("topics", "places", "people")
        if (wanted := getattr(choice, name))
    ]
    if choice.languages:
        tag = func.lower(articles.c.language)
        found.append(_within(tag, sorted(each.lower() for each in choice.languages), "-"))
    if choice.sources:
        polled = select(origins.c.article).where(
            origins.c.article == articles.c.id, _within(origins.c.source, sorted(choice.sources), "/")
        )
        found.append(polled.exists())
    return found


def _within(name: ColumnElement[Any], wanted: Iterable[str], mark: str) -> ColumnElement[bool]:
    """`un-news` holds for `un-news/health`, `ar` for `ar-SY`."""
    return or_(*(or_(name == one, and_(name > f"{one}{mark}", name < f"{one}{chr(ord(mark) + 1)}")) for one in wanted))


def _has_any(connection: Connection, labels: ColumnElement[Any], wanted: Sequence[str]) -> ColumnElement[bool]:
    """Whether a JSON list has one of the values."""
    if connection.dialect.name == "sqlite":
        each = func.json_each(labels).table_valued("value", name="each")
    else:
        each = func.jsonb_array_elements_text(labels).table_valued("value", name="each")
    return select(literal(1)).select_from(each).where(each.c.value.in_(wanted)).exists()


# ---------------------------------------------------------------- writing


def index(connection: Connection, changes: Iterable[tuple[Article | None, Article]]) -> None:
    """Brings the index in line with articles as they are saved: (what was stored, what holds now)."""
    gone: list[str] = []
    fresh: list[_Indexed] = []
    for old, new in changes:
        if old is not None and all(
            getattr(old, name) == getattr(new, name) for name in ("title", "summary", "body", "published", "withdrawn")
        ):
            continue
        if old is not None:
            gone.append(new.id)
        if not new.withdrawn:
            fresh.append((new.id, new.arrived, new.published, *_said(new)))
    for start in range(0, len(gone), _STEP):
        connection.execute(delete(searchable).where(searchable.c.article.in_(gone[start : start + _STEP])))
    if fresh:
        _insert(connection, fresh)


_Indexed = tuple[str, int, datetime, str, str, str]
"""Id, number, moment of publication, title, summary and body."""


def _said(article: Article) -> tuple[str, str, str]:
    return article.title, article.summary, article.body


def _insert(connection: Connection, fresh: Sequence[_Indexed]) -> None:
    """Adds articles that are not indexed; two that would stand in one place stand one behind the other."""
    wanted = [place_of(arrived, published) for _, arrived, published, *_ in fresh]
    taken: set[int] = set()
    for start in range(0, len(wanted), _STEP):
        chunk = wanted[start : start + _STEP]
        taken.update(connection.execute(select(searchable.c.place).where(searchable.c.place.in_(chunk))).scalars())
    values = []
    for first, (key, _, _, title, summary, body) in zip(wanted, fresh, strict=True):
        place = first
        while place in taken or (place != first and _stands(connection, place)):
            place += 1
        taken.add(place)
        values.append({"place": place, "article": key, "stems": indexed(title, summary, body)})
    connection.execute(insert(searchable), values)


def _stands(connection: Connection, place: int) -> bool:
    return connection.execute(select(searchable.c.place).where(searchable.c.place == place)).scalar() is not None


def index_all(connection: Connection) -> None:
    """Indexes every article that is stored and not indexed; for the step of the migrations that made the index.

    Articles had no numbers then, so those of one second stand in the order of their ids.
    """
    last = ""
    while True:
        waiting = (
            select(articles.c.id, articles.c.published, articles.c.title, articles.c.summary, articles.c.body)
            .outerjoin(searchable, searchable.c.article == articles.c.id)
            .where(articles.c.id > last, articles.c.withdrawn.is_(False), searchable.c.place.is_(None))
            .order_by(articles.c.id)
            .limit(_STEP)
        )
        found = [
            (row.id, int(row.id[:8], 16) >> 2, row.published, row.title, row.summary, row.body)
            for row in connection.execute(waiting)
        ]
        if not found:
            return
        _insert(connection, found)
        last = found[-1][0]
