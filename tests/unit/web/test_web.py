"""What readers and operators get over HTTP."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import etree, html
from sqlalchemy import update

from syndicator.service import Service
from syndicator.store.tables import sources
from syndicator.web import create_app
from tests.support.houses import furnish, house, poll_all, publisher
from tests.support.servers import Reply, serve

RSS = """<rss version="2.0"><channel><title>نهر</title><link>https://nahr.example.com/</link><description/>
<item><title>وصول قافلة إلى حلب</title><link>https://nahr.example.com/1</link>
<pubDate>Sat, 14 Mar 2026 09:00:00 +0300</pubDate><description>وصلت القافلة صباح اليوم.</description></item></channel></rss>"""
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("home")
    with serve(lambda _: Reply(200, [("Content-Type", "application/rss+xml")], RSS.encode())) as server:
        furnish(
            home,
            {
                "config/sources/nahr.toml": publisher(
                    "نهر", main=f'url = "{server.url}rss"', gone='url = "http://127.0.0.1:8999/none"'
                ),
                "feeds/region/levant.toml": 'title = "المشرق"\ntopics = ["syria"]\n',
            },
        )
        with house(home, f"sqlite:///{home / 'syndicator.db'}") as service:
            poll_all(service)
            service.tick()
            yield service


@pytest.fixture(scope="module")
def client(service: Service) -> FlaskClient:
    return create_app(service).test_client()


@pytest.mark.parametrize("extension", TYPES)
@pytest.mark.parametrize("path", ["arabic", "syria", "region/levant"])
def test_every_feed_in_every_format(client: FlaskClient, path: str, extension: str) -> None:
    """A feed's address is its path below feeds/ with the format's extension; its headers are a contract."""
    response = client.get(f"/feeds/{path}.{extension}")
    assert response.status_code == 200
    assert response.mimetype == TYPES[extension]
    assert response.headers["ETag"].startswith('W/"')
    assert response.headers["Last-Modified"].endswith("GMT")
    assert "max-age=300" in response.headers["Cache-Control"]
    assert response.headers["Vary"] == "Accept-Encoding"
    assert f'<https://feeds.example.org/feeds/{path}.{extension}>; rel="self"' in response.headers["Link"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "قافلة" in response.get_data(as_text=True)


@pytest.mark.parametrize("extension", TYPES)
def test_head_is_get_without_a_body(client: FlaskClient, extension: str) -> None:
    """C01: HEAD answers with GET's headers, gzip or not."""
    for encoding in ("identity", "gzip"):
        got = client.get(f"/feeds/syria.{extension}", headers={"Accept-Encoding": encoding})
        head = client.head(f"/feeds/syria.{extension}", headers={"Accept-Encoding": encoding})
        assert head.data == b""
        assert dict(head.headers) == dict(got.headers)


@pytest.mark.parametrize("extension", TYPES)
def test_304_carries_what_readers_copy(client: FlaskClient, extension: str) -> None:
    """C01: a 304 has the validators, Cache-Control and Vary, and no body."""
    full = client.get(f"/feeds/syria.{extension}", headers={"Accept-Encoding": "gzip"})
    response = client.get(f"/feeds/syria.{extension}", headers={"If-None-Match": full.headers["ETag"]})
    assert (response.status_code, response.data) == (304, b"")
    for name in ("ETag", "Last-Modified", "Cache-Control", "Vary", "Link"):
        assert response.headers[name] == full.headers[name]
    assert "Content-Type" not in response.headers
    assert response.headers.get("Content-Length", "0") == "0"


def test_gzip_and_identity_are_the_same_bytes(client: FlaskClient) -> None:
    """C07: what is sent compressed decodes to what is sent plain, under one ETag."""
    plain = client.get("/feeds/syria.atom", headers={"Accept-Encoding": "identity"})
    packed = client.get("/feeds/syria.atom", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] == plain.headers["ETag"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/atom+xml;q=.5,application/rss+xml", "application/rss+xml"),
        ("application/atom+xml", "application/atom+xml"),
        ("application/feed+json, application/atom+xml;q=0.9", "application/feed+json"),
        ("*/*", "application/rss+xml"),
        ("application/*", "application/rss+xml"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        (None, "application/rss+xml"),
        ("text/html;q=0.5, application/atom+xml", "application/atom+xml"),
    ],
)
def test_bare_address_negotiates(client: FlaskClient, accept: str | None, expected: str) -> None:
    """C06: the bare address gives what the client likes best, and says that it varies."""
    response = client.get("/feeds/syria", headers={} if accept is None else {"Accept": accept})
    assert response.mimetype == expected
    assert response.headers["Vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize("accept", ["image/png", "application/pdf;q=1"])
def test_nothing_that_fits_is_406(client: FlaskClient, accept: str) -> None:
    """C06: a client that wants none of our formats is told which there are."""
    response = client.get("/feeds/syria", headers={"Accept": accept})
    assert response.status_code == 406
    assert "application/atom+xml" in response.text


@pytest.mark.parametrize("path", ["/feeds/nope.rss", "/feeds/nope", "/feeds/syria.xml", "/feeds/../etc"])
def test_unknown_feed_says_what_exists(client: FlaskClient, path: str) -> None:
    """A 404 lists the feeds that there are."""
    response = client.get(path)
    assert response.status_code == 404
    assert "/feeds/region/levant" in response.text


def test_index_lists_feeds_for_people_and_readers(client: FlaskClient) -> None:
    """The first page is right-to-left, lists every feed, and offers all of them for autodiscovery."""
    response = client.get("/")
    page = html.fromstring(response.text)
    assert (page.get("dir"), page.get("lang")) == ("rtl", "ar")
    links = page.xpath("//link[@rel='alternate']")
    assert {link.get("type") for link in links} == set(TYPES.values())
    assert len(links) == 9
    for link in links:
        assert client.get(link.get("href")).status_code == 200
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_feed_page_is_for_browsers(client: FlaskClient) -> None:
    """A browser at a feed's bare address sees its articles, and its reader finds the feed."""
    page = html.fromstring(client.get("/feeds/syria", headers={"Accept": "text/html"}).text)
    assert "وصول قافلة إلى حلب" in page.text_content()
    assert page.xpath("//link[@type='application/atom+xml']/@href") == ["/feeds/syria.atom"]


def test_opml_lists_every_feed(client: FlaskClient) -> None:
    """The subscription list holds every feed once, and can be asked for conditionally."""
    response = client.get("/feeds.opml")
    outlines = etree.fromstring(response.data).iter("outline")
    urls = [outline.get("xmlUrl") for outline in outlines if outline.get("xmlUrl")]
    assert sorted(urls) == [f"https://feeds.example.org/feeds/{p}.rss" for p in ("arabic", "region/levant", "syria")]
    assert client.get("/feeds.opml", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_status_shows_which_source_is_ill_and_why(client: FlaskClient) -> None:
    """The ill source comes first, with its reason in plain words."""
    rows = html.fromstring(client.get("/status").text).xpath("//tbody/tr")
    assert "nahr/gone" in rows[0].text_content()
    assert "127.0.0.1" in rows[0].text_content()
    assert rows[0].get("class") == "stumbling"
    assert "nahr/main" in rows[1].text_content()
    assert rows[1].get("class") == "well"


def test_status_shows_what_a_poll_left_out(client: FlaskClient, service: Service) -> None:
    """What the last answer left out stands beside its source, as text."""
    mine = update(sources).where(sources.c.id == "nahr/main")
    with service.store.database.writing() as connection:
        connection.execute(mine.values(notes=["300 older items were <b>left out"]))
    [row] = html.fromstring(client.get("/status").text).xpath("//tbody/tr[contains(., 'nahr/main')]")
    assert "300 older items were <b>left out" in row.text_content()


def test_health(client: FlaskClient) -> None:
    """healthz speaks of the process, readyz of database and worker."""
    assert client.get("/healthz").json == {"status": "ok"}
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json["ready"] is True


def test_not_ready_without_a_worker(home: Path, database_url: str) -> None:
    """readyz is 503 while no worker has been there; a feed that was never rendered asks to try again."""
    furnish(home, {"config/sources/nahr.toml": publisher("نهر", main='url = "https://nahr.example.com/rss"')})
    with house(home, database_url) as service:
        client = create_app(service).test_client()
        assert client.get("/readyz").status_code == 503
        response = client.get("/feeds/arabic.rss")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


def test_other_methods_are_refused(client: FlaskClient) -> None:
    """Feeds are read only."""
    response = client.post("/feeds/syria.rss")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_a_new_feed_is_served_without_a_restart(service: Service, client: FlaskClient) -> None:
    """A feed that an operator adds shows up by itself; here the worker's part is played by hand."""
    (service.settings.home / "feeds/new.toml").write_text('title = "جديد"\nlanguages = ["ar"]\n', "utf-8")
    service.refresh()
    service.sync()
    service.relabel()
    service.publish()
    assert len(feedparser.parse(client.get("/feeds/new.rss").data).entries) == 1
    (service.settings.home / "feeds/new.toml").unlink()
    service.refresh()
    service.sync()
    assert client.get("/feeds/new.rss").status_code == 404
