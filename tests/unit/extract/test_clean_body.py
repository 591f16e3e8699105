"""Repeats and furniture taken out of a body, and nothing else."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.ingest.extract import clean_body
from syndicator.model import Image
from syndicator.text.html import from_text, sanitise, text_of

TITLE = "أسعار الطحين تستقر في الأسواق العربية"
STORY = [
    "استقرت أسعار الطحين في معظم الأسواق خلال الأسبوع الماضي بعد ثلاثة أشهر من الارتفاع، مدفوعة بتقديرات تشير إلى محصول أفضل من المتوقع.",
    "وقال تجار إن المخزون يكفي حاجة السوق أربعة أشهر، وإن حركة البيع عادت إلى طبيعتها.",
]
IMAGE = Image(url="https://news.example.org/a.jpg", caption="أكياس طحين في سوق الجملة", credit="رويترز")
CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "ant-dev.jsonl.gz"

FURNITURE = [
    ("above", f"<p>{TITLE}</p>", "headline"),
    ("above", f"<h1>{TITLE}.</h1>", "headline"),
    ("above", f"<p>{TITLE} | صحيفة السوق</p>", "headline"),
    ("above", "<p>أكياس طحين في سوق الجملة</p>", "caption"),
    ("above", "<p>أكياس طحين في سوق الجملة (رويترز)</p>", "caption"),
    ("below", "<p>أكياس طحين في سوق الجملة. المصدر: رويترز</p>", "caption"),
    ("below", '<p>اقرأ أيضاً: <a href="https://news.example.org/b">ما الذي يرفع كلفة الشحن؟</a></p>', "related"),
    ("inside", '<p><strong>إقرأ ايضا:</strong> <a href="https://news.example.org/b">كلفة الشحن</a></p>', "related"),
    ("inside", '<p>للمزيد: <a href="https://news.example.org/b">كلفة الشحن</a></p>', "related"),
    ("below", '<p>Read also: <a href="https://news.example.org/b">Freight costs</a></p>', "related"),
    ("below", '<p>Lire aussi : <a href="https://news.example.org/b">Le fret</a></p>', "related"),
    ("below", "<p>شارك المقال على فيسبوك تويتر واتساب</p>", "share"),
    ("below", "<ul><li>Share</li><li>Tweet</li><li>WhatsApp</li></ul>", "share"),
    ("below", '<p>الوسوم: <a href="https://news.example.org/t">القمح</a>، الأسعار</p>', "tags"),
    ("below", "<p>اشترك في نشرتنا البريدية لتصلك الأخبار كل صباح</p>", "newsletter"),
    ("below", "<p>جميع الحقوق محفوظة © 2026</p>", "rights"),
    (
        "below",
        '<p>The post <a href="https://news.example.org/a">Flour</a> appeared first on Market News.</p>',
        "feed footer",
    ),
    ("below", "<p>ظهرت المقالة أسعار الطحين أولاً على صحيفة السوق.</p>", "feed footer"),
    ("below", '<p><a href="https://news.example.org/a">أكمل القراءة</a></p>', "read more"),
    ("below", '<p><a href="https://news.example.org/a#more">Continue reading →</a></p>', "read more"),
    ("below", "<h3>التعليقات (3)</h3><p>شكرا على هذا التقرير المفصل.</p>", "comments"),
]


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize(
    ("where", "furniture", "why"), FURNITURE, ids=[f"{why}: {html[:45]}" for _, html, why in FURNITURE]
)
def test_furniture_goes_and_the_story_stays(where, furniture, why):
    """A line that repeats or points elsewhere is cut and reported with its reason; every paragraph stays."""
    parts = {"above": (furniture, *map(paragraphs, STORY)), "below": (*map(paragraphs, STORY), furniture)}
    parts["inside"] = (paragraphs(STORY[0]), furniture, paragraphs(STORY[1]))
    cleaned, cuts = clean_body(sanitise("".join(parts[where])), title=TITLE, images=(IMAGE,))
    assert text_of(cleaned) == "\n\n".join(STORY)
    assert cuts[0].why == why


SENTENCES = [
    "شارك الوزير في المؤتمر الذي عقد أمس.",
    "شاهد الجمهور المباراة من المدرجات.",
    "وأضاف: اقرأ أيضا ما كتبه عن الموضوع قبل عام.",
    "Read more than one newspaper, he said.",
    "Watch the skies, the farmers say, and you will know the harvest.",
    "حقوق الإنسان في صلب الاتفاق.",
    "تابع المجلس أعماله بعد الظهر.",
    "سجل المؤشر ارتفاعا، وقالت فيسبوك إن الأرباح زادت.",
    "وقال المصدر: لن نتراجع.",
    "Comments by the minister drew criticism.",
    "Tags on the goods showed the price in euros.",
    "للمزيد من الإيضاح عقد الوزير مؤتمرا صحفيا.",
    "المزيد من اللاجئين يصلون إلى الحدود.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_sentence_of_the_story_is_no_furniture(sentence, at):
    """A sentence that begins like furniture stays, wherever it stands, and the body stays byte for byte."""
    lines = [*STORY[:at], sentence, *STORY[at:]]
    html = sanitise(paragraphs(*lines))
    assert clean_body(html, title=TITLE, images=(IMAGE,)) == (html, ())


def test_a_wire_summary_is_not_a_caption():
    """A feed's only sentence that ends in its agency is the text, not a caption."""
    html = sanitise("<p>استقرت الأسعار في الأسواق العربية اليوم (رويترز)</p>")
    assert clean_body(html, title=TITLE, images=(IMAGE,)) == (html, ())


def test_links_quotes_lists_and_figures_survive():
    """What is not cut keeps its links, emphasis, lists, quotes and figures with captions."""
    story = (
        '<p>قال <a href="https://news.example.org/x">التقرير</a> إن <strong>الأسعار</strong> استقرت.</p>'
        '<figure><img src="https://news.example.org/m.jpg" alt=""><figcaption>مطحنة قديمة <cite>سانا</cite></figcaption></figure>'
        "<ul><li>أولا</li><li>ثانيا</li></ul><blockquote><p>قول مأثور</p></blockquote><h2>عنوان فرعي</h2><p>ختام النص.</p>"
    )
    cleaned, cuts = clean_body(sanitise(f"<p>{TITLE}</p>{story}"), title=TITLE, images=())
    assert [cut.why for cut in cuts] == ["headline"]
    for kept in (
        '<a href="https://news.example.org/x"',
        "<strong>الأسعار</strong>",
        "m.jpg",
        "<li>ثانيا</li>",
        "<h2>عنوان فرعي</h2>",
    ):
        assert kept in cleaned
    assert text_of(cleaned).count("مطحنة قديمة") == 1
    assert "<blockquote>" in cleaned


line = st.sampled_from([*STORY, TITLE, *SENTENCES, "شارك", "اقرأ أيضا:", "Comments", IMAGE.caption, ""]) | st.text(
    max_size=60
)


@given(st.lists(line, max_size=10))
def test_cleaning_only_removes(lines):
    """No line is in the result that was not in the body, and a body without cuts comes back byte for byte."""
    html = from_text("\n\n".join(lines))
    cleaned, cuts = clean_body(html, title=TITLE, images=(IMAGE,))
    before = {" ".join(part.split()) for part in text_of(html).split("\n")}
    assert all(" ".join(part.split()) in before for part in text_of(cleaned).split("\n") if part.strip())
    assert cuts or cleaned == html


@pytest.mark.skipif(not CORPUS.is_file(), reason="the corpus ant-dev is not beside the project")
def test_real_articles_lose_nothing():
    """Of 1,500 real articles hardly a line is cut, but for pointers elsewhere and repeats of the headline."""
    wrong = read = 0
    with gzip.open(CORPUS, "rt") as lines:
        for number, raw in enumerate(lines):
            if number % 13 or read >= 1500:
                continue
            article = json.loads(raw)
            read += 1
            _, cuts = clean_body(from_text(article["body"].replace("\n", "\n\n")), title=article["title"], images=())
            wrong += sum(cut.why not in ("related", "headline") for cut in cuts)
    assert read == 1500
    assert wrong <= 3
