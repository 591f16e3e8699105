"""Caption and credit in a line, and pictures in HTML."""

import pickle
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.credits import reads_as_caption
from syndicator.text.figures import WIDEST, figures, split_credit

DATA = Path(__file__).parents[2] / "data" / "text"
LINES = tomllib.loads((DATA / "credits.toml").read_text())["line"]
CASES = tomllib.loads((DATA / "figures.toml").read_text())["case"]
BASE = "https://news.example.org/a/page"

words = st.text(st.characters(codec="utf-8"), max_size=200)
pieces = st.sampled_from(
    [
        "المصدر: ",
        "تصوير:",
        "©",
        "(رويترز)",
        "[أ ف ب]",
        "AFP/",
        " - ",
        ". ",
        "Photo by ",
        "صورة",
        "قافلة مياه",
        "/",
        "\n",
    ]
)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["text"][:40])
def test_caption_and_credit_are_told_apart(line):
    """A line's caption and credit are what a reader would say they are."""
    assert split_credit(line["text"]) == (line.get("caption"), line.get("credit"))


@given(st.lists(pieces | words, max_size=12).map("".join))
def test_a_split_invents_nothing(text):
    """Caption and credit are pieces of the line, in any order, and never empty strings."""
    line = " ".join(text.replace("\xa0", " ").split())
    for part in split_credit(text):
        assert part is None or (part and part in line)


@given(st.lists(pieces | words, max_size=12).map("".join))
def test_a_caption_gives_no_second_caption(text):
    """What stands alone as a caption has a credit."""
    if reads_as_caption(text):
        assert split_credit(text)[1]


@pytest.mark.parametrize("line", ["رويترز", "الجزيرة", "دمشق (سانا)", "أكد الوزير الخبر."])
def test_an_agency_alone_is_no_caption_line(line):
    """An agency's name or a dateline that stands alone in a body is not taken for a caption."""
    assert not reads_as_caption(line)


def test_a_long_line_is_no_caption_with_credit():
    """A paragraph is left whole, in linear time, whatever it holds."""
    text = "وقال المصدر إن " * 20_000 + "المصدر: رويترز"
    assert split_credit(text) == (text, None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["rule"])
def test_figures_of_html(case):
    """Pictures with their best address, caption, credit and size, in document order; furniture is no picture."""
    found = [
        {name: value for name, value in asdict(one).items() if value is not None} for one in figures(case["html"], BASE)
    ]
    assert found == case["figures"]


@given(st.lists(st.integers(1, 6000), min_size=1, max_size=8, unique=True))
def test_the_widest_that_is_sensible(widths):
    """Of a srcset the widest up to the limit is taken, else the narrowest."""
    html = f'<img srcset="{", ".join(f"/w{width}.jpg {width}w" for width in widths)}">'
    sensible = [width for width in widths if width <= WIDEST]
    (figure,) = figures(html, BASE)
    assert figure.width == (max(sensible) if sensible else min(widths))


def test_without_a_base_only_absolute_addresses():
    """A relative address without a base leads nowhere and is dropped."""
    assert [one.url for one in figures('<img src="/a.jpg"><img src="https://e.org/b.jpg">', None)] == [
        "https://e.org/b.jpg"
    ]


@given(
    st.lists(
        st.sampled_from(
            [
                "<img src=a.jpg>",
                "<figure>",
                "</figure>",
                "<figcaption>",
                "<table><tr><td>",
                "</table>",
                "<picture>",
                "<source srcset='b 2x'>",
                "<noscript>",
                "</noscript>",
                "<p class=caption>",
                "x",
                "<!--",
                "\x00",
                "&#0;",
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_any_html_gives_picklable_figures(html):
    """No HTML raises, and what comes back crosses a process boundary."""
    found = figures(html, BASE)
    assert pickle.loads(pickle.dumps(found)) == found
    assert len({one.url for one in found}) == len(found)
