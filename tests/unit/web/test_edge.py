"""The edge says what Flask would say, sooner, and also when the database is silent."""

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url
from werkzeug.test import Client
from werkzeug.wrappers import Response

from syndicator.errors import StoreError
from syndicator.model import Document
from syndicator.service import Service, now
from syndicator.web import create_app
from syndicator.web.counting import Counts
from syndicator.web.edge import Edge
from syndicator.web.server import assembled
from syndicator.web.shelf import Shelf
from tests.support.articles import article
from tests.support.houses import furnish, house, publisher

FORMATS = ("rss", "atom", "json")
AGES = (None, "same", "older", "newer", "gestern")
TAGS = (None, "same", "strong", "unquoted", "marked", "listed", "*", '"other"', "", '"a", "b"')
CODINGS = (None, "gzip", "gzip, deflate, br", "gzip;q=0", "identity", "*", "br", "GZIP;q=0.5", ";;,")


def filled(service: Service, count: int = 3) -> None:
    """Articles in the store, and their feeds rendered."""
    with service.store.writing() as transaction:
        labelled = [service.definitions.label(article(number)) for number in range(1, count + 1)]
        transaction.save([(None, each) for each in labelled], now())
    service.publish()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    furnish(
        tmp_path,
        {
            "config/sources/nahr.toml": publisher("نهر", main='url = "https://nahr.example.com/rss"'),
            "feeds/region/levant.toml": 'title = "المشرق"\ntopics = ["syria"]\n',
        },
    )
    return tmp_path


@pytest.fixture
def service(home: Path) -> Iterator[Service]:
    with house(home, f"sqlite:///{home / 'syndicator.db'}") as service:
        filled(service)
        yield service


@pytest.fixture
def both(service: Service) -> tuple[Client, Client]:
    """The edge, with a Flask app behind it that must not be asked, and Flask itself."""
    counts = Counts()
    shelf = Shelf(service, counts)
    shelf.look()

    def never(environ, start_response):  # the answer must come from the edge
        raise AssertionError(f"fell through: {environ['REQUEST_METHOD']} {environ['PATH_INFO']}")

    return Client(Edge(never, shelf.held, counts)), Client(create_app(service, counts))


def sent(tag: str | None, age: str | None, coding: str | None, document: Document) -> dict[str, str]:
    opaque = document.etag.removeprefix('W/"').strip('"')
    tags = {
        "same": document.etag,
        "strong": f'"{opaque}"',
        "unquoted": opaque,
        "marked": f'"{opaque}-gzip"',
        "listed": f'"x", {document.etag}',
    }
    day = document.last_modified.strftime("%a, %d %b {} %H:%M:%S GMT")
    years = {"same": document.last_modified.year, "older": 2019, "newer": 2039}
    headers = {
        "If-None-Match": tags.get(tag, tag) if tag is not None else None,
        "If-Modified-Since": (day.format(years[age]) if age in years else age) if age else None,
        "Accept-Encoding": coding,
    }
    return {name: value for name, value in headers.items() if value is not None}


def compared(response: Response) -> tuple[str, list[tuple[str, str]], bytes]:
    headers = sorted((name, value) for name, value in response.headers.items() if name != "Date")
    return response.status, headers, response.data


@pytest.mark.parametrize("extension", FORMATS)
def test_every_answer_is_flasks(service: Service, both: tuple[Client, Client], extension: str) -> None:
    """Status, every header and every byte are the same both ways, whatever the request's conditions and codings."""
    ours, flasks = both
    document = service.document("region/levant", extension)
    statuses = set()
    for method, tag, age, coding in itertools.product(("GET", "HEAD"), TAGS, AGES, CODINGS):
        headers = sent(tag, age, coding, document)
        path = f"/feeds/region/levant.{extension}"
        mine = ours.open(path, method=method, headers=headers)
        theirs = flasks.open(path, method=method, headers=headers)
        assert compared(mine) == compared(theirs), (method, headers)
        statuses.add((method, mine.status_code, mine.headers.get("Content-Encoding")))
    assert statuses == {(m, *rest) for m in ("GET", "HEAD") for rest in ((200, None), (200, "gzip"), (304, None))}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/feeds/nothing.rss", {}, 404),
        ("GET", "/feeds/syria", {"Accept": "application/atom+xml"}, 200),
        ("GET", "/feeds/syria.rss/", {}, 404),
        ("GET", "/", {}, 200),
        ("POST", "/feeds/syria.rss", {}, 405),
        ("OPTIONS", "/feeds/syria.rss", {}, 200),
    ],
)
def test_everything_else_is_flasks(
    service: Service, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """What is no stored document, or is asked for in another way than GET and HEAD, is answered by Flask."""
    with ExitStack() as stack:
        whole = Client(assembled(service, Counts(), stack))
        mine = whole.open(path, method=method, headers=headers)
        assert compared(mine) == compared(Client(create_app(service)).open(path, method=method, headers=headers))
        assert mine.status_code == status


def test_delta_requests_reach_flask(service: Service) -> None:
    """A request with A-IM (RFC 3229) is not the edge's to answer."""
    counts = Counts()
    shelf = Shelf(service, counts)
    shelf.look()

    def behind(environ, start_response):
        start_response("226 IM Used", [("Content-Length", "2")])
        return [b"ok"]

    response = Client(Edge(behind, shelf.held, counts)).get("/feeds/syria.rss", headers={"A-IM": "feed"})
    assert response.status_code == 226
    assert counts.totals(0).cells["syria", "rss", 226].bytes == 2


def within(seconds: float, holds: Callable[[], bool]) -> float:
    """How long it took until it held; fails when it does not in time."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds, "not in time"
        time.sleep(0.02)
    return time.monotonic() - started


def test_a_new_document_is_served_within_a_second(home: Path, database_url: str) -> None:
    """What another process committed is served a second later, and a feed that is gone is not served any more."""
    with house(home, database_url) as worker, ExitStack() as stack:
        filled(worker)
        reader = stack.enter_context(house(home, database_url, write=False))
        client = Client(assembled(reader, Counts(), stack))
        before = client.get("/feeds/syria.rss")
        kept = client.get("/feeds/arabic.rss").headers["ETag"]
        within(2, lambda: client.get("/feeds/syria.rss").status_code == 200)
        with worker.store.writing() as transaction:
            changed = replace(worker.definitions.label(article(9, title="حريق في سوريا")), feeds=("syria",))
            transaction.save([(None, changed)], now())
        worker.publish()
        within(1.0, lambda: client.get("/feeds/syria.rss").headers["ETag"] != before.headers["ETag"])
        assert client.get("/feeds/arabic.rss").headers["ETag"] == kept
        (home / "feeds/syria.toml").unlink()
        worker.refresh()
        worker.sync()
        within(2.5, lambda: client.get("/feeds/syria.rss").status_code == 404)


def test_postgresql_listener_comes_back(home: Path, postgresql_server: str, request: pytest.FixtureRequest) -> None:
    """A listener whose connection is cut listens again, and misses nothing meanwhile."""
    name = "listening"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = make_url(postgresql_server).set(database=name, drivername="postgresql").render_as_string(hide_password=False)
    with house(home, url) as worker, ExitStack() as stack:
        filled(worker)
        reader = stack.enter_context(house(home, url, write=False))
        client = Client(assembled(reader, Counts(), stack))
        before = client.get("/feeds/arabic.rss").headers["ETag"]
        time.sleep(0.5)
        with psycopg.connect(postgresql_server, autocommit=True) as connection:
            cut = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = %s AND query LIKE 'LISTEN%%'",
                [name],
            ).fetchone()
        assert cut == (1,)
        with worker.store.writing() as transaction:
            transaction.save([(None, worker.definitions.label(article(9)))], now())
        worker.publish()
        within(4, lambda: client.get("/feeds/arabic.rss").headers["ETag"] != before)


def test_serves_on_while_the_database_is_away(home: Path) -> None:
    """Without its tables the last documents are still served, full and 304; with them back, new ones come."""
    path = home / "syndicator.db"
    url = f"sqlite:///{path}"
    with house(home, url) as worker, ExitStack() as stack:
        filled(worker)
        reader = stack.enter_context(house(home, url, write=False))
        client = Client(assembled(reader, Counts(), stack))
        before = client.get("/feeds/syria.rss", headers={"Accept-Encoding": "gzip"})
        with sqlite3.connect(path) as connection:
            connection.execute("ALTER TABLE documents RENAME TO away")
        time.sleep(0.6)
        with pytest.raises(StoreError):
            reader.document("syria", "rss")
        during = client.get("/feeds/syria.rss", headers={"Accept-Encoding": "gzip"})
        assert compared(during) == compared(before)
        again = client.get("/feeds/syria.rss", headers={"If-None-Match": before.headers["ETag"]})
        assert again.status_code == 304
        with sqlite3.connect(path) as connection:
            connection.execute("ALTER TABLE away RENAME TO documents")
        with worker.store.writing() as transaction:
            transaction.save([(None, worker.definitions.label(article(9)))], now())
        worker.publish()
        within(3, lambda: client.get("/feeds/arabic.rss").headers["ETag"] != before.headers["ETag"])


def test_memory_is_bounded(service: Service) -> None:
    """What does not fit is not held and comes from Flask; what is asked for most is held first."""
    counts = Counts()
    sizes = {each.feed + "." + each.format: each.size for each in service.store.standing()}
    largest = max(sizes, key=lambda name: (sizes[name], name))
    feed, _, extension = largest.rpartition(".")
    shelf = Shelf(service, counts, memory=sizes[largest])
    shelf.look()
    assert f"/feeds/{largest}" not in shelf.held
    assert len(shelf.held) >= 1
    counts.cell(feed, extension, 200).requests += 100
    shelf.look()
    assert set(shelf.held) == {f"/feeds/{largest}"}
    client = Client(Edge(create_app(service), shelf.held, counts))
    for name in sizes:
        assert client.get(f"/feeds/{name}").status_code == 200


def test_what_is_answered_is_counted(service: Service) -> None:
    """Requests and bytes by feed, format and status, and subscribers by reader, stand in /metrics and on /status."""
    with ExitStack() as stack:
        client = Client(assembled(service, Counts(), stack))
        full = client.get("/feeds/syria.rss", headers={"Accept-Encoding": "gzip"})
        client.get("/feeds/syria.rss")
        client.head("/feeds/syria.rss")
        client.get("/feeds/syria.rss", headers={"If-None-Match": full.headers["ETag"]})
        for agent in (
            "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; )",
            "Feedly/1.0 (17 subscribers)",
        ):
            client.get("/feeds/syria.atom", headers={"User-Agent": agent})
        client.get("/feeds/nothing.rss")
        told = client.get("/metrics").text
        size = len(full.data) + len(service.document("syria", "rss").body)
        assert 'syndicator_requests_total{feed="syria",format="rss",status="200"} 3\n' in told
        assert 'syndicator_requests_total{feed="syria",format="rss",status="304"} 1\n' in told
        assert f'syndicator_response_bytes_total{{feed="syria",format="rss",status="200"}} {size}\n' in told
        assert 'syndicator_requests_total{feed="",format="",status="404"} 1\n' in told
        assert 'syndicator_subscribers{feed="syria",reader="Feedly"} 17\n' in told
        assert "17" in client.get("/status").text
