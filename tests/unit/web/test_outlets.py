"""Ready-made feeds, searches, deltas and what machines find at the well-known places."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from syndicator.service import Service, now
from syndicator.web import create_app
from tests.support.articles import MOMENT, article
from tests.support.houses import house
from tests.support.newsroom import bring, found_newsroom, ids, publish

TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
READY = ("topics/countries/syria", "places/sy", "sources/nahr", "sources/nahr/main")
HOUR = timedelta(hours=1)


@pytest.fixture
def service(home: Path, database_url: str) -> Iterator[Service]:
    found_newsroom(home)
    with house(home, database_url) as service:
        fill(service)
        yield service


@pytest.fixture
def client(service: Service) -> FlaskClient:
    return create_app(service).test_client()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a house in which nothing happens any more."""
    home = tmp_path_factory.mktemp("home")
    found_newsroom(home)
    with house(home, f"sqlite:///{home / 'data/syndicator.db'}") as service:
        fill(service)
        yield create_app(service).test_client()


def fill(service: Service) -> None:
    bring(service, *(article(number) for number in range(1, 6)))
    bring(service, article(6, topics=("health",), places=("JO",), title="مستشفى جديد في عمّان"))
    publish(service)


def titles(data: bytes) -> list[str]:
    return [entry.title for entry in feedparser.parse(data).entries]


# ---------------------------------------------------------------- ready-made feeds


@pytest.mark.parametrize("extension", TYPES)
@pytest.mark.parametrize("path", READY)
def test_ready_made_feeds_are_feeds(reader: FlaskClient, path: str, extension: str) -> None:
    """A topic, place, publisher or source has an address of its own, with everything that a feed's address has."""
    response = reader.get(f"/{path}.{extension}")
    assert (response.status_code, response.mimetype) == (200, TYPES[extension])
    assert f'<https://feeds.example.org/{path}.{extension}>; rel="self"' in response.headers["Link"]
    assert f"https://feeds.example.org/{path}.{extension}" in response.text
    assert response.headers["Vary"] == "Accept-Encoding"
    again = reader.get(f"/{path}.{extension}", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    since = reader.get(f"/{path}.{extension}", headers={"If-Modified-Since": response.headers["Last-Modified"]})
    assert since.status_code == 304


def test_ready_made_feeds_choose(reader: FlaskClient) -> None:
    """Each of them carries what is about its topic or place, or of its publisher; a place in any case of letters."""
    assert len(titles(reader.get("/topics/countries/syria.atom").data)) == 5
    assert len(titles(reader.get("/topics/health.atom").data)) == 6
    assert titles(reader.get("/places/JO.atom").data) == ["مستشفى جديد في عمّان"]
    assert titles(reader.get("/sources/furat.atom").data) == []


@pytest.mark.parametrize("path", ["/topics/countries/syria", "/places/sy", "/sources/nahr", "/search?topic=health"])
def test_bare_addresses_negotiate(reader: FlaskClient, path: str) -> None:
    """C06: the bare address gives what the client likes best, a browser a page that names the feed."""
    for content_type in TYPES.values():
        response = reader.get(path, headers={"Accept": content_type})
        assert (response.status_code, response.mimetype) == (200, content_type)
        assert response.headers["Vary"] == "Accept, Accept-Encoding"
    page = reader.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.mimetype == "text/html"
    for link in html.fromstring(page.text).xpath("//link[@rel='alternate']/@href"):
        assert reader.get(link).status_code == 200
    assert reader.get(path, headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize(
    "path",
    ["/topics/none.rss", "/places/zq.rss", "/sources/none.rss", "/topics/health.xml", "/feeds/@topics/health.rss"],
)
def test_unknown_addresses(reader: FlaskClient, path: str) -> None:
    """What there is no topic, place or publisher for is a 404, and no inner name is an address."""
    assert reader.get(path).status_code == 404


def test_ready_made_feeds_follow_changes(service: Service, client: FlaskClient) -> None:
    """C03: an article that comes or changes shows at the next request, with new validators; ids stay."""
    before = client.get("/topics/health.atom")
    bring(service, replace(article(3), title="عنوان مصحح", updated=MOMENT + HOUR), moment=MOMENT + HOUR)
    after = client.get("/topics/health.atom")
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.headers["Last-Modified"] > before.headers["Last-Modified"]
    old, new = (feedparser.parse(response.data).entries for response in (before, after))
    assert [entry.id for entry in old] == [entry.id for entry in new]
    assert [o.id for o, n in zip(old, new, strict=True) if o.updated != n.updated] == ids([article(3)])


def test_ready_made_feeds_are_not_rendered_by_the_worker(service: Service) -> None:
    """Nobody renders what nobody asked for: the worker stores the defined feeds alone."""
    assert {each.feed for each in service.store.standing()} == {"arabic", "small", "syria"}
    assert publish(service) == []


def test_a_busy_feed_is_rendered_at_most_once_in_the_settling_time(home: Path, tmp_path: Path) -> None:
    """However often a ready-made feed changes, requests do not render it again and again."""
    found_newsroom(home)
    settings = home / "config/settings.toml"
    settings.write_text(settings.read_text("utf-8").replace("settle = 0", "settle = 60"), "utf-8")
    with house(home, f"sqlite:///{tmp_path / 'x.db'}") as service:
        client = create_app(service).test_client()
        bring(service, article(1))
        first = client.get("/topics/health.rss")
        bring(service, article(2))
        assert client.get("/topics/health.rss").data == first.data


def test_the_same_state_is_the_same_bytes_everywhere(home: Path, database_url: str) -> None:
    """C02: rendered twice, after a restart, and in another process: byte-equal under one ETag."""
    found_newsroom(home)
    paths = [
        "/feeds/small.rss",
        "/feeds/small/archive/1.atom",
        "/topics/health.json",
        "/search.atom?source=nahr&place=sy",
    ]
    seen = []
    for _ in range(2):
        with house(home, database_url) as service:
            if not seen:
                bring(service, *(article(number) for number in range(1, 20)))
            publish(service)
            for client in (create_app(service).test_client(), create_app(service).test_client()):
                answers = [client.get(path) for path in paths]
                seen.append([(a.status_code, a.data, a.headers["ETag"]) for a in answers])
            service.store.touch_feeds(service.catalogue.feeds, now())
    assert all(status == 200 for status, _, _ in seen[0])
    assert all(each == seen[0] for each in seen)


def test_both_databases_give_the_same_bytes(home: Path, tmp_path: Path, postgresql_url: str) -> None:
    """C02: SQLite and PostgreSQL hold one state as the same bytes."""
    found_newsroom(home)
    seen = []
    for url in (f"sqlite:///{tmp_path / 'one.db'}", postgresql_url):
        with house(home, url) as service:
            bring(service, *(article(number) for number in range(1, 30)))
            publish(service)
            client = create_app(service).test_client()
            paths = [f"/feeds/small{part}.{e}" for part in ("", "/archive/1") for e in TYPES] + ["/places/sy.atom"]
            seen.append([client.get(path).headers["ETag"] for path in paths])
    assert seen[0] == seen[1]


# ---------------------------------------------------------------- searches


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("topic=health", 6),
        ("topic=health&topic=countries/syria", 6),
        ("topic=health&topic=countries/syria&place=jo", 1),
        ("source=nahr&source=furat&place=SY", 5),
        ("source=furat", 0),
        ("language=ar&topic=countries/syria", 5),
        ("q=مستشفيات", 1),
        ("q=مستشفيات&place=SY", 0),
        ("q=السليمانية&topic=countries/syria", 5),
        ("person=nobody", 0),
    ],
)
@pytest.mark.parametrize("extension", TYPES)
def test_a_search_is_a_feed(reader: FlaskClient, query: str, count: int, extension: str) -> None:
    """Everything about some topics from some publishers is an address; values are alternatives, names narrow."""
    response = reader.get(f"/search.{extension}?{query}")
    assert (response.status_code, response.mimetype) == (200, TYPES[extension])
    found = json.loads(response.data)["items"] if extension == "json" else feedparser.parse(response.data).entries
    assert len(found) == count
    again = reader.get(f"/search.{extension}?{query}", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_a_search_has_one_address(reader: FlaskClient) -> None:
    """In whatever order and spelling it is asked, a search names the same address as its own."""
    one = reader.get("/search.rss?place=sy&topic=health&utm_source=x")
    other = reader.get("/search.rss?topic=health&place=SY&topic=health")
    assert one.headers["Link"] == other.headers["Link"]
    assert one.headers["ETag"] == other.headers["ETag"]
    self = one.headers["Link"].partition(">")[0].removeprefix("<https://feeds.example.org")
    assert reader.get(self).headers["ETag"] == one.headers["ETag"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "topic=none",
        "place=ZQ",
        "source=none",
        "language=!",
        "q=a&q=b",
        f"q={'س' * 301}",
        "topic=" + "&topic=".join(["health"] * 51),
    ],
)
def test_a_search_that_means_nothing_says_why(reader: FlaskClient, query: str) -> None:
    """A parameter that names nothing is a 400 that says which, never an empty feed."""
    response = reader.get(f"/search.rss?{query}")
    assert response.status_code == 400
    assert "none called" in response.text or query.partition("=")[0] in response.text


def test_hostile_queries_are_only_text(reader: FlaskClient) -> None:
    """Whatever a stranger searches for is escaped in page and feeds."""
    hostile = "%3Cscript%3Ealert(1)%3C/script%3E%20%5D%5D%3E%20%00%EF%BF%BE"
    for extension in ("rss", "atom"):
        assert etree.fromstring(reader.get(f"/search.{extension}?q={hostile}").data) is not None
    page = reader.get(f"/search?q={hostile}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert not html.fromstring(page.text).xpath("//script")


# ---------------------------------------------------------------- deltas


@pytest.mark.parametrize("path", ["feeds/arabic", "topics/health"])
@pytest.mark.parametrize("extension", TYPES)
def test_a_delta_is_what_is_new(service: Service, client: FlaskClient, path: str, extension: str) -> None:
    """RFC 3229: with the ETag that it has, a reader gets only what changed since, as 226 with the new ETag."""
    url = f"/{path}.{extension}"
    first = client.get(url)
    later = MOMENT + HOUR
    bring(service, article(7), replace(article(2), title="عنوان مصحح", updated=later), moment=later)
    publish(service)
    whole = client.get(url)
    part = client.get(url, headers={"A-IM": "diffe, feed;q=0.5", "If-None-Match": first.headers["ETag"]})
    assert (part.status_code, part.headers["IM"]) == (226, "feed")
    assert part.headers["ETag"] == whole.headers["ETag"]
    assert part.headers["Cache-Control"] == "no-store, im"
    assert {"A-IM", "If-None-Match"} <= set(part.headers["Vary"].split(", "))
    if extension == "json":
        found = [item["id"] for item in json.loads(part.data)["items"]]
    else:
        found = [entry.id for entry in feedparser.parse(part.data).entries]
    assert sorted(found) == sorted(ids([article(7), article(2)]))
    headers = {"A-IM": "feed", "If-None-Match": part.headers["ETag"]}
    assert client.get(url, headers=headers).status_code == 304


@pytest.mark.parametrize(
    "headers",
    [
        {"A-IM": "feed"},
        {"A-IM": "feed", "If-None-Match": 'W/"unknown"'},
        {"A-IM": "feed", "If-Modified-Since": "Sat, 14 Mar 2020 09:26:53 GMT"},
        {"A-IM": "gzip", "If-None-Match": 'W/"unknown"'},
        {"A-IM": "feeds", "If-None-Match": "OURS"},
    ],
)
def test_without_a_known_etag_the_answer_is_whole(service: Service, client: FlaskClient, headers: dict) -> None:
    """RFC 3229: whoever does not ask, or has what nobody remembers, gets everything."""
    etag = client.get("/feeds/arabic.atom").headers["ETag"]
    bring(service, article(7), moment=MOMENT + HOUR)
    publish(service)
    response = client.get("/feeds/arabic.atom", headers={k: v.replace("OURS", etag) for k, v in headers.items()})
    assert (response.status_code, len(titles(response.data))) == (200, 7)
    assert "IM" not in response.headers


def test_remembered_editions_are_bounded(service: Service, client: FlaskClient) -> None:
    """The ETags of a feed that are remembered do not grow without end; the newest ones stay."""
    from sqlalchemy import func, select

    from syndicator.store.routing import KEPT_EDITIONS, keep_editions
    from syndicator.store.tables import editions

    with service.store.database.writing() as connection:
        for number in range(KEPT_EDITIONS + 50):
            keep_editions(connection, "arabic", [f'W/"{number}"'], 1_000 + number)
        count = connection.execute(select(func.count()).where(editions.c.feed == "arabic")).scalar_one()
    assert count <= KEPT_EDITIONS
    assert service.ledger.seen("arabic", [f'W/"{KEPT_EDITIONS + 49}"']) == 1_000 + KEPT_EDITIONS + 49
    assert service.ledger.seen("arabic", ['W/"0"']) is None


# ---------------------------------------------------------------- labels, sitemap, well-known


def test_categories_have_the_topics_titles(reader: FlaskClient) -> None:
    """Readers see what a topic is called, programs which it is: term and scheme make the topic's own address."""
    entry = feedparser.parse(reader.get("/feeds/syria.atom").data).entries
    assert entry == []  # the seed's own topic is called `syria`; these articles are about `countries/syria`
    tags = feedparser.parse(reader.get("/topics/countries/syria.atom").data).entries[0].tags
    assert ("countries/syria", "سوريا") in [(tag.term, tag.label) for tag in tags]
    scheme = next(tag.scheme for tag in tags if tag.term == "countries/syria")
    assert reader.get(f"{scheme}countries/syria.atom".removeprefix("https://feeds.example.org")).status_code == 200
    rss = feedparser.parse(reader.get("/topics/countries/syria.rss").data).entries[0]
    assert "سوريا" in [tag.term for tag in rss.tags]
    assert "سوريا" in json.loads(reader.get("/topics/countries/syria.json").data)["items"][0]["tags"]


def test_news_sitemap(service: Service, client: FlaskClient) -> None:
    """Two days of articles at their publishers' addresses, each with publication, language, date and title."""
    fresh = now() - HOUR
    bring(
        service,
        article(50, published=fresh, title="عاجل & <مهم>"),
        article(51, published=fresh - timedelta(hours=47.5)),
    )
    response = client.get("/news-sitemap.xml")
    assert response.mimetype == "application/xml"
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "n": "http://www.google.com/schemas/sitemap-news/0.9"}
    [url] = etree.fromstring(response.data).findall("s:url", names)
    assert url.findtext("s:loc", namespaces=names) == article(50).url
    assert url.findtext("n:news/n:title", namespaces=names) == "عاجل & <مهم>"
    assert url.findtext("n:news/n:publication/n:name", namespaces=names) == "نهر"
    assert url.findtext("n:news/n:publication/n:language", namespaces=names) == "ar"
    assert url.findtext("n:news/n:publication_date", namespaces=names) == fresh.replace(microsecond=0).isoformat()
    assert client.get("/news-sitemap.xml", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_what_machines_look_for(reader: FlaskClient) -> None:
    """robots.txt names the sitemap; the API catalogue (RFC 9727) is a link set whose own links lead somewhere."""
    assert "Sitemap: https://feeds.example.org/news-sitemap.xml" in reader.get("/robots.txt").text
    response = reader.get("/.well-known/api-catalog")
    assert response.mimetype == "application/linkset+json"
    for context in json.loads(response.data)["linkset"]:
        for relation, targets in context.items():
            for target in targets if relation in {"service-desc", "status", "alternate"} else []:
                found = reader.get(target["href"].removeprefix("https://feeds.example.org"))
                assert found.status_code in {200, 503}, target
                assert found.mimetype == target["type"]
