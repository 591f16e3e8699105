import re
import tomllib
from pathlib import Path

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.model import Category, Enclosure, Image
from syndicator.publish.render import content
from syndicator.text.html import sanitise, text_of
from tests.support.articles import article, edition

DATA = Path(__file__).parents[2] / "data" / "render"


def cases(name):
    listed = tomllib.loads((DATA / name).read_text("utf-8"))["case"]
    return [pytest.param(case, id=case["rule"]) for case in listed]


@pytest.mark.parametrize("case", cases("isolate.toml"))
def test_latin_runs_are_isolated(case):
    """Latin runs in a right-to-left text are isolated and nothing else changes; twice is as good as once."""
    made = content.isolate(case["html"])
    assert made == case["expected"]
    assert content.isolate(made) == made


@given(st.text(alphabet="abزس م<>&\"'/=;.-1(]", max_size=60), st.sampled_from(["<p>{}</p>", "<ul><li>{}<b>x</b>"]))
def test_isolation_keeps_the_text(raw, frame):
    """Whatever HTML is safe keeps its text, its tags and its well-formedness through isolation."""
    safe = sanitise(frame.format(raw))
    made = content.isolate(safe)
    assert content.isolate(made) == made
    assert re.sub(r"</?bdi>", "", made) == re.sub(r"</?bdi>", "", safe)
    tree = html5lib.parseFragment(made, namespaceHTMLElements=False)
    assert "".join(tree.itertext()) == "".join(html5lib.parseFragment(safe, namespaceHTMLElements=False).itertext())


@pytest.mark.parametrize("case", cases("pictures.toml"))
def test_lead_picture_is_shown_once(case):
    """The lead picture stands before the body unless the body shows the same picture, in whatever size."""
    made = content.article_html(article(body=case["body"], images=(Image(url=case["url"], caption="تعليق"),)))
    assert ("<figcaption>تعليق</figcaption>" in made) is not case["shown"]


def test_article_stands_in_its_direction_and_language():
    """The HTML says its direction and language itself: a reader knows neither."""
    assert content.article_html(article(language="ar-SY")).startswith('<div dir="rtl" lang="ar-SY">')
    assert content.article_html(article(language="en")).startswith('<div dir="ltr" lang="en">')
    assert content.article_html(article(language='x"><script>')).startswith('<div dir="auto">')
    assert content.article_html(article(language="und")).startswith('<div dir="auto"><figure>')


def test_left_to_right_article_is_not_isolated():
    """Latin text in a left-to-right article is at home."""
    assert "<bdi>" not in content.article_html(article(language="en", body=sanitise("<p>Hello</p>"), images=()))


def test_caption_and_credit_are_text():
    """A caption, credit or alt that looks like markup is shown, never obeyed."""
    image = Image(
        url="https://e.example/a.jpg?x=\"'&y", caption="<b>أ</b> & ب", credit="</figure><script>", alt='"><i>'
    )
    made = content.article_html(article(images=(image,)))
    assert "<script>" not in made
    assert "<b>" not in made
    figure = html5lib.parseFragment(made, namespaceHTMLElements=False)[0][0]
    assert figure.find("img").attrib == {"src": image.url, "alt": image.alt}
    assert "".join(figure.find("figcaption").itertext()) == "<b>أ</b> & ب </figure><script>"


def test_summary_stands_in_for_a_body():
    """An article without a body shows its summary, escaped, as a paragraph; one without both shows nothing."""
    shown = content.article_html(article(body=sanitise(""), summary="1 < 2", images=()))
    assert shown == '<div dir="rtl" lang="ar"><p>1 &lt; 2</p></div>'
    assert text_of(content.article_html(article(body=sanitise(""), summary="", images=()))) == ""


@pytest.mark.parametrize(
    ("language", "title", "shown"),
    [
        ("ar", "UNICEF في الرقة", "\u200fUNICEF في الرقة"),
        ("ar", "«3M» تفتح مصنعا", "\u200f«3M» تفتح مصنعا"),
        ("ar", "الرقة: UNICEF", "الرقة: UNICEF"),
        ("ar", "\u200fUNICEF في الرقة", "\u200fUNICEF في الرقة"),
        ("ar", "2026", "2026"),
        ("en", "UNICEF in Raqqa", "UNICEF in Raqqa"),
        ("und", "UNICEF in Raqqa", "UNICEF in Raqqa"),
    ],
)
def test_title_that_begins_in_latin(language, title, shown):
    """A title that begins in Latin in a right-to-left article gets U+200F in front, once and only there."""
    assert content.title(article(language=language, title=title)) == shown


def test_title_is_never_empty():
    """An article without a title is shown by its summary, else by its address: both formats demand a title."""
    assert content.title(article(title=" ", summary="خبر قصير")) == "خبر قصير"
    assert content.title(article(title="", summary="")).lstrip("\u200f") == article().url


def test_categories_once_each():
    """Topics first under our scheme; each category once and none empty; a scheme is an address or absent."""
    given_twice = article(
        topics=("health",),
        categories=(
            Category(term="صحة"),
            Category(term="صحة"),
            Category(term=" "),
            Category(term="طب", scheme="section one"),
        ),
    )
    made = content.categories(edition(given_twice), given_twice)
    assert [(each.term, each.scheme) for each in made] == [
        ("health", "https://feeds.example.org/topics/"),
        ("صحة", None),
        ("طب", None),
    ]


@pytest.mark.parametrize(
    ("enclosure", "expected"),
    [
        (Enclosure(url="https://e.example/a.mp3?x=1.pdf", type="nonsense"), "audio/mpeg"),
        (Enclosure(url="https://e.example/a.MP4#t=1", type=None), "video/mp4"),
        (Enclosure(url="https://e.example/a.mp3", type="audio/x-m4a"), "audio/x-m4a"),
        (Enclosure(url="https://e.example/a", type=""), "application/octet-stream"),
    ],
)
def test_media_type_is_always_one(enclosure, expected):
    """An enclosure's type is a media type even when its publisher gave none or nonsense."""
    assert content.media_type(enclosure) == expected


@pytest.mark.parametrize(
    ("geo", "expected"),
    [
        ((33.5138, 36.2765), (33.5138, 36.2765)),
        ((0.0, 0.0), (0.0, 0.0)),
        ((float("nan"), 36.0), None),
        ((91.0, 0.0), None),
        (None, None),
    ],
)
def test_impossible_places_are_left_out(geo, expected):
    """A place that is not on the globe is no place: NaN would break the JSON of the whole feed."""
    assert content.point(article(geo=geo)) == expected
