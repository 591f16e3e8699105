"""What is an address, what it is relative to, and the many shapes of JSON Feed."""

import json
from typing import Any
from urllib.parse import urljoin

import pytest

from syndicator.ingest.parse import parse
from syndicator.ingest.parse.elements import url
from syndicator.model import Channel, Entry
from tests.support.hostile import answer, source

DOCUMENT = "http://feeds.other.example/f.xml"


def read(body: str, kind: str = "feed") -> Channel:
    return parse(answer(body, DOCUMENT), source(kind))


def rss(item: str, link: str = "<link>http://www.news.example/</link>", more: str = "") -> Entry:
    channel = read(f"<rss version='2.0'{more}><channel><title>x</title>{link}<item>{item}</item></channel></rss>")
    return channel.entries[0]


@pytest.mark.parametrize(
    "words",
    ["لا تعليقات بعد", "لا يوجد", "خبر", "N/A", "n/a", "none", "None", "null", "-", "http://", "https://", "undefined", "لا/نعم يا صديقي",
     "no comments yet", "Comments: 5", "التعليقات مغلقة!"],
)  # fmt: skip
def test_words_are_no_address(words):
    """What people write where an address is missing is none, in every field that has one."""
    assert url(words) is None
    entry = rss(
        f"<title>t</title><link>{words}</link><comments>{words}</comments><enclosure url='{words}'/>"
        f"<source url='{words}'>وكالة</source><guid>{words}</guid>"
    )
    assert (entry.link, entry.comments, entry.enclosures) == (None, None, ())
    assert entry.source is not None
    assert entry.source.url is None


@pytest.mark.parametrize("number", ["0", "12", "open"])
def test_a_number_of_comments_is_no_address(number):
    """`comments` names a page (RSS 2.0); a count or a word in it is none."""
    assert rss(f"<comments>{number}</comments>").comments is None


@pytest.mark.parametrize(
    "address",
    [
        "/a/1",
        "?p=1",
        "#c",
        "a/1",
        "1.html",
        "خبر-عن-حلب",
        "قسم/خبر",
        "//cdn.example/a",
        "slug",
        "../a",
        "http://a.example/b c",
        "my file/a.jpg",
    ],
)
def test_relative_addresses_are_addresses(address):
    """A path, a query, a slug, a file, also one with a space in it."""
    assert url(address) == address


def test_a_host_without_a_scheme_is_a_host():
    """`www.` begins a host."""
    assert url("www.news.example/a") == "http://www.news.example/a"


BASES = {
    "the channel's page": ("<link>http://www.news.example/</link>", "", "http://www.news.example/a/1"),
    "xml:base": (
        "<link>http://www.news.example/</link>",
        " xml:base='http://base.example/x/'",
        "http://base.example/a/1",
    ),
    "the document": ("", "", "http://feeds.other.example/a/1"),
    "a page that is relative itself": ("<link>/home</link>", "", "http://feeds.other.example/a/1"),
    "words for a page": ("<link>لا يوجد</link>", "", "http://feeds.other.example/a/1"),
}


@pytest.mark.parametrize("name", BASES)
def test_what_links_are_relative_to(name):
    """`xml:base`, else the channel's page where it is absolute, else the document."""
    link, more, expected = BASES[name]
    entry = rss("<title>t</title><link>/a/1</link><enclosure url='/a.mp3'/>", link, more)
    assert urljoin(entry.base or "", entry.link or "") == expected
    entry = rss("<title>t</title><enclosure url='/a.mp3'/>", link, more)
    assert entry.base == {"xml:base": "http://base.example/x/", "the channel's page": "http://www.news.example/"}.get(
        name, entry.base
    )


def test_atom_links_are_relative_to_the_page_too():
    """An alternate link of the feed is its page; `xml:base` comes first (RFC 4287, 2)."""
    feed = "<feed xmlns='http://www.w3.org/2005/Atom'{}><link href='http://www.news.example/'/><entry><id>1</id><link href='/a/1'/></entry></feed>"
    assert read(feed.format("")).entries[0].base == "http://www.news.example/a/1"
    assert read(feed.format(" xml:base='http://base.example/'")).entries[0].base == "http://base.example/"


def json_entry(**item: Any) -> Entry:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [{"id": "1"} | item]}
    return read(json.dumps(feed), "jsonfeed").entries[0]


@pytest.mark.parametrize(
    ("item", "authors"),
    [
        ({"authors": ["محمد علي"]}, ("محمد علي",)),
        ({"authors": "محمد علي"}, ("محمد علي",)),
        ({"author": "محمد علي"}, ("محمد علي",)),
        ({"author": [{"name": "محمد علي"}, "سلمى"]}, ("محمد علي", "سلمى")),
        ({"authors": {"name": "محمد علي"}}, ("محمد علي",)),
        ({"authors": [None, 3, {"name": None}, {"name": "سلمى"}]}, ("سلمى",)),
        ({"authors": [{"url": "http://a.test/"}], "author": {"name": "سلمى"}}, ("سلمى",)),
        ({"authors": []}, ()),
    ],
)
def test_authors_in_every_shape(item, authors):
    """Texts and objects, alone and in lists."""
    assert json_entry(**item).authors == authors


@pytest.mark.parametrize(
    ("tags", "terms"),
    [
        ("سياسة", ["سياسة"]),
        ("سياسة، اقتصاد; رياضة", ["سياسة", "اقتصاد", "رياضة"]),
        ([{"name": "سياسة"}, "اقتصاد", None], ["سياسة", "اقتصاد"]),
        ({"term": "سياسة"}, ["سياسة"]),
        (None, []),
        (True, []),
    ],
)
def test_tags_in_every_shape(tags, terms):
    """A list, one text, objects."""
    assert [category.term for category in json_entry(tags=tags).categories] == terms


@pytest.mark.parametrize(
    "image",
    ["http://a.test/a.jpg", {"url": "http://a.test/a.jpg"}, ["http://a.test/a.jpg"], [{"src": "http://a.test/a.jpg"}]],
)
def test_pictures_in_every_shape(image):
    """A text, an object, a list of either."""
    assert [image.url for image in json_entry(image=image).images] == ["http://a.test/a.jpg"]


@pytest.mark.parametrize("wrong", [5, True, None, [], {}, [[]], {"url": {}}, "لا صورة"])
def test_a_value_of_the_wrong_type_costs_itself(wrong):
    """The item stays, whatever one of its values is."""
    entry = json_entry(title="خبر", image=wrong, url=wrong, authors=wrong, attachments=wrong, content_html=[wrong])
    assert (entry.title, entry.images, entry.link, entry.enclosures) == ("خبر", (), None, ())


def test_addresses_of_a_json_feed_are_absolute():
    """The page and the feed's own address are relative to the document, items to the page."""
    feed: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/1"}]}
    channel = read(json.dumps(feed | {"home_page_url": "/home", "feed_url": "feed.json"}), "jsonfeed")
    assert (channel.homepage, channel.self_url) == (
        "http://feeds.other.example/home",
        "http://feeds.other.example/feed.json",
    )
    channel = read(json.dumps(feed | {"home_page_url": "https://site.example/"}), "jsonfeed")
    assert channel.entries[0].base == "https://site.example/1"


BROKEN_JSON = {
    "commas at the end": ('[{"id": "1", "title": "a,]",}, {"id": "2", "title": "b"},]', ["a,]", "b"], 0),
    "an unknown escape": ('[{"id": "1", "title": "don\\\'t"}]', ["don't"], 0),
    "a quote in a text": (
        '[{"id": "1", "title": "a"}, {"id": "2", "title": "b "c" d"}, {"id": "3", "title": "e"}]',
        ["a", "e"],
        1,
    ),
    "an item that is a text": ('[{"id": "1", "title": "a"}, "x", null]', ["a"], 2),
    "a break": ('[{"id": "1", "title": "a"}, {"id": "2", "ti', ["a"], 1),
    "an object of items": ('{"0": {"id": "1", "title": "a"}}', ["a"], 0),
}


@pytest.mark.parametrize("name", BROKEN_JSON)
def test_one_bad_item_of_a_json_feed_costs_itself(name):
    """Slips of writing cost nothing, a broken item itself, and what was lost is counted."""
    items, titles, lost = BROKEN_JSON[name]
    end = "" if name == "a break" else "}"
    channel = read(f'{{"version": "https://jsonfeed.org/version/1.1", "items": {items}{end}', "jsonfeed")
    assert [entry.title for entry in channel.entries] == titles
    assert len(channel.skipped) == lost


def test_misread_arabic_in_escapes_goes_back():
    """JSON writes the letters of misread text as escapes."""
    wrong = "قال الوزير".encode().decode("latin-1")
    assert json_entry(title=wrong).title == "قال الوزير"
