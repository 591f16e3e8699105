"""The rules of `syndicator.text.url`."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.text import url
from tests.support.oracle import scheme

CASES = tomllib.loads((Path(__file__).parents[2] / "data" / "text" / "url.toml").read_text(encoding="utf-8"))

PIECES = """
http: https: HTTPS: // / \\ a.example خبر.example خبر %D8%AE %d8 % %zz .. . ? & = # #! utm_source=x ref=rss a=1 :80 :443
:8080 @ [::1] [ ] javascript: data: %2e%2E %2F %41 ; + ' " < > | ^ ß xn--a
"""
pieces = st.lists(st.sampled_from([*PIECES.split(), " ", "\t", "\u200b", "\u3002"]), max_size=14).map("".join)
addresses = pieces | st.text(max_size=80) | pieces.map("https://a.example/".__add__)
bases = st.none() | st.sampled_from(
    ["https://news.example/a/b.html?x=1", "http://news.example", "mailto:x", "", "//x", "https://[x/"]
)


@pytest.mark.parametrize("case", CASES["canonical"], ids=lambda case: case["raw"][:60])
def test_canonical(case: dict[str, str]) -> None:
    """One page has one spelling; what is no page has none."""
    assert url.canonical(case["raw"], case.get("base")) == case.get("is")


@pytest.mark.parametrize("case", CASES["absolute"], ids=lambda case: case["raw"][:60])
def test_absolute(case: dict[str, str]) -> None:
    """A file's address keeps its query and fragment, and is a valid URI."""
    assert url.absolute(case["raw"], case.get("base")) == case.get("is")


@pytest.mark.parametrize("case", CASES["host"], ids=lambda case: case["raw"][:60])
def test_host(case: dict[str, str]) -> None:
    """The host is lower-case ASCII without port or brackets' loss; nothing when there is none."""
    assert url.host(case["raw"]) == case["is"]


@settings(max_examples=500, deadline=None)
@given(addresses, bases)
def test_results_are_safe_and_settled(raw: str, base: str | None) -> None:
    """Whatever comes in, what goes out is printable ASCII http(s) with a host, no longer than the limit, and stays."""
    for function in (url.canonical, url.absolute):
        made = function(raw, base)
        if made is None:
            continue
        assert function(made) == made
        assert function(made, base) == made
        assert scheme(made) in ("http", "https")
        assert made.isascii()
        assert made.isprintable()
        assert not set(made) & set(' "<>\\^`{|}')
        assert len(made) <= url.LIMIT
        assert urlsplit(made).hostname
        assert urlsplit(made).username is None
        assert url.host(made)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ابتثجحخ دذرز-سشصضطظ/", min_size=1, max_size=60))
def test_raw_and_encoded_arabic_are_one_page(path: str) -> None:
    """A path in Arabic letters and the same path percent-encoded, in either case, are one address."""
    raw = "https://news.example/" + path.strip() + "x"
    encoded = "https://news.example/" + "".join(
        c if c == "/" or c == "-" else "".join(f"%{b:02x}" for b in c.encode()) for c in path.strip()
    )
    assert url.canonical(raw) == url.canonical(encoded + "x")


def test_length_is_limited() -> None:
    """More than 2,048 characters, as they are encoded, is no address; hostile lengths cost nothing."""
    assert url.canonical("https://a.example/" + "a" * (2048 - 18))
    assert url.canonical("https://a.example/" + "a" * (2049 - 18)) is None
    assert url.canonical("https://a.example/" + "خ" * 400) is None
    assert url.canonical("https://a.example/" + "../" * 1_000_000) is None
    assert url.canonical("https://" + "خ" * 3000 + ".example/") is None
    assert url.canonical("x", "https://a.example/" + "a" * 1_000_000) is None


SAME_PAGE = """
https://www.news.example/news.aspx?id=5&sid=a0 http://news.example/news.aspx?sid=b7&id=5 https://news.example:443/news.aspx?id=5
https://news.example/a/ https://news.example/a https://www.news.example/a/index.html https://m.news.example//a?utm_source=x
https://news.example/a#0 https://news.example/a#1 http://news.example:80/a#comments
https://news.example/1.html;jsessionid=0A1B https://news.example/1.html;jsessionid=FF https://news.example/1.html
https://news.example/(S(lit3py55t21z5v55vlm25s55))/n/1.aspx https://news.example/(X(1)S(abc))/n/1.aspx http://news.example/n/1.aspx
https://news.example/story?_=1764230400000 https://news.example/story?_=1764230999999 https://news.example/story?rand=0.8361
https://news.example/story?t=1764230400 https://news.example/story?t=1764230401
https://news.example/news/77?v=3 https://news.example/news/77?v=9f86d081 https://news.example/news/77?ts=20261127
https://news.example/?p=9&PHPSESSID=abc https://news.example/?PHPSESSID=5f3&p=9 https://news.example/?p=9&nocache=1
https://news.example/?b=2&a=1 https://news.example/?a=1&b=2
https://news.example/ar/1/amp/ https://amp.news.example/ar/1 https://news.example/amp/ar/1 https://news.example/ar/1?amp=1
https://news.example/f.php?f=4&t=12&sid=3f2a9c3f2a9c3f2a9c3f2a9c3f2a9c3f https://news.example/f.php?f=4&t=12
https://news.example/خبر-عن-حلب-اليوم?s=a1 https://news.example/%d8%ae%d8%a8%d8%b1-%D8%B9%D9%86-%D8%AD%D9%84%D8%A8-%D8%A7%D9%84%D9%8A%D9%88%D9%85?s=b1
https://news.example/#/news/1 http://www.news.example/#/news/1/
https://news.example/page.php?do=show&alias=aleppo-fire&sess=12ab34cd https://news.example/page.php?alias=aleppo-fire&do=show&sess=98ab34ce
https://news.example/2026/11/27/slug?t=1 https://news.example/2026/11/27/slug?t=2 https://news.example/2026/11/27/slug/?ref=home
https://news.example/7?session=1 https://news.example/7?session=2 https://news.example/7?sessid=9 https://news.example/7?token=ab
"""
OTHER_PAGES = """
https://news.example/?id=1 https://news.example/?id=2
https://news.example/?p=1 https://news.example/?p=2
https://news.example/news/1 https://news.example/news/2
https://news.example/modules.php?name=News&file=article&sid=1 https://news.example/modules.php?name=News&file=article&sid=2
https://news.example/viewtopic.php?f=4&t=1 https://news.example/viewtopic.php?f=4&t=2
https://video.example/watch?v=dQw4w9WgXcQ https://video.example/watch?v=dQw4w9WgXcR
https://video.example/watch?v=12345678901 https://video.example/watch?v=12345678902
https://news.example/read.php?s=5f3e8a1b2c3d4e5f60718293 https://news.example/read.php?s=5f3e8a1b2c3d4e5f60718294
https://news.example/?s=حلب https://news.example/?s=حمص
https://news.example/ReadNews?sid=1&lang=ar https://news.example/ReadNews?sid=2&lang=ar
https://news.example/p/AbC https://news.example/p/aBc
https://news.example/#/news/1 https://news.example/#/news/2
https://ar.news.example/1 https://en.news.example/1
https://news.example:8080/1 https://news.example/1
https://amp.dev/1 https://dev/1
https://m.com.sy/1 https://com.sy/1
https://news.example/spip.php?article1 https://news.example/spip.php?article2
https://news.example/agenda?session=1 https://news.example/agenda?session=2
https://news.example/index.php/1 https://news.example/index.php/2
"""


@pytest.mark.parametrize("line", SAME_PAGE.strip().splitlines())
def test_addresses_of_one_page_have_one_key(line: str) -> None:
    """Scheme, `www`, slashes, session ids, cache-busters and AMP marks make no other key."""
    assert len({url.page_key(each) for each in line.split()}) == 1


@pytest.mark.parametrize("line", OTHER_PAGES.strip().splitlines())
def test_addresses_of_two_pages_have_two_keys(line: str) -> None:
    """What names a page stays, also where its parameter is called as session ids or cache-busters are."""
    first, second = line.split()
    assert url.page_key(first) != url.page_key(second)


@settings(max_examples=300, deadline=None)
@given(addresses)
def test_a_key_is_of_the_page_and_not_of_its_spelling(raw: str) -> None:
    """The canonical address has the key of the raw one; the scheme makes no difference; no address has no key."""
    key = url.page_key(raw)
    made = url.canonical(raw)
    assert (key == "") == (made is None)
    if made is not None:
        assert url.page_key(made) == key
        assert url.page_key("http" + made.removeprefix("https").removeprefix("http")) == key


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["id", "p", "nid", "sid", "s", "t", "v", "x", "story"]),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.sampled_from(["", "news.php", "news", "ar/news.aspx", "watch"]),
)
def test_a_number_that_stands_alone_is_never_dropped(name: str, one: int, other: int, path: str) -> None:
    """Two numbers as the only parameter are two pages, whatever the parameter is called."""
    keys = {url.page_key(f"https://news.example/{path}?{name}={number}") for number in (one, other)}
    assert len(keys) == len({one, other})


PAGE = "https://news.example/live"
APART = [
    [(f"{PAGE}#post-1", "حريق في الميناء"), (f"{PAGE}#post-2", "وصول القافلة")],
    [(f"{PAGE}#1", "حريق في الميناء"), (f"{PAGE}#2", "وصول القافلة"), (f"{PAGE}#3", "أمطار على الساحل")],
    [(PAGE, "كل الأخبار"), (f"{PAGE}#a", "حريق"), (f"{PAGE}?utm_source=rss#b", "قافلة"), (f"{PAGE}#a", "حريق")],
]
TOGETHER = [
    [(f"{PAGE}#0", "حريق في الميناء"), (f"{PAGE}#1", " حريق  في الميناء")],
    [(f"{PAGE}#comments", "حريق في الميناء"), ("https://news.example/b#comments", "وصول القافلة")],
    [(f"{PAGE}#x", "حريق في الميناء"), (f"{PAGE}#x", "وصول القافلة"), (f"{PAGE}#y", "أمطار")],
    [(f"{PAGE}#", "حريق"), (PAGE, "قافلة")],
    [("javascript:#a", "حريق"), ("javascript:#b", "قافلة")],
]


@pytest.mark.parametrize("items", APART)
def test_fragments_tell_the_posts_of_a_page_apart(items: list[tuple[str, str]]) -> None:
    """Fragments that stand with titles of their own name articles, and are kept in their links."""
    assert url.told_apart_by_fragment(items) == {PAGE}
    assert url.canonical(items[-1][0], fragment=True) == items[-1][0].replace("?utm_source=rss", "")


@pytest.mark.parametrize("items", TOGETHER)
def test_other_fragments_name_nothing(items: list[tuple[str, str]]) -> None:
    """Revisions under one title, one place on many pages, and fragments that repeat are no names."""
    assert not url.told_apart_by_fragment(items)


@pytest.mark.parametrize(
    "written",
    ["https://a.example/صورة 1.jpg", "//a.example", "/a", "?p=1", "#post-1", "a.html", "news/12", "../a", "/"],
)
def test_addresses_look_like_addresses(written: str) -> None:
    """Absolute and relative addresses."""
    assert url.looks_like_address(f" {written}\n")


@pytest.mark.parametrize(
    "written", ["لا تعليقات بعد", "المزيد...", "2 comments", "N/A", "n/a", "-", "#", "none", "", "نعم/لا", "read more"]
)
def test_words_do_not_look_like_addresses(written: str) -> None:
    """Words in an address field are not joined to the base."""
    assert not url.looks_like_address(written)
