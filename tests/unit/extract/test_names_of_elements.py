"""A word in the name of an element never costs an article, and real furniture under the same words still goes."""

import pytest

from syndicator.text.html import text_of

TITLE = "قافلة مياه تصل إلى ثلاث بلدات في ريف حلب"
STORY = [
    "وصلت صباح اليوم إلى ثلاث بلدات قافلة تضم اثني عشر صهريجا من مياه الشرب، بعد أسبوعين من توقف محطة الضخ الرئيسية.",
    "وقال المكتب إن الكميات التي أفرغت تكفي حاجة أربعين ألف شخص أربعة أيام، وإن فرقا فنية بدأت بفحص المضخات المعطلة.",
    "ومن المقرر أن تتوجه قافلة ثانية إلى المنطقة يوم الخميس، تحمل قطع غيار ووقودا للمولدات يكفي شهرا كاملا.",
    "وكانت البلدات الثلاث تعتمد منذ سنوات على آبار صغيرة جف معظمها في الصيف الماضي بسبب قلة الأمطار وكثرة الضخ.",
    "وقال أحد السكان إن الأهالي يدفعون ربع دخلهم ثمنا للمياه، وإنهم يأملون في عودة الشبكة إلى العمل قبل الشتاء.",
]
WORDS = str.split("""
elementor-widget elementor-widget-text-editor widget widgets widget-area card cards card-body post-card paywalled
paywall paywall-active sidebar sidebar-layout has-sidebar right-sidebar side side-by-side related related-content
recirculation recommended share shared share-enabled social socials newsletter newsletter-page subscribed
subscriber-only signup comments no-comments comment-open respond replies tag tags tagged-page breadcrumb breadcrumbs
nav navbar navigation menu menu-open has-menu footer page-footer foot promo promoted promo-page advert advertorial
ads post-ads no-ads ad ad-free sponsor sponsored sponsored-content cookie cookies cookies-accepted consent gdpr cmp
popup modal modal-open overlay has-overlay banner has-banner masthead author-bio author-box bio byline meta post-meta
entry-meta dateline readmore read-more read-also see-also more-on trending popular most-read latest latest-news
outbrain taboola toolbar tools print printable print-page skip skip-content pagination pager rating ratings vote
votes login login-required register copyright slogan sitename tagline search search-result player has-player hidden
hide hidden-xs visuallyhidden sr-only ticker breaking breaking-news app app-root apps follow feedback carousel teaser
teasers topic topics keywords hashtag hashtags toc contents-list jp-relatedposts sharedaddy yarpp addtoany addthis
disqus entry-footer post-footer post-nav post-tags correction-form
""")
HEAD = '<header><nav><ul><li><a href="/">الرئيسية</a></li><li><a href="/p">سياسة</a></li></ul></nav></header>'
FOOT = "<footer><p>© 2026 جميع الحقوق محفوظة. لا يجوز نشر أي مادة من هذا الموقع من دون إذن خطي مسبق من إدارة التحرير.</p></footer>"


def paged(inner: str, body: str = "", html: str = "") -> str:
    head = f"<head><title>{TITLE}</title></head>"
    return f"<html{html}>{head}<body{body}>{HEAD}{inner}{FOOT}</body></html>"


H1 = f"<h1>{TITLE}</h1>"
PLAIN = "".join(f"<p>{line}</p>" for line in STORY)


def wrapped(name: str, attribute: str) -> dict[str, str]:
    mark = f' {attribute}="{name}"'
    return {
        "each paragraph": paged(f"<main>{H1}" + "".join(f"<div{mark}><p>{one}</p></div>" for one in STORY) + "</main>"),
        "paragraphs themselves": paged(f"<main>{H1}" + "".join(f"<p{mark}>{one}</p>" for one in STORY) + "</main>"),
        "bare in each": paged(f"<main>{H1}" + "".join(f"<div{mark}>{one}</div>" for one in STORY) + "</main>"),
        "twice around": paged(
            f"<main>{H1}" + "".join(f"<div{mark}><div class=c><p>{one}</p></div></div>" for one in STORY) + "</main>"
        ),
        "container": paged(f"<main>{H1}<div{mark}>{PLAIN}</div></main>"),
        "section below headline": paged(f"<div>{H1}</div><section{mark}><div>{PLAIN}</div></section>"),
        "around all": paged(f"<div{mark}>{H1}<div>{PLAIN}</div></div>"),
        "article": paged(f"<article{mark}>{H1}{PLAIN}</article>"),
        "main": paged(f"<main{mark}>{H1}<div>{PLAIN}</div></main>"),
        "body": paged(f"<div>{H1}{PLAIN}</div>", body=mark),
        "html": paged(f"<div>{H1}{PLAIN}</div>", html=mark),
        "list items": paged(
            f"<main>{H1}<ul>" + "".join(f"<li{mark}><p>{one}</p></li>" for one in STORY) + "</ul></main>"
        ),
        "one paragraph's lines": paged(f"<main>{H1}<div{mark}>" + "<br><br>".join(STORY) + "</div></main>"),
    }


def lines(extraction) -> list[str]:
    return [line for line in text_of(extraction.article.body).splitlines() if line.strip()]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_never_costs_an_article(read_page, word):
    """Whatever element of the story carries the word, as class, as part of a longer class, or as id: all stays."""
    names = (("class", word), ("class", f"c-{word} x_{word}--wide"), ("id", word))
    attribute, name = names[WORDS.index(word) % 3]
    for number, (where, page) in enumerate(wrapped(name, attribute).items()):
        if (number + WORDS.index(word)) % 2:
            assert lines(read_page(page, title=TITLE)) == STORY, (where, attribute, name)


TEASER = "قال مسؤولون إن الدورة الجديدة ستشهد ندوات وورش عمل للأطفال وحفلات توقيع لعشرات الكتاب من دول عدة."
REAL = {
    "links": '<h3>الأكثر قراءة</h3><ul><li><a href="/1">معرض الكتاب يفتح أبوابه هذا المساء</a></li></ul>',
    "cards": f'<h4><a href="/2">معرض الكتاب يفتح أبوابه هذا المساء</a></h4><p>{TEASER}</p>',
    "letters": "<h3>النشرة البريدية</h3><p>اشترك في نشرتنا لتصلك أهم الأخبار كل صباح</p>",
    "label": "<span>إعلان</span>",
    "share": "<span>شارك</span><a href='#'>فيسبوك</a> <a href='#'>تويتر</a>",
}
INSIDE = [
    "elementor-widget", "card-body", "widget", "related", "share", "promo", "sidebar", "newsletter", "banner", "menu",
    "post-ads", "tags", "social", "recommended", "teaser", "latest", "popular", "footer", "author-box", "topics",
]  # fmt: skip


@pytest.mark.parametrize("word", INSIDE)
@pytest.mark.parametrize("kind", REAL)
def test_furniture_under_the_same_word_goes(read_page, word, kind):
    """Links, teasers, letters, labels and buttons go, when the story's own paragraphs carry the same word and when not."""
    mark = f' class="{word}"'
    box = f"<div{mark}>{REAL[kind]}</div>"
    for around in (f"<div{mark}>", ""):
        close = "</div>" if around else ""
        parts = [f"{around}<p>{one}</p>{close}" for one in STORY]
        for at in (1, len(parts)):
            inner = "".join([*parts[:at], box, *parts[at:]])
            assert lines(read_page(paged(f"<main>{H1}{inner}</main>"), title=TITLE)) == STORY, (around, at)


@pytest.mark.parametrize(
    "word", ["newsletter", "author-bio", "related", "cookie-notice", "paywall-offer", "sponsor", "comments"]
)
def test_prose_under_a_name_of_furniture_goes(read_page, word):
    """Sentences without links are furniture under a name that says so, when the story is not under that name."""
    box = f'<div class="{word}"><p>{TEASER}</p></div>'
    story = "".join(f"<p>{one}</p>" for one in STORY)
    assert lines(read_page(paged(f"<main>{H1}<div>{story}</div>{box}</main>"), title=TITLE)) == STORY


def test_a_paragraph_in_a_box_of_layout_stays(read_page):
    """One paragraph of the story between others may stand in an element that is named for its layout."""
    for word in ("card-body", "widget", "side", "banner"):
        parts = [f"<p>{one}</p>" for one in STORY]
        parts[2] = f'<div class="{word}">{parts[2]}</div>'
        assert lines(read_page(paged(f"<main>{H1}{''.join(parts)}</main>"), title=TITLE)) == STORY, word


def test_every_paragraph_may_have_a_word_of_its_own(read_page):
    """Page builders give each paragraph another name."""
    words = ["related", "card-body", "widget", "promo", "newsletter"]
    inner = "".join(f'<div class="{word}"><p>{one}</p></div>' for word, one in zip(words, STORY, strict=True))
    assert lines(read_page(paged(f"<main>{H1}{inner}</main>"), title=TITLE)) == STORY


def test_comments_are_no_story_however_long(read_page):
    """Readers' comments go beside a story, and never become one where the page has none."""
    said = "أشكركم على هذا التقرير المفصل وأتمنى أن تتابعوا الموضوع في الأيام المقبلة وأن تنقلوا صوت الأهالي كما هو."
    item = (
        f'<li class="comment"><b class="comment-author">قارئ</b><div class="comment-content"><p>{said}</p></div></li>'
    )
    comments = f'<section id="comments" class="comments-area"><h2>تعليقات</h2><ol>{item * 20}</ol><form><textarea></textarea></form></section>'
    assert lines(read_page(paged(f"<main>{H1}<div>{PLAIN}</div>{comments}</main>"), title=TITLE)) == STORY
    bare = read_page(paged(f"<main>{H1}<video src=v.mp4></video>{comments}</main>"), title=TITLE)
    assert said not in bare.article.body
