"""Hostile content in every text field of every kind, followed to the bytes that we publish."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicator.errors import ParseError
from syndicator.ingest.extract import extract
from syndicator.ingest.parse import PARSERS
from syndicator.ingest.read import read
from syndicator.model import Article
from syndicator.publish.render import FORMATS
from syndicator.text.html import legal, sanitise
from tests.support.articles import edition
from tests.support.attacks import CARRIERS, attacks, markup, page, source_of, texts
from tests.support.hostile import answer, rss, source
from tests.support.oracle import addresses, dangers, scheme

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
ATTACKS = attacks()
_ATOM = "{http://www.w3.org/2005/Atom}"


@cache
def found_in(html: str) -> tuple[str, ...]:
    return tuple(dangers(html))


def published(articles: list[Article]) -> Iterator[tuple[str, str]]:
    """Every piece of HTML in the three formats, with the format's name, as a reader's library hands it over."""
    made = edition(*articles)
    for item in etree.fromstring(FORMATS["rss"].render(made)).iter("item"):
        for tag in ("description", "{http://purl.org/rss/1.0/modules/content/}encoded"):
            yield "rss", item.findtext(tag) or ""
    for entry in etree.fromstring(FORMATS["atom"].render(made)).iter(f"{_ATOM}entry"):
        for child in entry:
            if child.get("type") == "html":
                yield "atom", child.text or ""
    for item in json.loads(FORMATS["json"].render(made))["items"]:
        yield "json", item.get("content_html", "")


def articles_of(carrier: str, strings: list[str]) -> list[Article]:
    """What the house makes of these strings when a source of this kind sends them."""
    found: list[Article] = []
    for response in CARRIERS[carrier][1](strings):
        try:
            found += read(response, source_of(carrier), MOMENT)[1]
        except ParseError:
            continue
    return found


@pytest.mark.parametrize("carrier", CARRIERS)
def test_no_attack_survives_in_any_field_of_any_kind(carrier: str) -> None:
    """B04: Of over 400 attacks, in every text field that a kind has, nothing dangerous is in any body or any output."""
    found = articles_of(carrier, ATTACKS)
    assert len(found) >= 0.9 * len(ATTACKS), "the attacks did not arrive"
    for article in found:
        for html in markup(article):
            assert found_in(html) == (), html
        assert sanitise(article.body) == article.body
    for name, html in published(found):
        assert found_in(html) == (), (name, html)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_no_text_field_holds_what_a_reader_could_run(carrier: str) -> None:
    """B04: Titles, summaries, names, captions are text: even a reader that takes them for HTML finds no element to run."""
    for article in articles_of(carrier, ATTACKS):
        for text in texts(article):
            assert legal(text) == text
            assert found_in(text) == (), text


def test_no_attack_survives_extraction() -> None:
    """The same for an article's own page: its text, captions and what it says to machines."""
    (bare,) = read(answer(rss("<item><guid>1</guid><link>https://a.test/n/1</link><title>x</title></item>")),
                   source(), MOMENT)[1]  # fmt: skip
    taken = 0
    for attack in ATTACKS:
        extraction = extract(
            bare, answer(page(attack).encode("utf-8", "surrogatepass"), "https://a.test/n/1"), source()
        )
        taken += bool(extraction.article.body)
        for html in (*markup(extraction.article), *texts(extraction.article)):
            assert found_in(html) == (), html
    assert taken > len(ATTACKS) / 2


ADDRESSES = ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>",
             "vbscript:msgbox(1)", " javascript:alert(1)", "java\tscript:alert(1)",
             "file:///etc/passwd", "blob:https://a.test/1", "https://user:secret@a.test/")  # fmt: skip


def _with_addresses(address: str) -> Iterator[Article]:
    written = address.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;")
    items = (
        f"<item><guid isPermaLink='true'>{written}</guid><title>بلا رابط</title></item>"
        f"<item><guid>1</guid><link>{written}</link><title>x</title><comments>{written}</comments>"
        f"<source url='{written}'>س</source><enclosure url='{written}' type='audio/mpeg'/>"
        f"<enclosure url='{written}' type='image/png'/><image><url>{written}</url></image>"
        f"<media:content url='{written}' medium='image'/><media:thumbnail url='{written}'/>"
        f"<itunes:image href='{written}'/>"
        f"<description>&lt;a href='{written}'&gt;x&lt;/a&gt; &lt;img src='{written}'&gt;</description></item>"
    )
    yield from read(answer(rss(items)), source(), MOMENT)[1]
    entry = (
        f"<entry><id>{written}</id><title>x</title><link href='{written}'/><link rel='enclosure' href='{written}'/>"
        f"<link rel='replies' href='{written}'/><link rel='via' href='{written}'/>"
        f"<author><name>س</name><uri>{written}</uri></author><source><title>y</title><link href='{written}'/></source>"
        f"<content type='html' src='{written}'/></entry>"
    )
    yield from read(answer(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>"), source(), MOMENT)[1]
    item = {
        "id": "1", "url": address, "external_url": address, "image": address, "banner_image": address,
        "authors": [{"name": "س", "url": address, "avatar": address}],
        "attachments": [{"url": address, "mime_type": "audio/mpeg"}], "content_html": f"<a href='{address}'>x</a>",
    }  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "home_page_url": address, "items": [item]}
    yield from read(answer(json.dumps(feed)), source("jsonfeed"), MOMENT)[1]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_no_http_address_is_dropped_everywhere(address: str) -> None:
    """B05: In link, permalink, enclosure, comments, source, pictures and authors: gone, and in no output."""
    found = list(_with_addresses(address))
    assert len(found) == 4
    for article in found:
        kept = [article.url, article.comments or "", *(image.url for image in article.images)]
        kept += [enclosure.url for enclosure in article.enclosures]
        kept += [article.source.url or ""] if article.source else []
        assert all(scheme(one) in {"http", "https", ""} for one in kept), kept
        assert "secret" not in "".join(kept)
    made = edition(*found)
    for document in (form.render(made).decode() for form in FORMATS.values()):
        for word in ("javascript", "vbscript", "data:text", "file:", "blob:", "secret"):
            assert word not in document.lower().replace("urn:uuid", "")


BASE = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://b.test/one/'>{}</feed>"
WRITTEN = {
    "a.html": "https://b.test/one/two/a.html",
    "../a.html": "https://b.test/one/a.html",
    "/a.html": "https://b.test/a.html",
    "//c.test/a.html": "https://c.test/a.html",
    "?q=1": "https://b.test/one/two/?q=1",
    "https://c.test/x": "https://c.test/x",
    "http://": None,
    "//": None,
    "": None,
}


@pytest.mark.parametrize("written", WRITTEN)
def test_relative_addresses_are_absolute_or_removed(written: str) -> None:
    """B08: Links and pictures follow the nested `xml:base` from the outside in; what leads nowhere is removed."""
    wanted = WRITTEN[written]
    content = f"&lt;p&gt;x &lt;a href='{written}'&gt;y&lt;/a&gt; &lt;img src='{written}'&gt;&lt;/p&gt;"
    entry = f"<entry xml:base='two/'><id>1</id><title>x</title><content type='html'>{content}</content></entry>"
    (article,) = read(answer(BASE.format(entry)), source(), MOMENT)[1]
    if wanted is None:
        assert set(addresses(article.body)) <= {"https://b.test/one/two/"}
    else:
        assert set(addresses(article.body)) == {wanted}


def test_base_reaches_into_inline_xhtml() -> None:
    """B08: `xml:base` on the content itself, and inline XHTML, are followed as well."""
    content = (
        "<content type='xhtml' xml:base='three/'><div xmlns='http://www.w3.org/1999/xhtml'><a href='a'>x</a>"
        "<img src='b.jpg' srcset='c.jpg 2x'/><a href='#note'>n</a></div></content>"
    )
    entry = f"<entry xml:base='two/'><id>1</id><title>x</title><link href='s'/>{content}</entry>"
    (article,) = read(answer(BASE.format(entry)), source(), MOMENT)[1]
    assert article.url == "https://b.test/one/two/s"
    assert all(one.startswith("https://b.test/one/two/") for one in addresses(article.body))
    assert "srcset" not in article.body


def test_without_a_base_the_feed_is_the_base() -> None:
    """B08: RSS has no base: the item's link is one, else the feed's address; a `srcset` never gets through."""
    item = (
        "<item><guid isPermaLink='false'>1</guid><link>/n/1</link><title>x</title><description>"
        "&lt;img src='p.jpg' srcset='//evil.test/q.jpg 2x, javascript:x 3x'&gt;&lt;a href='#top'&gt;y&lt;/a&gt;"
        "</description></item>"
    )
    (article,) = read(answer(rss(item), "https://a.test/feeds/all.xml"), source(), MOMENT)[1]
    assert article.url == "https://a.test/n/1"
    assert set(addresses(article.body)) == {"https://a.test/n/p.jpg", "https://a.test/n/1#top"}
    assert "srcset" not in article.body


SPIES = (
    '<img src="https://spy.test/x.gif" width="1" height="1">',
    '<img src="https://spy.test/x.gif" width=0 height=0>',
    '<img src="https://spy.test/x.gif" style="display:none">',
    '<img src="https://pixel.wp.com/g.gif?host=spy.test">',
    '<a href="https://a.test/" ping="https://spy.test/p">x</a>',
    '<p style="background:url(https://spy.test/b.png)">x</p>',
    "<style>p{background:url(https://spy.test/b.png)}</style>",
    '<link rel="prefetch" href="https://spy.test/x">',
    '<link rel="stylesheet" href="https://spy.test/x.css">',
    '<meta http-equiv="refresh" content="0;url=https://spy.test/">',
    '<base href="https://spy.test/">',
    '<img src="https://a.test/a.jpg" srcset="https://spy.test/b.jpg 2x">',
    '<img src="https://a.test/a.jpg" lowsrc="https://spy.test/b.jpg">',
    '<table background="https://spy.test/b.jpg"><tr><td background="https://spy.test/c.jpg">x</table>',
    '<iframe src="https://spy.test/f"></iframe>',
    '<object data="https://spy.test/o"></object>',
    '<video src="https://a.test/v.mp4" onplay="fetch(\'https://spy.test/\')"></video>',
    '<form action="https://spy.test/f"><input type="image" src="https://spy.test/i.png"></form>',
)


@pytest.mark.parametrize("carrier", ["rss", "atom", "atom, xhtml", "json feed", "wordpress"])
def test_nobody_is_told_who_reads(carrier: str) -> None:
    """B11: Tracking pixels, `ping`, addresses in CSS, prefetching, refreshing: at most words of it reach an output.

    A frame and an object become links, which nothing follows before a reader does.
    """
    found = articles_of(carrier, list(SPIES))
    assert len(found) >= len(SPIES)
    for article in found:
        assert not any("spy.test" in image.url for image in article.images)
    made = [*(html for article in found for html in markup(article)), *(html for _, html in published(found))]
    for html in made:
        assert found_in(html) == ()
        unfollowed = re.sub(r'<a href="https://spy\.test/[fo]"', "<a", html)
        assert not any("spy.test" in address for address in addresses(unfollowed))


def test_a_tracking_pixel_is_no_picture_of_the_article() -> None:
    """B11: Neither in the HTML nor in Media RSS does a pixel become the lead picture."""
    items = (
        "<item><guid>1</guid><title>x</title><media:content url='https://spy.test/1.gif' width='1' height='1'/>"
        "<description>&lt;img src='https://spy.test/2.gif' width='1' height='1'&gt;"
        "&lt;img src='https://pixel.wp.com/b.gif'&gt;&lt;p&gt;x&lt;/p&gt;</description></item>"
    )
    (article,) = read(answer(rss(items)), source(), MOMENT)[1]
    assert article.images == ()


_PIECE = st.one_of(
    st.sampled_from(ATTACKS),
    st.sampled_from(
        ["<p>", "</p>", "<div>", "</div>", "<![CDATA[", "]]>", "&", "<", "&lt;", "\x00", "\ud800", "\ufffe"]
    ),
    st.text(max_size=20),
)
_TEXT = st.lists(_PIECE, min_size=1, max_size=6).map("".join)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_TEXT, st.sampled_from(sorted(CARRIERS)))
def test_whatever_is_made_of_attacks_is_safe(text: str, carrier: str) -> None:
    """Attacks strung together with pieces of markup and any text: read or refused, and what is read is safe."""
    text = text.encode("utf-8", "replace").decode()
    found = articles_of(carrier, [text])
    for article in found:
        for html in markup(article):
            assert dangers(html) == []
    for _, html in published(found):
        assert dangers(html) == []


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400) | _TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")),
       st.sampled_from(sorted(PARSERS)))  # fmt: skip
def test_any_bytes_become_articles_or_an_error(body: bytes, kind: str) -> None:
    """B07: All that runs in the box, on any bytes: articles whose texts are legal in XML, or a `ParseError`."""
    try:
        articles = read(answer(body), source(kind), MOMENT)[1]
    except ParseError:
        return
    for article in articles:
        assert legal(article.title) == article.title
        assert legal(article.body) == article.body
        assert article.published <= MOMENT
