"""Hearing of what another process committed: `Watch.wait` returns as soon as there may be something new.

SQLite tells a connection that others have committed by `PRAGMA data_version`, which costs microseconds and touches no
table; it is asked five times a second on a connection that is kept for it. PostgreSQL tells by NOTIFY, which every
transaction that changes documents issues (`announce`) and which arrives with the commit.

A watch promises little on purpose: it may return early, and after a fault of the database it knows nothing. Whoever
waits looks at what stands there each time, and looks now and then without being told.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from syndicator.errors import StoreError
from syndicator.store.dialects import Database

if TYPE_CHECKING:
    import psycopg

CHANNEL = "syndicator_documents"
EVERY = 0.2
"""Seconds between two questions to SQLite."""


def announce(connection: Connection) -> None:
    """Tells every watch that documents changed, when this transaction commits. On SQLite the commit itself does."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")


class Watch:
    """One connection that listens, opened when first needed and again after a fault. For one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wait: Callable[[float], bool] | None = None
        self._connection: Connection | None = None

    def wait(self, seconds: float) -> bool:
        """Whether something was committed within so many seconds; at once when it was.

        The first call returns True: what happened before it is unknown. Raises `StoreError` when the database cannot
        be asked; the next call tries again.
        """
        try:
            if self._wait is None:
                self._wait = self._listen()
                return True
            return self._wait(seconds)
        except (SQLAlchemyError, self._database.reader.dialect.loaded_dbapi.Error) as error:
            self.close()
            raise StoreError(f"the database cannot be watched: {error}") from error

    def close(self) -> None:
        """Gives the connection back."""
        self._wait = None
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()
            connection.close()

    def _listen(self) -> Callable[[float], bool]:
        connection = self._database.reader.connect()
        self._connection = connection
        if self._database.name == "sqlite":
            return _versions(connection)
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        driver = cast("psycopg.Connection[object]", connection.connection.driver_connection)
        return lambda seconds: any(True for _ in driver.notifies(timeout=seconds, stop_after=1))


def _versions(connection: Connection) -> Callable[[float], bool]:
    """Asks SQLite until its answer is another one."""

    def version() -> int:
        return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())

    seen = version()

    def wait(seconds: float) -> bool:
        nonlocal seen
        until = time.monotonic() + seconds
        while (found := version()) == seen:
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(EVERY, left))
        seen = found
        return True

    return wait
