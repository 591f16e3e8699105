"""One picture has one key in all its addresses; two pictures have two."""

from itertools import combinations
from pathlib import Path

import pytest

from syndicator.text.pictures import picture_key, same_picture, without_noise

DATA = Path(__file__).parents[2] / "data" / "text" / "pictures"
ONE = [block.split("\n") for block in (DATA / "same.txt").read_text("utf-8").strip().split("\n\n")]
MANY = [block.split("\n") for block in (DATA / "different.txt").read_text("utf-8").strip().split("\n\n")]


@pytest.mark.parametrize("block", ONE, ids=lambda block: block[0][2:40])
def test_sizes_formats_and_tokens_of_one_picture_have_one_key(block: list[str]) -> None:
    """A size, a crop, a format, a server's number or a token does not make another picture."""
    assert len({picture_key(url) for url in block[1:]}) == 1


@pytest.mark.parametrize("block", MANY, ids=lambda block: block[0][2:40])
def test_what_names_a_picture_stays(block: list[str]) -> None:
    """Numbers, folders, dates and ids name pictures: what differs in them is not the same."""
    for one, other in combinations(block[1:], 2):
        assert not same_picture(one, other)


def test_html_that_differs_in_tokens_and_sizes_of_pictures_only_is_equal_without_noise() -> None:
    """A changed token in a picture's address is no change of a text; another picture is."""
    html = '<p>نص</p><img src="https://n.example/a{}" alt="" width="{}"><a href="https://n.example/a.jpg?t={}">ص</a>'
    first = without_noise(html.format(".jpg?token=a&amp;w=1", 600, 1))
    assert first == without_noise(html.format("-300x200.jpg?token=b", 300, 2))
    assert first != without_noise(html.format("1.jpg", 600, 1))


def test_links_to_pages_and_words_stay_as_they_are_without_noise() -> None:
    """Only pictures' addresses are looked at: a link's query and a sentence stay to the letter."""
    html = '<p>src="https://n.example/a.jpg?t=1"</p><a href="https://n.example/p?t=1">a</a><img src="x.jpg">'
    assert without_noise(html).startswith(html.partition("<img")[0])
