import json

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicator.model import Category, Enclosure, Image, Reference
from syndicator.publish.render import FORMATS
from syndicator.text.html import sanitise
from syndicator.text.url import Url
from tests.support.articles import article, edition, feed, publisher

ILLEGAL = [
    *(chr(code) for code in range(32) if code not in (9, 10, 13)),
    "\ud800",
    "\udfff",
    "\ufffe",
    "\uffff",
]
NASTY = [
    "]]>",
    "<![CDATA[",
    "</item></channel></rss>",
    "</entry></feed>",
    '"}]}',
    "&lol;",
    "<!DOCTYPE x>",
    "\u202e\u2066\u200f",
    "\U0001f600\U0010ffff",
    "\x7f\x85\x9f\u2028\u2029\ufdd0",
    "{}%s",
    "عنوان",
]


def read(made, extension):
    """Ids, titles and addresses as a reader finds them, the document well-formed by a strict parser."""
    body = FORMATS[extension].render(made)
    if extension == "json":
        found = json.loads(body.decode("utf-8"))["items"]
        return [(each["id"], each["title"], each["url"]) for each in found]
    etree.fromstring(body, etree.XMLParser(huge_tree=True))
    parsed = feedparser.parse(body)
    assert not parsed.bozo
    return [(each.id, each.title, each.link) for each in parsed.entries]


def poisoned(text):
    """An article with this text wherever a stranger's text can be."""
    return article(
        2,
        title=text,
        summary=text,
        body=sanitise(f"<p>{text}</p>"),
        authors=(text, text),
        language=text,
        url=Url("https://nahr.example.com/2" + text),
        images=(Image(url="https://e.example/" + text, caption=text, credit=text, alt=text, width=-1, height=0),),
        enclosures=(Enclosure(url="https://e.example/" + text, type=text, length=-5, title=text, duration=-1),),
        categories=(Category(term=text, scheme=text, label=text),),
        source=Reference(title=text, url="https://e.example/" + text),
        comments="https://e.example/" + text,
        geo=(float("inf"), float("nan")),
        topics=(text,),
        places=(text,),
        people=(text,),
    )


def expected(extension):
    return [read(edition(article(number)), extension)[0] for number in (1, 3)]


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("text", [*ILLEGAL, *NASTY, "".join(ILLEGAL) * 3, "".join(NASTY)], ids=ascii)
def test_one_hostile_article_costs_no_other(extension, text):
    """C05: Whatever one article holds, the feed is well-formed and its neighbours are as they would be without it."""
    found = read(edition(article(1), poisoned(text), article(3)), extension)
    assert len(found) == 3
    assert [found[0], found[2]] == expected(extension)
    assert found[1][0] == f"urn:uuid:{article(2).id}"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.sampled_from(ILLEGAL + NASTY),
            st.text(st.characters(), max_size=8),
            st.characters(categories=["Cs"]),
            st.characters(categories=["Cc"]),
        ),
        max_size=8,
    ).map("".join)
)
def test_any_text_at_all(text):
    """C05: The same for any text that can be in a Python string, in every format."""
    for extension in FORMATS:
        found = read(edition(article(1), poisoned(text), article(3)), extension)
        assert [found[0], found[2]] == expected(extension)


@pytest.mark.parametrize("extension", FORMATS)
def test_a_title_of_a_million_characters(extension):
    """C05: A huge title is one item's matter: it is served, and its neighbours are whole."""
    found = read(edition(article(1), article(2, title="طويل " * 200_000), article(3)), extension)
    assert [found[0], found[2]] == expected(extension)
    assert len(found[1][1]) > 900_000


@pytest.mark.parametrize("extension", FORMATS)
def test_hostile_definitions(extension):
    """The feed's and the publishers' own words pass through the same cleaning."""
    text = "".join(ILLEGAL) + "]]><b>&"
    made = edition(
        article(1),
        feed=feed(title=text, description=text),
        publishers={"nahr": publisher(title=text, homepage="https://e.example/" + text)},
    )
    assert read(made, extension) == expected(extension)[:1]


def test_a_feed_without_words():
    """A feed whose title and description are nothing but forbidden characters is still a feed, named by its path."""
    made = edition(article(1), feed=feed(title="\x00", description="\x01"))
    assert feedparser.parse(FORMATS["rss"].render(made)).feed.title == "countries/syria"
    assert feedparser.parse(FORMATS["atom"].render(made)).feed.title == "countries/syria"
    assert json.loads(FORMATS["json"].render(made))["title"] == "countries/syria"
