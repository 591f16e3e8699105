"""Trackers, placeholders and furniture by their addresses, and the best of a picture's addresses."""

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.figures import Figure
from syndicator.text.pictures import (
    is_furniture,
    is_invisible,
    is_pixel,
    is_placeholder,
    is_tracker,
    one_each,
    picture_key,
    shows,
)
from syndicator.text.sizes import stated_width

KINDS = tomllib.loads((Path(__file__).parents[2] / "data/text/pictures/kinds.toml").read_text("utf-8"))
TELLS = {"tracker": is_tracker, "placeholder": is_placeholder, "furniture": is_furniture}
UP = "https://n.example/wp-content/uploads/2026/10/"


@pytest.mark.parametrize(("kind", "url"), [(kind, url) for kind in TELLS for url in KINDS[kind]["yes"]])
def test_what_is_no_picture_of_an_article_is_known_by_its_address(kind: str, url: str) -> None:
    """Counters, stand-ins and the site's own signs never show as an article's picture."""
    assert TELLS[kind](url)
    assert not shows(url)


@pytest.mark.parametrize(("kind", "url"), [(kind, url) for kind in TELLS for url in KINDS[kind]["no"]])
def test_a_picture_with_such_a_word_in_its_name_is_a_picture(kind: str, url: str) -> None:
    """A word in a name is no proof: all words of it must be such words."""
    assert not TELLS[kind](url)


@pytest.mark.parametrize("style", ["width:1px", "color:red; HEIGHT : 0", "display:none", "max-width:2px!important"])
def test_a_style_can_hide_a_picture(style: str) -> None:
    """Two pixels and less, or not displayed at all."""
    assert is_invisible(style)


@pytest.mark.parametrize("style", ["", "width:100%", "width:10px", "height:200px", "border-width:1px", "width:1em"])
def test_most_styles_hide_nothing(style: str) -> None:
    """A border of one pixel and a width in percent are no pixels."""
    assert not is_invisible(style)


def test_a_pixel_has_two_pixels_at_most() -> None:
    """One way is enough; a size that is not known is none."""
    assert [is_pixel(*size) for size in ((1, 1), (600, 1), (2, None), (3, 3), (None, None))] == [1, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("url", "width"),
    [
        ("a-300x200.jpg", 300), ("a.jpg", None), ("a-scaled.jpg", 2560), ("a.jpg?w=640", 640), ("a-30x20.jpg", 30),
        ("a.jpg?resize=770%2C513", 770), ("a_16x9_1200x676.jpg", 1200), ("thumbs/a.jpg", 150), ("original/a.jpg", None),
        ("styles/large/public/a.jpg", 1024), ("w:1280/p:16x9/a.jpg", 1280), ("w_300,h_200,c_fill/v1/a.jpg", 300),
        ("photo-of-a-long-name-here.jpg", None), ("a_w650_r1.jpg", 650), ("a-300x200.jpg?w=1200", 300),
    ],
)  # fmt: skip
def test_the_width_that_an_address_tells(url: str, width: int | None) -> None:
    """A number or a word in the address; of several the smallest. No mark: the original, as far as one can know."""
    assert stated_width(UP + url) == width


def test_the_best_size_leads_with_the_words_of_all_forms() -> None:
    """The original leads, with the first caption and its credit, the first alt, where the picture stood first."""
    forms = [
        Figure(url=UP + "a-150x150.jpg", alt="جسر"),
        Figure(url=UP + "b.jpg"),
        Figure(url=UP + "a.jpg", width=1200, height=800),
        Figure(url=UP + "a-768x512.jpg", caption="الجسر من الجو", credit="رويترز"),
        Figure(url=UP + "a-300x200.jpg", caption="غير هذا", credit="غيرها"),
    ]
    assert one_each(forms) == [
        Figure(url=UP + "a.jpg", width=1200, height=800, caption="الجسر من الجو", credit="رويترز", alt="جسر"),
        forms[1],
    ]


@pytest.mark.parametrize(
    ("urls", "best"),
    [
        (["a-300x200.jpg", "a-1024x683.jpg", "a-150x150.jpg"], "a-1024x683.jpg"),
        (["a-1024x683.jpg", "a-scaled.jpg"], "a-scaled.jpg"),
        (["a.jpg?w=300", "a.jpg?w=1200", "a.jpg?w=6000"], "a.jpg?w=1200"),
        (["a.jpg?w=100", "a.jpg?w=6000"], "a.jpg?w=6000"),
        (["a-150x150.jpg", "a.jpg?token=x", "a-768x512.jpg"], "a.jpg?token=x"),
        (["a.jpg?token=x", "a.jpg?token=y"], "a.jpg?token=x"),
    ],
)
def test_the_best_address_is_the_widest_within_reason(urls: list[str], best: str) -> None:
    """Wider than any screen is worse than fitting and better than tiny; none is made up."""
    assert [one.url for one in one_each(Figure(url=UP + url) for url in urls)] == [UP + best]


@given(st.lists(st.sampled_from(["a", "b-1", "b-2"]).flatmap(
    lambda name: st.sampled_from(["", "-300x200", "-scaled"]).map(lambda size: f"{UP}{name}{size}.jpg")), max_size=12))  # fmt: skip
def test_each_picture_comes_once_in_its_first_order(urls: list[str]) -> None:
    """As many pictures as keys, in the order in which they stood first, each at an address that was written."""
    found = one_each(Figure(url=url) for url in urls)
    assert [picture_key(one.url) for one in found] == list(dict.fromkeys(map(picture_key, urls)))
    assert {one.url for one in found} <= set(urls)


@given(st.text(max_size=200))
def test_any_text_may_be_an_address(text: str) -> None:
    """No address raises."""
    for tells in (*TELLS.values(), stated_width):
        tells(text)
        tells("https://n.example/" + text)


@pytest.mark.parametrize(
    "unit", ["_cx1", ".jpg", "_w30", "http://", "-300x200", "w_1,", "thumb_", "/1", "0a", "resiz/"]
)
def test_a_long_address_takes_no_longer(unit: str) -> None:
    """Two thousand characters of marks are read in a few thousandths of a second."""
    url = ("https://n.example/" + unit * 1000)[:2040]
    start = time.process_time()
    for one in (url, url + "z", url[:2000] + "?" + "&w=1" * 9):
        picture_key(one), stated_width(one), shows(one)
    assert time.process_time() - start < 0.2
