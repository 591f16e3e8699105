"""Which feeds carry an article, in which order readers learn of it, and which archive keeps it.

All of it happens under the writer's lock.

**One log.** Every visible change of an article takes the next position of one count, which only grows and is given out
under the lock: whoever has read up to a position has missed nothing before it. A route's position moves only when a
feed's readers have something to read: the article is new there, says something else, or was withdrawn.

**Archives (RFC 5005, section 4).** What a feed carries and no archive holds is open. When more is open than the current
document has room for, the oldest of it is closed into the next archive, a quarter of the document's length at a time.
The current document shows what is open and the archive closed last; so an archive is linked only when its follower is
closed, and with that never changes again. An article that comes late or with an old date is open like any other: it
never enters a closed archive. Walking back from the current document meets every article once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from syndicator.model import Article
from syndicator.store import rows
from syndicator.store.dialects import insert
from syndicator.store.tables import articles, editions, feeds, meta, routes

Change = tuple[Article | None, Article]
"""What was stored, and what holds now."""

SHOWS = 50
PUBLISHED = "published"
POSITION = "position"
KEPT_EDITIONS = 300
"""Earlier documents whose ETags are remembered, of one feed: a hundred changes in three formats."""


def archive_size(shows: int) -> int:
    """Articles in one archive of a feed whose document shows so many."""
    return max(1, shows // 4)


def take_positions(connection: Connection, count: int) -> int:
    """The first of the next `count` positions."""
    statement = select(meta.c.value).where(meta.c.key == POSITION)
    last: int = connection.execute(statement).scalar() or 0
    upsert: Any = insert(connection, meta)
    upsert = upsert.on_conflict_do_update(index_elements=["key"], set_={"value": upsert.excluded.value})
    connection.execute(upsert, [{"key": POSITION, "value": last + count}])
    return last + 1


def place(connection: Connection, changes: Sequence[Change]) -> dict[str, int]:
    """Gives every article that changes visibly the next position, in their order; returns the positions by id."""
    moved = [new.id for old, new in changes if old is None or _shown(old) != _shown(new)]
    if not moved:
        return {}
    first = take_positions(connection, len(moved))
    return {key: first + at for at, key in enumerate(moved)}


def save_routes(
    connection: Connection, changes: Sequence[Change], positions: Mapping[str, int], moment: datetime
) -> None:
    """Brings routes in line with the articles; a withdrawn article's routes stay, marked, to tell readers."""
    touched: set[str] = set()
    told: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for old, new in changes:
        if (position := positions.get(new.id)) is None:
            continue
        was, now = frozenset(old.feeds if old else ()), frozenset(new.feeds)
        touched |= was | now
        news = old is None or rows.content(old) != rows.content(new) or old.withdrawn != new.withdrawn
        for feed in sorted(now):
            row = {"feed": feed, "article": new.id, "published": new.published, "position": position}
            if news or feed not in was:
                told.append({**row, "arrived": new.arrived, "archive": 0})
            elif old is not None and old.published != new.published:
                moved.append({"of": feed, "key": new.id, "moment": new.published})
        if gone := sorted(was - now):
            _leave(connection, new, gone, position, moment)
    if moved:
        mine = (routes.c.feed == bindparam("of"), routes.c.article == bindparam("key"))
        connection.execute(update(routes).where(*mine).values(published=bindparam("moment")), moved)
    if told:
        anew = {new.id for old, new in changes if old is not None and old.published != new.published}
        _tell(connection, told, anew)
    touch(connection, touched, moment)
    if told:
        close_archives(connection, {row["feed"] for row in told})


def _leave(connection: Connection, article: Article, gone: Sequence[str], position: int, moment: datetime) -> None:
    """Takes an article out of feeds; when it was withdrawn, their readers are told."""
    marked: Any = update(routes).values(withdrawn=moment, position=position)
    statement = marked if article.withdrawn else delete(routes)
    connection.execute(statement.where(routes.c.article == article.id, routes.c.feed.in_(gone)))


def _tell(connection: Connection, told: Sequence[dict[str, Any]], anew: Collection[str]) -> None:
    """Adds routes, or moves them to the end of the log; where corrections count as new, they leave their archives.

    `anew`: articles that their publishers dated anew; they leave their archives in every feed.
    """
    upsert: Any = insert(connection, routes)
    new = upsert.excluded
    upsert = upsert.on_conflict_do_update(
        index_elements=["feed", "article"],
        set_={"published": new.published, "withdrawn": None, "position": new.position},
    )
    connection.execute(upsert, told)
    paths = sorted({row["feed"] for row in told})
    by_date = feeds.c.sorted_by != PUBLISHED
    reopening = connection.execute(select(feeds.c.path).where(feeds.c.path.in_(paths), by_date)).scalars().all()
    open_again = [
        {"of": row["feed"], "key": row["article"]} for row in told if row["feed"] in reopening or row["article"] in anew
    ]
    if open_again:
        mine = (routes.c.feed == bindparam("of"), routes.c.article == bindparam("key"))
        connection.execute(update(routes).where(*mine).values(archive=0), open_again)


def touch(connection: Connection, paths: Iterable[str], moment: datetime) -> None:
    """Marks feeds as changed: their documents are out of date."""
    values = [
        {
            "path": path,
            "changed": moment,
            "revision": 1,
            "rendered": 0,
            "shows": SHOWS,
            "sorted_by": PUBLISHED,
            "archives": 0,
        }
        for path in sorted(paths)
    ]
    if not values:
        return
    statement: Any = insert(connection, feeds)
    statement = statement.on_conflict_do_update(
        index_elements=["path"], set_={"changed": statement.excluded.changed, "revision": feeds.c.revision + 1}
    )
    connection.execute(statement, values)


def close_archives(connection: Connection, paths: Collection[str]) -> None:
    """Closes archives of feeds that have more open than their document has room for."""
    waiting = (routes.c.archive == 0, routes.c.withdrawn.is_(None))
    statement = (
        select(feeds.c.path, feeds.c.shows, feeds.c.sorted_by, feeds.c.archives, func.count().label("open"))
        .join(routes, routes.c.feed == feeds.c.path)
        .where(feeds.c.path.in_(sorted(paths)), *waiting)
        .group_by(feeds.c.path, feeds.c.shows, feeds.c.sorted_by, feeds.c.archives)
    )
    for row in connection.execute(statement).all():
        size = archive_size(row.shows)
        surplus = row.open - (row.shows - size)
        if surplus > 0:
            _close(connection, row, size, -(-surplus // size))


def _close(connection: Connection, feed: Row[Any], size: int, count: int) -> None:
    """Closes the oldest of what is open into `count` archives of `size`."""
    age = routes.c.published if feed.sorted_by == PUBLISHED else articles.c.updated
    oldest = (
        select(routes.c.article)
        .join(articles, articles.c.id == routes.c.article)
        .where(routes.c.feed == feed.path, routes.c.archive == 0, routes.c.withdrawn.is_(None))
        .order_by(age, routes.c.arrived)
        .limit(size * count)
    )
    keys = connection.execute(oldest).scalars().all()
    closed = update(routes).where(routes.c.feed == feed.path, routes.c.article == bindparam("key"))
    values = [{"key": key, "number": feed.archives + 1 + at // size} for at, key in enumerate(keys)]
    connection.execute(closed.values(archive=bindparam("number")), values)
    connection.execute(update(feeds).where(feeds.c.path == feed.path).values(archives=feed.archives + count))


def keep_editions(connection: Connection, feed: str, etags: Collection[str], position: int) -> None:
    """Notes that whoever has a document with one of these ETags has all that the log held up to `position`."""
    statement: Any = insert(connection, editions)
    statement = statement.on_conflict_do_update(
        index_elements=["feed", "etag"], set_={"position": statement.excluded.position}
    )
    connection.execute(statement, [{"feed": feed, "etag": etag, "position": position} for etag in sorted(etags)])
    mine = editions.c.feed == feed
    beyond = select(editions.c.position).where(mine).order_by(editions.c.position.desc()).offset(KEPT_EDITIONS).limit(1)
    oldest = connection.execute(beyond).scalar()
    if oldest is not None:
        connection.execute(delete(editions).where(mine, editions.c.position <= oldest))


def _shown(article: Article) -> tuple[Any, ...]:
    """Everything of an article that is seen outside."""
    sources = tuple(dict.fromkeys(origin.source for origin in article.origins))
    labels = (article.topics, article.places, article.people, article.story)
    return rows.content(article), article.published, sources, labels, article.feeds, article.withdrawn
