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
