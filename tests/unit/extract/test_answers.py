"""What answers where an article's page should be: other kinds of file, front pages, pages that are too large."""

import json

import pytest

from syndicator.evaluate.extraction import Page, extracted
from syndicator.ingest.extract import extract
from syndicator.ingest.extract.answers import is_front
from syndicator.model import ExtractRules, ListingRules, Publisher, Response, Source
from syndicator.text.html import text_of
from tests.support.articles import article

TITLE = "قافلة مياه تصل إلى ثلاث بلدات في ريف حلب"
STORY = [
    "وصلت صباح اليوم إلى ثلاث بلدات قافلة تضم اثني عشر صهريجا من مياه الشرب، بعد أسبوعين من توقف محطة الضخ الرئيسية.",
    "وقال المكتب إن الكميات التي أفرغت تكفي حاجة أربعين ألف شخص أربعة أيام، وإن فرقا فنية بدأت بفحص المضخات المعطلة.",
    "ومن المقرر أن تتوجه قافلة ثانية إلى المنطقة يوم الخميس، تحمل قطع غيار ووقودا للمولدات يكفي شهرا كاملا.",
]
BODY = "".join(f"<p>{line}</p>" for line in STORY)


def page(inner: str = BODY, head: str = "", title: str = TITLE) -> bytes:
    return (
        f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{inner}</article></body></html>"
    ).encode()


def read(body, *, url="https://nahr.example.com/news/1", content_type="text/html", kind="feed", **changes):
    publisher = Publisher(id="nahr", title="نهر", extract=ExtractRules())
    source = Source(id="nahr/main", publisher=publisher, url="https://nahr.example.com/rss", kind=kind,
                    listing=ListingRules())  # fmt: skip
    given = article(1, **({"title": TITLE, "summary": STORY[0], "body": "", "images": ()} | changes))
    response = Response(url=url, status=200, headers={"content-type": content_type}, body=body)
    return given, extract(given, response, source)


JSON = json.dumps({"title": TITLE, "html": BODY}, ensure_ascii=False)
KINDS = {
    "pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 40, "application/pdf", "a PDF document"),
    "pdf as html": (b"%PDF-1.7\n" + bytes(range(256)) * 40, "text/html", "a PDF document"),
    "json": (JSON.encode(), "application/json", "application/json"),
    "json as html": (JSON.encode(), "text/html", "JSON"),
    "json list as html": (f"[{JSON}]".encode(), "text/html; charset=utf-8", "JSON"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "image/png", "a picture"),
    "picture as html": (b"\xff\xd8\xff\xe0" + bytes(range(256)), "text/html", "a picture"),
    "film": (b"\x00\x00\x00\x18ftypmp42" + bytes(900), "video/mp4", "a recording"),
    "archive": (b"PK\x03\x04" + bytes(900), "text/html", "a zip archive"),
    "feed": (f"<?xml version='1.0'?><rss><channel><item><description>{BODY}".encode(), "text/xml", "a feed"),
    "noise": (bytes(range(32)) * 500, "text/html", "no text"),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_is_no_page_is_called_by_its_name(name: str) -> None:
    """A PDF, JSON, a picture, a feed: refused in words that say what came, whatever the server calls it."""
    body, content_type, word = KINDS[name]
    given, extraction = read(body, content_type=content_type)
    assert extraction.article == given
    assert extraction.refused
    assert word in extraction.refused


@pytest.mark.parametrize(
    ("text", "content_type"),
    [("[عاجل] " + TITLE, "text/plain"), ("{" + TITLE + "}", "text/html")],
)
def test_a_bracket_is_not_json(text: str, content_type: str) -> None:
    """Text that begins with a bracket is still a page."""
    _, extraction = read((text + BODY).encode(), content_type=content_type)
    assert extraction.refused is None


@pytest.mark.parametrize(
    ("address", "front"),
    [
        ("https://a.example", True),
        ("https://a.example/", True),
        ("https://a.example/index.php", True),
        ("https://a.example/ar/", True),
        ("https://a.example/ar-SY", True),
        ("https://a.example/arabic/", True),
        ("https://a.example/#top", True),
        ("https://a.example/?p=12", False),
        ("https://a.example/story", False),
        ("https://a.example/ar/12", False),
        ("https://a.example/12", False),
        ("https://[a.example/", False),
    ],
)
def test_front_pages_by_address(address: str, front: bool) -> None:
    """The root of a site or of one of its languages is its front page; an article's address is not."""
    assert is_front(address) is front


def test_a_redirect_to_the_front_page_is_no_article() -> None:
    """A deleted article that answers 200 from the front page changes nothing, however long that page is."""
    for url in ("https://nahr.example.com/", "https://nahr.example.com/ar"):
        given, extraction = read(page(), url=url)
        assert extraction.article == given
        assert extraction.refused == "the address now leads to the site's front page"
    _, extraction = read(page(), url="https://nahr.example.com/news/1/")
    assert extraction.refused is None


def test_a_page_that_calls_itself_the_front_page_is_no_article() -> None:
    """The same without a redirect: `rel=canonical` names the front page, unless the headline is the article's."""
    head = '<link rel="canonical" href="/">'
    given, extraction = read(page(head=head, title="نهر: أخبار قافلة مياه تصل إلى ثلاث بلدات"))
    assert extraction.article == given
    assert extraction.refused == "the page says that it is the site's front page"
    assert read(page(head=head))[1].refused is None


def test_a_link_that_is_shared_has_no_page_of_its_own() -> None:
    """A podcast's page or a home page that several items link to is not read for any of them."""
    given, extraction = read(page(), shared_link=True)
    assert extraction.article == given
    assert extraction.refused == "the link leads to more than this article"
    assert read(page(), shared_link=True, kind="page", url="https://nahr.example.com/")[1].refused is None


def test_of_a_huge_page_the_first_part_is_read() -> None:
    """Of more than 4 MB the first 4 MB are read: the story stands there, or the article stays as it was."""
    scripts = "<script>" + "x" * 5_000_000 + "</script>"
    _, extraction = read(page(BODY + scripts))
    assert text_of(extraction.article.body) == "\n\n".join(STORY)
    given, extraction = read(page(scripts + BODY))
    assert extraction.article == given
    assert extraction.refused


def test_a_page_may_be_cut_anywhere() -> None:
    """A page that breaks off in the middle raises nothing and never brings in a word that the whole page has not."""
    whole = page()
    for end in range(0, len(whole), 37):
        found = extracted(Page(name="cut", html=whole[:end], url="https://a.example/n/1", title=TITLE, text=""))
        *words, last = text_of(found.article.body).split() or [""]
        assert set(words) <= set(" ".join(STORY).split())
        assert len(last) < 20


def test_utf_16_without_its_mark_is_text() -> None:
    """Every second byte of UTF-16 is a NUL in Latin markup: still a page."""
    _, extraction = read(page("<p>The convoy reached three towns today.</p>" * 9 + BODY).decode().encode("utf-16-le"))
    assert extraction.refused is None
