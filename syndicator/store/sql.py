"""`Store`: the questions that the house asks of the database, and the way in for writing.

Reading never waits for writing. Every statement that the house makes stands here or in `transaction`; a newcomer who
wonders why a query is fast looks for its index in `tables`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, or_, select, update
from sqlalchemy.exc import OperationalError

from syndicator.errors import StoreError
from syndicator.model import Article, Document, Lease, Poll, SourceState
from syndicator.store import rows
from syndicator.store.dialects import Database, insert, lock_writers
from syndicator.store.tables import articles, documents, feeds, hosts, meta, origins, polls, routes, sources, versions
from syndicator.store.transaction import CHUNK, Transaction, load_articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A feed whose documents show an older state than the store holds."""

    path: str
    revision: int
    changed: datetime


class Store:
    """The database behind one `Database`. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        self._database.close()

    @property
    def dialect(self) -> str:
        return self._database.name

    # ------------------------------------------------------------ connections

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._database.reader.connect() as connection:
                yield connection
        except OperationalError as error:
            raise StoreError(f"the database cannot be read: {error.orig}") from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._database.writer is None:
            raise StoreError("this process opened the database for reading only")
        try:
            with self._database.writer.begin() as connection:
                yield connection
        except OperationalError as error:
            raise StoreError(f"the database cannot be written: {error.orig}") from error

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """One transaction under the writer's lock: committed at the end, rolled back by any exception."""
        with self._writing() as connection:
            lock_writers(connection)
            yield Transaction(connection)

    # ------------------------------------------------------------ articles

    def fingerprints(self, source: str, guids: Collection[str]) -> dict[str, str]:
        """What is stored of a source's items, by guid: one question for the whole batch."""
        found: dict[str, str] = {}
        ordered = sorted(guids)
        with self._reading() as connection:
            for start in range(0, len(ordered), CHUNK):
                statement = select(origins.c.guid, origins.c.fingerprint).where(
                    origins.c.source == source, origins.c.guid.in_(ordered[start : start + CHUNK])
                )
                found.update({row.guid: row.fingerprint for row in connection.execute(statement)})
        return found

    def articles(self, ids: Iterable[str]) -> list[Article]:
        """Articles by id, in the order asked for; unknown ids are left out."""
        wanted = list(ids)
        with self._reading() as connection:
            found = {article.id: article for article in load_articles(connection, wanted)}
        return [found[key] for key in wanted if key in found]

    def newest(self, feed: str, limit: int) -> list[Article]:
        """What a feed carries, newest first."""
        statement = (
            select(routes.c.article)
            .where(routes.c.feed == feed, routes.c.withdrawn.is_(None))
            .order_by(routes.c.published.desc(), routes.c.article.desc())
            .limit(limit)
        )
        with self._reading() as connection:
            ids = list(connection.execute(statement).scalars())
        return self.articles(ids)

    def withdrawn(self, feed: str, since: datetime, limit: int) -> list[tuple[str, datetime]]:
        """Articles that a feed carried until their publisher took them back, newest first."""
        statement = (
            select(routes.c.article, routes.c.withdrawn)
            .where(routes.c.feed == feed, routes.c.withdrawn >= since)
            .order_by(routes.c.withdrawn.desc(), routes.c.article)
            .limit(limit)
        )
        with self._reading() as connection:
            return [(row.article, row.withdrawn) for row in connection.execute(statement)]

    def after(self, article_id: str, limit: int) -> list[Article]:
        """The next articles in the order of their ids, for walking over all of them in steps."""
        statement = select(articles.c.id).where(articles.c.id > article_id).order_by(articles.c.id).limit(limit)
        with self._reading() as connection:
            ids = list(connection.execute(statement).scalars())
        return self.articles(ids)

    def article_by_link(self, url: str) -> Article | None:
        """The article with this canonical URL, if it is stored."""
        with self._reading() as connection:
            key = connection.execute(select(articles.c.id).where(articles.c.url == url).limit(1)).scalar()
        return next(iter(self.articles([key])), None) if key else None

    def versions(self, article_id: str) -> list[tuple[datetime, Mapping[str, Any]]]:
        """What an article said before, oldest first: (until when, content)."""
        statement = select(versions).where(versions.c.article == article_id).order_by(versions.c.number)
        with self._reading() as connection:
            return [(row["until"], row["content"]) for row in connection.execute(statement).mappings()]

    def count_articles(self) -> int:
        with self._reading() as connection:
            return connection.execute(select(func.count()).select_from(articles)).scalar_one()

    # ------------------------------------------------------------ feeds

    def sync_feeds(self, paths: Collection[str], moment: datetime) -> None:
        """Brings the list of feeds in line with the catalogue: new ones are due for rendering, old ones go."""
        with self._writing() as connection:
            lock_writers(connection)
            known = set(connection.execute(select(feeds.c.path)).scalars())
            Transaction(connection).touch(set(paths) - known, moment)
            for path in sorted(known - set(paths)):
                connection.execute(delete(feeds).where(feeds.c.path == path))
                connection.execute(delete(documents).where(documents.c.feed == path))
                connection.execute(delete(routes).where(routes.c.feed == path))

    def touch_feeds(self, paths: Collection[str], moment: datetime) -> None:
        """Marks feeds as changed, because their definition was."""
        with self.writing() as transaction:
            transaction.touch(paths, moment)

    def stale_feeds(self, rendered_before: datetime) -> list[Stale]:
        """Feeds that changed since they were rendered, and were not rendered again since `rendered_before`."""
        statement = (
            select(feeds)
            .where(
                feeds.c.rendered < feeds.c.revision,
                or_(feeds.c.rendered_at.is_(None), feeds.c.rendered_at <= rendered_before),
            )
            .order_by(feeds.c.changed, feeds.c.path)
        )
        with self._reading() as connection:
            found = connection.execute(statement)
            return [Stale(path=row.path, revision=row.revision, changed=row.changed) for row in found]

    def document(self, feed: str, extension: str) -> Document | None:
        """The bytes that readers get, or None when the feed has not been rendered yet."""
        statement = select(documents).where(documents.c.feed == feed, documents.c.format == extension)
        with self._reading() as connection:
            row = connection.execute(statement).mappings().first()
        return None if row is None else rows.document(row)

    # ------------------------------------------------------------ sources

    def sync_sources(self, wanted: Mapping[str, str]) -> None:
        """Brings the list of sources in line with the catalogue (source id to host). What was learned stays."""
        with self._writing() as connection:
            lock_writers(connection)
            if wanted:
                statement: Any = insert(connection, sources)
                statement = statement.on_conflict_do_update(
                    index_elements=["id"], set_={"host": statement.excluded.host, "present": True}
                )
                fresh = rows.state_row(SourceState(source=""))
                values = [
                    {"id": key, "host": host, "present": True, "epoch": 0, **fresh}
                    for key, host in sorted(wanted.items())
                ]
                connection.execute(statement, values)
            known = set(connection.execute(select(sources.c.id).where(sources.c.present)).scalars())
            for key in sorted(known - wanted.keys()):
                connection.execute(update(sources).where(sources.c.id == key).values(present=False))

    def claim(self, moment: datetime, *, by: str, lease: timedelta, limit: int) -> list[Lease]:
        """Takes up to `limit` due sources, at most one a host, none of a host that is being polled or wants a rest.

        The longest overdue come first; a source that was never polled comes after those. A lease that has run out
        is anyone's: its epoch makes the late holder's write fail.
        """
        others = sources.alias()
        busy = exists().where(others.c.host == sources.c.host, others.c.lease_until > moment)
        due = (
            select(sources.c.id, sources.c.host, sources.c.epoch)
            .outerjoin(hosts, hosts.c.host == sources.c.host)
            .where(
                sources.c.present,
                sources.c.stopped.is_(False),
                or_(sources.c.next_poll.is_(None), sources.c.next_poll <= moment),
                or_(hosts.c.not_before.is_(None), hosts.c.not_before <= moment),
                ~busy,
            )
            .order_by(func.coalesce(sources.c.next_poll, moment), sources.c.id)
        )
        with self._writing() as connection:
            lock_writers(connection)
            chosen: dict[str, Lease] = {}
            for row in connection.execute(due):
                if len(chosen) == limit:
                    break
                chosen.setdefault(row.host, Lease(source=row.id, epoch=row.epoch + 1, until=moment + lease))
            for taken in chosen.values():
                self._take(connection, taken, by)
        return list(chosen.values())

    def claim_now(self, source: str, moment: datetime, *, by: str, lease: timedelta) -> Lease:
        """Takes one source whatever its schedule says: the operator asked for it."""
        with self._writing() as connection:
            lock_writers(connection)
            epoch = connection.execute(select(sources.c.epoch).where(sources.c.id == source)).scalar_one()
            taken = Lease(source=source, epoch=epoch + 1, until=moment + lease)
            self._take(connection, taken, by)
        return taken

    def _take(self, connection: Connection, lease: Lease, by: str) -> None:
        values = {"epoch": lease.epoch, "lease_until": lease.until, "lease_by": by}
        connection.execute(update(sources).where(sources.c.id == lease.source).values(values))

    def release(self, by: str) -> None:
        """Gives back every lease that a worker still holds."""
        with self._writing() as connection:
            connection.execute(update(sources).where(sources.c.lease_by == by).values(lease_until=None, lease_by=None))

    def release_orphans(self) -> None:
        """Gives back what a worker that was killed still holds: at once on SQLite, where the one writer is us.

        On PostgreSQL another worker may be alive, so such leases run out by themselves.
        """
        if self.dialect == "sqlite":
            with self._writing() as connection:
                connection.execute(update(sources).values(lease_until=None, lease_by=None))

    def state(self, source: str) -> SourceState:
        """What polling taught us about a source; all defaults when it was never polled."""
        with self._reading() as connection:
            row = connection.execute(select(sources).where(sources.c.id == source)).mappings().first()
        return SourceState(source=source) if row is None else rows.state(row)

    def states(self) -> dict[str, SourceState]:
        """The states of all sources that the catalogue names."""
        with self._reading() as connection:
            found = connection.execute(select(sources).where(sources.c.present)).mappings()
            return {row["id"]: rows.state(row) for row in found}

    def held_hosts(self, moment: datetime) -> dict[str, tuple[datetime, str]]:
        """Hosts that want a rest until later than `moment`, and why."""
        statement = select(hosts).where(hosts.c.not_before > moment)
        with self._reading() as connection:
            return {row.host: (row.not_before, row.why) for row in connection.execute(statement)}

    def new_since(self, since: datetime) -> dict[str, int]:
        """How many new articles each source brought since a moment."""
        statement = select(polls.c.source, func.sum(polls.c.new)).where(polls.c.at >= since).group_by(polls.c.source)
        with self._reading() as connection:
            return {source: int(count) for source, count in connection.execute(statement)}

    def history(self, source: str, limit: int) -> Sequence[Poll]:
        """The last polls of a source, newest first."""
        statement = select(polls).where(polls.c.source == source).order_by(polls.c.at.desc()).limit(limit)
        with self._reading() as connection:
            return [rows.poll(row) for row in connection.execute(statement).mappings()]

    # ------------------------------------------------------------ housekeeping

    def prune(
        self, *, articles_before: datetime, polls_before: datetime, keep: Collection[str], step: int = 500
    ) -> tuple[int, int]:
        """Forgets old articles and polls, in short transactions; returns how many of each.

        An article goes when it was published and last modified before `articles_before`, unless `keep` names it:
        what a slow feed still shows stays.
        """
        removed, last = 0, ""
        old = and_(articles.c.modified < articles_before, articles.c.published < articles_before)
        while True:
            with self._writing() as connection:
                following = select(articles.c.id).where(old, articles.c.id > last).order_by(articles.c.id).limit(step)
                ids = list(connection.execute(following).scalars())
                gone = [key for key in ids if key not in keep]
                connection.execute(delete(articles).where(articles.c.id.in_(gone)))
            removed += len(gone)
            if len(ids) < step:
                break
            last = ids[-1]
        with self._writing() as connection:
            return removed, connection.execute(delete(polls).where(polls.c.at < polls_before)).rowcount

    def note(self, key: str, value: Any) -> None:
        """Keeps one fact under a name."""
        with self._writing() as connection:
            statement: Any = insert(connection, meta)
            statement = statement.on_conflict_do_update(
                index_elements=["key"], set_={"value": statement.excluded.value}
            )
            connection.execute(statement, [{"key": key, "value": value}])

    def noted(self, key: str) -> Any:
        """The fact kept under a name, or None."""
        with self._reading() as connection:
            return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()
