"""From a feed to what is served: each picture once, at its best size, with its words; what is no picture never."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from syndicator.ingest.extract import clean_body
from syndicator.ingest.extract.doubles import without_doubles
from syndicator.ingest.read import read
from syndicator.model import Article, ExtractRules, Image, ListingRules, Publisher, Response, Source
from syndicator.publish.render.content import article_html
from syndicator.text.html import sanitise

CASES = sorted((Path(__file__).parents[2] / "data" / "pictures").glob("*.xml"))
UP = "https://news.example.org/wp-content/uploads/2026/10/"


def polled(xml: bytes) -> tuple[Article, ...]:
    """The articles of one answer."""
    publisher = Publisher(id="news", title="جريدة", extract=ExtractRules())
    source = Source(id="news/all", publisher=publisher, url="https://news.example.org/feed", listing=ListingRules())
    headers = {"content-type": "application/rss+xml"}
    answer = Response(url=source.url, status=200, headers=headers, body=xml)
    return read(answer, source, datetime(2026, 11, 1, tzinfo=UTC))[1]


def addresses(html: str) -> list[str]:
    """What the `<img>` elements of served HTML show."""
    return [unescape(url) for url in re.findall(r'<img src="([^"]*)"', html)]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_pictures_of_a_feed_item(path: Path) -> None:
    """The list of pictures, and the pictures and captions of the served text, are what a reader should get."""
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    (article,) = polled(path.read_bytes())
    shown = dict.fromkeys(("caption", "credit", "width", "height", "alt"))
    assert list(article.images) == [Image(**{**shown, **image}) for image in expected["images"]]
    html = article_html(article)
    assert addresses(html) == expected["served"]
    assert re.findall(r"<figcaption>(.*?)</figcaption>", html) == expected["captions"]


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ('<p><img src="{0}a-150x150.jpg"></p><p>ن</p><img src="{0}a-1024x683.jpg">', ["a-1024x683.jpg"]),
        ('<img src="{0}a.jpg"><p>ن</p><img src="{0}a.jpg?t=1">', ["a.jpg"]),
        ('<img src="{0}a-1.jpg"><p>ن</p><img src="{0}a-2.jpg">', ["a-1.jpg", "a-2.jpg"]),
        ('<img src="{0}pin.png" width="16"><p>ن</p><img src="{0}pin.png" width="16">', ["pin.png", "pin.png"]),
        ('<img src="{0}emoji/1.png"><p>ن</p><img src="{0}emoji/1.png">', ["emoji/1.png", "emoji/1.png"]),
        (
            (
                '<figure><img src="{0}a.jpg"><figcaption>قبل</figcaption></figure><p>ن</p>'
                '<figure><img src="{0}a-300x200.jpg"><figcaption>بعد</figcaption></figure>'
            ),
            ["a.jpg", "a-300x200.jpg"],
        ),
        (
            '<img src="{0}a.jpg"><p>ن</p><figure><img src="{0}a-300x200.jpg"><figcaption>جسر</figcaption></figure>',
            ["a-300x200.jpg"],
        ),
    ],
)
def test_a_text_shows_a_picture_once(html: str, left: list[str]) -> None:
    """The captioned one stays, else the widest, else the first; signs and pictures with two captions all stay."""
    safe = sanitise(html.format(UP))
    once, gone = without_doubles(safe)
    assert addresses(once) == [UP + name for name in left]
    assert len(gone) == len(addresses(safe)) - len(left)
    assert without_doubles(once) == (once, ())
    _, cuts = clean_body(safe, title="عنوان", images=())
    assert [cut.what for cut in cuts if cut.why == "repeated picture"] == list(gone)
