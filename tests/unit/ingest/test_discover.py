"""Finding the feeds of a page: real pages and feeds on loopback, through the real door and the real box."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from syndicator.errors import ConnectFault, HttpFault
from syndicator.http import HttpDoor
from syndicator.ingest.box import Boxes
from syndicator.ingest.discover import LIMIT, Findings, discover
from tests.support.servers import Reply, Request, Server, serve

MOMENT = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
WORDS = "قالت بلدية حلب إن أعمال ترميم الشبكة ستستمر حتى نهاية الشهر الجاري في أحياء المدينة القديمة كلها. "
XML, JSON, HTML = "application/rss+xml", "application/feed+json", "text/html; charset=utf-8"


@pytest.fixture(scope="module")
def tools() -> Iterator[tuple[HttpDoor, Boxes]]:
    door = HttpDoor(user_agent="test", allow_private=["127.0.0.0/8"], gap=0)
    with Boxes(size=1, preload=["syndicator.ingest.read:warm"]) as boxes:
        yield door, boxes
    door.close()


def look(tools: tuple[HttpDoor, Boxes], url: str, limit: int = LIMIT) -> Findings:
    door, boxes = tools
    return discover(url, door=door, boxes=boxes, moment=MOMENT, limit=limit)


def rss(count: int = 5, *, body: int = 0, images: int = 0) -> str:
    items = "".join(
        f"<item><title>خبر رقم {n} من حلب</title><link>https://nahr.example/{n}</link>"
        f"<pubDate>{format_datetime(MOMENT - timedelta(hours=n + 1))}</pubDate>"
        f"<description>ملخص الخبر رقم {n} من مدينة حلب اليوم</description>"
        + (f"<content:encoded><![CDATA[<p>{WORDS * body}</p>]]></content:encoded>" if body else "")
        + (f'<enclosure url="https://nahr.example/{n}.jpg" type="image/jpeg" length="1"/>' if n < images else "")
        + "</item>"
        for n in range(count)
    )
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>نهر</title>'
        f"<link>https://nahr.example/</link><description/>{items}</channel></rss>"
    )


JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "بحر",
        "items": [{"id": "1", "url": "https://bahr.example/1", "title": "خبر من البحر", "content_text": WORDS}],
    }
)
POSTS = json.dumps(
    [
        {
            "id": 1,
            "link": "https://nahr.example/p",
            "title": {"rendered": "مقال من النهر"},
            "content": {"rendered": WORDS},
        }
    ]
)
SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://nahr.example/map/1</loc><news:news>'
    "<news:publication_date>2026-03-14T08:00:00Z</news:publication_date><news:title>خبر من الخريطة</news:title>"
    "</news:news></url></urlset>"
)
LINKS = "".join(
    f'<article><h2><a href="/news/{n}">عنوان خبر طويل بما يكفي رقم {n} من حلب</a></h2></article>' for n in range(6)
)


def site(pages: Mapping[str, tuple[str, str]]):
    def answer(request: Request) -> Reply:
        if request.path not in pages:
            return Reply(404)
        kind, text = pages[request.path]
        return Reply(200, [("Content-Type", kind)], text.replace("SELF", f"http://{request.headers['host']}").encode())

    return serve(answer)


def page(head: str = "", body: str = "") -> tuple[str, str]:
    return HTML, f"<!DOCTYPE html><html lang=ar><head><title>صفحة</title>{head}</head><body>{body}</body></html>"


def alternate(href: str, kind: str = XML) -> str:
    return f'<link rel="alternate" type="{kind}" href="{href}">'


def offered(found: Findings, server: Server) -> list[tuple[str, str]]:
    return [(one.kind, one.url.removeprefix(server.url)) for one in found.candidates]


def paths(server: Server) -> list[str]:
    return [request.path for request in server.requests]


def test_a_feed_is_itself_and_nothing_else_is_asked(tools) -> None:
    """The address of a feed needs one request; what is shown is what a poll would bring."""
    with site({"/rss": (XML, rss(5, body=20, images=2))}) as server:
        found = look(tools, f"{server.url}rss")
        assert paths(server) == ["/rss"]
    (one,) = found.candidates
    would = one.would
    assert (one.kind, one.found, would.title, would.homepage) == (
        "feed", "the address itself", "نهر", "https://nahr.example/",
    )  # fmt: skip
    assert (would.entries, would.images, would.language) == (5, 2, "ar")
    assert (would.newest, would.oldest) == (MOMENT - timedelta(hours=1), MOMENT - timedelta(hours=5))
    assert would.titles == tuple(f"خبر رقم {n} من حلب" for n in range(3))
    assert would.full_text


def test_teasers_are_told_from_full_text(tools) -> None:
    """A feed of summaries is not called full text."""
    with site({"/rss": (XML, rss(5))}) as server:
        (one,) = look(tools, f"{server.url}rss").candidates
    assert not one.would.full_text
    assert 20 < one.would.body < 100


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [("/feed.json", "jsonfeed", JSON_FEED), ("/posts", "wordpress", POSTS), ("/map.xml", "sitemap", SITEMAP)],
)
def test_every_kind_is_recognised_by_what_it_is(tools, path: str, kind: str, text: str) -> None:
    """The kind is what the answer can be read as, whatever its label says."""
    with site({path: ("text/plain", text)}) as server:
        found = look(tools, server.at(server.host, path[1:]))
    assert [(one.kind, one.would.entries) for one in found.candidates] == [(kind, 1)]


def test_what_a_page_declares_is_offered(tools) -> None:
    """`link rel=alternate`: RSS, Atom and JSON Feed; relative addresses; neither comments nor what is no feed."""
    head = (
        alternate("../rss") + alternate("/feed.json", JSON) + alternate("/comments/feed/") + alternate("/broken")
        + alternate("/wp-json/wp/v2/pages/2", "application/json") + '<link rel="alternate" hreflang="en" href="/en">'
    )  # fmt: skip
    pages = {"/ar/": page(head), "/rss": (XML, rss()), "/feed.json": (JSON, JSON_FEED), "/broken": page()}
    with site(pages) as server:
        found = look(tools, f"{server.url}ar/")
        assert offered(found, server) == [("feed", "rss"), ("jsonfeed", "feed.json")]
        assert [url.removeprefix(server.url) for url, _ in found.failures] == ["broken"]
        assert not {"/comments/feed/", "/wp-json/wp/v2/pages/2", "/en", "/feed/"} & set(paths(server))


def test_base_element_and_redirects_are_followed(tools) -> None:
    """Addresses are relative to the page's `base`; what moved for good is offered at its new address."""
    with site({"/here/": page('<base href="/there/">' + alternate("rss")), "/new": (XML, rss())}) as server:

        def moved(request: Request) -> Reply:
            if request.path == "/there/rss":
                return Reply(301, [("Location", f"{server.url}new")])
            return Reply(200, [("Content-Type", HTML)], page('<base href="/there/">' + alternate("rss"))[1].encode())

        with serve(moved) as front:
            found = look(tools, f"{front.url}here/")
        assert [one.url for one in found.candidates] == [f"{server.url}new"]


def test_wordpress_interface_is_offered(tools) -> None:
    """A page that names WordPress's interface offers its posts, beside the feed."""
    head = alternate("/feed/") + '<link rel="https://api.w.org/" href="/wp-json/">'
    wanted = "/wp-json/wp/v2/posts?_embed=author,wp:featuredmedia,wp:term"
    with site({"/": page(head), "/feed/": (XML, rss()), wanted: ("application/json", POSTS)}) as server:
        assert offered(look(tools, server.url), server) == [("feed", "feed/"), ("wordpress", wanted[1:])]


def test_links_and_common_places_are_tried_when_nothing_is_declared(tools) -> None:
    """A page that links to its feed, or has it where feeds are, is found out; guessing ends at the first hit."""
    with site({"/": page(body='<a href="/service/rss/news">RSS</a>'), "/service/rss/news": (XML, rss())}) as server:
        (one,) = look(tools, server.url).candidates
        assert (one.url, one.found) == (f"{server.url}service/rss/news", "linked on the page")
    with site({"/arabic": page(), "/arabic/rss.xml": (XML, rss()), "/rss.xml": (XML, rss())}) as server:
        (one,) = look(tools, f"{server.url}arabic").candidates
        assert (one.url, one.found) == (f"{server.url}arabic/rss.xml", "found at a common place")
        assert "/rss.xml" not in paths(server)


def test_guesses_respect_robots(tools) -> None:
    """A place that robots.txt closes is not guessed at; what the page itself declares is for machines."""
    robots = ("text/plain", "User-agent: *\nDisallow: /feed/\nDisallow: /rss\n")
    with site({"/": page(), "/robots.txt": robots, "/feed/": (XML, rss())}) as server:
        assert not look(tools, server.url).candidates
        assert not [path for path in paths(server) if path.startswith(("/feed/", "/rss"))]
    with site({"/": page(alternate("/feed/")), "/robots.txt": robots, "/feed/": (XML, rss())}) as server:
        assert offered(look(tools, server.url), server) == [("feed", "feed/")]


def test_sitemaps_are_found_through_robots(tools) -> None:
    """Sitemaps that robots.txt names are offered, news first; an index yields what its newest sitemap does."""
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>SELF/old.xml</loc><lastmod>2025-01-01</lastmod></sitemap>"
        "<sitemap><loc>SELF/new.xml</loc><lastmod>2026-03-01</lastmod></sitemap></sitemapindex>"
    )
    robots = "User-agent: *\nSitemap: SELF/index.xml\nsitemap: SELF/news.xml\n"
    pages = {
        "/": page(alternate("/rss")), "/rss": (XML, rss()), "/robots.txt": ("text/plain", robots),
        "/index.xml": ("text/xml", index), "/news.xml": ("text/xml", SITEMAP),
        "/new.xml": ("text/xml", SITEMAP.replace("map/1", "map/2")),
    }  # fmt: skip
    with site(pages) as server:
        found = look(tools, server.url)
        assert offered(found, server) == [("feed", "rss"), ("sitemap", "news.xml"), ("sitemap", "index.xml")]


def test_the_page_itself_is_the_last_resort(tools) -> None:
    """Only when nothing else is there, the page is read as a list of links."""
    with site({"/": page(body=LINKS)}) as server:
        (one,) = look(tools, server.url).candidates
        assert (one.kind, one.url, one.would.entries) == ("listing", server.url, 6)
        assert (one.would.newest, one.would.oldest) == (None, None)
    with site({"/": page(alternate("/rss"), LINKS), "/rss": (XML, rss())}) as server:
        assert offered(look(tools, server.url), server) == [("feed", "rss")]


def test_one_feed_under_two_addresses_is_one(tools) -> None:
    """Whatever leads to the same address is offered once."""

    def answer(request: Request) -> Reply:
        if request.path == "/":
            return Reply(200, [("Content-Type", HTML)], page(alternate("/a") + alternate("/rss#x"))[1].encode())
        if request.path == "/a":
            return Reply(302, [("Location", "/rss")])
        return Reply(200, [], rss().encode()) if request.path == "/rss" else Reply(404)

    with serve(answer) as server:
        assert len(look(tools, server.url).candidates) == 1


@pytest.mark.parametrize("limit", [1, 3, LIMIT])
def test_requests_are_bounded(tools, limit: int) -> None:
    """However much a page promises, no more addresses are asked than the limit allows."""
    head = "".join(alternate(f"/feed/{n}") for n in range(50)) + '<link rel="https://api.w.org/" href="/wp-json/">'
    body = "".join(f'<a href="/rss/{n}">RSS</a>' for n in range(50))
    robots = "".join(f"Sitemap: SELF/map{n}.xml\n" for n in range(50))
    with site({"/": page(head, body), "/robots.txt": ("text/plain", robots)}) as server:
        found = look(tools, server.url, limit)
        assert len(server.requests) <= limit
        assert found.asked <= limit
    assert not found.candidates


def test_an_empty_feed_is_no_candidate(tools) -> None:
    """What holds nothing cannot be shown, and is told."""
    with site({"/": page(alternate("/rss")), "/rss": (XML, rss(0))}) as server:
        found = look(tools, server.url)
    assert not found.candidates
    assert "nothing that can be polled" in dict(found.failures)[f"{server.url}rss"]


def test_an_address_that_gives_no_answer_is_told(tools) -> None:
    """A 404, or nobody there, is the operator's answer at once."""
    with site({}) as server:
        with pytest.raises(HttpFault, match="404"):
            look(tools, server.url)
        address = server.url
    with pytest.raises(ConnectFault):
        look(tools, address)


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, b"{", b"<", b"\xff\xfe<\0", b"plain words"])
def test_what_is_no_page_is_no_fault(tools, body: bytes) -> None:
    """Anything may stand at an address; it ends with no candidates and a reason, not with an error of ours."""
    with serve(lambda _: Reply(200, [], body)) as server:
        found = look(tools, server.url)
    assert not found.candidates
    assert found.failures
