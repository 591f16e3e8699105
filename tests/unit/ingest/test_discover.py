"""Finding the feeds of a page: real pages and feeds on loopback, through the real door and the real box."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.errors import ConnectFault, HttpFault, ParseError
from syndicator.http import HttpDoor
from syndicator.ingest import places
from syndicator.ingest.box import Boxes
from syndicator.ingest.discover import LIMIT, Findings, discover
from syndicator.ingest.survey import signposts
from syndicator.model import ExtractRules, ListingRules, Publisher, Response, Source
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


# ---------------------------------------------------------------- how pages say where their feeds are


def found_from(
    tools, head: str = "", body: str = "", path: str = "/f/x", headers: tuple[tuple[str, str], ...] = ()
) -> list[str]:
    """The feeds offered for a page at /ar/ of a site whose only feed is at `path`."""

    def answer(request: Request) -> Reply:
        if request.path == "/ar/":
            text = page(head, body)[1].replace("SELF", f"http://{request.headers['host']}")
            return Reply(200, [("Content-Type", HTML), *headers], text.encode())
        return Reply(200, [("Content-Type", XML)], rss().encode()) if request.path == path else Reply(404)

    with serve(answer) as server:
        return [one.url.removeprefix(server.url[:-1]) for one in look(tools, f"{server.url}ar/").candidates]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", '<p><a rel="alternate" type="application/rss+xml" href="/f/x">تابعنا</a></p>'),
        ("", '<a type="application/atom+xml" href="/f/x">تابعنا</a>'),
        ("", '<a rel="nofollow Alternate" type="Application/RSS+XML; charset=utf-8" href="../f/x">تابعنا</a>'),
        ('<link rel="alternate" type="text/rss" href="/f/x">', '<a href="/f/x">RSS</a>'),
        ('<link rel="feed" href="/f/x">', ""),
        ('<link type="application/rss+xml" href="/f/x">', ""),
        ('<link rel="alternative" type="application/rss+xml" href="/f/x">', ""),
        ('<LINK REL=ALTERNATE TYPE=application/rss+xml HREF=/f/x>', ""),
        ('<link rel="alternate" type="application/rss+xml" href="feed:SELF/f/x">', ""),
        ('<link rel="alternate" type="application/rss+xml" href=" /f/x&#10;">', ""),
        ('<base href="/f/"><link rel="alternate" type="application/rss+xml" href="x">', ""),
        ("", '<a href="/f/x"><img src="i.png" alt="RSS"></a>'),
        ("", '<a href="/f/x" title="RSS">أ</a>'),
        ("", '<a href="/f/x" class="icon-rss"></a>'),
        ("", '<a href="/f/x">خلاصات</a>'),
        ("", '<map><area href="/f/x" alt="" title="RSS 2.0"></map>'),
        ("", '<a href="https://feedly.com/i/subscription/feed/SELF/f/x">Feedly</a>'),
        ("", '<a href="https://add.my.yahoo.com/rss?url=SELF/f/x">Yahoo</a>'),
    ],
    ids=range(18),
)  # fmt: skip
def test_a_feed_is_found_however_it_is_said(tools, head: str, body: str) -> None:
    """Links in head and text, by relation, type, words, picture, class, reading services; relative, with `feed:`."""
    assert found_from(tools, head, body) == ["/f/x"]


@pytest.mark.parametrize(
    ("href", "path"),
    [("/?feed=rss2", "/?feed=rss2"), ("/index.php?format=feed&amp;type=rss", "/index.php?format=feed&type=rss"),
     ("/GetRss.aspx?id=1", "/GetRss.aspx?id=1"), ("/xml/rss_ar.xml", "/xml/rss_ar.xml"), ("/atom", "/atom")],
)  # fmt: skip
@pytest.mark.parametrize("tag", ['<link rel="alternate" type="text/html" href="%s">', '<a href="%s">أ</a>'])
def test_a_wrong_type_or_none_is_made_up_for_by_the_address(tools, tag: str, href: str, path: str) -> None:
    """An address that says what it is needs no label."""
    assert found_from(tools, "", tag % href, path) == [path]


@pytest.mark.parametrize(
    "header",
    ['</f/x>; rel="alternate"; type="application/rss+xml"', "<../f/x>;rel=alternate;type=application/rss+xml;title=x",
     '</wp-json/>; rel="https://api.w.org/", </f/x>; rel="feed"', '</css>; rel=preload; as=style, </f/x>; rel="Alternate feed"; title="a, b"'],
)  # fmt: skip
def test_a_header_declares_a_feed(tools, header: str) -> None:
    """`Link` headers count as `link` elements do (RFC 8288)."""
    assert found_from(tools, headers=(("Link", header),)) == ["/f/x"]


def test_wordpress_is_found_by_its_header(tools) -> None:
    """`Link: </wp-json/>; rel="https://api.w.org/"` names the interface where the page does not."""
    wanted = "/wp-json/wp/v2/posts?_embed=author,wp:featuredmedia,wp:term"

    def answer(request: Request) -> Reply:
        if request.path == "/":
            return Reply(
                200, [("Content-Type", HTML), ("Link", '</wp-json/>; rel="https://api.w.org/"')], page()[1].encode()
            )
        return Reply(200, [], POSTS.encode()) if request.path == wanted else Reply(404)

    with serve(answer) as server:
        assert offered(look(tools, server.url), server) == [("wordpress", wanted[1:])]


@pytest.mark.parametrize(
    "leads",
    ['<meta http-equiv="refresh" content="0; url=/home">', "<META HTTP-EQUIV=Refresh CONTENT=\"5;URL='/home'\">",
     '<meta http-equiv="refresh" content="1,/home">', "<script>window.location.href = '/home';</script>",
     "<script>top.location.replace('/home')</script>",
     '<frameset rows="*"><frame name=m src="/home"></frameset>'],
)  # fmt: skip
def test_a_page_that_leads_on_is_followed(tools, leads: str) -> None:
    """`meta refresh`, or a script or frame in a page without links; also to a feed itself, and not in circles."""
    for home in (page(alternate("/rss")), (XML, rss()), page(leads.replace("/home", "/last"))):
        pages = {"/": page(leads), "/home": home, "/rss": (XML, rss()), "/last": page(leads + alternate("/rss"))}
        with site(pages) as server:
            [one] = look(tools, server.url).candidates
            assert one.url.removeprefix(server.url) == ("home" if home[0] == XML else "rss")
            assert len(paths(server)) <= 5


@pytest.mark.parametrize(
    "stays",
    ['<meta http-equiv="refresh" content="600">', '<meta http-equiv="refresh" content="900; url=/home">',
     '<noscript><meta http-equiv="refresh" content="0; url=/home"></noscript>', '<meta http-equiv="refresh" content="0; url=/">',
     '<meta http-equiv="refresh" content="0; url=javascript:x">', alternate("/rss") + '<meta http-equiv="refresh" content="0; url=/home">',
     '<a href="/x">x</a><script>if (old) location.href = "/home";</script>'],
)  # fmt: skip
def test_a_page_that_does_not_lead_on_is_read_itself(tools, stays: str) -> None:
    """Reloads, pages for browsers without scripts, and pages that declare a feed themselves are not left."""
    with site(
        {"/": page(stays), "/home": page(alternate("/rss")), "/rss": (XML, rss()), "/feed/": (XML, rss())}
    ) as server:
        assert len(look(tools, server.url).candidates) == 1
        assert "/home" not in paths(server)


def test_circles_of_pages_end(tools) -> None:
    """Pages that lead to one another, or on and on, cost a bounded number of requests."""
    leads = '<meta http-equiv="refresh" content="0; url=%s">'
    with site({"/": page(leads % "/b"), "/b": page(leads % "/")}) as server:
        assert not look(tools, server.url).candidates
        assert paths(server).count("/") == paths(server).count("/b") == 1
    endless = {f"/{n}": page(leads % f"/{n + 1}") for n in range(1, 20)}
    with site(endless) as server:
        assert not look(tools, f"{server.url}1").candidates
        assert "/6" not in paths(server)


def test_the_main_feed_comes_before_those_of_sections_and_comments(tools) -> None:
    """Order: the site's, sections', and comments only if there is nothing else; a section's own page keeps its order."""
    named = [alternate(f"/{name}/feed/") for name in ("category/sport", "tag/x", "comments")] + [alternate("/feed/")]
    pages = {"/": page("".join(named)), "/category/sport/": page("".join(named[:1])),
             **{f"/{name}feed/": (XML, rss()) for name in ("category/sport/", "tag/x/", "comments/", "")}}  # fmt: skip
    with site(pages) as server:
        assert [url for _, url in offered(look(tools, server.url), server)] == [
            "feed/",
            "category/sport/feed/",
            "tag/x/feed/",
        ]
        [own] = look(tools, f"{server.url}category/sport/").candidates
        assert own.url == f"{server.url}category/sport/feed/"
    said = '<link rel="alternate" type="application/rss+xml" title="الموقع » تعليقات" href="/c/">'
    with site({"/": page(said + alternate("/rss")), "/c/": (XML, rss()), "/rss": (XML, rss())}) as server:
        assert offered(look(tools, server.url), server) == [("feed", "rss")]
    with site({"/": page(said), "/c/": (XML, rss())}) as server:
        assert offered(look(tools, server.url), server) == [("feed", "c/")]


def test_a_page_that_lists_feeds_is_looked_into(tools) -> None:
    """A link called RSS often leads to a page with the feeds of all sections."""
    listing = page(body='<ul><li><a href="/x/1.xml">RSS</a></li><li><a href="/x/2.xml">RSS</a></li></ul>')
    pages = {
        "/": page(body='<a href="/services/rss">RSS</a>'),
        "/services/rss": listing,
        "/x/1.xml": (XML, rss()),
        "/x/2.xml": (XML, rss()),
    }
    with site(pages) as server:
        found = look(tools, server.url)
        assert offered(found, server) == [("feed", "x/1.xml"), ("feed", "x/2.xml")]
        assert not found.failures


def test_feeds_on_other_hosts_are_found(tools) -> None:
    """Declared ones, and linked ones whose words and address both say so; other hosts' pages are left alone."""
    with site({"/news/rss.xml": (XML, rss()), "/about": page()}) as other:
        place = other.url.replace("127.0.0.1", "localhost")
        for said in (alternate(f"{place}news/rss.xml"), f'<a href="{place}news/rss.xml">RSS</a>'):
            with site({"/": page(body=said)}) as server:
                [one] = look(tools, server.url).candidates
                assert one.url == f"{place}news/rss.xml"
        with site({"/": page(body=f'<a href="{place}about">RSS</a><a href="{place}news/rss.xml">شريك</a>')}) as server:
            before = len(other.requests)
            assert not look(tools, server.url).candidates
            assert len(other.requests) == before


@pytest.mark.parametrize(
    ("generator", "place"),
    [("WordPress 6.5", "?feed=rss2"), ("Joomla! - Open Source Content Management", "?format=feed&type=rss"),
     ("Drupal 10 (https://www.drupal.org)", "rss.xml"), ("blogger", "feeds/posts/default?alt=rss"), ("Hugo 0.1", "index.xml"),
     ("Site Kit 1.2", "feed.json"), ("Wix.com Website Builder", "blog-feed.xml")],
)  # fmt: skip
def test_software_has_its_own_places(tools, generator: str, place: str) -> None:
    """What made the page says where its feed is; a folder is tried before the site."""
    pages = {"/ar": page(f'<meta name="generator" content="{generator}">'), f"/ar/{place}": (XML, rss())}
    with site(pages) as server:
        [one] = look(tools, f"{server.url}ar").candidates
        assert (one.url.removeprefix(server.url), one.found) == (f"ar/{place}", "found at a common place")


@pytest.mark.parametrize(
    ("page_url", "feed"),
    [
        ("https://www.youtube.com/channel/UCabc", "https://www.youtube.com/feeds/videos.xml?channel_id=UCabc"),
        ("https://m.youtube.com/user/bbcarabic/videos", "https://www.youtube.com/feeds/videos.xml?user=bbcarabic"),
        ("https://www.youtube.com/playlist?list=PL1", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL1"),
        ("https://medium.com/@ali", "https://medium.com/feed/@ali"),
        ("https://ali.medium.com/", "https://ali.medium.com/feed"),
        ("https://www.reddit.com/r/syria/", "https://www.reddit.com/r/syria/.rss"),
        ("https://nahr.blogspot.com.eg/2026/11/x.html", "https://nahr.blogspot.com.eg/feeds/posts/default"),
        ("https://nahr.wordpress.com/about", "https://nahr.wordpress.com/feed/"),
        ("https://nahr.substack.com", "https://nahr.substack.com/feed"),
        ("https://news.google.com/topics/CAAq?hl=ar&gl=EG", "https://news.google.com/rss/topics/CAAq?hl=ar&gl=EG"),
        ("https://github.com/a/b", "https://github.com/a/b/releases.atom"),
        ("https://www.youtube.com/watch?v=x", None),
        ("https://t.me/s/nahr", None),
        ("https://news.example/channel/UCabc", None),
    ],
)
def test_services_have_a_place_for_feeds(page_url: str, feed: str | None) -> None:
    """The addresses that services document; none for those without feeds."""
    assert places.of_service(page_url) == ([feed] if feed else [])


def test_a_sitemap_is_guessed_only_when_nothing_else_is_there(tools) -> None:
    """Where robots.txt names none, the common places are asked before the page is read as a list of links."""
    with site({"/": page(), "/sitemap.xml": ("text/xml", SITEMAP)}) as server:
        assert offered(look(tools, server.url), server) == [("sitemap", "sitemap.xml")]
    with site({"/": page(alternate("/rss")), "/rss": (XML, rss()), "/sitemap.xml": ("text/xml", SITEMAP)}) as server:
        assert offered(look(tools, server.url), server) == [("feed", "rss")]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<link rel=alternate type=application/rss+xml href=", "<a href=", "<meta http-equiv=refresh content='0;url=", "<base href=",
             "feed:", "//", "/rss", "http://[", "]", "'", '"', ">", "?", "#", "RSS", "</a>", "<noscript>", "\x00", "خلاصات", "<script>location='"]
        ),
        max_size=15,
    ).map("".join)
)  # fmt: skip
def test_any_page_says_something_or_nothing(text: str) -> None:
    """Whatever a page holds, its signposts are absolute http(s) addresses, or it is no page."""
    publisher = Publisher(id="a", title="A", extract=ExtractRules())
    source = Source(id="a/b", publisher=publisher, url="https://a.example/", kind="listing", listing=ListingRules())
    response = Response(url="https://a.example/x", status=200, headers={"link": text}, body=f"<p>{text}".encode())
    try:
        signs = signposts(response, source)
    except ParseError:
        return
    found = [link.url for link in (*signs.declared, *signs.linked, *signs.comments)] + [signs.refresh, signs.wordpress]
    assert all(address is None or address.startswith(("http://", "https://")) for address in found)
