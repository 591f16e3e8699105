"""RFC 5005: the current document and its archives are all of a feed, each article once, whatever comes meanwhile."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import etree

from syndicator.service import Service
from syndicator.web import create_app
from tests.support.articles import MOMENT, article
from tests.support.houses import house
from tests.support.newsroom import bring, found_newsroom, ids, publish

BASE = "https://feeds.example.org"
HISTORY = "{http://purl.org/syndication/history/1.0}archive"
ATOM = "{http://www.w3.org/2005/Atom}link"
HOUR = timedelta(hours=1)
FORMATS = ("rss", "atom", "json")


@pytest.fixture
def service(home: Path, database_url: str) -> Iterator[Service]:
    found_newsroom(home, {"feeds/changed.toml": 'title = "x"\nlimit = 8\norder = "updated"\n'})
    with house(home, database_url) as service:
        yield service


@pytest.fixture
def client(service: Service) -> FlaskClient:
    return create_app(service).test_client()


def read(client: FlaskClient, url: str) -> tuple[list[str], dict[str, str], bool]:
    """A document's item ids, its links by relation, and whether it calls itself an archive."""
    response = client.get(url.removeprefix(BASE))
    assert response.status_code == 200, url
    if url.endswith(".json"):
        document = json.loads(response.data)
        links = {"prev-archive": document["next_url"]} if "next_url" in document else {}
        return [item["id"] for item in document["items"]], links, False
    parsed = feedparser.parse(response.data)
    assert not parsed.bozo
    root = etree.fromstring(response.data)
    head = root if url.endswith(".atom") else root[0]
    links = {link.get("rel"): link.get("href") for link in head.findall(ATOM)}
    return [entry.id for entry in parsed.entries], links, head.find(HISTORY) is not None


def walk(client: FlaskClient, url: str, between: Callable[[], None] = lambda: None) -> list[str]:
    """All ids from the current document back through its archives; `between` happens before each step."""
    found: list[str] = []
    seen: set[str] = set()
    following: str | None = url
    while following:
        assert following not in seen
        seen.add(following)
        items, links, _ = read(client, following)
        found += items
        following = links.get("prev-archive")
        between()
    return found


@pytest.mark.parametrize("extension", FORMATS)
def test_walking_back_meets_every_article_once(service: Service, client: FlaskClient, extension: str) -> None:
    """C08: from the newest document back every article is met exactly once, while new and back-dated ones arrive."""
    written = [article(number) for number in range(1, 31)]
    random.Random(5).shuffle(written)
    for start in range(0, 30, 7):
        bring(service, *written[start : start + 7])
    publish(service)
    late = iter([article(n, published=MOMENT + n * HOUR * (-1) ** n) for n in range(100, 140)])

    def arrives() -> None:
        bring(service, next(late))
        publish(service)

    walked = walk(client, f"/feeds/small.{extension}", between=arrives)
    assert sorted(walked) == sorted(ids(written))
    everything = walk(client, f"/feeds/small.{extension}")
    assert len(everything) == len(set(everything)) == service.store.count_articles()


@pytest.mark.parametrize("extension", FORMATS)
def test_the_current_document_is_full_and_newest_first(service: Service, client: FlaskClient, extension: str) -> None:
    """The current document has at least three quarters of `limit`, never more, and they are the newest."""
    for number in range(60, 0, -1):
        bring(service, article(number))
    publish(service)
    items, _, archive = read(client, f"/feeds/small.{extension}")
    assert 6 <= len(items) <= 8
    assert not archive
    assert items == ids([article(number) for number in range(1, 61)])[: len(items)]


@pytest.mark.parametrize("extension", FORMATS)
def test_a_linked_archive_never_changes(service: Service, client: FlaskClient, extension: str) -> None:
    """C08: an archive that is linked is the same bytes for ever, says so to caches, and names its neighbours."""
    bring(service, *(article(number) for number in range(1, 31)))
    publish(service)
    _, links, _ = read(client, f"/feeds/small.{extension}")
    newest = links["prev-archive"].removeprefix(BASE)
    before = client.get(newest)
    assert before.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(newest, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    bring(service, *(article(number, published=MOMENT + number * HOUR) for number in range(40, 80)))
    publish(service)
    after = client.get(newest)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    if extension != "json":
        _, links, archive = read(client, newest)
        assert archive
        assert links["current"] == f"{BASE}/feeds/small.{extension}"
        assert links["self"] == BASE + newest
        assert newest in read(client, links["next-archive"])[1]["prev-archive"]
        assert read(client, links["prev-archive"])[1]["next-archive"] == BASE + newest


def test_a_late_article_never_enters_a_closed_archive(service: Service, client: FlaskClient) -> None:
    """An article with an old date is open like any other: closed archives stay as they are."""
    bring(service, *(article(number) for number in range(1, 31)))
    publish(service)
    closed = {n: client.get(f"/feeds/small/archive/{n}.atom").data for n in range(1, 12)}
    bring(service, article(500))
    publish(service)
    assert {n: client.get(f"/feeds/small/archive/{n}.atom").data for n in range(1, 12)} == closed
    assert f"urn:uuid:{article(500).id}" in walk(client, "/feeds/small.atom")


def test_the_first_poll_of_many_sources_shows_the_newest(service: Service, client: FlaskClient) -> None:
    """Archives close by date among what is open, so the order in which sources are first polled does not matter."""
    bring(service, *(article(number) for number in range(1, 30, 2)))
    bring(service, *(article(number) for number in range(2, 60, 2)))
    publish(service)
    items, _, _ = read(client, "/feeds/small.atom")
    assert items == ids([article(number) for number in range(1, 61)])[: len(items)]


def test_a_withdrawn_article_leaves_its_archive(service: Service, client: FlaskClient) -> None:
    """What a publisher took back is nowhere to be read, and the current document tells of it."""
    bring(service, *(article(number) for number in range(1, 31)))
    publish(service)
    gone = article(25)
    bring(service, replace(gone, withdrawn=True), moment=MOMENT + HOUR)
    publish(service)
    assert f"urn:uuid:{gone.id}" not in walk(client, "/feeds/small.atom")
    assert f'ref="urn:uuid:{gone.id}"'.encode() in client.get("/feeds/small.atom").data


def test_order_by_updates_brings_corrections_back(service: Service, client: FlaskClient) -> None:
    """A feed ordered by `updated` shows a corrected article first, and still once; by `published` it stays in place."""
    bring(service, *(article(number) for number in range(1, 31)))
    corrected = replace(article(25), title="عنوان مصحح", updated=MOMENT + HOUR)
    bring(service, corrected, moment=MOMENT + HOUR)
    publish(service)
    assert read(client, "/feeds/changed.atom")[0][0] == f"urn:uuid:{corrected.id}"
    walked = walk(client, "/feeds/changed.atom")
    assert len(walked) == len(set(walked)) == 30
    assert f"urn:uuid:{corrected.id}" not in read(client, "/feeds/small.atom")[0]


def test_a_smaller_limit_loses_nothing(service: Service, client: FlaskClient) -> None:
    """When an operator lowers `limit`, what the document has no room for any more is in an archive at once."""
    bring(service, *(article(number) for number in range(1, 41)))
    publish(service)
    file = service.settings.home / "feeds/small.toml"
    file.write_text(file.read_text("utf-8").replace("limit = 8", "limit = 4"), "utf-8")
    assert service.refresh()
    service.sync()
    publish(service)
    assert len(read(client, "/feeds/small.atom")[0]) <= 4
    walked = walk(client, "/feeds/small.atom")
    assert len(walked) == len(set(walked)) == 40


def test_no_such_archive(service: Service, client: FlaskClient) -> None:
    """An archive that does not exist is a 404."""
    bring(service, *(article(number) for number in range(1, 31)))
    for path in ("small/archive/0.rss", "small/archive/999.rss", "small/archive/01.rss", "none/archive/1.rss"):
        assert client.get(f"/feeds/{path}").status_code == 404
