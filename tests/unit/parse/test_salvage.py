"""What stands around a feed, and one bad item in it, cost nothing else: `mend`, `balance`, `sections`, `declared`."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.errors import NotAFeed, ParseError
from syndicator.ingest.parse import losses, parse
from syndicator.model import Channel
from tests.support.hostile import answer, source

TITLES = ["دمشق", "حلب", "حمص"]


def item(name: str, inside: str = "") -> str:
    return f"<item><title>{name}</title><link>http://a.test/{name}</link>{inside}</item>\n"


def feed(*items: str, prolog: str = "<?xml version='1.0' encoding='UTF-8'?>\n") -> str:
    return f"{prolog}<rss version='2.0'><channel><title>أخبار</title>{''.join(items)}</channel></rss>"


def read(body: str | bytes, kind: str = "feed") -> Channel:
    return parse(answer(body), source(kind))


def titles(body: str | bytes) -> list[str | None]:
    return [entry.title for entry in read(body).entries]


GOOD = feed(*map(item, TITLES))
BEFORE = [
    "<br />\n<b>Notice</b>:  Undefined variable: x in <b>/a.php</b> on line <b>4</b><br />\n",
    "<br />\n<b>Warning</b>:  a < b in <b>/a.php</b><br />\n" * 30,
    'PHP Warning:  Undefined array key "a" in /x.php on line 3\n',
    "<br />\n<font size='1'><table class='xdebug-error'><tr><th>( ! ) Notice: x</th></tr></table></font>\n",
    "<div class='notice'>صيانة الليلة</div>\n",
    "<div class='notice'>صيانة الليلة\n",
    f"<div>{'صيانة ' * 3_000}</div>",
    "<!-- cached: <rss> --><!-- x -->\n",
    "\n\r\n \ufeff",
    "<script>if (a < b) { x('<rss>') }</script>\n",
    "<p>Deprecated: x",
    "1f4a\r\n",
    "<!DOCTYPE html><html><body>503</body></html>\n",
    "<pre>array(1) { [0]=> 1 }</pre>",
]


@pytest.mark.parametrize("junk", BEFORE)
def test_what_a_server_writes_before_a_feed_is_skipped(junk):
    """Warnings of PHP, banners, comments, scripts, lengths of chunks: the feed begins where its root does."""
    assert titles(junk + GOOD) == TITLES


@pytest.mark.parametrize(
    "junk", ["<script>a<b</script>", "<!-- x -- y -->", "a & b", GOOD, "</body></html>", "\r\n0\r\n\r\n"]
)
def test_what_stands_behind_a_feed_is_skipped(junk):
    """Whatever follows the end of the document; a second copy of it too."""
    assert titles(GOOD + junk) == TITLES


@pytest.mark.parametrize(
    "page",
    [
        f"<!DOCTYPE html><html><body><pre>{GOOD}</pre></body></html>",
        f"<html><body><p>x</p>{GOOD}",
        f"<div><h1>RSS</h1><pre>{GOOD}</pre></div>",
        f"<div><textarea>{GOOD}</textarea></div>",
        "<html><body><p>The &lt;rss version='2.0'&gt; element</p></body></html>",
        "<p>The <rss> element and its <channel></p>",
        "<article><p>See <code><rss version='2.0'><channel></code></p></article>",
        "<div>الصفحة غير موجودة</div>",
    ],
)
def test_a_page_that_shows_a_feed_is_no_feed(page):
    """A page is refused, also one with the source of a feed in its text."""
    with pytest.raises(NotAFeed):
        read(page)


BAD = {
    "unknown entity": item("حلب", "<description>&foo; &bar</description>"),
    "crossed tags": item("حلب", "<description><b>a<i>b</b></i><p></description>"),
    "title not closed": "<item><title>حلب<link>http://a.test/2</link></item>",
    "no end": "<item><title>حلب</title><link>http://a.test/2</link>",
    "CDATA not closed": "<item><title>حلب</title><description><![CDATA[نص</description></item>",
    "title in CDATA not closed": "<item><title><![CDATA[حلب</title><link>http://a.test/2</link></item>",
    "comment not closed": "<item><title>حلب</title><!-- x <link>http://a.test/2</link></item>",
    "end of the feed inside": item("حلب", "<description>a</channel></rss>b</description>"),
    "end of the feed behind": item("حلب") + "</channel></rss>",
    "brackets": item("حلب", "<description>5 < 6 <3 << a<b</description>"),
    "bracket in an attribute": "<item a='<'><title>حلب</title></item>",
    "markup in an attribute": item("حلب", '<x title="a <b>c</b>"/>'),
    "controls": item("حلب", "<description>a\x00\x01\x0b&#0;&#xFFFF;</description>"),
    "quote not closed": item("حلب", '<enclosure url="http://a.test/a.mp3 type=audio/>'),
    "too deep": item("حلب", f"<description>{'<b>' * 90}x{'</b>' * 90}</description>"),
    "too deep and open": item("حلب", f"<description>{'<div>' * 300}x</description>"),
    "an address as a tag": item("حلب", "<author>علي <ali@a.test></author>"),
    "CDATA in CDATA": item("حلب", "<description><![CDATA[a <![CDATA[b]]> c]]></description>"),
    "a stray end of CDATA": item("حلب", "<description>a ]]> b</description>"),
    "a document type": item("حلب", "<!DOCTYPE x [<!ENTITY a 'b'>]>"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_bad_item_costs_itself_at_most(name):
    """The items around a bad one are read, and it keeps its title."""
    assert titles(feed(item("دمشق"), BAD[name], item("حمص"))) == TITLES


@pytest.mark.parametrize(
    "unit",
    ["<!DOCTYPE a [<!ENTITY b 'c'>", '<!DOCTYPE a "<', "<script>", "<!--", "<?xml ", "<a ", "<div>", "<br />", "<rss><item>",
     "<item></rss>", "<![CDATA[<item></item><", "<!-- </item><item>", '<item a="x<'],
)  # fmt: skip
def test_traps_before_and_in_a_feed_cost_linear_time(unit):
    """Whatever is repeated in front of a feed or in it, it is read or refused within seconds."""
    begin = time.process_time()
    with contextlib.suppress(ParseError):
        read(unit * (400_000 // len(unit)) + GOOD)
    assert time.process_time() - begin < 4


PIECES = ["<", ">", "&", "]]>", "<![CDATA[", "<!--", "-->", "<b>", "</b>", "</title>", "<item ", '"', "'", "&x;", "\x00", "</description>", "<?x", "</x>", "<x a=", "ن"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_a_damaged_description_never_costs_the_first_item(damage):
    """Whatever breaks in one item, those before it are read as they are."""
    found = titles(feed(item("دمشق"), item("حلب", f"<description>{damage}</description>"), item("حمص")))
    assert found[0] == "دمشق"


def test_what_was_lost_is_told():
    """The channel says which item is not whole, and why; a good feed says nothing."""
    assert losses(read(GOOD)) == ()
    [deep] = losses(read(feed(item("دمشق"), item("حلب", f"<description>{'<b>' * 90}</description>"))))
    assert "item 2 is nested deeper than 64 elements" in deep
    [cut] = losses(read(GOOD[:-40]))
    assert "breaks off" in cut


ENTITIES = [
    ('<!ENTITY site "جريدة المثال">', "&site;: خبر", "جريدة المثال: خبر"),
    ("<!ENTITY a 'أ'><!ENTITY b 'ب'>", "&a;&b;", "أب"),
    ("<!ENTITY nbsp '&#160;'><!ENTITY c '&copy; 2026'>", "&c;&nbsp;x", "© 2026 x"),
    ("<!ENTITY my-site.name 'موقع'>", "<![CDATA[&my-site.name; خبر]]>", "موقع خبر"),
    ("<!ENTITY s '<b>موقع</b>'>", "&s; خبر", "موقع خبر"),
    ("<!ENTITY rd 'R&#38;D'>", "&rd; خبر", "R&D خبر"),
    ("<!ENTITY a 'أ'><!ENTITY b '&a;&a;'>", "&b; خبر", "خبر"),
    ("<!ENTITY s SYSTEM 'file:///etc/passwd'>", "&s; خبر", "خبر"),
    (f"<!ENTITY s '{'x' * 300}'>", "&s; خبر", "خبر"),
    ("", "AT&T; خبر &site;", "AT&T; خبر &site;"),
]


@pytest.mark.parametrize(("declared", "title", "expected"), ENTITIES)
def test_a_declared_entity_is_its_text_or_nothing(declared, title, expected):
    """A short text stands for its entity; files, entities of entities and long values vanish; others are no entities."""
    body = feed(f"<item><title>{title}</title></item>", prolog=f"<?xml version='1.0'?><!DOCTYPE rss [{declared}]>")
    (found,) = titles(body)
    assert " ".join((found or "").replace("<b>", "").replace("</b>", "").split()) == expected


def test_declared_entities_add_little():
    """All references together add 64 KB to a document, however many there are."""
    body = feed(
        item("دمشق", f"<description>{'&a;' * 100_000}</description>"),
        prolog=f"<!DOCTYPE rss [<!ENTITY a '{'x' * 256}'>]>",
    )
    (entry,) = read(body).entries
    assert len(entry.summary or "") <= 1 << 16


TYPES = [
    "cdata",
    "text/cdata",
    "html/text",
    "TEXT/HTML; charset=utf-8",
    "Html",
    "application/html",
    "escaped",
    "markdown",
    "",
]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("element", ["content", "summary"])
def test_a_type_that_nobody_knows_loses_no_text(kind, element):
    """Markup is read as markup, whatever an Atom text is called; so are the elements of RSS."""
    text = f'<{element} type="{kind}">&lt;p&gt;وصلت القافلة&lt;/p&gt;</{element}>'
    (entry,) = read(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>{text}</entry></feed>').entries
    assert "<p>وصلت القافلة</p>" in (entry.content or entry.summary or "")
    (entry,) = read(
        feed(f'<item><description type="{kind}">&lt;p&gt;وصلت القافلة&lt;/p&gt;</description></item>')
    ).entries
    assert "<p>وصلت القافلة</p>" in (entry.summary or "")


def test_known_types_stay_what_they_are():
    """Text is text, XHTML is inline, a file in base64 is no text."""

    def content(written: str) -> str | None:
        return (
            read(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>{written}</entry></feed>')
            .entries[0]
            .content
        )

    assert content('<content type="text">1 &lt; 2 &amp;amp; &lt;em></content>') == "1 &lt; 2 &amp;amp; &lt;em&gt;"
    assert (
        content('<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a</p></div></content>')
        == "<p>a</p>"
    )
    assert content('<content type="text"><p xmlns="http://www.w3.org/1999/xhtml">a</p></content>') == "<p>a</p>"
    assert content('<content type="image/png">iVBORw0KGgo=</content>') is None


def test_lines_of_a_media_description_stay():
    """Chapters and links of a film stand in lines (Media RSS, `media:description`)."""
    text = "أهم الأخبار:\n00:00  العناوين\n\n02:10 سوريا"
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><entry><id>1</id>'
        f"<media:group><media:description>{text}</media:description></media:group></entry></feed>"
    )
    (entry,) = read(body).entries
    assert entry.summary == "أهم الأخبار:\n00:00 العناوين\n\n02:10 سوريا"
