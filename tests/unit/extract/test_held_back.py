"""Text that a page shows only by its scripts: streamed, hidden, or in its data."""

import json
from html import escape
from time import process_time

import pytest

from syndicator.ingest.extract.embedded import embedded
from syndicator.text.figures import parsed
from syndicator.text.html import text_of

TITLE = "قافلة مياه تصل إلى ثلاث بلدات في ريف حلب"
STORY = [
    "وصلت صباح اليوم إلى ثلاث بلدات قافلة تضم اثني عشر صهريجا من مياه الشرب، بعد أسبوعين من توقف محطة الضخ الرئيسية.",
    "وقال المكتب إن الكميات التي أفرغت تكفي حاجة أربعين ألف شخص أربعة أيام، وإن فرقا فنية بدأت بفحص المضخات المعطلة.",
    "ومن المقرر أن تتوجه قافلة ثانية إلى المنطقة يوم الخميس، تحمل قطع غيار ووقودا للمولدات يكفي شهرا كاملا.",
]
OTHER = "أعلن منظمو معرض الكتاب أن الدورة الجديدة ستشهد ندوات وورش عمل للأطفال وحفلات توقيع لعشرات الكتاب من دول عدة."
HTML = "".join(f"<p>{line}</p>" for line in STORY)


def paged(inner: str) -> str:
    return f"<html><head><title>{TITLE}</title></head><body>{inner}</body></html>"


def lines(extraction) -> list[str]:
    return [line for line in text_of(extraction.article.body).splitlines() if line.strip()]


HIDDEN = {
    "react boundary": f'<main><template id="B:1"></template></main><div hidden id="S:1"><h1>{TITLE}</h1>{HTML}</div>',
    "boundary without a place": f'<div id="root"></div><div hidden id="S:a">{HTML}</div>',
    "boundaries in boundaries": f'<template id="B:0"></template><div hidden id="S:0"><p>{STORY[0]}</p>'
    f'<template id="P:1"></template></div><div hidden id="S:1"><p>{STORY[1]}</p><p>{STORY[2]}</p></div>',
    "shadow root": f'<news-text><template shadowrootmode="open">{HTML}</template></news-text>',
    "noscript": f"<div id=app></div><noscript><div>{HTML}</div></noscript>",
    "hidden until loaded": f'<div style="visibility:hidden"><h1>{TITLE}</h1>{HTML}</div>',
    "more": f'<h1>{TITLE}</h1><div style="display: none" class="full">{HTML}</div>',
}


@pytest.mark.parametrize("shape", HIDDEN)
def test_hidden_text_is_read(read_page, shape):
    """What a page streams or hides until its scripts have run is its story, in the order in which it would be shown."""
    assert lines(read_page(paged(HIDDEN[shape]), title=TITLE)) == STORY


def test_hidden_text_beside_a_story_stays_hidden(read_page):
    """A page that shows its story keeps hidden what it hides, and a hidden notice is no story."""
    notice = f'<div style="display:none"><p>{OTHER}</p><p>{OTHER}</p></div>'
    assert lines(read_page(paged(f"<h1>{TITLE}</h1><div>{HTML}</div>{notice}"), title=TITLE)) == STORY
    assert read_page(paged(f"<h1>{TITLE}</h1>{notice}"), title=TITLE).article.body == ""


def pieces(line: str) -> tuple[str, str]:
    return line[:40], line[40:]


BLOCKS = {
    "html": {"post": {"title": TITLE, "content": {"rendered": HTML}}},
    "escaped": {"post": {"title": TITLE, "html": escape(HTML)}},
    "text": {"post": {"name": TITLE, "text": "\n\n".join(STORY)}},
    "list of strings": {"story": {"headline": TITLE, "paragraphs": STORY}},
    "slate": {"title": TITLE, "body": [{"type": "paragraph", "children": [{"text": a}, {"text": b, "bold": True}]} for a, b in map(pieces, STORY)]},
    "prosemirror": {"title": TITLE, "doc": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": a}, {"type": "text", "text": b}]} for a, b in map(pieces, STORY)]}},
    "lexical": {"root": {"children": [{"type": "paragraph", "children": [{"type": "text", "text": one}]} for one in STORY]}},
    "portable text": {"title": TITLE, "body": [{"_type": "block", "children": [{"_type": "span", "text": a}, {"_type": "span", "text": b}]} for a, b in map(pieces, STORY)]},
    "contentful": {"body": {"nodeType": "document", "content": [{"nodeType": "paragraph", "content": [{"nodeType": "text", "value": a}, {"nodeType": "hyperlink", "data": {"uri": "/x"}, "content": [{"nodeType": "text", "value": b}]}]} for a, b in map(pieces, STORY)]}},
    "editor.js": {"title": TITLE, "body": {"blocks": [{"type": "paragraph", "data": {"text": one}} for one in STORY]}},
    "draft.js": {"blocks": [{"key": "a", "text": one, "type": "unstyled", "entityRanges": []} for one in STORY]},
    "arc": {"content_elements": [{"type": "text", "content": one} for one in STORY] + [{"type": "image", "caption": OTHER}]},
    "fragments": {"model": {"blocks": [{"type": "paragraph", "model": {"text": one, "blocks": [{"type": "fragment", "model": {"text": one}}]}} for one in STORY]}},
    "among others": {"posts": [{"title": "معرض الكتاب يفتح أبوابه", "url": "/o", "body": f"<p>{OTHER}</p>" * 9}, {"title": TITLE, "url": "/t", "body": HTML}]},
}  # fmt: skip


def carried(data: object) -> dict[str, str]:
    text = json.dumps(data, ensure_ascii=False)
    return {
        "json script": f'<script type="application/json">{text}</script>',
        "next": f'<script id="__NEXT_DATA__" type="application/json">{{"props": {{"pageProps": {text}}}}}</script>',
        "assigned": f"<script>window.__STATE__ = {text};\nwindow.other = (function(){{return 1}})()</script>",
        "parsed": f"<script>window.S = JSON.parse({json.dumps(text)})</script>",
        "attribute": f'<div data-page="{escape(text)}"></div>',
    }


@pytest.mark.parametrize("form", BLOCKS)
def test_text_in_data_is_read(read_page, form):
    """HTML or blocks of any editor, wherever the page carries its data: the paragraphs of this article alone."""
    for where, data in carried(BLOCKS[form]).items():
        assert lines(read_page(paged(f"<div id=root></div>{data}"), title=TITLE)) == STORY, where


def test_flight_and_nuxt_are_read(read_page):
    """React's rows with text rows and references, cut anywhere; Nuxt's flat lists and functions."""
    text = HTML.encode()
    rows = f'0:["$","main",null,{{"children":["$L2","$3"]}}]\n2:["$","div",null,{{"children":["$","h1",null,{{"children":"{TITLE}"}}]}}]\n'
    rows += f'3:["$","div",null,{{"dangerouslySetInnerHTML":{{"__html":"$4"}}}}]\n4:T{len(text):x},{HTML}'
    for cut in (10, len(rows) // 2, len(rows) - 5):
        scripts = "".join(
            f"<script>self.__next_f.push([1,{json.dumps(part)}])</script>" for part in (rows[:cut], rows[cut:])
        )
        assert lines(read_page(paged(scripts), title=TITLE)) == STORY
    flat = [["Reactive", 1], {"post": 2}, {"title": 3, "body": 4, "id": 5}, TITLE, HTML, 77]
    data = f'<script type="application/json" id="__NUXT_DATA__">{json.dumps(flat)}</script>'
    assert lines(read_page(paged(data), title=TITLE)) == STORY
    literal = json.dumps(HTML).replace("<", "\\u003C")
    function = f"<script>window.__NUXT__=(function(a){{return {{post:{{title:a,body:{literal}}}}}}}({json.dumps(TITLE)}))</script>"
    assert lines(read_page(paged(function), title=TITLE)) == STORY


def test_data_about_something_else_is_no_story(read_page):
    """Data of other articles, of settings and of code are never the article."""
    others = {"latest": [{"title": "معرض الكتاب", "url": f"/{n}", "body": f"<p>{OTHER}</p>" * 5} for n in range(3)]}
    code = (
        "<script>const a=(b)=>{document.title=`x`;c.textContent='y z';return \""
        + "if(a){b()} else {c=d;e=f} " * 20
        + '"}</script>'
    )
    for inner in (carried(others)["assigned"], code):
        assert read_page(paged(f"<h1>{TITLE}</h1>{inner}"), title=TITLE).article.body == ""


def test_the_pages_text_wins_over_a_teaser(read_page):
    """`articleBody` with the first lines or other words loses to the page's text; a whole one wins over a page's first lines."""

    def with_body(body: str, inner: str) -> str:
        node = json.dumps({"@type": "NewsArticle", "headline": TITLE, "articleBody": body})
        return f'<html><head><title>{TITLE}</title><script type="application/ld+json">{node}</script></head><body><h1>{TITLE}</h1>{inner}</body></html>'

    teaser = "صهاريج مياه في طريقها إلى الأهالي، والسكان ينتظرون عودة الشبكة إلى العمل قبل الشتاء كما وعدت البلدية في بيانها الأخير قبل أيام قليلة من الآن..."
    for body in (teaser, STORY[0], f"{STORY[0]} {STORY[1][:50]}..."):
        assert lines(read_page(with_body(body, f"<div>{HTML}</div>"), title=TITLE)) == STORY
    whole = "\n\n".join(STORY)
    for inner in ("", f"<p>{STORY[0]}</p>", f"<div class=x><p>{STORY[0]}</p><p>اشترك الآن لمتابعة القراءة</p></div>"):
        assert lines(read_page(with_body(whole, inner), title=TITLE)) == STORY


def test_data_is_searched_in_bounded_time():
    """Deep, wide and self-referring data take no longer than a page may."""
    deep = "[" * 900 + '"x"' + "]" * 900
    wide = json.dumps([{"a": [f"{OTHER} {n}" for n in range(20)]} for n in range(300)], ensure_ascii=False)
    circle = '0:["$","p",null,{"children":["$1","$1"]}]\n1:["$","p",null,{"children":["$0","$0","$1"]}]\n'
    quotes = 'var a = "' + '\\"' * 100_000
    for script in (
        f'<script type="application/json">{deep}</script>' * 50,
        f'<script type="application/json">{wide}</script>',
        f"<script>self.__next_f.push([1,{json.dumps(circle * 50)}])</script>",
        f"<script>{quotes}</script>",
    ):
        root = parsed(paged(script))
        started = process_time()
        embedded(root, TITLE)
        assert process_time() - started < 3
