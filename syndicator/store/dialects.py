"""What SQLite and PostgreSQL spell differently: how to connect, how to be the one writer, how to insert or update.

SQLite: one writing process with one writing connection, in WAL mode with `synchronous=FULL`. A writing process holds
an advisory file lock beside the database for as long as it lives, so a second one fails at once with a clear message;
readers open the file read-only and never checkpoint. That also keeps clear of the WAL-reset fault of SQLite before
3.51.3, which needs two connections that write or checkpoint at once. The one writing connection is a pool of one: a
thread that wants to write waits for it.

PostgreSQL: a transaction that decides what an article is takes one advisory lock (`pg_advisory_xact_lock`), so that
two workers that bring the same story at the same moment see each other's.
"""

import fcntl
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    Table,
    Text,
    cast,
    create_engine,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from syndicator.errors import ConfigurationError, StoreBusy, StoreError

WRITER_LOCK = 0x53594E44  # "SYND": the name of our advisory lock in PostgreSQL
BUSY_MILLISECONDS = 5000
CHUNK = 500
"""Keys asked for at once: below SQLite's limit of variables in one statement."""
Key = TypeVar("Key", str, int)


@dataclass(slots=True)
class Database:
    """A way in for reading and, if asked for, one for writing. `release` gives the writer's place back."""

    name: str
    reader: Engine
    writer: Engine | None
    release: Callable[[], None] = field(default=lambda: None)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for looking; raises `StoreError` when the database is away."""
        try:
            with self.reader.connect() as connection:
                yield connection
        except OperationalError as error:
            raise StoreError(f"the database cannot be read: {error.orig}") from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back by any exception."""
        if self.writer is None:
            raise StoreError("this process opened the database for reading only")
        try:
            with self.writer.begin() as connection:
                yield connection
        except OperationalError as error:
            raise StoreError(f"the database cannot be written: {error.orig}") from error

    def close(self) -> None:
        self.reader.dispose()
        if self.writer is not None:
            self.writer.dispose()
        self.release()


def open_database(url: str, *, write: bool, pool: int = 8) -> Database:
    """Opens a database by its SQLAlchemy URL.

    Raises `StoreBusy` when another process is the writer of this SQLite file, `ConfigurationError` when the URL
    means nothing to us.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError):
        backend = ""
    if backend == "sqlite":
        path = Path(parsed.database or "")
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigurationError(["database_url: SQLite needs a file: sqlite:///data/syndicator.db"])
        path.parent.mkdir(parents=True, exist_ok=True)
        return _open_sqlite(path, write=write, pool=pool)
    if backend == "postgresql":
        engine = create_engine(
            parsed, pool_size=pool, max_overflow=4, pool_pre_ping=True, connect_args={"options": "-c timezone=UTC"}
        )
        return Database(name="postgresql", reader=engine, writer=engine if write else None)
    raise ConfigurationError(
        [f"database_url: must begin with sqlite:/// or postgresql:// (it begins with {url.partition(':')[0]!r})"]
    )


def _open_sqlite(path: Path, *, write: bool, pool: int) -> Database:
    release = _take_writers_place(path) if write else None
    reader = create_engine(
        f"sqlite:///file:{path}?mode=ro&uri=true", pool_size=pool, max_overflow=8, pool_pre_ping=False
    )
    _on_connect(reader, ["PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0"])
    if release is None:
        return Database(name="sqlite", reader=reader, writer=None)
    writer = create_engine(f"sqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=300)
    _on_connect(
        writer,
        ["PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA cache_size=-65536"],
    )
    _begin_immediate(writer)
    return Database(name="sqlite", reader=reader, writer=writer, release=release)


def open_inbox(url: str) -> Database:
    """The way to the table `inbox`: on SQLite in a file beside the database, with any number of writers."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(parsed, pool_size=2, max_overflow=4, pool_pre_ping=True)
        return Database(name="postgresql", reader=engine, writer=engine)
    path = Path(parsed.database or "").with_suffix(".inbox.db")
    reader = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true", pool_size=2, max_overflow=8)
    writer = create_engine(f"sqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=30)
    _on_connect(reader, ["PRAGMA query_only=ON"])
    _on_connect(writer, ["PRAGMA journal_mode=TRUNCATE", "PRAGMA synchronous=FULL"])
    _begin_immediate(writer)
    return Database(name="sqlite", reader=reader, writer=writer)


def _begin_immediate(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _on_connect(engine: Engine, pragmas: list[str]) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver leaves BEGIN to us
        cursor = connection.cursor()
        for pragma in [f"PRAGMA busy_timeout={BUSY_MILLISECONDS}", *pragmas]:
            cursor.execute(pragma)
        cursor.close()


def _take_writers_place(path: Path) -> Callable[[], None]:
    lock = path.with_name(path.name + ".lock")
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(handle)
        raise StoreBusy(
            f"{path}: another process (pid {holder}) writes to this SQLite database, and there can be only one."
            " Stop it first, or use PostgreSQL for several workers."
        ) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)

    def release() -> None:
        with suppress(OSError):
            os.close(handle)

    return release


def lock_writers(connection: Connection) -> None:
    """Waits until this transaction is the only one that decides. On SQLite, BEGIN IMMEDIATE has done so."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT in the connection's own dialect."""
    return insert_for(connection.dialect.name, table)


def insert_for(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The same for the dialect of this name."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def among(connection: Connection, number: ColumnElement[int], values: Collection[int]) -> ColumnElement[bool]:
    """Whether a number is one of thousands: as one parameter, because a list of them takes longer than the look-up."""
    if connection.dialect.name == "postgresql":
        return number == func.any(literal(list(values), ARRAY(BigInteger)))
    each = func.json_each(json.dumps(list(values))).table_valued("value")
    return number.in_(select(each.c.value))


def table_of(connection: Connection, names: Sequence[str], values: Sequence[Sequence[int]]) -> FromClause:
    """Rows of whole numbers as a table with columns of these names, sent as few parameters."""
    if connection.dialect.name == "postgresql":
        columns = [literal(list(column), ARRAY(BigInteger)) for column in zip(*values, strict=True)]
        return func.unnest(*columns).table_valued(*names).render_derived()
    each = func.json_each(json.dumps(values)).table_valued("value")
    return select(
        *(func.json_extract(each.c.value, f"$[{place}]").label(name) for place, name in enumerate(names))
    ).subquery()


def newest_under(
    connection: Connection,
    columns: tuple[Column[int], Column[int], Column[int]],
    spans: Sequence[Sequence[int]],
    most: int,
) -> Select[int, str]:
    """For each (key, from, to) the key and the numbers of its newest rows, joined by commas, `most` of them.

    `columns` are key, moment and number of a table whose primary key they are.
    """
    key, at, number = columns
    asked = table_of(connection, ("key", "since", "until"), spans)
    newest = (
        select(number)
        .where(key == asked.c.key, at.between(asked.c.since, asked.c.until))
        .order_by(at.desc(), number.desc())
        .limit(most)
        .correlate(asked)
        .subquery()
    )
    joined = select(func.aggregate_strings(cast(newest.c[0], Text), ",")).scalar_subquery()
    found = select(asked.c.key, joined.label("numbers")).subquery()
    return select(found.c.key, found.c.numbers).where(found.c.numbers.is_not(None))


def chunks(keys: Iterable[Key], size: int = CHUNK) -> Iterator[list[Key]]:
    """The different keys in order, at most `size` at a time."""
    ordered = sorted(set(keys))
    return (ordered[start : start + size] for start in range(0, len(ordered), size))
