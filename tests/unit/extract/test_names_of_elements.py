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
WORDS = """
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
""".split()
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
        "list items": paged(f"<main>{H1}<ul>" + "".join(f"<li{mark}><p>{one}</p></li>" for one in STORY) + "</ul></main>"),
        "one paragraph's lines": paged(f"<main>{H1}<div{mark}>" + "<br><br>".join(STORY) + "</div></main>"),
    }


def lines(extraction) -> list[str]:
    return [line for line in text_of(extraction.article.body).splitlines() if line.strip()]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_never_costs_an_article(read_page, word):
    """Whatever element of the story carries the word, as class, as part of a longer class, or as id: all stays."""
    for attribute, name in (("class", word), ("class", f"c-{word} x_{word}--wide"), ("id", word)):
        for where, page in wrapped(name, attribute).items():
            assert lines(read_page(page, title=TITLE)) == STORY, (where, attribute, name)
