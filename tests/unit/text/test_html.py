"""The rules of `syndicator.text.html`."""

import re
import time
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.text import html
from syndicator.text.tags import depth
from tests.support.oracle import addresses, dangers, deepest, visible_text

DATA = Path(__file__).parents[2] / "data" / "text"
BASE = "https://news.example/2024/story.html"
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([nrt0\\]))")
_SHORT = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\"}


def attacks() -> list[str]:
    lines = (DATA / "attacks.txt").read_text(encoding="utf-8").splitlines()[1:]
    return [_ESCAPE.sub(lambda m: _SHORT[m[3]] if m[3] else chr(int(m[1] or m[2], 16)), line) for line in lines]


ATTACKS = attacks()
BENIGN = sorted((DATA / "benign").glob("*.html"))

PIECES = """
<p> </p> <div> </div> <b> </b> <i> </i> <a> </a> <table> </table> <tr> <td> </td> <li> </li> <ul> </ul> <span> </span>
<dd> <dt> <svg> </svg> <math> </math> <title> </title> <style> </style> <script> </script> <select> </select> <option>
<template> </template> <button> </button> <h1> </h1> <pre> <br> <img> <!-- --> <noscript> </noscript> <foreignObject>
<mtext> <caption> <ruby> <rt> </ruby> <form> </form> <font> </font> <nobr> <object> </object> <textarea> </textarea>
<a~href="javascript:x"> <img~src=x~onerror=y> <p~="> <x~y="> <z~a=b" &lt; &amp; " ' > x ]]> <![CDATA[ <plaintext>
<iframe> </iframe> <input> <hr/> <g/> <source~src="//e.example/x"> <picture> <video>
"""
soup = st.lists(st.sampled_from([piece.replace("~", " ") for piece in PIECES.split()]), max_size=40).map("".join)
text = st.text(max_size=200)


def test_there_are_enough_attacks() -> None:
    """The collection is large, and most of it really is dangerous: a test that cannot fail proves nothing."""
    assert len(ATTACKS) >= 250
    assert sum(bool(dangers(attack)) for attack in ATTACKS) >= 300


@pytest.mark.parametrize("base", [None, BASE])
def test_no_attack_survives(base: str | None) -> None:
    """B04: Nothing that runs, fetches or names what it must not is left; cleaning again changes nothing."""
    left = {}
    for attack in ATTACKS:
        clean = html.sanitise(attack, base)
        found = dangers(clean)
        if found or html.sanitise(clean, base) != clean or html.legal(clean) != clean:
            left[attack] = (clean, found)
    assert left == {}


@settings(max_examples=300, deadline=None)
@given(soup | text)
def test_made_up_html_is_safe_and_settled(raw: str) -> None:
    """B04: Whatever the HTML, the result is safe, legal in XML, and a fixed point with and without a base."""
    clean = html.sanitise(raw, BASE)
    assert dangers(clean) == []
    assert html.sanitise(clean, BASE) == clean
    assert html.sanitise(clean) == clean
    assert html.legal(clean) == clean


@pytest.mark.parametrize("attack", ATTACKS[:: len(ATTACKS) // 60])
def test_plain_text_of_an_attack_is_one_line_without_markup(attack: str) -> None:
    """A title is text: no element of HTML is left in it, on one line, and reading it again changes nothing."""
    line = html.plain(attack)
    assert "\n" not in line
    assert "<script" not in line.lower()
    assert html.plain(line) == line


@settings(max_examples=300, deadline=None)
@given(soup | text)
def test_plain_is_a_fixed_point(raw: str) -> None:
    """`plain` of its own result is the same, legal in XML and without bidi embeddings."""
    line = html.plain(raw)
    assert html.plain(line) == line
    assert html.legal(line) == line
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\n\r\t]", line)


@settings(max_examples=200, deadline=None)
@given(soup)
def test_depth_is_not_guessed_too_low(raw: str) -> None:
    """`depth` may guess too high, never far too low: table parts, and formatting opened again, add a few levels."""
    assert deepest(raw) <= 4 * depth(raw, 10_000) + 8


NESTING = """
p div b a span li ul dl dd dt table td tr caption svg math title style script select option button h1 h2 form font
object ruby rt mtext foreignObject desc noscript textarea x video pre q blockquote
"""
TAGS = [f"<{end}{name}>" for name in NESTING.split() for end in ("", "/")]
unit = st.lists(st.sampled_from([*TAGS, "<g/>", "<div/>", "t"]), min_size=2, max_size=6)


@settings(max_examples=300, deadline=None)
@given(unit)
def test_no_pattern_nests_without_being_seen(pieces: list[str]) -> None:
    """A pattern that nests deeper with every repetition is seen to do so: what is not would cost quadratic time."""
    raw = "".join(pieces) * 30
    assert depth(raw, 10_000) >= 15 or deepest(raw) < 30


@pytest.mark.parametrize("case", BENIGN, ids=lambda path: path.stem)
def test_news_keeps_its_words(case: Path) -> None:
    """At least 99.5 % of the visible text of ordinary news survives, in its order."""
    raw = case.read_text(encoding="utf-8")
    clean = html.sanitise(raw, BASE)
    before, after = visible_text(raw), visible_text(clean)
    assert before
    same = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    assert sum(block.size for block in same) >= 0.995 * len(before)
    assert dangers(clean) == []
    assert html.sanitise(clean, BASE) == clean
    assert all(address.startswith(("http://", "https://", "mailto:")) for address in addresses(clean))


@pytest.mark.parametrize(
    "raw",
    [
        "&" * 1_000_000,
        "& " * 131_000,
        "<div>" * 100_000,
        "<div>" * 150 + "x" * 260_000,
        "<!--" * 250_000,
        "<a '" * 250_000,
        "<a b=\"' " * 100_000,
        "<svg><title>" * 20_000,
        "<script>" * 100_000,
        '<p>"' * 60_000,
        "".join(f"<p><font size={n}>" for n in range(12_000)),
        "<table><td>" * 20_000,
        "<select><option>" * 16_000,
        '<p style="' + "a" * 250_000,
        "\u00a0" * 131_000,
        "<" * 262_000,
        "<img src=https://e.example/x>" * 9_000,
    ],
    ids=lambda raw: raw[:14],
)
def test_traps_cost_less_than_two_seconds(raw: str) -> None:
    """Input made to cost quadratic time is answered in linear time, in every function."""
    begin = time.process_time()
    html.sanitise(raw)
    html.plain(raw)
    html.text_of(raw)
    assert time.process_time() - begin < 2.0


def test_too_deep_or_too_long_keeps_the_words() -> None:
    """Beyond the limits the markup goes and the words stay, escaped, and this too is settled."""
    for raw in ("<div>" * 300 + "خبر <b>&lt;i&gt;</b>", "<p>كلمة</p>" * 30_000):
        clean = html.sanitise(raw)
        assert clean.startswith("<p>")
        assert "<div" not in clean
        assert "<b" not in clean.replace("<br>", "")
        assert html.sanitise(clean) == clean
    assert html.sanitise("<div>" * 300 + "خبر <b>&lt;i&gt;</b>") == "<p>خبر &lt;i&gt;</p>"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('<img src="/a.jpg">', "https://news.example/a.jpg"),
        ('<img src="b.jpg">', "https://news.example/2024/b.jpg"),
        ('<img src="//cdn.example/c.jpg">', "https://cdn.example/c.jpg"),
        ('<a href="?p=2">x</a>', "https://news.example/2024/story.html?p=2"),
        ('<a href="#top">x</a>', "https://news.example/2024/story.html#top"),
        ('<a href="mailto:desk@news.example">x</a>', "mailto:desk@news.example"),
    ],
)
def test_addresses_are_absolute_or_removed(raw: str, expected: str) -> None:
    """A relative address is resolved against the base; without one it is removed."""
    assert addresses(html.sanitise(raw, BASE)) == [expected]
    assert addresses(html.sanitise(raw)) == ([expected] if expected.startswith("mailto:") else [])


@pytest.mark.parametrize(
    "raw",
    [
        '<img src="https://e.example/x.gif" width="1" height="1">',
        '<img src="https://e.example/x.gif" height=0>',
        '<img src="https://pixel.wp.com/g.gif?host=x">',
        '<img src="https://e.example/x.gif" style="display:none">',
        '<img src="https://e.example/x.gif" style="width:1px; height:1px">',
        '<img alt="x">',
    ],
)
def test_counting_pictures_are_dropped(raw: str) -> None:
    """Pictures of one pixel, hidden pictures, known counters and pictures without an address go."""
    assert html.sanitise(f"<p>خبر {raw}</p>") == "<p>خبر </p>"


def test_pictures_and_links_are_polite() -> None:
    """Pictures load late and tell nobody where they are shown; links give no handle on the window."""
    clean = html.sanitise('<img src="https://e.example/x.jpg" width="90" height="60" alt="س" style="float:right">')
    assert clean == (
        '<img src="https://e.example/x.jpg" width="90" height="60" alt="س" loading="lazy" referrerpolicy="no-referrer">'
    )
    assert html.sanitise('<a href="https://e.example/" rel="x">y</a>') == (
        '<a href="https://e.example/" rel="noopener noreferrer">y</a>'
    )


def test_direction_and_language_stay() -> None:
    """`dir` and `lang` are kept where they mean something."""
    raw = '<div dir="RTL" lang="ar"><p dir="left" lang="?">س</p><bdo dir="ltr">x</bdo></div>'
    assert html.sanitise(raw) == '<div dir="rtl" lang="ar"><p>س</p><bdo dir="ltr">x</bdo></div>'


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("AT&T", "AT&T"),
        ("AT&amp;T", "AT&T"),
        ("1 < 2", "1 < 2"),
        ("1 &lt; 2 &gt; 0", "1 < 2 > 0"),
        ("a <b", "a <b"),
        ("علي <ali@news.example>", "علي <ali@news.example>"),
        ("<b>عاجل</b>: خبر", "عاجل: خبر"),
        ("&lt;b&gt;عاجل&lt;/b&gt;", "عاجل"),
        ("&amp;lt;b&amp;gt;عاجل&amp;lt;/b&amp;gt;", "عاجل"),
        ("&amp;quot;عاجل&amp;quot;", '"عاجل"'),
        ("<![CDATA[خبر & آخر]]>", "خبر & آخر"),
        ("  خبر\n\t جديد\u00a0هنا ", "خبر جديد هنا"),
        ("\u202bخبر\u202c \u2067x\u2069\u200b\ufeff", "خبر x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a<br>b<p>c</p>", "a b c"),
        ("x<script>alert(1)</script>y", "xy"),
        ("cafe\u0301", "café"),
        ("a\x00b\x0bc\ufffed\ud800e", "abcde"),
        ("?a=1&copy=2&lt=3", "?a=1&copy=2&lt=3"),
        ("&#x202e;x&#8203;", "x"),
        ("سعر < 5 > 3", "سعر < 5 > 3"),
        ("a <b and c> d <x = y> z", "a d <x = y> z"),
        ("<image src=x onerror=alert(1)>خبر", "خبر"),
        ("<x onclick=alert(1)>خبر", "خبر"),
        ("<mi/xlink:href='javascript:x'>خبر", "خبر"),
        ("", ""),
    ],
)
def test_plain(raw: str, expected: str) -> None:
    """Titles and authors: markup off, entities decoded however often they were escaped, all else as written."""
    assert html.plain(raw) == expected


def test_text_of_and_back() -> None:
    """Paragraphs and line breaks go to text and come back."""
    markup = "<h2>عنوان</h2><p>سطر أول<br>سطر ثان &amp; &lt;ثالث&gt;</p><ul><li>1</li><li>2</li></ul><style>x</style>"
    text = "عنوان\n\nسطر أول\nسطر ثان & <ثالث>\n\n1\n2"
    assert html.text_of(markup) == text
    assert html.from_text(text) == ("<p>عنوان</p><p>سطر أول<br>سطر ثان &amp; &lt;ثالث&gt;</p><p>1<br>2</p>")
    assert html.from_text("") == html.EMPTY == html.sanitise("") == html.sanitise("<p> </p>")


@settings(max_examples=200, deadline=None)
@given(text)
def test_text_survives_as_html(raw: str) -> None:
    """What `from_text` makes is what `sanitise` would leave, and reads as the same text again."""
    made = html.from_text(raw)
    assert html.sanitise(made) == made
    assert html.from_text(html.text_of(made)) == made


def test_only_characters_of_xml_pass() -> None:
    """B07: Every character that XML 1.0 forbids or advises against is dropped and no other, in references as well."""
    allowed = {0x9, 0xA, 0xD, *range(0x20, 0x7F), *range(0xA0, 0xD800), *range(0xE000, 0xFDD0), *range(0xFDF0, 0xFFFE)}
    everything = "".join(map(chr, range(0x10000)))
    assert html.legal(everything) == "".join(map(chr, sorted(allowed)))
    assert html.legal("\U0001f600\U0001fffe\U0010ffff") == "\U0001f600"
    for code in (0x0, 0x1, 0xB, 0x1F, 0xFFFE, 0xFFFF, 0xD800):
        assert html.legal(found := html.sanitise(f"<p>a&#{code};&#x{code:x};b</p>")) == found


def test_sources_without_an_address_go() -> None:
    """A `source` that had a `srcset` only says nothing any more."""
    picture = '<picture><source srcset="a.webp" type="image/webp"><img src="a.jpg"></picture>'
    assert "<source" not in html.sanitise(picture, BASE)
    assert "<source" in html.sanitise('<video controls><source src="a.mp4" type="video/mp4"></video>', BASE)


def test_the_same_html_gives_the_same_bytes() -> None:
    """No order of attributes is left to chance: revisions are compared by their bytes."""
    raw = '<p><img height="9" alt="b" src="/a" width="9" title="t"><a hreflang="ar" href="/b" title="t">c</a></p>'
    assert len({html.sanitise(raw, BASE) for _ in range(50)}) == 1
