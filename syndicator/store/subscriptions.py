"""Who is told of what: subscribers of our feeds with what they are still owed, and our own subscriptions elsewhere.

**The outbox.** `owe` runs in the transaction that stores a feed's documents, so a document that changed and the news of
it are one write. It has one row a subscriber, not one a change: what is delivered is the document as it stands then, so
a subscriber that was away gets one delivery and not twenty, and never an older state after a newer one. A delivery that
ends while the document changes again finds a newer revision in its row and leaves it there.

**Claims** are by host, as those of the sources are: one host's deliveries go out one after another, under one lease.
Subscribers whose last delivery failed come last, and a claim takes no more than `slow` hosts of only such: whoever
hangs holds up neither its neighbours nor the threads that others need.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, case, delete, exists, func, or_, select, update

from syndicator.store.dialects import Database, insert, lock_writers
from syndicator.store.tables import deliveries, sources, subscribers, subscriptions

EACH = 100
"""Deliveries to one host in one claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A WebSub subscription to one document of ours."""

    id: int = 0
    """Given by the store."""
    feed: str
    format: str
    callback: str
    host: str
    secret: str | None
    expires: datetime
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A delivery that is out: whom, since when it is owed, and how often it was tried."""

    subscriber: Subscriber
    revision: int
    since: datetime
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Our subscription to one source's topic at its hub."""

    source: str
    hub: str
    topic: str
    token: str
    """The end of the callback's address, which only the hub knows."""
    secret: str
    asked: datetime | None = None
    """When we asked, while the hub has not verified that we did."""
    expires: datetime | None = None
    due: datetime
    """When to ask (again)."""
    tries: int = 0
    """Requests in a row that led to nothing."""
    pushed: datetime | None = None
    """When something last came."""
    error: str | None = None


def owe(connection: Connection, feed: str, formats: Collection[str], revision: int, moment: datetime) -> None:
    """Notes that these documents changed, for everyone who subscribed to one of them.

    Whoever could not be reached lately keeps the moment of the next try; a new document is no reason to hurry.
    """
    if not formats:
        return
    wanted = select(
        subscribers.c.id,
        bindparam("revision", revision, type_=deliveries.c.revision.type),
        bindparam("since", moment, type_=deliveries.c.since.type),
        bindparam("due", moment, type_=deliveries.c.due.type),
        bindparam("tries", 0, type_=deliveries.c.tries.type),
    ).where(subscribers.c.feed == feed, subscribers.c.format.in_(sorted(formats)), subscribers.c.expires > moment)
    statement: Any = insert(connection, deliveries)
    statement = statement.from_select(["subscriber", "revision", "since", "due", "tries"], wanted)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["subscriber"],
        set_={
            "revision": new.revision,
            "since": new.since,
            "due": case((deliveries.c.tries > 0, deliveries.c.due), else_=new.due),
        },
    )
    connection.execute(statement)


class Subscribers:
    """The subscribers of our feeds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settle(self, changes: Sequence[tuple[bool, Subscriber]]) -> None:
        """Makes (True) or ends (False) subscriptions, in their order and all at once.

        One that there is takes over the secret and the end of its renewal; one that ends loses what it was owed.
        """
        statement: Any
        with self._database.writing() as connection:
            for made, one in changes:
                if made:
                    values = {name: getattr(one, name) for name in Subscriber.__dataclass_fields__ if name != "id"}
                    statement = insert(connection, subscribers).values(values)
                    statement = statement.on_conflict_do_update(
                        index_elements=["feed", "format", "callback"],
                        set_={"secret": one.secret, "expires": one.expires},
                    )
                else:
                    statement = delete(subscribers).where(_same(one.feed, one.format, one.callback))
                connection.execute(statement)

    def has(self, feed: str, format: str, callback: str) -> bool:  # noqa: A002
        """Whether there is such a subscription."""
        with self._database.reading() as connection:
            found = connection.execute(select(subscribers.c.id).where(_same(feed, format, callback)))
            return found.first() is not None

    def of(self, feed: str, format: str, moment: datetime) -> list[Subscriber]:  # noqa: A002
        """Everyone who is subscribed to a document."""
        this = and_(subscribers.c.feed == feed, subscribers.c.format == format, subscribers.c.expires > moment)
        with self._database.reading() as connection:
            return [_subscriber(row) for row in connection.execute(select(subscribers).where(this))]

    def count(self, host: str | None = None) -> int:
        """How many subscriptions there are, in all or of one host."""
        statement = select(func.count()).select_from(subscribers)
        with self._database.reading() as connection:
            return connection.execute(statement.where(subscribers.c.host == host) if host else statement).scalar_one()

    def owed(self) -> int:
        """How many deliveries are owed."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(deliveries)).scalar_one()

    def claim(self, moment: datetime, *, lease: timedelta, hosts: int, slow: int) -> list[list[Owed]]:
        """Due deliveries of up to `hosts` hosts, of which up to `slow` where all failed lately; a list a host."""
        ready = and_(
            deliveries.c.due <= moment, or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= moment)
        )
        with self._database.reading() as connection:
            if hosts <= 0 or connection.execute(select(deliveries.c.subscriber).where(ready).limit(1)).first() is None:
                return []
        with self._database.writing() as connection:
            lock_writers(connection)
            chosen = _chosen(connection.execute(_lined(ready, moment, 4 * EACH * hosts)), hosts, slow)
            numbers = [number for group in chosen for number in group]
            mine = deliveries.c.subscriber.in_(numbers)
            connection.execute(update(deliveries).where(mine).values(lease_until=moment + lease))
            joined = select(deliveries, subscribers).join(subscribers).where(mine)
            found = {row.id: _owed(row) for row in connection.execute(joined)}
        return [[found[number] for number in group] for group in chosen]

    def finish(
        self,
        *,
        delivered: Sequence[Owed] = (),
        failed: Sequence[tuple[Owed, datetime | None]] = (),
        gone: Sequence[Owed] = (),
        unfinished: Sequence[Owed] = (),
    ) -> None:
        """Ends a claim: `failed` with the moment of the next try, None to give this delivery up; `gone` for good."""
        row = deliveries.c.subscriber == bindparam("key")
        same = and_(row, deliveries.c.revision == bindparam("shown"))
        well = [{"key": one.subscriber.id, "shown": one.revision} for one in delivered]
        ill = [{"key": one.subscriber.id, "shown": one.revision, "next": due} for one, due in failed if due]
        lost = [{"key": one.subscriber.id, "shown": one.revision} for one, due in failed if due is None]
        back = [{"key": one.subscriber.id} for one in unfinished]
        this = subscribers.c.id == bindparam("key")
        steps = [
            (delete(deliveries).where(same), well + lost),
            (update(deliveries).where(row).values(lease_until=None, tries=0), _keys(well + lost)),
            (update(deliveries).where(row).values(lease_until=None), back),
            (
                update(deliveries)
                .where(row)
                .values(lease_until=None, tries=deliveries.c.tries + 1, due=bindparam("next")),
                [{"key": one["key"], "next": one["next"]} for one in ill],
            ),
            (update(subscribers).where(this, subscribers.c.failures > 0).values(failures=0), _keys(well)),
            (update(subscribers).where(this).values(failures=subscribers.c.failures + 1), _keys(ill + lost)),
            (delete(subscribers).where(this), [{"key": one.subscriber.id} for one in gone]),
        ]
        with self._database.writing() as connection:
            for statement, values in steps:
                if values:
                    connection.execute(statement, values)

    def expire(self, moment: datetime) -> int:
        """Forgets the subscriptions whose lease is over; returns how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(subscribers).where(subscribers.c.expires <= moment)).rowcount

    def strayed(self, feeds: Collection[str]) -> list[Subscriber]:
        """Subscriptions to feeds that are not among these."""
        with self._database.reading() as connection:
            found = connection.execute(select(subscribers).where(subscribers.c.feed.not_in(sorted(feeds))))
            return [_subscriber(row) for row in found]

    def release_orphans(self) -> None:
        """Gives back what a worker that was killed had claimed: at once on SQLite, where there is one worker."""
        if self._database.name == "sqlite":
            with self._database.writing() as connection:
                connection.execute(update(deliveries).values(lease_until=None))


def _lined(ready: Any, moment: datetime, limit: int) -> Any:
    """What may go out, a host's first ones first: its key, its host, and whether its last delivery failed."""
    out, whose = deliveries.alias(), subscribers.alias()
    busy = exists().where(
        out.c.subscriber == whose.c.id, whose.c.host == subscribers.c.host, out.c.lease_until > moment
    )
    failing = case((subscribers.c.failures > 0, 1), else_=0)
    order = (failing, deliveries.c.due, deliveries.c.subscriber)
    turn = func.row_number().over(partition_by=subscribers.c.host, order_by=order)
    lined = (
        select(
            deliveries.c.subscriber, deliveries.c.due, subscribers.c.host, failing.label("failing"), turn.label("turn")
        )
        .join(subscribers)
        .where(ready, subscribers.c.expires > moment, ~busy)
        .subquery()
    )
    columns = (lined.c.subscriber, lined.c.host, lined.c.failing)
    ordered = select(*columns).where(lined.c.turn <= EACH).order_by(lined.c.failing, lined.c.turn, lined.c.due)
    return ordered.limit(limit)


def _chosen(lined: Iterable[Row[Any]], hosts: int, slow: int) -> list[list[int]]:
    """The rows by host: no more hosts than there is room for, and no more slow ones than `slow`."""
    groups: dict[str, list[int]] = {}
    slow_hosts = 0
    for row in lined:
        if row.host not in groups:
            if len(groups) >= hosts or (row.failing and slow_hosts >= slow):
                continue
            slow_hosts += row.failing
        groups.setdefault(row.host, []).append(row.subscriber)
    return list(groups.values())


def _same(feed: str, format: str, callback: str) -> ColumnElement[bool]:  # noqa: A002
    """The one subscription to this document for this callback."""
    return and_(subscribers.c.feed == feed, subscribers.c.format == format, subscribers.c.callback == callback)


def _keys(values: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"key": one["key"]} for one in values]


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(**{name: getattr(row, name) for name in Subscriber.__dataclass_fields__})


def _owed(row: Row[Any]) -> Owed:
    return Owed(subscriber=_subscriber(row), revision=row.revision, since=row.since, tries=row.tries)


# ---------------------------------------------------------------- ours, elsewhere


class Subscriptions:
    """What we subscribed to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_token(self, token: str) -> Subscription | None:
        """The subscription whose callback ends so."""
        with self._database.reading() as connection:
            row = connection.execute(select(subscriptions).where(subscriptions.c.token == token)).first()
        return None if row is None else _subscription(row)

    def of(self, source: str) -> Subscription | None:
        """The subscription to what a source publishes."""
        with self._database.reading() as connection:
            row = connection.execute(select(subscriptions).where(subscriptions.c.source == source)).first()
        return None if row is None else _subscription(row)

    def wanted(self, moment: datetime, limit: int) -> list[tuple[str, str, str, Subscription | None]]:
        """Sources whose hub is to be asked now: (source, hub, topic, what there is of a subscription)."""
        changed = or_(subscriptions.c.hub != sources.c.hub, subscriptions.c.topic != sources.c.topic)
        statement = (
            select(sources.c.id.label("key"), sources.c.hub.label("now_hub"), sources.c.topic.label("now_topic"))
            .add_columns(*subscriptions.c)
            .outerjoin(subscriptions, subscriptions.c.source == sources.c.id)
            .where(
                sources.c.present,
                sources.c.stopped.is_(False),
                sources.c.hub.is_not(None),
                sources.c.topic.is_not(None),
                or_(subscriptions.c.source.is_(None), changed, subscriptions.c.due <= moment),
            )
            .order_by(subscriptions.c.due, sources.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            found = connection.execute(statement).all()
        return [(row.key, row.now_hub, row.now_topic, _subscription(row) if row.source else None) for row in found]

    def keep(self, subscription: Subscription) -> None:
        """Stores one as it stands now; `pushed` is left to those who push."""
        values = {name: getattr(subscription, name) for name in Subscription.__dataclass_fields__}
        with self._database.writing() as connection:
            statement: Any = insert(connection, subscriptions)
            set_ = {name: statement.excluded[name] for name in values if name not in {"source", "pushed"}}
            connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=set_), [values])

    def note_error(self, token: str, error: str) -> None:
        """Why a request led to nothing."""
        with self._database.writing() as connection:
            connection.execute(update(subscriptions).where(subscriptions.c.token == token).values(error=error))

    def drop_strays(self, moment: datetime) -> int:
        """Forgets those of sources that are gone, or that name no hub any more once the lease is over."""
        named = select(sources.c.id).where(sources.c.present)
        hubless = select(sources.c.id).where(sources.c.hub.is_(None))
        over = and_(subscriptions.c.source.in_(hubless), func.coalesce(subscriptions.c.expires, moment) <= moment)
        with self._database.writing() as connection:
            stray = or_(subscriptions.c.source.not_in(named), over)
            return connection.execute(delete(subscriptions).where(stray)).rowcount


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(**{name: getattr(row, name) for name in Subscription.__dataclass_fields__})


def pushed(connection: Connection, source: str, moment: datetime) -> datetime | None:
    """When a source's hub last pushed, as long as the subscription lives."""
    statement = select(subscriptions.c.pushed).where(subscriptions.c.source == source, subscriptions.c.expires > moment)
    found: datetime | None = connection.execute(statement).scalar()
    return found


def note_push(connection: Connection, source: str, moment: datetime, *, new: bool) -> None:
    """A push of a source came now and was read; `new` articles were in it."""
    connection.execute(update(subscriptions).where(subscriptions.c.source == source).values(pushed=moment))
    if new:
        connection.execute(update(sources).where(sources.c.id == source).values(last_new=moment))
