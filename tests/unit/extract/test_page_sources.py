"""Who is believed about a page: selectors, the page's own data, the feed; and pages that are no article."""

import json
import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.text.html import text_of

TITLE = "قافلة مياه تصل إلى ثلاث بلدات"
STORY = [
    "وصلت صباح اليوم إلى ثلاث بلدات قافلة تضم اثني عشر صهريجا من مياه الشرب، بعد أسبوعين من توقف محطة الضخ الرئيسية.",
    "وقال المكتب إن الكميات التي أفرغت تكفي حاجة أربعين ألف شخص أربعة أيام، وإن فرقا فنية بدأت بفحص المضخات المعطلة.",
    "ومن المقرر أن تتوجه قافلة ثانية إلى المنطقة يوم الخميس، تحمل قطع غيار ووقودا للمولدات يكفي شهرا كاملا.",
]
BODY = "".join(f"<p>{line}</p>" for line in STORY)


def paged(inner: str, head: str = "") -> str:
    return (
        f"<html><head><title>{TITLE}</title>{head}</head><body><article><h1>{TITLE}</h1>{inner}</article></body></html>"
    )


def test_selectors_win_over_every_guess(read_page):
    """What the publisher's selectors name is taken: body, picture with caption and credit, author, date; `remove` goes."""
    page = paged(
        f'{BODY}<div class="x1"><p>النص الذي يريده الناشر دون غيره، وفيه من الكلام ما يكفي ليكون خبرا كاملا يقرأ وحده.</p>'
        '<p class="x9">سطر يزال</p></div><div class="x2"><img src="/p.jpg"></div><i class="x3">جسر فوق النهر</i>'
        '<i class="x4">المصدر: سانا</i><b class="x5">قسم المحليات</b><time class="x6" datetime="2026-03-01T10:00:00Z">أمس</time>'
    )
    rules = {"body": ".x1", "image": ".x2", "caption": ".x3", "credit": ".x4", "author": ".x5", "published": ".x6"}
    extraction = read_page(page, title=TITLE, rules={**rules, "remove": (".x9",)})
    assert text_of(extraction.article.body).startswith("النص الذي يريده الناشر")
    assert "سطر يزال" not in extraction.article.body
    (image,) = extraction.article.images
    assert (image.url, image.caption, image.credit) == ("https://news.example.org/p.jpg", "جسر فوق النهر", "سانا")
    assert extraction.authors == ("قسم المحليات",)
    assert extraction.published.isoformat() == "2026-03-01T10:00:00+00:00"


@pytest.mark.parametrize("selector", ["div[", "::before", "p:nth-child(", "", "x|y"])
def test_a_bad_selector_is_no_selector(read_page, selector):
    """A selector that cannot be read finds nothing, and the page is read by guess."""
    assert text_of(read_page(paged(BODY), title=TITLE, rules={"body": selector}).article.body) == "\n\n".join(STORY)


def test_what_is_removed_may_nest(read_page):
    """`remove` may name an element, one inside it, and even the whole page."""
    page = paged(f'{BODY}<div class="a"><div class="b"><p>إعلان</p></div></div>')
    body = read_page(page, title=TITLE, rules={"remove": ("html", ".a", ".b", ".a .b p")}).article.body
    assert text_of(body) == "\n\n".join(STORY)


def test_the_longer_text_wins(read_page):
    """A feed's whole text stays when the page shows only a part of it, and its pictures get the page's words."""
    whole = BODY + "<p>فقرة أخيرة في الخلاصة لا توجد في الصفحة، وهي طويلة بما يكفي كي تحسب من النص.</p>"
    short = read_page(paged("".join(f"<p>{line}</p>" for line in STORY[:2])), title=TITLE, body=whole)
    assert short.article.body == whole
    assert short.refused
    longer = read_page(paged(BODY), title=TITLE, summary=STORY[0], body=f"<p>{STORY[0]}</p>")
    assert text_of(longer.article.body) == "\n\n".join(STORY)
    assert longer.refused is None


def test_the_feeds_title_summary_and_date_stay(read_page):
    """The page fills what the feed left empty and changes nothing that it gave."""
    head = (
        '<meta name="description" content="موجز الصفحة"><meta property="article:published_time" content="2026-02-02">'
    )
    kept = read_page(paged(BODY, head), title="قافلة مياه إلى ثلاث بلدات", summary="موجز الخلاصة: قافلة مياه").article
    assert (kept.title, kept.summary) == ("قافلة مياه إلى ثلاث بلدات", "موجز الخلاصة: قافلة مياه")
    filled = read_page(paged(BODY, head))
    assert (filled.article.title, filled.article.summary) == (TITLE, "موجز الصفحة")
    assert filled.article.published == kept.published
    assert filled.published.isoformat() == "2026-02-02T00:00:00+00:00"


@pytest.mark.parametrize(
    ("status", "content_type", "page"),
    [
        (404, "text/html", paged(BODY)),
        (200, "application/pdf", "%PDF-1.7"),
        (200, "text/html", ""),
        (200, "text/html", b"PK\x03\x04" + bytes(range(32)) * 50),
        (
            200,
            "text/html",
            "<html><head><title>Just a moment...</title></head><body><p>Checking your browser before accessing the site. This process is automatic and your browser will redirect shortly to the requested content. Please allow up to five seconds.</p></body></html>",
        ),
        (
            200,
            "text/html",
            f"<html><title>Log in</title><body><p>{'Please log in to continue reading this and all other articles. ' * 8}</p></body></html>",
        ),
        (
            200,
            "text/html",
            f"<html><title>طقس اليوم</title><body><p>{'يسود غدا طقس معتدل مع رياح خفيفة وسماء صافية في معظم الأنحاء. ' * 8}</p></body></html>",
        ),
        (
            200,
            "text/html",
            f"<html><title>Abonnement</title><body><p>{'Cet article est réservé aux abonnés, abonnez-vous pour lire la suite. ' * 8}</p></body></html>",
        ),
    ],
)
def test_what_is_no_article_changes_nothing(read_page, status, content_type, page):
    """Errors, other types, walls and other stories leave the article as it was and say why."""
    extraction = read_page(page, title=TITLE, summary=STORY[0], status=status, content_type=content_type)
    assert extraction.refused
    assert (extraction.article.body, extraction.article.images, extraction.cuts) == ("", (), ())


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1256", "utf-16", "utf-8-sig", "iso-8859-6"])
def test_characters_of_a_page(read_page, encoding):
    """UTF-8 whatever the label says, byte order marks, what the page's `<meta>` says, and what the operator says."""
    label = encoding if encoding == "iso-8859-6" else "windows-1256"
    page = paged(BODY, f'<meta charset="{label}">').encode(encoding)
    assert text_of(read_page(page, title=TITLE).article.body) == "\n\n".join(STORY)
    assert text_of(read_page(page, title=TITLE, encoding=encoding).article.body) == "\n\n".join(STORY)


def test_addresses_are_absolute(read_page):
    """Links and pictures follow `<base>`; what is not http(s) goes."""
    page = paged(
        f'{BODY}<p>وهذا <a href="r.html">رابط نسبي</a> في فقرة كاملة <a href="javascript:x()">وآخر ضار</a> في آخر النص.</p>',
        '<base href="/deep/er/">',
    )
    body = read_page(page, title=TITLE).article.body
    assert 'href="https://news.example.org/deep/er/r.html"' in body
    assert "javascript" not in body


def test_json_ld_pictures_and_people_by_reference(read_page):
    """An `@graph` that names people and images by `@id` is followed; broken JSON-LD beside it does no harm."""
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "headline": TITLE, "author": [{"@id": "#a"}], "image": {"@id": "#i"}},
            {"@id": "#a", "@type": "Organization", "name": "قسم الأخبار"},
            {
                "@id": "#i",
                "@type": "ImageObject",
                "url": "/i.jpg",
                "caption": "صهريج مياه",
                "creditText": "Photo: UNICEF",
            },
        ]
    }
    head = f'<script type="application/ld+json">{{broken</script><script type="application/ld+json">{json.dumps(graph)}</script>'
    extraction = read_page(paged(BODY, head), title=TITLE)
    assert extraction.authors == ("قسم الأخبار",)
    assert [(i.url, i.caption, i.credit) for i in extraction.article.images] == [
        ("https://news.example.org/i.jpg", "صهريج مياه", "UNICEF")
    ]


def test_the_same_page_twice_is_the_same(read_page):
    """Nothing is remembered from one page to the next: a hundred times the same page, the same extraction."""
    first = read_page(paged(BODY), title=TITLE)
    assert all(read_page(paged(BODY), title=TITLE) == first for _ in range(100))


def test_an_extraction_crosses_processes(read_page):
    """Arguments and results are picklable: extraction runs in a child process that can be killed."""
    extraction = read_page(paged(BODY), title=TITLE)
    assert pickle.loads(pickle.dumps(extraction)) == extraction


def test_importing_makes_no_connection():
    """The room's libraries open no socket when imported, nor when a page names pictures and scripts elsewhere."""
    code = (
        "import socket, sys\n"
        "def refuse(*_): sys.exit('a socket was opened')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "from syndicator.ingest.extract.body import find_story\n"
        "from syndicator.text.figures import parsed, place\n"
        f"root = parsed({paged(BODY + '<img src=http://192.0.2.1/a.jpg><script src=http://192.0.2.1/x.js></script>')!r})\n"
        "assert find_story(root, place(root, 'https://news.example.org/')).text\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


TAGS = str.split(
    "p div span a li ul table tr td br h1 h2 figure figcaption img article section blockquote pre form noscript b"
)
piece = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(
        [
            '<a href="/x">',
            '<img src="/i.jpg">',
            '<div class="related comments">',
            "<!--",
            "<![CDATA[",
            "&#0;",
            "\x00",
            "<script>",
            "</script>",
            '<script type="application/ld+json">{"@type":"NewsArticle","headline":{}}</script>',
        ]
    ),
    st.sampled_from([*STORY, TITLE, "شارك", "تعليقات"]),
    st.text(max_size=30),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(piece, max_size=40).map("".join))
def test_no_page_raises(read_page, page):
    """Whatever a page holds, an extraction comes back, and its article keeps its identity."""
    extraction = read_page(page.encode("utf-8", "surrogatepass"), title=TITLE, summary=STORY[0])
    assert extraction.article.title == TITLE


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000 + BODY,
        paged("<b>" * 5000 + BODY),
        "<br>" * 100_000,
        paged("<p>" + "&" * 300_000),
        paged(BODY * 1000),
        "<p " + "a=1 " * 50_000,
    ],
    ids=["nested", "inline", "lines", "ampersands", "long", "attributes"],
)
@pytest.mark.timeout(20)
def test_hostile_pages_end(read_page, page):
    """Pages made to be slow end within seconds and raise nothing."""
    read_page(page, title=TITLE)


def test_the_pages_first_sentences_stand_for_a_summary(read_page):
    """Where neither feed nor page gives a summary, the text's first sentences are one, never a caption."""
    found = read_page(paged(BODY), title=TITLE).article
    assert found.summary
    assert len(found.summary) <= 300
    assert " ".join(text_of(found.body).split()).startswith(found.summary.removesuffix("…")[:80])


def test_an_address_is_no_title(read_page):
    """An article that is titled by its address, as from a sitemap without titles, gets its page's title and text."""
    found = read_page(paged(BODY), title="https://news.example.org/a/page")
    assert (found.article.title, found.refused) == (TITLE, None)
    nothing = read_page(b"{}", title="https://news.example.org/a/page", content_type="application/json")
    assert nothing.article.title == "https://news.example.org/a/page"
