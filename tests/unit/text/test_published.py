import re
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest

from syndicator.evaluate.extraction import BLOG
from syndicator.evaluate.published import READ_AT, Page, all_pages, found_by_us
from syndicator.text.dates import parse
from syndicator.text.figures import parsed
from syndicator.text.jsonld import loaded, nodes
from syndicator.text.published import address_date, page_dates, part_date

DATA = Path(__file__).parents[2] / "data" / "published"
PAGES = all_pages(DATA)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.way)
def test_pages_say_when_they_were_published(page: Page) -> None:
    """In whichever way a page says it, and among whichever dates of others: this moment, this day, or none."""
    found = found_by_us(page)
    if page.day:
        assert found is not None
        assert found.date() == page.means.date()
    else:
        assert found == page.means


def test_there_are_ways_enough() -> None:
    """The table is about ways, not about pages of one kind."""
    assert len({page.way for page in PAGES}) >= 50
    assert sum(page.means is None for page in PAGES) >= 8


@pytest.mark.parametrize(
    ("html", "published", "updated"),
    [
        (
            "<h1>قافلة إلى حلب</h1><p>نشر في 5 مارس 2020 - تحديث 7 مارس 2020</p>",
            "2020-03-05",
            "2020-03-07",
        ),
        (
            '<meta property="article:modified_time" content="2020-03-07"><h1>قافلة</h1><p class="date">5/3/2020</p>',
            "2020-03-05",
            "2020-03-07",
        ),
        ('<h1>قافلة</h1><p class="meta">آخر تحديث: 7 مارس 2020</p>', None, "2020-03-07"),
    ],
)
def test_changes_are_told_from_publication(html: str, published: str | None, updated: str) -> None:
    """The date of the last change is kept apart, and stands in where there is no other."""
    found = page_dates(parsed(f"<html><body><div>{html}</div></body></html>"), "https://x.example/a")
    days = [raw and str(parse(raw, moment=READ_AT).date()) for raw in (found.published, found.updated)]
    assert days == [published, updated]
    assert found.date == (found.published or found.updated)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://x.example/2020/02/19/story", "2020-02-19"),
        ("https://x.example/news/2020/2/9/story.html?x=2021/01/01", "2020-02-09"),
        ("https://x.example/ar/20200219-story", "2020-02-19"),
        ("https://x.example/2020-02-19-story", "2020-02-19"),
        ("https://x.example/19-02-2020/story", "2020-02-19"),
        ("https://x.example/2020/feb/19/story", "2020-02-19"),
        ("https://x.example/2020/02/story", None),
        ("https://x.example/article/20201399", None),
        ("https://x.example/2020/13/45/story", None),
        ("https://x.example/id/1202002191", None),
        ("https://x.example/1970", None),
    ],
)
def test_days_in_addresses(url: str, day: str | None) -> None:
    """An address names a day only where it names a year, a month and a day."""
    assert address_date(url) == day


@pytest.mark.parametrize(
    ("item", "day"),
    [
        (
            '<li><a href="/a">خبر طويل عن افتتاح المعرض</a> <time datetime="2020-02-19T10:00:00Z">19 فبراير</time></li>',
            19,
        ),
        (
            '<div class="card"><h3><a href="/a">خبر طويل عن المعرض</a></h3><span class="date">19 فبراير 2020</span></div>',
            19,
        ),
        ('<a href="/a"><h3>خبر طويل عن المعرض</h3><span class="time">19/02/2020</span></a>', 19),
        ('<article><h2>أسعار الذهب 1 فبراير 2020</h2><p class="meta">نشر في 19-02-2020 | رياضة</p></article>', 19),
        ('<li data-published="2020-02-19"><a href="/a">خبر طويل عن افتتاح المعرض</a></li>', 19),
        ('<li><a href="/a">حصيلة 1 فبراير 2020 في حلب</a></li>', None),
        ('<li><a href="/a">خبر طويل عن افتتاح المعرض</a><span>5 تعليقات</span></li>', None),
    ],
)
def test_dates_of_items_in_listings(item: str, day: int | None) -> None:
    """An item of a listing has the date that it shows, wherever the list stands; its headline is none."""
    root = parsed(f'<html><body><aside class="latest-news">{item}</aside></body></html>')
    part = root.xpath("//aside/*")[0]
    raw = part_date(part)
    assert (raw and parse(raw, moment=READ_AT).date().isoformat()) == (day and f"2020-02-{day}")


def test_broken_json_ld() -> None:
    """What is repaired, and that nothing raises."""
    assert loaded('<!-- {"a": "b\nc",} -->') == {"a": "b c"} or loaded('<!-- {"a": "b\nc",} -->') == {"a": "b\nc"}
    assert loaded("/*<![CDATA[*/ [1]; /*]]>*/") == [1]
    assert loaded("{&quot;a&quot;: 1}") == {"a": 1}
    for broken in ("", "{", "[" * 100_000, '{"a":' * 50_000, "null"):
        assert loaded(broken) is None
    root = parsed('<html><body><script type="application/ld+json">[[{"@graph":[{"x":1}]}]]</script></body></html>')
    assert [sorted(node) for node in nodes(root)] == [["@graph"], ["x"]]


PIECES = (
    '<time datetime="2020-02-19">19 فبراير 2020</time>',
    '<time datetime="x2020">x</time>',
    "<p>نشر في 19 فبراير 2020</p>",
    "<p>نشر في 19 بوبر 2020</p>",
    '<i itemprop="datePublished">never 12</i>',
    '<i property="dc:date">never 12</i>',
    '<div class="date">',
    "<h1>عنوان طويل عن شيء ما</h1>",
    '<meta name="publish_date" content="never 12">',
    '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"never"}</script>',
    "<script>var publishedAt = 'never 12';</script>",
    "<span>19</span><span>مارس</span>",
    '<li class="comment"><a href="/x">خبر طويل عن افتتاح المعرض في دمشق</a><time datetime="2020-01-01">1</time></li>',
)


@pytest.mark.parametrize("piece", PIECES)
def test_growing_pages_cost_no_more_than_their_size(piece: str) -> None:
    """Eight times the page costs no more than about eight times the time, whatever it repeats."""
    spent = []
    for count in (500, 4000):
        root = parsed(f"<html><head><title>عنوان</title></head><body>{piece * count}</body></html>")
        started = process_time()
        page_dates(root, "https://x.example/a", moment=READ_AT)
        spent.append(process_time() - started)
    assert spent[1] < max(0.5, spent[0] * 24)


@pytest.mark.skipif(not BLOG.is_dir(), reason="the real pages are not beside the project")
def test_real_pages_by_what_is_seen() -> None:
    """Without its `<meta>`, a page of a real blog still has its author's date, not one of its readers' comments."""
    for path in sorted(BLOG.glob("*.html")):
        html = path.read_text("utf-8")
        told = re.search(r"content=(\S+) property=article:published_time", html)
        root = parsed(html.replace("article:published_time", "x"))
        found = page_dates(root, "https://blog.example.org/a").date
        assert found is not None
        assert parse(found, moment=READ_AT) == datetime.fromisoformat(told[1]).astimezone(UTC)
