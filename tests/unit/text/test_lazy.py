"""Pictures that load late keep their place in a text, at their real address, exactly once."""

import re
import time
import tomllib
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.figures import figures
from syndicator.text.html import sanitise, text_of
from syndicator.text.lazy import srcset, with_addresses

CASES = tomllib.loads((Path(__file__).parents[2] / "data/text/pictures/lazy.toml").read_text("utf-8"))["case"]
BASE = "https://n.example/a/"
STAND_INS = ("data:image/gif;base64,R0lGODlhAQABAAAAACw=", "/lazyload.gif", "/blank.gif", "", "#", "about:blank")


def shown(html: str) -> list[str]:
    """The addresses of the pictures in a text that is safe."""
    return [unescape(url) for url in re.findall(r'<img src="([^"]*)"', html)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["rule"])
def test_a_text_shows_what_its_reader_would_have_seen(case: dict[str, object]) -> None:
    """Real addresses in place of stand-ins; nothing that counts or fills; what is no lazy picture stays as it is."""
    safe = sanitise(str(case["html"]), BASE)
    assert shown(safe) == case["shown"]
    assert sanitise(safe, BASE) == safe


def late(name: str, way: int, stand_in: str) -> str:
    """One picture as one of the scripts in use writes it."""
    url = f"/up/{name}.jpg"
    return (
        f'<img src="{url}" alt="">',
        f'<img src="{stand_in}" data-src="{url}">',
        f'<img class="lazy" data-lazy-src="{url}" src="{stand_in}">',
        f'<img src="{stand_in}" data-original="{url}"><noscript><img src="{url}"></noscript>',
        f'<noscript><img src="{url}"></noscript><img src="{stand_in}" data-src="{url}">',
        f'<img src="{stand_in}"><noscript><img src="{url}"></noscript>',
        f'<img src="{stand_in}" data-srcset="/up/{name}-300x200.jpg 300w, {url} 900w">',
        f'<picture><source data-srcset="{url} 900w"><img src="{stand_in}"></picture>',
        f'<amp-img src="{url}" width="600" height="400"><noscript><img src="{url}"></noscript></amp-img>',
        f'<img src="{stand_in}" data-orig-file="{url}">',
    )[way]


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 9), st.sampled_from(STAND_INS)),
        max_size=6,
        unique_by=lambda one: one[0],
    )
)
def test_each_picture_stands_once_in_its_place(written: list[tuple[str, int, str]]) -> None:
    """In whatever way each picture is written, the text shows all of them once, in order, between its paragraphs."""
    pieces = [f"<p>فقرة {name}</p><figure>{late(name, way, stand_in)}</figure>" for name, way, stand_in in written]
    safe = sanitise("".join(pieces) + "<p>خاتمة</p>", BASE)
    assert shown(safe) == [f"https://n.example/up/{name}.jpg" for name, _, _ in written]
    assert text_of(safe).split("\n\n") == [*(f"فقرة {name}" for name, _, _ in written), "خاتمة"]
    assert sanitise(safe, BASE) == safe
    assert [figure.url for figure in figures("".join(pieces), BASE)] == shown(safe)


@given(st.lists(st.sampled_from([
    "<img ", "src=", "data-src=", '"', "'", ">", "/a.jpg", " ", "<noscript>", "</noscript>", "<p>", "srcset=", "x", "<!--",
    "-->", "<picture>", "<source ", "</picture>", "data:,", "<amp-img ", "javascript:x", "&quot;", "<script>", "1w,",
]), max_size=40).map("".join))  # fmt: skip
def test_any_html_stays_safe_and_settled(html: str) -> None:
    """Whatever stands there: no script address comes out, and cleaning again changes nothing."""
    safe = sanitise(html, BASE)
    assert sanitise(safe, BASE) == safe
    assert "javascript:" not in "".join(re.findall(r'(?:src|href)="([^"]*)"', safe))


@given(st.text(max_size=200))
def test_without_lazy_pictures_nothing_is_touched(text: str) -> None:
    """A text that has no picture that loads late is handed back as it came."""
    html = (
        f'<p>data-src srcset</p><img src="/a.jpg" alt=""><p title="{text.replace(chr(34), "").replace("<", "")}">x</p>'
    )
    assert with_addresses(html) == html


def test_a_srcset_is_read_as_browsers_do() -> None:
    """Commas inside addresses belong to them; a density tells no width."""
    assert list(srcset("/w_3,c_1/a.jpg 300w, b.jpg 2x,c.jpg , d.jpg 640w 400h")) == [
        ("/w_3,c_1/a.jpg", 300),
        ("b.jpg", None),
        ("c.jpg", None),
        ("d.jpg", 640),
    ]


@pytest.mark.parametrize(
    "unit",
    ['<img data-src="', "<img data-src=a ", "<noscript>", "<noscript><img src=a.jpg></noscript>", "<script><img data-src=a>",
     '<img srcset="' + "," * 300 + '">', '<source srcset="a.jpg 1w">', "<amp-img src=a.jpg>", "<img data-x= = = >", "<!-- data-"],
)  # fmt: skip
def test_the_time_grows_with_the_length_and_no_faster(unit: str) -> None:
    """Eight times the text takes no more than thirty times as long, whatever is left open in it."""

    def seconds(kib: int) -> float:
        html = unit * (kib * 1024 // len(unit)) + "data-"
        start = time.process_time()
        with_addresses(html)
        return time.process_time() - start

    assert seconds(256) < 30 * max(seconds(32), 0.01)
