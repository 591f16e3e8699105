"""The pictures of a page: one in all its sizes, the lead first, and nothing that only stands in for one."""

import re
from html import unescape

import pytest

from syndicator.model import Image

TITLE = "قافلة مياه تصل إلى ثلاث بلدات"
STORY = [
    "وصلت صباح اليوم إلى ثلاث بلدات قافلة تضم اثني عشر صهريجا من مياه الشرب، بعد أسبوعين من توقف محطة الضخ الرئيسية.",
    "وقال المكتب إن الكميات التي أفرغت تكفي حاجة أربعين ألف شخص أربعة أيام، وإن فرقا فنية بدأت بفحص المضخات المعطلة.",
    "ومن المقرر أن تتوجه قافلة ثانية إلى المنطقة يوم الخميس، تحمل قطع غيار ووقودا للمولدات يكفي شهرا كاملا.",
]
BODY = "".join(f"<p>{line}</p>" for line in STORY)
UP = "https://news.example.org/up/"


def paged(inner: str, head: str = "") -> str:
    return (
        f"<html><head><title>{TITLE}</title>{head}</head><body><article><h1>{TITLE}</h1>{inner}</article></body></html>"
    )


def shown(body: str) -> list[str]:
    return [unescape(url) for url in re.findall(r'<img src="([^"]*)"', body)]


@pytest.mark.parametrize(
    ("head", "inner", "urls"),
    [
        ("{0}dam-1200x630.jpg", '<figure><img src="{0}dam-300x200.jpg"><figcaption>السد</figcaption></figure>', ["dam-1200x630.jpg"]),
        ("{0}dam.jpg?token=1", '<figure><img src="{0}dam.jpg?token=2"><figcaption>السد</figcaption></figure>', ["dam.jpg?token=2"]),
        ("{0}site-logo.png", '<figure><img src="{0}dam.jpg"><figcaption>السد</figcaption></figure>', ["dam.jpg"]),
        ("https://sb.scorecardresearch.com/p?c1=1", '<figure><img src="{0}dam.jpg"><figcaption>السد</figcaption></figure>', ["dam.jpg"]),
        ("{0}placeholder.png", '<figure><img src="/lazyload.gif" data-src="{0}dam.jpg"><figcaption>السد</figcaption></figure>', ["dam.jpg"]),
        (
            "{0}a/photo.jpg",
            '<figure><img src="{0}a/photo.jpg"><figcaption>السد</figcaption></figure><p>نص</p><img src="{0}b/photo.jpg">',
            ["a/photo.jpg", "b/photo.jpg"],
        ),
    ],
)  # fmt: skip
def test_the_lead_of_a_page_is_one_picture_with_its_caption(read_page, head, inner, urls):
    """What the page's head names and what stands on the page is one picture, at the better address, with its words."""
    meta = f'<meta property="og:image" content="{head.format(UP)}">'
    article = read_page(paged(inner.format(UP) + BODY, meta), title=TITLE).article
    assert [image.url for image in article.images] == [url if "//" in url else UP + url for url in urls]
    assert article.images[0].caption == "السد"
    assert not any(url in shown(article.body) for url in (article.images[0].url, UP + "dam-300x200.jpg"))


@pytest.mark.parametrize(
    "written",
    [
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="{0}b.jpg">',
        '<img src="/blank.gif" data-lazy-srcset="{0}b-300x200.jpg 300w, {0}b.jpg 900w"><noscript><img src="{0}b.jpg"></noscript>',
        '<noscript><img src="{0}b.jpg"></noscript><img src="/1x1.png" data-original="{0}b.jpg">',
        '<picture><source srcset="{0}b.webp" type="image/webp"><source srcset="{0}b.jpg"><img alt=""></picture>',
        '<amp-img src="{0}b.jpg" width="600" height="400"></amp-img>',
    ],
)  # fmt: skip
def test_a_lazy_picture_stays_in_a_page_s_text_once(read_page, written):
    """Between two paragraphs, with its caption, at its real address."""
    figure = f"<figure>{written.format(UP)}<figcaption>المحطة</figcaption></figure>"
    article = read_page(paged(f"<p>{STORY[0]} {STORY[1]}</p>{figure}<p>{STORY[2]}</p>"), title=TITLE).article
    assert shown(article.body) == [UP + "b.jpg"]
    assert article.body.index(STORY[0][:20]) < article.body.index("b.jpg") < article.body.rindex("<p>")
    assert "<figcaption>المحطة</figcaption>" in article.body


def test_a_picture_of_the_feed_gives_its_words_to_the_page_s(read_page):
    """The feed's caption and the page's file are of one picture when the key, or a long name, is the same."""
    given = (Image(url="https://cdn.other.example/x/convoy-of-water-20260301.jpg", caption="القافلة", credit="سانا"),)
    inner = f'<figure><img src="{UP}w640/convoy-of-water-20260301.jpg"></figure>{BODY}'
    article = read_page(paged(inner), title=TITLE, images=given).article
    assert article.images == (Image(url=UP + "w640/convoy-of-water-20260301.jpg", caption="القافلة", credit="سانا"),)
