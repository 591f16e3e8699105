"""Sitemaps as they are really written: large, broken, mixed up, and indexes that must be chosen from."""

import gzip
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.errors import NotAFeed, ParseError
from syndicator.ingest.parse import mapparts, parse
from syndicator.model import Channel, ExtractRules, ListingRules, Publisher, Response, Source

ADDRESS = "https://news.example/maps/map.xml"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" '
    'xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"'
)
NEWS = (
    "<news:news><news:publication><news:name>نهر</news:name><news:language>ar</news:language></news:publication>"
    "<news:publication_date>2026-11-27T08:00:00Z</news:publication_date><news:title>حريق في الميناء</news:title></news:news>"
)


def read(body: str | bytes, **headers: str) -> Channel:
    publisher = Publisher(id="a", title="A", extract=ExtractRules())
    source = Source(id="a/b", publisher=publisher, url=ADDRESS, kind="sitemap", listing=ListingRules())
    return parse(
        Response(url=ADDRESS, status=200, headers=headers, body=body.encode() if isinstance(body, str) else body),
        source,
    )


def urlset(*rows: str, spaces: str = SPACES) -> str:
    return f"<?xml version='1.0'?><urlset {spaces}>{''.join(rows)}</urlset>"


def row(loc: str, more: str = "") -> str:
    return f"<url><loc>{loc}</loc>{more}</url>"


def index(*parts: str | tuple[str, str]) -> str:
    rows = (
        f"<sitemap><loc>{one}</loc></sitemap>" if isinstance(one, str)
        else f"<sitemap><loc>{one[0]}</loc><lastmod>{one[1]}</lastmod></sitemap>"
        for one in parts
    )  # fmt: skip
    return f"<sitemapindex {SPACES}>{''.join(rows)}</sitemapindex>"


def links(channel: Channel) -> list[str | None]:
    return [entry.link for entry in channel.entries]


# ---------------------------------------------------------------- how a map is written


@pytest.mark.parametrize(
    "body",
    [
        urlset(row("https://news.example/1", NEWS)),
        urlset(row("https://news.example/1", NEWS), spaces=""),
        urlset(row("https://news.example/1", NEWS), spaces=SPACES.replace("http://", "https://")),
        urlset(row("https://news.example/1", NEWS), spaces=SPACES.replace("/0.9", "/9.9").replace("google", "gogle")),
        urlset(row("https://news.example/1", NEWS), spaces='xmlns="http://www.google.com/schemas/sitemap/0.84"'),
        urlset(row("https://news.example/1", NEWS)).replace("<url", "<s:url").replace("</url", "</s:url")
        .replace("loc>", "s:loc>").replace("xmlns=", "xmlns:s="),
        "<br />\n<b>Warning</b>: Cannot modify header in <b>/x.php</b> on line <b>3</b><br />\n"
        + urlset(row("https://news.example/1", NEWS)),
        "<!DOCTYPE html><html><head></head><body><!-- cache --></body></html>\n" + urlset(row("https://news.example/1", NEWS)),
        "\n\n <!-- <url><loc>https://news.example/old</loc></url> -->" + urlset(row("https://news.example/1", NEWS)) + "<!-- 0.3s -->",
        urlset(row("\n  https://news.example/\n     1\n", NEWS)),
        urlset(row("/1", NEWS)),
        urlset(row("../1", NEWS)),
        urlset(row("<![CDATA[ https://news.example/1 ]]>", NEWS)),
        urlset(row("لا يوجد"), row("https://news.example/1", NEWS), "<url></url>", row("")),
        urlset(row("https://news.example/1", NEWS))[: -len("</url></urlset>")],
        urlset(row("https://news.example/1", NEWS + "<image:image><image:loc>https://news.example/i?a=1&b=2</image:loc></image:image>")),
        urlset(row("https://news.example/1", NEWS.replace("<news:news>", "").replace("</news:news>", ""))),
        gzip.compress(urlset(row("https://news.example/1", NEWS)).encode()),
    ],
    ids=range(18),
)  # fmt: skip
def test_a_map_is_read_however_it_is_written(body: str | bytes) -> None:
    """Any namespace, notices and pages around it, broken lines, relative addresses, words, cut ends, gzip."""
    [entry] = read(body).entries
    assert (entry.link, entry.title, entry.language) == ("https://news.example/1", "حريق في الميناء", "ar")
    assert entry.published == "2026-11-27T08:00:00Z"


def test_a_film_has_its_words_and_picture() -> None:
    """The video extension names title, text, date and picture; news tags come before it."""
    film = (
        "<video:video><video:thumbnail_loc>https://news.example/t.jpg</video:thumbnail_loc><video:title>فيلم</video:title>"
        "<video:description>وصف</video:description><video:publication_date>2026-11-26</video:publication_date></video:video>"
    )
    alone, both = read(urlset(row("https://news.example/1", film), row("https://news.example/2", NEWS + film))).entries
    assert (alone.title, alone.summary, alone.published) == ("فيلم", "وصف", "2026-11-26")
    assert [image.url for image in alone.images] == ["https://news.example/t.jpg"]
    assert (both.title, both.published) == ("حريق في الميناء", "2026-11-27T08:00:00Z")


def test_one_address_a_line_is_a_map() -> None:
    """Text sitemaps; plain words are none."""
    assert links(read("\ufeffhttps://news.example/1\r\n\r\n  https://news.example/2\n")) == [
        "https://news.example/1", "https://news.example/2",
    ]  # fmt: skip
    assert links(read(gzip.compress(b"http://news.example/1"))) == ["http://news.example/1"]
    for words in (
        "Not found",
        "https://news.example/1\nand words",
        "User-agent: *\nSitemap: https://news.example/s.xml",
    ):
        with pytest.raises(NotAFeed):
            read(words)


def test_a_feed_instead_of_a_map_is_read_as_one() -> None:
    """Blogger and others name a feed where a sitemap belongs."""
    item = "<item><title>خبر</title><link>https://news.example/1</link></item>"
    assert links(read(f"<rss version='2.0'><channel>{item}</channel></rss>")) == ["https://news.example/1"]
    atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>x</title><link href='https://news.example/2'/></entry></feed>"
    assert links(read(gzip.compress(atom.encode()))) == ["https://news.example/2"]
    for other in ("<html><body>x</body></html>", "{}", "<kml><url/></kml>"):
        with pytest.raises(NotAFeed):
            read(other)


def test_an_index_may_be_written_as_a_map() -> None:
    """A `urlset` of nothing but sitemaps is an index."""
    parts = read(urlset(row("/post-sitemap1.xml"), row("/post-sitemap2.xml.gz"))).parts
    assert [address for address, _ in parts] == [
        "https://news.example/post-sitemap2.xml.gz", "https://news.example/post-sitemap1.xml",
    ]  # fmt: skip


# ---------------------------------------------------------------- lists among the articles


LISTS = [
    "https://news.example/", "https://news.example/ar/", "https://news.example/index.php",
    "https://news.example/category/سياسة/", "https://news.example/tag/2026", "https://news.example/ar/author/ali",
    "https://news.example/taxonomy/term/12345", "https://news.example/news/page/3", "https://news.example/search/label/حلب",
    "https://news.example/%D9%88%D8%B3%D9%85/x",
]  # fmt: skip
ARTICLES = [
    "https://news.example/?p=5", "https://news.example/#/news/1", "https://news.example/a", "https://news.example/node/12",
    "https://news.example/category/politics/12345", "https://news.example/topics/a-story-of-many-words",
    "https://news.example/tags/55123-story", "https://news.example/section/politics/article/7", "https://news.example/sy/1",
    "https://news.example/2026/11/27/tag", "https://news.example/author",
]  # fmt: skip


@pytest.mark.parametrize("address", LISTS)
def test_lists_among_articles_are_left_out_and_counted(address: str) -> None:
    """The homepage, categories, tags and authors are no articles, unless they are all that there is, or have a title."""
    found = read(urlset(row(address), row("https://news.example/a-1")))
    assert (links(found), found.left_out) == (["https://news.example/a-1"], 1)
    assert links(read(urlset(row(address)))) == [address]
    assert len(read(urlset(row(address, NEWS), row("https://news.example/a-1"))).entries) == 2


@pytest.mark.parametrize("address", ARTICLES)
def test_articles_that_look_like_lists_stay(address: str) -> None:
    """A word in the path alone makes no list."""
    assert read(urlset(row(address), row("https://news.example/a-1"))).left_out == 0


# ---------------------------------------------------------------- large maps


def dated(numbers: Iterable[int], form: str = "%Y-%m-%dT%H:%M:%S+00:00") -> str:
    return urlset(
        *(
            row(f"https://news.example/n/{10_000 + n}", f"<lastmod>{(NOW - timedelta(hours=60_000 - n)).strftime(form)}</lastmod>")
            for n in numbers
        )
    )  # fmt: skip


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%d", "%a, %d %b %Y %H:%M:%S GMT", "%Y-%m-%d %H:%M"])
@pytest.mark.parametrize("step", [1, -1])
def test_of_many_addresses_the_newest_are_read(form: str, step: int) -> None:
    """2,000 of 3,000 by date, wherever they stand and however dates are written; the rest is counted."""
    found = read(dated(range(3000)[::step], form))
    assert found.left_out == 1000
    kept = sorted(int(str(link).rpartition("/")[2]) - 10_000 for link in links(found))
    assert kept[0] >= (1000 if "%H" in form else 976)
    assert kept[-1] == 2999


def test_fifty_thousand_addresses_are_read_in_time() -> None:
    """The largest map that the protocol allows takes a second or two, also with pictures by the hundred."""
    begun = process_time()
    assert read(dated(range(50_000))).left_out == 48_000
    picture = "<image:image><image:loc>https://news.example/i.jpg</image:loc></image:image>"
    gallery = read(urlset(*(row(f"https://news.example/n/{n}", picture * 150) for n in range(1000))))
    assert len(gallery.entries) == 1000
    assert gallery.entries[0].images
    assert process_time() - begun < 8


@pytest.mark.parametrize(
    ("numbers", "kept"),
    [(range(3000), range(1000, 3000)), (range(2999, -1, -1), range(1000, 3000))],
)
def test_without_dates_the_numbers_in_the_addresses_tell_the_end(numbers: Iterable[int], kept: range) -> None:
    """The end with the higher numbers is the newer one."""
    found = read(urlset(*(row(f"https://news.example/n/{1000 + n}/x") for n in numbers)))
    assert {int(str(link).split("/")[-2]) - 1000 for link in links(found)} == set(kept)


def test_without_any_sign_both_ends_are_read() -> None:
    """Nobody knows where the newest stand, so neither end is lost."""
    found = links(
        read(
            urlset(
                *(
                    row(f"https://news.example/{'ab'[n % 2] * (n // 2 % 50 + 1)}-{chr(97 + n % 26)}")
                    for n in range(3000)
                )
            )
        )
    )
    everything = [f"https://news.example/{'ab'[n % 2] * (n // 2 % 50 + 1)}-{chr(97 + n % 26)}" for n in range(3000)]
    assert found == everything[:1000] + everything[-1000:]


def test_a_date_to_come_is_no_date() -> None:
    """Rows that claim a far future do not push out the newest; what the server's clock says is now."""
    rows = [row(f"https://news.example/n/{n}", "<lastmod>2099-01-01</lastmod>") for n in range(2000)]
    rows += [row("https://news.example/today", "<lastmod>2026-11-27</lastmod>")]
    found = links(read(urlset(*rows), date="Fri, 27 Nov 2026 12:00:00 GMT"))
    assert "https://news.example/today" in found


# ---------------------------------------------------------------- which part of an index


def names(channel: Channel) -> list[str]:
    return [address.rpartition("/")[2] for address, _ in channel.parts]


@pytest.mark.parametrize(
    ("parts", "first", "last"),
    [
        ([("page-sitemap.xml", "2026-11-15"), ("post-sitemap5.xml", "2026-11-26"), ("category-sitemap.xml", "2026-11-27"),
          ("post_tag-sitemap.xml", "2026-11-27")], ["post-sitemap5.xml"], "page-sitemap.xml"),
        (["wp-sitemap-posts-post-1.xml", "wp-sitemap-posts-post-2.xml", "wp-sitemap-posts-page-1.xml",
          "wp-sitemap-taxonomies-category-1.xml", "wp-sitemap-users-1.xml"],
         ["wp-sitemap-posts-post-2.xml", "wp-sitemap-posts-post-1.xml"], None),
        (["sitemap-pt-post-2026-10.xml", "sitemap-pt-post-2026-11.xml", "sitemap-pt-page-2026-11.xml",
          "sitemap-tax-category.xml", "sitemap-pt-post-2026-09.xml"],
         ["sitemap-pt-post-2026-11.xml", "sitemap-pt-post-2026-10.xml", "sitemap-pt-post-2026-09.xml"], None),
        ([f"sitemap.xml?page={n}" for n in range(1, 12)] + ["sitemap-pages.xml"], ["sitemap.xml?page=11", "sitemap.xml?page=1"],
         "sitemap-pages.xml"),
        ([("addl-sitemap.xml", "2026-11-27"), ("author-sitemap.xml", "2026-11-27"), ("post-sitemap.xml", "2026-11-20"),
          ("post-sitemap2.xml", "2026-11-26")], ["post-sitemap2.xml", "post-sitemap.xml"], None),
        (["sitemap-sections.xml", "sitemap-news.xml", "sitemap-articles-12.xml"],
         ["sitemap-news.xml", "sitemap-articles-12.xml"], "sitemap-sections.xml"),
        ([("sitemap-video.xml", "2026-11-27"), ("news/sitemap.xml", "2026-11-26"), ("tags/sitemap.xml", "2026-11-27")],
         ["sitemap.xml", "sitemap-video.xml"], None),
        ([("a.xml", "2026-11-26T10:00:00+03:00"), ("b.xml", "2026-11-26T09:00:00+00:00")], ["b.xml", "a.xml"], None),
        ([("old.xml", "2099-01-01"), ("new.xml", "2026-11-27")], ["new.xml", "old.xml"], None),
        (["archive-2025-12.xml", "archive-2026-11.xml", "archive-2026-02.xml"], ["archive-2026-11.xml", "archive-2026-02.xml"], None),
        (["category-1.xml", "category-2.xml"], ["category-2.xml", "category-1.xml"], None),
        (["sitemap_page_1.xml", "sitemap_page_2.xml", "sitemap_page_3.xml"], ["sitemap_page_3.xml", "sitemap_page_1.xml"], None),
        ([(f"sitemap{n}.xml", "2026-11-27T11:59:59Z") for n in range(1, 9)], ["sitemap8.xml", "sitemap1.xml"], None),
    ],
    ids=range(13),
)  # fmt: skip
def test_maps_of_articles_come_before_maps_of_lists(
    parts: list[str | tuple[str, str]], first: list[str], last: str | None
) -> None:
    """By name first, then by date; of numbered maps without dates the last and the first, of dated names the newest."""
    found = names(read(index(*parts), date="Fri, 27 Nov 2026 12:00:00 GMT"))
    assert sorted(found) == sorted((one if isinstance(one, str) else one[0]).rpartition("/")[2] for one in parts), (
        "none is lost"
    )
    assert found[: len(first)] == first
    assert last is None or found[-1] == last


def choose(parts: list[tuple[str, str | None]], hours: float | None) -> list[str]:
    since = None if hours is None else NOW - timedelta(hours=hours)
    ordered = mapparts.order(parts, [datetime.fromisoformat(each).timestamp() if each else 0 for _, each in parts])
    return [address for address, _ in mapparts.choose(ordered, since, NOW)]


def test_what_a_poll_reads_of_an_index() -> None:
    """The first always; later all that say that they changed; once a day one that says it did not; five at most."""
    today, long_ago = "2026-11-27T10:00:00+00:00", "2026-05-01T10:00:00+00:00"
    yoast = [("post-1.xml", long_ago), ("post-2.xml", today), ("category.xml", today), ("opinion.xml", "2026-05-02")]
    assert choose(yoast, None) == ["post-2.xml", "opinion.xml"]
    assert choose(yoast, 1) == ["post-2.xml", "category.xml"]
    assert choose(yoast, 30)[:2] == ["post-2.xml", "category.xml"]
    assert choose(yoast, 30)[2:] == ["opinion.xml"]
    many = [(f"type{letter}.xml", today) for letter in "abcdefgh"]
    assert len(choose([*many, ("x.xml", long_ago)], 1)) == mapparts.MOST - 1
    undated: list[tuple[str, str | None]] = [(f"post-{n}.xml", None) for n in range(1, 6)]
    undated += [("opinion-1.xml", None), ("opinion-2.xml", None)]
    assert choose(undated, 1) == ["post-5.xml", "post-1.xml", "opinion-2.xml"]
    same = [(f"post-{n}.xml", today) for n in range(1, 6)]
    assert choose(same, 1) == ["post-5.xml", "post-1.xml"], "one date for all says nothing"


def test_every_family_of_an_index_is_read_in_time() -> None:
    """A map that claims never to change is looked at within as many days as there are families."""
    since = NOW - timedelta(hours=24)
    parts = [("post-3.xml", "2026-11-27"), *((f"{name}.xml", "2020-01-01") for name in ("a", "b", "c", "category"))]
    seen: set[str] = set()
    for day in range(4):
        at = timedelta(days=day)
        chosen = mapparts.choose(parts, since + at, NOW + at)
        assert len(chosen) <= 3
        seen |= {address for address, _ in chosen}
    assert seen == {address for address, _ in parts}


# ---------------------------------------------------------------- anything at all


PIECES = ["<urlset>", "</urlset>", "<url>", "</url>", "<loc>", "</loc>", "https://a.example/1", "/2", "<lastmod>2026-11-27", "</lastmod>",
          "<sitemapindex>", "<sitemap>", "</sitemap>", "<news:news>", "<news:title>x", "<!--", "-->", "<![CDATA[", "]]>", "&", "&x;", "\n",
          "<!DOCTYPE x [<!ENTITY x 'y'>]>", "<image:image>", "<html>", "\x00", "خبر"]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_anything_is_read_or_refused(body: str) -> None:
    """Whatever comes is a channel or a `ParseError`; every entry has an absolute address or the document's."""
    try:
        found = read(body)
    except ParseError:
        return
    assert all(entry.link for entry in found.entries)


@pytest.mark.parametrize(
    "body",
    ["<urlset>" + "<url><loc" * 150_000, "<urlset>" + "<url><lastmod>" * 150_000, "<urlset>" + "<!--" * 250_000,
     "<urlset><url><loc>/1</loc></url>" + "<a:" * 500_000, "<urlset><url><loc>/1</loc>" + "<lastmod " * 250_000,
     "<urlset>" + "<url>" * 200_000, "<sitemapindex>" + "<sitemap><loc>/1.xml</loc></sitemap>" * 50_000,
     "https://a.example/1\n" * 200_000, "<urlset><url>" + "<image>" * 200_000],
    ids=range(9),
)  # fmt: skip
def test_hostile_maps_cost_little(body: str) -> None:
    """What never closes is read in linear time."""
    begun = process_time()
    with suppress(ParseError):
        read(body)
    assert process_time() - begun < 4
