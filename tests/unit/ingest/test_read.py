"""One answer read whole: parsed, normalised, tidied."""

from datetime import UTC, datetime

import pytest

from syndicator.ingest.read import read
from syndicator.model import Article, ExtractRules, ListingRules, Publisher, Response, Source
from syndicator.text.html import plain

MOMENT = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
URL = "https://nahr.example.com/rss.xml"
SOURCE = Source(
    id="nahr/main",
    publisher=Publisher(id="nahr", title="نهر", extract=ExtractRules()),
    url=URL,
    language="ar",
    listing=ListingRules(),
)
FIRST = "افتتحت بلدية حلب صباح اليوم مركزا صحيا جديدا في حي السليمانية بعد أعمال ترميم استمرت عامين كاملين."
REST = "وقال مدير المركز إن الفريق يضم ثلاثين طبيبا وممرضة، وإن الخدمات مجانية لسكان الحي والأحياء المجاورة. " * 4


def one(*, description: str = "", content: str = "") -> Article:
    item = (
        "<item><title>مركز صحي جديد في حلب</title><link>https://nahr.example.com/1</link>"
        f"<description>{description}</description>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded></item>"
    )
    body = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>نهر</title>'
        f"{item}</channel></rss>"
    )
    _, [found] = read(Response(url=URL, status=200, body=body.encode()), SOURCE, MOMENT)
    return found


def test_the_feeds_own_summary_wins() -> None:
    """What the publisher wrote as a summary is the summary, however short."""
    assert one(description="موجز.", content=f"<p>{FIRST} {REST}</p>").summary == "موجز."


def test_the_first_sentences_stand_for_a_summary() -> None:
    """Without a summary the text's first sentences are one: those of the tidy text, which does not begin with the title
    again, and those of a description that holds the whole text.
    """
    found = one(content=f"<h1>مركز صحي جديد في حلب</h1><p>{FIRST}</p><p>{REST}</p>")
    assert found.summary.startswith(FIRST)
    assert found.summary.endswith("المجاورة.")
    assert len(found.summary) <= 300
    assert one(description=f"{FIRST} {REST * 4}").summary == found.summary


def test_a_body_that_changes_changes_what_stands_for_the_summary() -> None:
    """A correction of the text alone is a correction: the item says something else, in its summary too."""
    before, after = one(content=f"<p>{FIRST} {REST}</p>"), one(content=f"<p>{REST}</p>")
    assert before.origins[0].fingerprint != after.origins[0].fingerprint
    assert before.summary != after.summary
    assert after.summary.startswith("وقال")


PARTS = (
    "<dl><dt>المسافة</dt><dd>مئة كيلومتر</dd></dl>",
    "<table><tbody><tr><td>حلب</td><td>دمشق</td></tr></tbody></table>",
    "<pre>a\n  b</pre>",
    "<details><summary>خلفية الخبر</summary>تفاصيل الرحلة كلها</details>",
    '<video src="https://a.test/v.mp4" controls=""></video>',
    "<p>سطر أول<br>سطر ثان</p>",
)


@pytest.mark.parametrize(
    "cut",
    [
        "<p>جميع الحقوق محفوظة</p>",
        '<p>اقرأ أيضا: <a href="https://a.test/2">خبر آخر</a></p>',
        "<h2>خبر القافلة اليوم</h2>",
    ],
)
def test_a_cut_of_one_line_leaves_the_rest_as_it_was_written(cut: str) -> None:
    """Tables, definition lists, code, films and lines stay what they are when a line beside them is taken out."""
    text = "<p>قالت المصادر إن القافلة وصلت إلى المدينة صباح اليوم بعد رحلة طويلة من العاصمة، وإن التوزيع يبدأ غدا.</p>"
    rest = text + "".join(PARTS)
    body = cut + rest if cut.startswith("<h2") else rest + cut
    article = one(content=body.replace("خبر القافلة اليوم", "مركز صحي جديد في حلب"))
    assert not any(line in plain(article.body) for line in ("جميع الحقوق", "اقرأ أيضا", "مركز صحي جديد في حلب"))
    assert all(part in article.body for part in (text, *PARTS))
