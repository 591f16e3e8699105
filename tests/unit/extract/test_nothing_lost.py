"""Layouts of which a part was lost: refrains, flashes, threads, lists, slides, first paragraphs beside the story."""

from time import process_time

import pytest

from syndicator.text.html import text_of

TITLE = "قافلة مياه تصل إلى ثلاث بلدات في ريف حلب"
STORY = [
    "وصلت صباح اليوم إلى ثلاث بلدات قافلة تضم اثني عشر صهريجا من مياه الشرب، بعد أسبوعين من توقف محطة الضخ الرئيسية.",
    "وقال المكتب إن الكميات التي أفرغت تكفي حاجة أربعين ألف شخص أربعة أيام، وإن فرقا فنية بدأت بفحص المضخات المعطلة.",
    "ومن المقرر أن تتوجه قافلة ثانية إلى المنطقة يوم الخميس، تحمل قطع غيار ووقودا للمولدات يكفي شهرا كاملا.",
    "ودعا المجلس المحلي السكان إلى غلي المياه قبل شربها، ووزع أقراص تعقيم على الأسر المقيمة في الخيام القريبة من النهر.",
]
REFRAIN = (
    "يا نهر عد إلى القرى التي عطشت، فقد طال الطريق وجفت الجرار كلها في البيوت، ولم يبق لنا سوى الدعاء والانتظار الطويل."
)
HTML = "".join(f"<p>{line}</p>" for line in STORY)


def paged(inner: str) -> str:
    return f"<html><head><title>{TITLE}</title></head><body>{inner}</body></html>"


def lines(extraction) -> list[str]:
    return [line for line in text_of(extraction.article.body).splitlines() if line.strip()]


REPEATED = {
    "filling text": [REFRAIN] * 5,
    "refrain": [line for verse in STORY for line in (verse, REFRAIN)],
    "filling text of two paragraphs": [STORY[0], STORY[1]] * 4,
    "the same line three times in a row": [STORY[0], REFRAIN, REFRAIN, REFRAIN, STORY[1]],
}


@pytest.mark.parametrize("shape", REPEATED)
@pytest.mark.parametrize("tag", ["p", "br"])
def test_what_an_author_repeats_stays(read_page, shape, tag):
    """A paragraph that stands three times or more in one element is no copy of the page's: all of them stay."""
    told = REPEATED[shape]
    inner = "".join(f"<p>{line}</p>" for line in told) if tag == "p" else "<br><br>".join(told)
    assert lines(read_page(paged(f"<h1>{TITLE}</h1><div class='x'>{inner}</div>"), title=TITLE)) == told


COPIED = {
    "a copy for small screens": f"<div class='wide'>{HTML}</div><div class='narrow'>{HTML}</div>",
    "a copy behind a line": f"<div>{HTML}<hr>{HTML}</div>",
    "three copies in three elements": f"<div>{HTML}</div><div>{HTML}</div><div>{HTML}</div>",
    "each paragraph twice": "<div>" + "".join(f"<p>{line}</p><p>{line}</p>" for line in STORY) + "</div>",
}


@pytest.mark.parametrize("shape", COPIED)
def test_a_second_copy_of_the_text_goes(read_page, shape):
    """What a page writes twice for its own sake is read once."""
    assert lines(read_page(paged(f"<h1>{TITLE}</h1><article>{COPIED[shape]}</article>"), title=TITLE)) == STORY


FLASHES = {
    "bare": STORY[0],
    "a paragraph": f"<h1>{TITLE}</h1><p>{STORY[0]}</p>",
    "an article": f"<article><h2>{TITLE}</h2><div>{STORY[0]}</div></article>",
}


@pytest.mark.parametrize("shape", FLASHES)
def test_a_page_of_one_sentence_is_read(read_page, shape):
    """A page that holds one sentence and no link is a flash, and the sentence its text."""
    assert lines(read_page(paged(FLASHES[shape]), title=TITLE)) == [STORY[0]]


@pytest.mark.parametrize(
    "inner",
    [
        f"<h1>{TITLE}</h1>",
        "<h1>404</h1><p>الصفحة غير موجودة</p>",
        "<p>Please enable JavaScript to continue.</p>",
        "<p>Service temporarily unavailable, try again in a few minutes.</p>",
    ],
)
def test_a_page_that_says_nothing_is_no_flash(read_page, inner):
    """A headline alone, an error or a check for robots is no text, however short the page."""
    assert lines(read_page(f"<html><head></head><body>{inner}</body></html>", title=TITLE)) == []


LEADS = {
    "beside the container": f"<p class='x1'>{STORY[0]}</p><div class='body'>{HTML[len(STORY[0]) + 7 :]}</div>",
    "in another section": f"<section><p>{STORY[0]}</p></section><div class='body'>{HTML[len(STORY[0]) + 7 :]}</div>",
    "a strong line": f"<p><strong>{STORY[0]}</strong></p><section><div>{HTML[len(STORY[0]) + 7 :]}</div></section>",
}


@pytest.mark.parametrize("shape", LEADS)
def test_a_first_paragraph_beside_the_story_is_read(read_page, shape):
    """A paragraph between headline and story is the story's first one, wherever it stands."""
    page = paged(f"<main><article><h1>{TITLE}</h1>{LEADS[shape]}</article></main>")
    assert lines(read_page(page, title=TITLE)) == STORY


SLIDES = {
    "display": "<div class='slide'{}><h3>{}</h3><p>{}</p></div>",
    "class and display": "<section class='part hidden'{}><h2>{}</h2><p>{}</p></section>",
    "articles": "<div class='step hide'{}><h4>{}</h4><p>{}</p></div>",
}


@pytest.mark.parametrize("shape", SLIDES)
def test_slides_that_a_page_hides_are_read(read_page, shape):
    """A story told in slides of which all but the first are hidden is read whole."""
    told = [line for at, line in enumerate(STORY * 2) for line in (f"{at}. خطوة رقم {at} من القصة", f"{at} {line}")]
    inner = "".join(
        SLIDES[shape].format(" style='display:none'" if at else "", told[2 * at], told[2 * at + 1] + " " + STORY[1])
        for at in range(8)
    )
    text = text_of(read_page(paged(f"<h1>{TITLE}</h1><div id='show'>{inner}</div>"), title=TITLE).article.body)
    assert all(line in text for line in told[1::2])


THREADS = {
    "divs": "<div class='message'><div class='bbWrapper'>{}</div></div>",
    "tables": "<table class='post'><tr><td class='user'>عضو</td><td class='postbody'>{}</td></tr></table>",
    "articles": "<article class='message message--post'><div class='inner'>{}</div></article>",
}


@pytest.mark.parametrize("shape", THREADS)
def test_a_thread_is_read(read_page, shape):
    """Of a thread whose posts are the page, each post is read."""
    posts = [f"{at}: {line} {STORY[(at + 1) % 4]}" for at, line in enumerate(STORY)]
    page = paged(f"<h1>{TITLE}</h1><div id='thread'>{''.join(THREADS[shape].format(post) for post in posts)}</div>")
    text = text_of(read_page(page, title=TITLE).article.body)
    assert all(post in text for post in posts)


LISTS = {
    "names": "<ul>{}</ul>",
    "half links": "<ul>{}</ul>",
    "numbers": "<ol>{}</ol>",
}


@pytest.mark.parametrize("shape", LISTS)
def test_a_long_list_is_text(read_page, shape):
    """Notes that are a long list of short lines stay with the words around them."""
    items = [f"بند {at} من ملاحظات الحلقة" for at in range(24)]
    linked = [
        f"<a href='https://o.example/{at}'>{item}</a>" if shape == "half links" and at % 2 else item
        for at, item in enumerate(items)
    ]
    body = "".join(f"<p>{line}</p>" for line in STORY[:2]) + LISTS[shape].format(
        "".join(f"<li>{one}</li>" for one in linked)
    )
    page = paged(f"<article><h1>{TITLE}</h1><div class='entry-content'>{body}</div></article>")
    text = text_of(read_page(page, title=TITLE).article.body)
    assert all(item in text for item in items)
    assert STORY[0] in text


@pytest.mark.parametrize(
    "inner",
    [
        f"{HTML}<pre>x = 1\ny = 2\n{'print(x + y)  ' * 9}</pre><p>{REFRAIN}</p>",
        f"{HTML}<p>حيث <math><mi>x</mi></math> عدد صحيح في كل الحالات التي درست حتى اليوم.</p><p>{REFRAIN}</p>",
        f"<table><tr><td>{STORY[0]}</td></tr><tr><td>{STORY[1]}<br>{STORY[2]}<br>{STORY[3]}<br>{REFRAIN}</td></tr></table>",
    ],
)
def test_text_around_code_and_formulas_and_in_tables_is_read(read_page, inner):
    """Code, formulas and tables of layout part a text and do not end it."""
    text = text_of(read_page(paged(f"<h1>{TITLE}</h1><div>{inner}</div>"), title=TITLE).article.body)
    assert all(line in text for line in [*STORY, REFRAIN])


def test_soft_hyphens_go(read_page):
    """Hyphens for the page's own columns are no part of a word."""
    page = paged(
        f"<h1>{TITLE}</h1><div>{HTML}<p>Die Wein\u00adwirt\u00adschaft hat sich erholt, sagt der Verband.</p></div>"
    )
    assert "Weinwirtschaft" in text_of(read_page(page, title=TITLE).article.body)


RELATED = "".join(
    f"<div class='card'><h3><a href='/n/{at}'>خبر آخر عن موضوع مختلف تماما رقم {at}</a></h3>"
    f"<p>أعلنت لجنة رقم {at} اليوم نتائج مسابقة القراءة السنوية التي شارك فيها طلاب من مدارس كثيرة في المدينة.</p></div>"
    for at in range(12)
)


@pytest.mark.parametrize("holder", ["<div>{}</div>", "<section class='more'>{}</section>", "<aside>{}</aside>"])
def test_other_articles_do_not_join_a_short_story(read_page, holder):
    """Teasers of other articles stay out, though they have more prose than the story."""
    page = paged(f"<article><h1>{TITLE}</h1><div class='body'>{HTML}</div></article>{holder.format(RELATED)}")
    assert lines(read_page(page, title=TITLE)) == STORY


def test_repeats_cost_linear_time(read_page):
    """Many lines, each repeated, are looked through once."""
    times = []
    for count in (1500, 6000):
        many = "".join(f"<p>سطر رقم {at % (count // 3)} من نص طويل جدا لا ينتهي</p>" for at in range(count))
        start = process_time()
        read_page(paged(f"<h1>{TITLE}</h1><div>{many}</div>"), title=TITLE)
        times.append(process_time() - start)
    assert times[1] < 10 * max(times[0], 0.2)
