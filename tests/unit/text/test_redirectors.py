"""Addresses that only lead on: the page behind them is the article's."""

import base64
from time import process_time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.text.url import canonical, page_key

PAGE = "https://outlet.example/ar/bridge?id=5"
QUOTED = quote(PAGE, safe="")
HASHED = base64.urlsafe_b64encode(PAGE.encode()).decode().rstrip("=")


def google_news(page: str, amp: str = "") -> str:
    """An article's id as Google News wrote it while the address stood in it: a protocol buffer in base64."""

    def field(tag: bytes, text: str) -> bytes:
        data = text.encode()
        length = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 0x7F | 0x80, len(data) >> 7])
        return tag + length + data

    data = b"\x08\x13" + field(b"\x22", page) + field(b"\xd2\x01", amp)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


WRAPPED = [
    f"https://www.google.com/url?rct=j&sa=t&url={PAGE.replace('?', '%3F').replace('=', '%3D')}&ct=ga&usg=AOv",
    f"https://www.google.com.sa/url?q={QUOTED}&sa=U",
    f"https://www.google.ae/url?sa=t&rct=j&esrc=s&URL={QUOTED}",
    f"HTTP://WWW.GOOGLE.COM/a/../%75rl?q={QUOTED}",
    f"https://news.google.com/news/url?sa=t&fd=R&ct2=us&url={QUOTED}&ei=x",
    f"https://news.google.com/rss/articles/{google_news(PAGE)}?oc=5",
    f"https://news.google.com/__i/rss/rd/articles/{google_news(PAGE, PAGE + '&amp=1')}?oc=5",
    f"https://feedproxy.google.com/~r/outlet/ar/~3/abc/?url={QUOTED}",
    f"https://l.facebook.com/l.php?u={QUOTED}%26fbclid%3DIwAR&h=AT0",
    f"http://m.facebook.com/l.php?u={QUOTED}",
    f"https://l.instagram.com/?u={QUOTED}&e=AT",
    f"https://t.umblr.com/redirect?z={QUOTED}&t=Y2",
    f"https://out.reddit.com/t3_abc?url={QUOTED}&token=AQA",
    f"https://slack-redir.net/link?url={QUOTED}&v=3",
    f"https://vk.com/away.php?to={QUOTED}&cc_key=",
    f"https://www.youtube.com/redirect?event=video_description&q={QUOTED}",
    f"https://nam02.safelinks.protection.outlook.com/?url={QUOTED}&data=05%7C01&reserved=0",
    f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=1&url={QUOTED.lower()}&c=1&mkt=ar-sa",
    f"https://www.bing.com/ck/a?!&&p=abc&hsh=3&u=a1{HASHED}&ntb=1",
    f"https://r.search.yahoo.com/_ylt=Aw;_ylu=Y29/RV=2/RE=17/RO=10/RU={QUOTED}/RK=2/RS=x-",
    f"https://duckduckgo.com/l/?uddg={QUOTED}&rut=0",
    "https://www.google.com/amp/s/outlet.example/ar/bridge?id=5&usqp=mq331",
    "https://outlet-example.cdn.ampproject.org/c/s/outlet.example/ar/bridge?id=5",
    "https://outlet-example.cdn.ampproject.org/v/s/outlet.example/ar/bridge?amp_js_v=a6&id=5&usqp=x",
    f"https://www.google.com/url?url={quote(f'https://l.facebook.com/l.php?u={QUOTED}', safe='')}",
]
NOT_WRAPPED = [
    "https://outlet.example/share?url=https://other.example/a",
    "https://www.outlet.example/proxy?u=https%3A%2F%2Fcdn.example%2Fa",
    "https://www.facebook.com/sharer/sharer.php?u=https://outlet.example/a",
    "https://www.google.com/search?q=https://outlet.example/a",
    "https://www.google.com/alerts/feeds/12/34",
    "https://translate.google.com/translate?u=https://outlet.example/a",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://news.google.com/rss/articles/CBMiVkFVX3lxTE5fS0ZQWlE0b2RVZlJ4c0hqQ0h6?oc=5",
    "https://notgoogle.com/url?q=https://outlet.example/a",
    "https://google.com.evil.example/url?q=https://outlet.example/a",
    "https://feeds.feedburner.com/outlet/ar?format=xml",
    "https://www.google.com/url?q=javascript:alert(1)",
    "https://www.google.com/url?q=/relative",
    "https://www.google.com/url?q=https://user:word@outlet.example/",
    "https://www.google.com/url?q=https://%00",
    "https://www.google.com/url",
    "https://www.google.com/amp/s/nothing",
    "https://r.search.yahoo.com/RU=ftp%3a%2f%2foutlet.example/RK=2",
    "https://www.bing.com/ck/a?u=a1aHR0c%%%",
]


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_a_redirector_is_the_page_behind_it(wrapped: str) -> None:
    """What a known service wraps is taken out, so that it meets the outlet's own article."""
    made = canonical(wrapped)
    assert made is not None
    assert made.lower() == PAGE
    assert page_key(wrapped).lower() == page_key(PAGE)


@pytest.mark.parametrize("address", NOT_WRAPPED)
def test_everything_else_stays(address: str) -> None:
    """A share link, a proxy, a search, or a target that is not safe http(s): the address stays what it is."""
    made = canonical(address)
    assert made is not None
    assert made.partition("://")[2].partition("/")[0] == address.partition("://")[2].partition("/")[0]


def test_wrapping_is_bounded() -> None:
    """Eight redirectors inside one another are unwrapped, more are left as they are; hostile ones cost little."""
    address = PAGE
    for depth in range(60):
        wrapped = f"https://google.com/url?q={address}"
        made = canonical(wrapped)
        assert made == (PAGE if depth < 8 else wrapped)
        address = wrapped
    begun = process_time()
    for _ in range(20):
        canonical("https://r.search.yahoo.com/" + "/RU=" * 2000)
        canonical("https://news.google.com/articles/" + "a" * 8000)
        canonical("https://google.com/url?" + "q=a&" * 2000)
        canonical("https://google.com/amp/s/" + "a/" * 4000)
    assert process_time() - begun < 2


HOSTS = ["www.google.com/url?q=", "l.facebook.com/l.php?u=", "google.com/amp/s/", "a.cdn.ampproject.org/c/s/",
         "r.search.yahoo.com/RU=", "www.bing.com/ck/a?u=a1", "vk.com/away?to=", "news.google.com/articles/CBMi"]  # fmt: skip
PIECES = [
    "https://",
    "http:",
    "//",
    "a.example",
    "/",
    "..",
    "?",
    "&",
    "=",
    "#",
    "%",
    "%2F",
    "%25",
    "%3A",
    "q",
    "u",
    "@",
    "خبر",
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from([*HOSTS, *PIECES]), max_size=12).map("".join))
def test_what_is_taken_out_is_settled_and_safe(rest: str) -> None:
    """Whatever stands in a redirector, the result is printable ASCII http(s), and unwrapping it again changes nothing."""
    made = canonical("https://" + rest)
    if made is not None:
        assert canonical(made) == made
        assert made.isascii()
        assert made.isprintable()
        assert made.startswith(("http://", "https://"))
        assert "@" not in made.split("/")[2]
