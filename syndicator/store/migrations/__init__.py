"""How the tables came about: Alembic's steps, run under the writer's lock.

`upgrade` brings any older database up to date. `check` compares without changing: a program never works on a schema
that it was not written for. An empty database is simply made.
"""

from pathlib import Path

from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from syndicator.errors import SchemaMismatch, StoreError
from syndicator.store.dialects import Database, lock_writers


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision that this program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(database: Database) -> str | None:
    """The revision of a database; None when it is empty or does not exist yet."""
    try:
        with database.reader.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        if database.name == "sqlite":  # opened read-only, so it is not made by looking at it
            return None
        raise StoreError(f"the database cannot be reached: {error.orig}") from error


def upgrade(database: Database) -> tuple[str | None, str]:
    """Brings the schema up to date; returns the revisions before and after.

    Raises `SchemaMismatch` when the database is newer than the program.
    """
    if database.writer is None:
        raise StoreError("this process opened the database for reading only")
    before = current(database)
    _refuse_newer(before)
    try:
        with database.writer.begin() as connection:
            lock_writers(connection)
            alembic_upgrade(_config(connection), "head")
    except OperationalError as error:
        raise StoreError(f"the database cannot be written: {error.orig}") from error
    return before, head()


def check(database: Database) -> bool:
    """Whether the schema is there and is ours; False for an empty database.

    Raises `SchemaMismatch` with what to do when it is older or newer than the program.
    """
    revision = current(database)
    if revision is None:
        return False
    _refuse_newer(revision)
    if revision != head():
        raise SchemaMismatch(
            f"the database's schema is at {revision}, older than this program's {head()}: run 'syndicator migrate'"
        )
    return True


def _refuse_newer(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaMismatch(
            f"the database's schema ({revision}) was made by a newer version of the program: upgrade the program"
        )
