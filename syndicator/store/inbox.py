"""The inbox: what arrives at a web process and has to reach the worker, held until the worker is done with it.

On SQLite one process writes to the database, and it is the worker. So what others ask of us - a subscription, a push -
is put into a second, small SQLite file beside the database, in which every process may write: each for the moment that
one letter takes, with a rollback journal (a WAL that two processes write is what the main database avoids). On
PostgreSQL, where web and worker may be different machines, the same table stands in the database itself.

A letter is durable once `put` returns. It is taken under a lease and gone when it is `done`, so that a worker that is
killed in the middle leaves it to the next one: whoever reads letters must bear to read one twice. Letters with the same
key (a host, a source) are never out at the same time.

Strangers may write here, so every kind has room for so many letters in all, and for so many with one key.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, func, or_, select, update
from sqlalchemy import insert as plain_insert

from syndicator.store.dialects import Database, lock_writers, open_inbox
from syndicator.store.tables import inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One thing that arrived: `about` are its facts, `body` the bytes that came with it."""

    id: int
    kind: str
    key: str
    about: Mapping[str, Any]
    body: bytes
    tries: int
    """How often it was put back."""


class Inbox:
    """The letters of one database. Threads may share it."""

    def __init__(self, url: str) -> None:
        """`url` is the database's; nothing is opened before it is needed."""
        self._database: Database = open_inbox(url)
        self._there = self._database.name != "sqlite"

    def close(self) -> None:
        self._database.close()

    def put(
        self,
        kind: str,
        key: str,
        about: Mapping[str, Any],
        moment: datetime,
        *,
        room: tuple[int, int],
        body: bytes = b"",
    ) -> bool:
        """Keeps a letter; False when there is no room. `room`: letters of this kind in all, and with this key."""
        of_kind = inbox.c.kind == kind
        with self._writing() as connection:
            counted = select(func.count()).select_from(inbox).where(of_kind)
            total = connection.execute(counted).scalar_one()
            if total >= room[0] or connection.execute(counted.where(inbox.c.key == key)).scalar_one() >= room[1]:
                return False
            values = {"kind": kind, "key": key, "about": dict(about), "body": body, "due": moment, "tries": 0}
            connection.execute(plain_insert(inbox).values(**values))
        return True

    def take(
        self, kinds: Collection[str], moment: datetime, *, lease: timedelta, keys: int, each: int = 1
    ) -> list[list[Letter]]:
        """Letters that are due, of up to `keys` keys that nobody is at work on, up to `each` of one key together."""
        out = inbox.alias()
        busy = select(out.c.key).where(out.c.lease_until > moment)
        free = or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= moment)
        ready = and_(inbox.c.kind.in_(kinds), inbox.c.due <= moment, free)
        with self._reading() as connection:
            if keys <= 0 or connection.execute(select(inbox.c.id).where(ready).limit(1)).first() is None:
                return []
        turn = func.row_number().over(partition_by=inbox.c.key, order_by=inbox.c.id)
        lined = select(inbox.c.id, inbox.c.key, turn.label("turn")).where(ready, inbox.c.key.not_in(busy)).subquery()
        first = select(lined.c.id, lined.c.key).where(lined.c.turn <= each).order_by(lined.c.turn, lined.c.id)
        with self._writing() as connection:
            lock_writers(connection)
            chosen: dict[str, list[int]] = {}
            for row in connection.execute(first.limit(4 * keys * each)):
                if row.key in chosen or len(chosen) < keys:
                    chosen.setdefault(row.key, []).append(row.id)
            mine = inbox.c.id.in_([number for group in chosen.values() for number in group])
            connection.execute(update(inbox).where(mine).values(lease_until=moment + lease))
            found = {row["id"]: _letter(row) for row in connection.execute(select(inbox).where(mine)).mappings()}
        return [[found[number] for number in group] for group in chosen.values()]

    def done(self, letters: Sequence[Letter]) -> None:
        """These are dealt with."""
        if letters:
            with self._writing() as connection:
                connection.execute(delete(inbox).where(inbox.c.id.in_([letter.id for letter in letters])))

    def put_back(self, letters: Sequence[Letter], due: datetime, *, tried: bool = True) -> None:
        """These wait until `due`; `tried`: something was tried in vain with them."""
        if letters:
            values = {"lease_until": None, "due": due} | ({"tries": inbox.c.tries + 1} if tried else {})
            with self._writing() as connection:
                connection.execute(update(inbox).where(inbox.c.id.in_([one.id for one in letters])).values(values))

    def release_orphans(self) -> None:
        """Gives back what a worker that was killed had taken: at once on SQLite, where there is one worker."""
        if self._database.name == "sqlite":
            with self._writing() as connection:
                connection.execute(update(inbox).values(lease_until=None))

    def _reading(self) -> AbstractContextManager[Connection]:
        self._prepare()
        return self._database.reading()

    def _writing(self) -> AbstractContextManager[Connection]:
        self._prepare()
        return self._database.writing()

    def _prepare(self) -> None:
        if not self._there:
            with self._database.writing() as connection:
                inbox.create(connection, checkfirst=True)
            self._there = True


def _letter(row: RowMapping) -> Letter:
    return Letter(**{name: row[name] for name in ("id", "kind", "key", "about", "body", "tries")})
