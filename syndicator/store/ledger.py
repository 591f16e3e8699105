"""What came in which order: the log of changes, what a feed shows now, and its archives. Only for looking."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from syndicator.model import Article
from syndicator.store.dialects import Database
from syndicator.store.routing import POSITION
from syndicator.store.tables import articles, editions, feeds, meta, origins, routes
from syndicator.store.transaction import load_articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one document of a feed holds, and the archives beside it (0: none)."""

    articles: tuple[Article, ...]
    """In no order."""
    previous: int
    following: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What lists of articles say of one."""

    url: str
    title: str
    published: datetime
    language: str
    source: str
    """The first that gave it."""


class Ledger:
    """Answers on one database. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def position(self) -> int:
        """The last position of the log; all up to it is committed."""
        with self._database.reading() as connection:
            return connection.execute(select(meta.c.value).where(meta.c.key == POSITION)).scalar() or 0

    def changes(
        self, after: int, limit: int, *, routed: Sequence[Collection[str]] = (), languages: Collection[str] = ()
    ) -> list[Article]:
        """The next changes of the log, one an article, withdrawn ones too, the first change first.

        `routed`: of each collection of feeds one at least carries or carried the article. `languages`: BCP 47, in small
        letters; `ar` stands for `ar-SY`, too.
        """
        statement = select(articles.c.id).where(articles.c.position > after)
        for paths in routed:
            carried = select(routes.c.article).where(
                routes.c.article == articles.c.id, routes.c.feed.in_(sorted(paths))
            )
            statement = statement.where(carried.exists())
        if languages:
            tag = func.lower(articles.c.language)
            statement = statement.where(or_(*(or_(tag == one, tag.like(f"{one}-%")) for one in sorted(languages))))
        with self._database.reading() as connection:
            keys = list(connection.execute(statement.order_by(articles.c.position).limit(limit)).scalars())
            found = load_articles(connection, keys)
        return sorted(found, key=lambda article: article.position)

    def newest(
        self, limit: int, *, before: tuple[datetime, int] | None = None, routed: Sequence[Collection[str]] = ()
    ) -> list[Article]:
        """What of each collection of feeds one at least carries, newest first.

        `before`: `published` and `arrived` of the last one of the page before.

        The first collection is read along its feeds' own order, so nothing is read but what may be shown.
        """
        if not routed:
            columns = (articles.c.id, articles.c.published, articles.c.arrived)
            statement = select(*columns).where(articles.c.withdrawn.is_(False))
            return self._newest([_page(statement, articles.c.published, articles.c.arrived, before)], limit)
        statements = []
        for path in sorted(routed[0]):
            mine = select(routes.c.article, routes.c.published, routes.c.arrived).where(
                routes.c.feed == path, routes.c.withdrawn.is_(None)
            )
            for paths in routed[1:]:
                other = routes.alias()
                also = select(other.c.article).where(
                    other.c.article == routes.c.article, other.c.feed.in_(sorted(paths)), other.c.withdrawn.is_(None)
                )
                mine = mine.where(also.exists())
            statements.append(_page(mine, routes.c.published, routes.c.arrived, before))
        return self._newest(statements, limit)

    def _newest(self, statements: Sequence[Select[str, datetime, int]], limit: int) -> list[Article]:
        with self._database.reading() as connection:
            found = {(row[1], row[2], row[0]) for one in statements for row in connection.execute(one.limit(limit))}
            keys = [key for _, _, key in sorted(found, reverse=True)[:limit]]
            loaded = {article.id: article for article in load_articles(connection, keys)}
        return [loaded[key] for key in keys if key in loaded]

    def headlines(self, since: datetime, limit: int) -> list[Headline]:
        """What was published since a moment, newest first, without its text."""
        statement = (
            select(articles.c.url, articles.c.title, articles.c.published, articles.c.language, origins.c.source)
            .join(origins, and_(origins.c.article == articles.c.id, origins.c.position == 0))
            .where(articles.c.published >= since, articles.c.withdrawn.is_(False))
            .order_by(articles.c.published.desc(), articles.c.arrived.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [Headline(**row) for row in connection.execute(statement).mappings()]

    def told(self, feed: str, after: int, limit: int) -> list[tuple[int, Article]]:
        """What is new in one feed, by the positions at which its readers were to hear of it; withdrawn ones, too."""
        statement = (
            select(routes.c.article, routes.c.position)
            .where(routes.c.feed == feed, routes.c.position > after)
            .order_by(routes.c.position)
            .limit(limit)
        )
        with self._database.reading() as connection:
            places = {row.article: row.position for row in connection.execute(statement)}
            found = load_articles(connection, places)
        return sorted(((places[one.id], one) for one in found), key=lambda pair: pair[0])

    def articles(self, keys: Iterable[str]) -> list[Article]:
        """Articles by id, in the order asked for; unknown ids are left out."""
        wanted = list(keys)
        with self._database.reading() as connection:
            found = {article.id: article for article in load_articles(connection, wanted)}
        return [found[key] for key in wanted if key in found]

    def revision(self, feed: str) -> tuple[int, datetime] | None:
        """How often a feed has changed, and when it last did; None when the store does not know it yet."""
        with self._database.reading() as connection:
            row = connection.execute(select(feeds.c.revision, feeds.c.changed).where(feeds.c.path == feed)).first()
        return None if row is None else (row.revision, row.changed)

    def current(self, feed: str) -> Shown:
        """What is open in a feed, and the archive closed last."""
        with self._database.reading() as connection:
            last = connection.execute(select(feeds.c.archives).where(feeds.c.path == feed)).scalar() or 0
            found = load_articles(connection, connection.execute(_held(feed, 0, last)).scalars())
            return Shown(articles=tuple(found), previous=connection.execute(_before(feed, last)).scalar() or 0)

    def archive(self, feed: str, number: int) -> Shown | None:
        """One archive of a feed; None when there is nothing (any more) by this number."""
        with self._database.reading() as connection:
            last = connection.execute(select(feeds.c.archives).where(feeds.c.path == feed)).scalar() or 0
            keys = connection.execute(_held(feed, number)).scalars().all() if 0 < number <= last else ()
            if not keys:
                return None
            return Shown(
                articles=tuple(load_articles(connection, keys)),
                previous=connection.execute(_before(feed, number)).scalar() or 0,
                following=number + 1 if number < last else 0,
            )

    def seen(self, feed: str, etags: Collection[str]) -> int | None:
        """The position up to which a reader with one of these ETags has everything; None when that is not known."""
        statement = select(func.max(editions.c.position)).where(
            editions.c.feed == feed, editions.c.etag.in_(sorted(etags))
        )
        with self._database.reading() as connection:
            return connection.execute(statement).scalar()


def _held(feed: str, *archives: int) -> Select[str]:
    return select(routes.c.article).where(
        routes.c.feed == feed, routes.c.archive.in_(archives), routes.c.withdrawn.is_(None)
    )


def _before(feed: str, number: int) -> Select[int | None]:
    return select(func.max(routes.c.archive)).where(
        routes.c.feed == feed, routes.c.archive > 0, routes.c.archive < number
    )


def _page(
    statement: Select[str, datetime, int],
    published: ColumnElement[datetime],
    arrived: ColumnElement[int],
    before: tuple[datetime, int] | None,
) -> Select[str, datetime, int]:
    """Newest first, from behind the last one of the page before."""
    if before is not None:
        moment, last = before
        statement = statement.where(or_(published < moment, and_(published == moment, arrived < last)))
        statement = statement.where(published <= moment)  # what the index can use
    return statement.order_by(published.desc(), arrived.desc())
