"""Entries become articles: canonical, dated, safe."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.ingest.normalise import normalise
from syndicator.model import (
    Article,
    Category,
    Channel,
    Enclosure,
    Entry,
    ExtractRules,
    Image,
    ListingRules,
    Publisher,
    Source,
)

MOMENT = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
URL = "https://nahr.example.com/rss.xml"
SOURCE = Source(
    id="nahr/main",
    publisher=Publisher(id="nahr", title="نهر", homepage="https://nahr.example.com/", extract=ExtractRules()),
    url=URL,
    language="ar",
    timezone="Asia/Damascus",
    listing=ListingRules(),
)


def articles(*entries: Entry, **channel) -> tuple[Article, ...]:
    return normalise(Channel(entries=entries, **channel), SOURCE, url=URL, moment=MOMENT)[1]


def one(**entry) -> Article:
    [found] = articles(Entry(**({"link": "https://nahr.example.com/1", "title": "خبر"} | entry)))
    return found


def test_link_is_canonical_and_absolute() -> None:
    """Tracking parameters go, relative links become absolute."""
    assert one(link="/news/1?utm_source=rss&id=7#top").url == "https://nahr.example.com/news/1?id=7"


def test_title_and_authors_are_plain_text() -> None:
    """Markup and mail addresses are not part of a title or a name."""
    found = one(
        title="<b>خبر</b> &amp; تعليق", authors=("desk@nahr.example.com (سلمى الحلبي)", "a@b.example", "سلمى الحلبي")
    )
    assert found.title == "خبر & تعليق"
    assert found.authors == ("سلمى الحلبي",)


def test_body_is_safe() -> None:
    """Nothing executable survives, and relative addresses in the text become absolute."""
    found = one(content='<p onclick="x()">نص<script>alert(1)</script> <a href="/2">رابط</a></p>')
    assert "onclick" not in found.body
    assert "script" not in found.body
    assert 'href="https://nahr.example.com/2"' in found.body


def test_a_guid_that_repeats_is_repaired() -> None:
    """A guid that stands for several links identifies nothing: the links do."""
    found = articles(
        Entry(guid="0", link="https://nahr.example.com/1", title="أول"),
        Entry(guid="0", link="https://nahr.example.com/2", title="ثان"),
    )
    assert [a.origins[0].guid for a in found] == ["https://nahr.example.com/1", "https://nahr.example.com/2"]
    assert len({a.id for a in found}) == 2


def test_an_item_that_stands_twice_comes_once() -> None:
    """The same guid and link twice in one feed is one article."""
    assert len(articles(*[Entry(guid="a", link="https://nahr.example.com/1", title="خبر")] * 2)) == 1


def test_a_link_that_items_share_identifies_none() -> None:
    """Items that all lead to one page stay different articles, as does one that leads to the homepage."""
    found = articles(
        Entry(guid="a", link="https://nahr.example.com/podcast", title="أولى"),
        Entry(guid="b", link="https://nahr.example.com/podcast", title="ثانية"),
        Entry(guid="c", link="https://nahr.example.com/", title="ثالثة"),
        Entry(guid="d", link="https://nahr.example.com/d", title="رابعة"),
    )
    assert [a.shared_link for a in found] == [True, True, True, False]


def test_item_without_link_and_guid_is_kept() -> None:
    """RSS requires neither: what such an item says is who it is, and it stays who it is."""
    entry = Entry(title="خبر بلا رابط", summary="نص")
    [first], [second] = articles(entry), articles(entry)
    assert first.id == second.id
    assert first.shared_link


def test_ids_depend_on_source_and_guid_alone() -> None:
    """An article keeps its id whatever is corrected in it."""
    assert one(guid="x", title="قبل").id == one(guid="x", title="بعد", link="https://nahr.example.com/9").id


def test_future_and_missing_dates_are_when_we_saw_it() -> None:
    """A date in the future is clamped to when we first saw the item, and fills in for a missing one."""
    ahead = (MOMENT + timedelta(days=2)).isoformat()
    assert one(published=ahead).published == MOMENT
    assert one().published == MOMENT
    assert one(published="لا تاريخ").published == MOMENT


@pytest.mark.parametrize(
    "raw",
    [
        "Thu, 01 Jan 1970 03:00:00 +0300",
        "0001-01-01T00:00:00",
        "0000-00-00 00:00:00",
        "Invalid date",
        "2099-01-01",
        "0",
    ],
)
def test_dates_that_cannot_be_are_when_we_saw_it(raw: str) -> None:
    """A machine's zero or a far future is no date: the change's date stands in, else when we first saw the item."""
    found = one(published=raw)
    assert (found.published, found.dated) == (MOMENT, False)
    stood_in = one(published=raw, updated="2026-03-13T10:00:00Z")
    assert (stood_in.published.day, stood_in.dated) == (13, True)


def test_a_weekday_tells_how_a_source_writes_its_dates() -> None:
    """One date with its weekday tells how the other dates of the document are meant."""
    found = articles(
        Entry(guid="a", title="أ", published="Sun, 02/01/2026 - 10:00"),
        Entry(guid="b", title="ب", published="02/03/2026 - 10:00"),
    )
    assert [article.published.month for article in found] == [2, 2]


def test_dates_without_zone_are_in_the_sources_zone() -> None:
    """`timezone` of the source holds for dates that name none."""
    assert one(published="2026-03-13 12:00").published == datetime(2026, 3, 13, 9, 0, tzinfo=UTC)


def test_day_and_month_are_never_swapped_within_a_source() -> None:
    """One date that can only be month-first tells how the others are meant."""
    found = articles(
        Entry(guid="a", title="أ", published="01/25/2026 10:00"),
        Entry(guid="b", title="ب", published="02/03/2026 10:00"),
    )
    assert found[1].published.month == 2


def test_updated_is_not_before_published() -> None:
    """An item cannot have been changed before it was published."""
    found = one(published="2026-03-13T10:00:00Z", updated="2026-03-12T10:00:00Z")
    assert found.updated == found.published


def test_a_long_description_is_the_text() -> None:
    """A description that holds the whole article becomes the body, and is no summary any more."""
    text = " ".join(["كلمة"] * 600)
    found = one(summary=text)
    assert found.summary == ""
    assert found.body.count("كلمة") == 600


def test_images_with_caption_and_credit() -> None:
    """Media RSS, image enclosures and figures give pictures, each once, with caption and credit apart."""
    found = one(
        images=(
            Image(url="/a.jpg", caption="الجسر بعد ترميمه. المصدر: وكالة الأنباء"),
            Image(url="https://nahr.example.com/pixel.gif", width=1, height=1),
        ),
        enclosures=(Enclosure(url="/a.jpg", type="image/jpeg"), Enclosure(url="/b.mp3", type="audio/mpeg", length=5)),
        content='<figure><img src="/c.jpg"><figcaption>السوق. تصوير: ليلى</figcaption></figure><p>نص</p>',
    )
    assert [image.url for image in found.images] == [
        "https://nahr.example.com/a.jpg",
        "https://nahr.example.com/c.jpg",
    ]
    assert (found.images[0].caption, found.images[0].credit) == ("الجسر بعد ترميمه", "وكالة الأنباء")
    assert [(e.url, e.length) for e in found.enclosures] == [("https://nahr.example.com/b.mp3", 5)]


def test_unsafe_addresses_are_dropped() -> None:
    """javascript:, data: and the like never become a link, a picture, a file or a comment page."""
    bad = "javascript:alert(1)"
    found = one(link=bad, guid="x", comments=bad, images=(Image(url="data:x"),), enclosures=(Enclosure(url=bad),))
    assert found.url == "https://nahr.example.com/"
    assert (found.comments, found.images, found.enclosures) == (None, (), ())


def test_categories_are_kept_once() -> None:
    """Categories are plain text, each once, with their scheme."""
    found = one(
        categories=(
            Category(term="صحة", scheme="http://x.example/"),
            Category(term="<b>صحة</b>", scheme="http://x.example/"),
        )
    )
    assert found.categories == (Category(term="صحة", scheme="http://x.example/"),)


def test_language_is_the_texts_own() -> None:
    """An English article in an Arabic feed is English; a closer tag of the same language is kept."""
    assert one(title="The Security Council meets today in New York", language="ar").language == "en"
    assert one(title="اجتمع مجلس الأمن اليوم في نيويورك", language="ar-sy").language == "ar-SY"


def test_fingerprint_is_of_words_not_of_dates() -> None:
    """A source that renews its dates at every poll does not make its articles new."""
    first, again = one(published="2026-03-13T10:00:00Z"), one(published="2026-03-13T11:00:00Z")
    assert first.origins == again.origins
    assert one(title="آخر").origins != first.origins


TEXT = st.text(max_size=60) | st.none()


@given(
    st.lists(
        st.builds(
            Entry,
            guid=TEXT,
            link=TEXT,
            title=TEXT,
            summary=TEXT,
            content=TEXT,
            published=TEXT,
            updated=TEXT,
            authors=st.lists(st.text(max_size=20), max_size=2).map(tuple),
            images=st.lists(st.builds(Image, url=st.text(max_size=30), caption=TEXT), max_size=2).map(tuple),
        ),
        max_size=4,
    )
)
def test_no_entry_hurts(entries: list[Entry]) -> None:
    """Whatever an entry holds, normalising neither raises nor dates anything into the future."""
    for found in articles(*entries):
        assert found.title
        assert found.url.startswith("https://")
        assert found.published <= found.updated <= MOMENT
