"""`Store`: the questions that the house asks of the database, and the way in for writing.

Reading never waits for writing. Every statement that the house makes stands here or in `transaction`; a newcomer who
wonders why a query is fast looks for its index in `tables`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, update
from sqlalchemy import insert as plain_insert

from syndicator.model import Article, Candidate, Document, Feed, Lease, Poll, SourceState
from syndicator.store import known, rows, stories, turns
from syndicator.store.dialects import Database, chunks, insert, lock_writers
from syndicator.store.routing import close_archives, touch
from syndicator.store.tables import (
    articles,
    documents,
    editions,
    feeds,
    hosts,
    meta,
    origins,
    polls,
    routes,
    sources,
    versions,
)
from syndicator.store.transaction import Transaction, candidates, load_articles
from syndicator.store.watch import Watch, announce

NO_DEFINITIONS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A feed whose documents show an older state than the store holds."""

    path: str
    revision: int
    changed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One stored document from outside: enough to tell whether it is still the one that was loaded."""

    feed: str
    format: str
    revision: int
    body_size: int
    gzip_size: int

    @property
    def size(self) -> int:
        """Bytes of its two forms together."""
        return self.body_size + self.gzip_size


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

    @property
    def database(self) -> Database:
        """What is below, for the other answers of this room (`subscriptions`)."""
        return self._database

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._database.reading()

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._database.writing()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """One transaction under the writer's lock: committed at the end, rolled back by any exception."""
        with self._writing() as connection:
            lock_writers(connection)
            yield Transaction(connection)

    # ------------------------------------------------------------ articles

    def fingerprints(self, source: str, guids: Collection[str]) -> dict[str, tuple[str, str]]:
        """The article and the fingerprint that are stored of a source's items, by guid."""
        found: dict[str, tuple[str, str]] = {}
        with self._reading() as connection:
            for chunk in chunks(guids):
                statement = select(origins.c.guid, origins.c.article, origins.c.fingerprint).where(
                    origins.c.source == source, origins.c.guid.in_(chunk)
                )
                found.update({row.guid: (row.article, row.fingerprint) for row in connection.execute(statement)})
        return found

    def candidates(self, incoming: Sequence[Article]) -> list[Candidate]:
        """The stored articles that these may be, as they stand without the lock."""
        with self._reading() as connection:
            return candidates(connection, incoming)

    def owed_pages(self, source: str, moment: datetime, limit: int) -> list[Article]:
        """A source's articles whose pages are to be asked for again by now, the longest overdue first.

        Each has that source's origin alone; no withdrawn ones.
        """
        due = (
            select(origins.c.article, origins.c.guid)
            .join(articles, articles.c.id == origins.c.article)
            .where(origins.c.source == source, origins.c.page_due <= moment, articles.c.withdrawn.is_(False))
            .order_by(origins.c.page_due, origins.c.guid)
            .limit(limit)
        )
        with self._reading() as connection:
            wanted = [(row.article, row.guid) for row in connection.execute(due)]
            found = {article.id: article for article in load_articles(connection, [key for key, _ in wanted])}
        return [
            replace(found[key], origins=tuple(o for o in found[key].origins if (o.source, o.guid) == (source, guid)))
            for key, guid in wanted
        ]

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
            .order_by(routes.c.published.desc(), routes.c.arrived.desc())
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
        """The article with this canonical URL, if it is stored; the last one that came with it."""
        with self._reading() as connection:
            named = select(articles.c.id).where(articles.c.url == url).order_by(articles.c.arrived.desc()).limit(1)
            key = connection.execute(named).scalar()
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

    def sync_feeds(self, wanted: Collection[Feed], moment: datetime) -> None:
        """Brings the list of feeds in line with the catalogue: new ones are due for rendering, old ones go."""
        given = {feed.path: (feed.limit, str(feed.order)) for feed in wanted}
        with self._writing() as connection:
            lock_writers(connection)
            columns = select(feeds.c.path, feeds.c.shows, feeds.c.sorted_by)
            touch(connection, given.keys() - set(connection.execute(select(feeds.c.path)).scalars()), moment)
            known = {row.path: (row.shows, row.sorted_by) for row in connection.execute(columns)}
            if changed := [path for path in given if known[path] != given[path]]:
                values = [{"key": path, "limit": given[path][0], "by": given[path][1]} for path in changed]
                mine = update(feeds).where(feeds.c.path == bindparam("key"))
                connection.execute(mine.values(shows=bindparam("limit"), sorted_by=bindparam("by")), values)
                close_archives(connection, changed)
            for path in sorted(known.keys() - given.keys()):
                for table, key in ((feeds, "path"), (documents, "feed"), (editions, "feed"), (routes, "feed")):
                    connection.execute(delete(table).where(table.c[key] == path))
            announce(connection)

    def touch_feeds(self, paths: Collection[str], moment: datetime) -> None:
        """Marks feeds as changed, because their definition was."""
        with self.writing() as transaction:
            transaction.touch(paths, moment)

    def stale_feeds(self, rendered_before: datetime) -> list[Stale]:
        """Feeds that changed since they were rendered, and were not rendered again since `rendered_before`.

        Not the ready-made ones (`@...`): those are rendered when they are asked for.
        """
        statement = (
            select(feeds)
            .where(
                feeds.c.rendered < feeds.c.revision,
                feeds.c.path.not_like("@%"),
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

    def standing(self) -> list[Standing]:
        """All documents from outside: what stands before the bytes in a row, and their lengths, which costs no read."""
        columns = [
            documents.c.feed,
            documents.c.format,
            documents.c.revision,
            func.length(documents.c.body).label("body_size"),
            func.length(documents.c.gzip).label("gzip_size"),
        ]
        with self._reading() as connection:
            return [Standing(**row) for row in connection.execute(select(*columns)).mappings()]

    def watch(self) -> Watch:
        """Hears of what others commit."""
        return Watch(self._database)

    # ------------------------------------------------------------ sources

    def sync_sources(self, wanted: Mapping[str, str], definitions: Mapping[str, str] = NO_DEFINITIONS) -> None:
        """Brings the list of sources in line with the catalogue (source id to host).

        What was learned stays while the definition's fingerprint does; with another one the source is new again, and
        whoever polls it at this moment has lost the lease.
        """
        with self._writing() as connection:
            lock_writers(connection)
            columns = select(sources.c.id, sources.c.definition, sources.c.present)
            known = {row.id: row for row in connection.execute(columns)}
            fresh = rows.state_row(SourceState(source=""))
            created, changed, back = [], [], []
            for key, host in sorted(wanted.items()):
                given = {"host": host, "definition": definitions.get(key, ""), "present": True, **fresh}
                if key not in known:
                    created.append({"id": key, "epoch": 0, **given})
                elif known[key].definition != given["definition"]:
                    changed.append({"key": key, **given, "lease_until": None, "lease_by": None})
                elif not known[key].present:
                    back.append(key)
            by_key = sources.c.id == bindparam("key")
            if created:
                connection.execute(plain_insert(sources), created)
            if changed:
                connection.execute(update(sources).where(by_key).values(epoch=sources.c.epoch + 1), changed)
            gone = [key for key, row in known.items() if row.present and key not in wanted]
            for keys, present in ((back, True), (gone, False)):
                if keys:
                    values = [{"key": key, "present": present} for key in keys]
                    connection.execute(update(sources).where(by_key), values)

    def claim(self, moment: datetime, *, by: str, lease: timedelta, limit: int, slow: int | None = None) -> list[Lease]:
        """Takes up to `limit` due sources, at most one a host, none of a host that is being polled or wants a rest.

        The longest overdue come first; a source that was never polled comes after those. Those whose last poll failed
        come later, so that one that is told 429 each time does not keep its host's others from their turn. Those whose
        last poll took its time and brought nothing come last, and no more than `slow` of them: a server that hangs
        holds up neither the others on its host nor the threads that other hosts need. A lease that has run out is
        anyone's: its epoch makes the late holder's write fail.
        """
        with self._writing() as connection:
            lock_writers(connection)
            found = connection.execute(turns.FIRST, turns.parameters(moment) | {"most": limit}).all()
            lasts = [row.id for row in found if row.rank == turns.LAST]
            keys = [row.id for row in found if row.rank != turns.LAST] + lasts[:slow]
            return self._take(connection, keys, moment + lease, by)

    def next_due(self, moment: datetime, *, slow: bool = True) -> datetime | None:
        """When a source that nobody polls may be claimed, at the earliest; `slow` counts those that come last, too."""
        statement = turns.NEXT if slow else turns.NEXT_BUT_LAST
        with self._reading() as connection:
            return connection.execute(statement, turns.parameters(moment)).scalar()

    def claim_now(self, source: str, moment: datetime, *, by: str, lease: timedelta) -> Lease:
        """Takes one source whatever its schedule says: the operator asked for it."""
        with self._writing() as connection:
            lock_writers(connection)
            [taken] = self._take(connection, [source], moment + lease, by)
        return taken

    def _take(self, connection: Connection, keys: Sequence[str], until: datetime, by: str) -> list[Lease]:
        if not keys:
            return []
        mine = sources.c.id.in_(keys)
        values = {"epoch": sources.c.epoch + 1, "lease_until": until, "lease_by": by}
        connection.execute(update(sources).where(mine).values(values))
        found = {row["id"]: rows.state(row) for row in connection.execute(select(sources).where(mine)).mappings()}
        return [Lease(state=found[key], until=until) for key in keys]

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
                columns = select(articles.c.id, articles.c.arrived)
                following = columns.where(old, articles.c.id > last).order_by(articles.c.id).limit(step)
                numbers = {row.id: row.arrived for row in connection.execute(following)}
                ids = list(numbers)
                gone = [key for key in ids if key not in keep]
                connection.execute(delete(articles).where(articles.c.id.in_(gone)))
                known.forget(connection, [numbers[key] for key in gone])
            removed += len(gone)
            if len(ids) < step:
                break
            last = ids[-1]
        with self._writing() as connection:
            return removed, connection.execute(delete(polls).where(polls.c.at < polls_before)).rowcount

    def forget_neighbours(self, before: datetime) -> int:
        """Drops what was kept to find an article's story by, if it was saved before; returns how many articles'."""
        with self._writing() as connection:
            return stories.forget(connection, before)

    def told_by(self, wanted: Iterable[str]) -> dict[str, list[str]]:
        """The ids of the articles that tell each story, the first published first."""
        with self._reading() as connection:
            return stories.told_by(connection, wanted)

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
