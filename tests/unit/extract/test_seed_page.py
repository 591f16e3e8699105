"""The news page that repeats itself above its story: slogan, headline twice, caption and credit twice."""

import html
from itertools import pairwise
from pathlib import Path

import pytest

from syndicator.text.html import text_of

SEED = sorted((Path(__file__).parents[4] / "shared" / "seed").glob("*.txt"))
OWN = (Path(__file__).parents[2] / "data" / "pages" / "un-like-lines.txt").read_text()
TEXTS = {"own": OWN, **({"seed": SEED[0].read_text()} if SEED else {})}

SHAPES = {
    "paragraphs": ("<p>{}</p>", "\n"),
    "divs": ("<div>{}</div>", ""),
    "nested divs": ("<div><div><div>{}</div></div></div>", "\n"),
    "spans": ("<span>{}</span>", "<br>\n"),
    "breaks": ("{}", "<br>"),
    "double breaks": ("{}", "<br/><br/>"),
    "table rows": ("<tr><td>{}</td></tr>", "\n"),
    "sections": ("<section><p>{}</p></section>", "\n"),
    "fonts": ("<p><font size=3>{}</font></p>", "\n"),
    "bold": ("<p><b>{}</b></p>", "\n"),
    "list items": ("<li>{}</li>", "\n"),
}


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.fixture(params=sorted(TEXTS))
def lines(request):
    return lines_of(TEXTS[request.param])


def laid_out(lines: list[str], shape: str, *, title: str | None = None, image: bool = True) -> str:
    one, between = SHAPES[shape]
    inner = between.join(one.format(html.escape(line, quote=False)) for line in lines)
    inner = (
        f"<table>{inner}</table>" if shape == "table rows" else f"<ul>{inner}</ul>" if shape == "list items" else inner
    )
    picture = '<img src="/files/lead.jpg" width="1170" height="530">' if image else ""
    head = f"<title>{html.escape(title)}</title>" if title else ""
    return f"<html><head>{head}</head><body>{picture}{inner}</body></html>"


def check(extraction, lines, *, image=True):
    title, caption_line, body = lines[1], lines[2], lines[5:]
    caption, credit = caption_line.split(". المصدر: ")
    text = text_of(extraction.article.body)
    assert lines_of(text) == body
    assert extraction.article.title == title
    if image:
        assert [(one.caption, one.credit) for one in extraction.article.images] == [(caption, credit)]
    assert lines[0] not in text
    reasons = [(cut.what, cut.why) for cut in extraction.cuts]
    for line, why in ((title, "headline"), (caption_line, "caption")):
        assert (line, why) in reasons


@pytest.mark.parametrize("shape", SHAPES)
def test_bare_lines_without_any_mark(read_page, lines, shape):
    """Whatever element holds the lines: the body is the story alone, caption and credit go to the picture."""
    check(read_page(laid_out(lines, shape), title=lines[1], summary=lines[5][:150]), lines)


@pytest.mark.parametrize("shape", ["paragraphs", "divs", "breaks"])
def test_bare_lines_without_a_picture(read_page, lines, shape):
    """Without a picture the caption lines are no part of the story either."""
    extraction = read_page(laid_out(lines, shape, image=False), title=lines[1], summary=lines[5][:150])
    check(extraction, lines, image=False)


@pytest.mark.parametrize("shape", ["paragraphs", "divs", "breaks", "sections"])
@pytest.mark.parametrize("page_title", [True, False])
def test_the_headline_is_found_when_the_feed_has_none(read_page, lines, shape, page_title):
    """A feed without a title: the page's headline is its `<title>` without the site, or the line that it repeats."""
    title = f"{lines[1]} | أخبار الأمم المتحدة" if page_title else None
    check(read_page(laid_out(lines, shape, title=title)), lines)


def test_drupal_layout(read_page, lines):
    """The page as its publisher's Drupal lays it out, with menus, topics, related stories and footer around."""
    slogan, title, caption, *_ = lines
    body = "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines[5:])
    page = f"""<html lang="ar" dir="rtl"><head><title>{title} | أخبار الأمم المتحدة</title>
    <meta property="og:image" content="https://news.example.org/sites/default/files/styles/social/lead.jpg"></head>
    <body><header role="banner"><nav><ul><li><a href="/">الرئيسية</a></li><li><a href="/t">مواضيع</a></li></ul></nav>
    </header><main><div class="region"><div class="block-branding">{slogan}</div><h1>{title}</h1>
    <article class="node node--type-news-story">
    <div class="field--name-field-image"><img src="/sites/default/files/lead.jpg" alt="">
    <div class="image-caption">{caption}</div></div><div class="mobile-caption"><p>{caption}</p></div><h2>{title}</h2>
    <div class="field--name-field-text-column">{body}</div><div class="share-links">شارك</div></article>
    <div class="related-stories"><h2>مواد ذات صلة</h2><p>خبر آخر له موجز طويل يصلح أن يكون فقرة لو لم يكن هنا.</p>
    </div></div></main><footer><p>جميع الحقوق محفوظة</p></footer></body></html>"""
    extraction = read_page(page, title=title, summary=lines[5][:150])
    assert lines_of(text_of(extraction.article.body)) == lines[5:]
    (image,) = extraction.article.images
    assert f"{image.caption}. المصدر: {image.credit}" == caption


def test_order_is_kept(read_page, lines):
    """Paragraphs come in the page's order."""
    text = text_of(read_page(laid_out(lines, "divs"), title=lines[1]).article.body)
    places = [text.index(line) for line in lines[5:]]
    assert all(one < other for one, other in pairwise(places))
