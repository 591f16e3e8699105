"""A page's headline is without the site's name, and whole."""

import json

import pytest

HEADLINE = "قافلة مياه تصل إلى ثلاث بلدات في ريف حلب"
BODY = "<p>وصلت صباح اليوم إلى ثلاث بلدات قافلة تضم اثني عشر صهريجا من مياه الشرب، بعد أسبوعين من توقف المحطة.</p>" * 3


def page(title: str, head: str = "", h1: str = "", nav: str = "") -> str:
    h1 = f"<h1>{h1}</h1>" if h1 else ""
    return f"<html><head><title>{title}</title>{head}</head><body>{nav}<div>{h1}{BODY}</div></body></html>"


SITE = '<meta property="og:site_name" content="جريدة النهر">'
SHAPES = [
    page(f"{HEADLINE} | جريدة النهر", SITE),
    page(f"{HEADLINE} - جريدة النهر", SITE),
    page(f"{HEADLINE} – النهر", SITE),
    page(f"{HEADLINE} — محليات — جريدة النهر", SITE, nav='<nav><a href="/l">محليات</a></nav>'),
    page(f"جريدة النهر: {HEADLINE}", SITE),
    page(f"جريدة النهر | {HEADLINE}", SITE),
    page(f"{HEADLINE} « جريدة النهر", SITE),
    page(f"{HEADLINE} :: جريدة النهر", SITE),
    page(f"{HEADLINE} ـ جريدة النهر", SITE),
    page(f"{HEADLINE} | Nahr"),
    page(f"{HEADLINE} - news.example.org"),
    page(f"{HEADLINE} - Example", h1=HEADLINE),
    page(f"{HEADLINE} - أي شيء هنا", h1=HEADLINE),
    page(f"{HEADLINE} - صحيفة البلد"),
    page(f"{HEADLINE} - عنب", nav='<a href="/"><img alt="عنب" src="/logo.png"></a>'),
    page("الرئيسية", SITE + f'<meta property="og:title" content="{HEADLINE} | جريدة النهر">'),
    page(
        f"{HEADLINE} - المنار",
        '<script type="application/ld+json">'
        + json.dumps({"@type": "NewsArticle", "publisher": {"@type": "Organization", "name": "المنار"}})
        + "</script>",
    ),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_sites_name_goes(read_page, shape):
    """The name of the site goes when the page, the publisher or the headline in the page tells it."""
    assert read_page(shape).article.title == HEADLINE


WHOLE = [
    "Iran - Iraq: talks resume in Geneva after a month of silence",
    "سوريا - العراق: فتح المعبر بعد عام من الإغلاق",
    "غزة | مقتل ثلاثة في غارة على مخيم النصيرات وسط القطاع",
    "ريال مدريد - برشلونة 2-1",
    "وزير الخارجية: لن نقبل بأي تغيير في الحدود",
    "واشنطن – موسكو – بكين: مثلث التوتر الجديد في العالم",
    "Covid-19: what we know",
    "جنوب السودان/ مفاوضات جديدة",
]


@pytest.mark.parametrize("headline", WHOLE)
@pytest.mark.parametrize("site", ["", SITE])
def test_a_headline_stays_whole(read_page, headline, site):
    """Dashes, bars and colons of the headline itself part nothing off, with and without a site's name behind it."""
    assert read_page(page(headline, site)).article.title == headline
    assert read_page(page(headline, site, h1=headline)).article.title == headline
    if site:
        assert read_page(page(f"{headline} | جريدة النهر", site)).article.title == headline
        assert read_page(page(f"{headline} - جريدة النهر", site)).article.title == headline


@pytest.mark.parametrize(
    "title", [f"طباعة - {HEADLINE}", f"مرايا نيوز | نسخة للطباعة | {HEADLINE}", f"{HEADLINE} | Print"]
)
def test_a_page_for_printing_has_the_headline(read_page, title):
    """What kind of page it is, is no part of the headline."""
    assert read_page(page(title)).article.title == HEADLINE


def test_a_topic_in_front_stays(read_page):
    """A channel, an agency or a newspaper in front of a bar may be what the story is about."""
    for headline in ("قناة السويس | ارتفاع العائدات إلى مستوى قياسي", "وكالة الفضاء - إطلاق صاروخ جديد إلى القمر"):
        assert read_page(page(headline)).article.title == headline
