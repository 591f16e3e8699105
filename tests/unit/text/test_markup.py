"""The rules of `syndicator.text.markup`, `repair` and `embeds`: texts say what their publisher meant."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.text.embeds import page_of
from syndicator.text.html import sanitise, text_of
from syndicator.text.markup import meant
from tests.support.oracle import dangers, visible_text

BASE = "https://news.example/a/1"
BENIGN = sorted((Path(__file__).parents[2] / "data" / "text" / "benign").glob("*.html"))
REL = ' rel="noopener noreferrer"'


def shown(raw: str) -> str:
    return sanitise(meant(raw).html, BASE).replace(REL, "")


CDATA = {
    "<![CDATA[وصلت القافلة]]>": "<p>وصلت القافلة</p>",
    " <![CDATA[ <![CDATA[<p>وصلت</p>]]> ]]> ": "<p>وصلت</p>",
    "&lt;![CDATA[&lt;p&gt;وصلت&lt;/p&gt;]]&gt;": "<p>وصلت</p>",
    "<p><![CDATA[وصلت]]> أمس</p>": "<p>وصلت أمس</p>",
    "<!CDATA[وصلت]]>": "<p>وصلت</p>",
    "<![cdata[<b>وصلت</b>]]>": "<b>وصلت</b>",
    "<p>وصلت</p>]]>": "<p>وصلت</p>",
    "<p>يبدأ القسم بـ <code>&lt;![CDATA[</code></p>": "<p>يبدأ القسم بـ <code>&lt;![CDATA[</code></p>",
}


@pytest.mark.parametrize("raw", CDATA)
def test_marks_of_cdata_hide_nothing(raw: str) -> None:
    """CDATA in CDATA, escaped, or misspelt: the marks go and the text stays; in an example they are text."""
    assert shown(raw).strip() == CDATA[raw]


TWICE = {
    "&lt;p&gt;أولى&lt;/p&gt;&lt;p&gt;ثانية&lt;/p&gt;": "<p>أولى</p><p>ثانية</p>",
    "&amp;lt;p&amp;gt;أولى&amp;lt;/p&amp;gt;": "<p>أولى</p>",
    "&#60;p&#62;أولى&#60;/p&#62;": "<p>أولى</p>",
    "<div>&lt;p&gt;أولى&lt;/p&gt;&lt;p&gt;ثانية&lt;/p&gt;</div>": "<div><p>أولى</p><p>ثانية</p></div>",
    "سطر&lt;br /&gt;سطر آخر": "سطر<br>سطر آخر",
    "انظر &lt;a href=&quot;/b&quot;&gt;هنا&lt;/a&gt; الآن": 'انظر <a href="https://news.example/b">هنا</a> الآن',
    "قال &lt;strong&gt;الوزير&lt;/strong&gt; أمس": "قال <strong>الوزير</strong> أمس",
    "&lt;ul&gt;&lt;li&gt;أ&lt;li&gt;ب&lt;/ul&gt;": "<ul><li>أ</li><li>ب</li></ul>",
}


@pytest.mark.parametrize("raw", TWICE)
def test_html_that_was_escaped_twice_is_html(raw: str) -> None:
    """Paragraphs, lines, links and emphasis, however often they were escaped."""
    assert shown(raw) == TWICE[raw]


@pytest.mark.parametrize(
    "raw",
    [
        "<p>يكتب الوسم &lt;p&gt; فقرة</p>",
        "<p>Use <code>&lt;b&gt;x&lt;/b&gt;</code> in HTML.</p>",
        "<p>In HTML write &lt;b&gt;x&lt;/b&gt; and &amp;nbsp; for a space.</p>",
        "<pre>&lt;div&gt;\n&lt;p&gt;x&lt;/p&gt;\n&lt;/div&gt;</pre>",
        "<p>5 &lt; 6 و 7 &gt; 6</p>",
        "<p>مثال:</p><p>&lt;p&gt;مرحبا&lt;/p&gt;</p><p>هذا كل شيء</p>",
        "<p>راسلوا &lt;desk@news.example&gt;</p>",
        "<p>السطر <kbd>&amp;amp;</kbd></p>",
    ],
)
def test_a_text_about_markup_stays(raw: str) -> None:
    """What only looks escaped twice is left as it is: examples, comparisons, addresses."""
    assert shown(raw) == raw


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("استخدم الوسم &lt;p&gt; لفقرة", "استخدم الوسم <p> لفقرة"),
        ("The &lt;b&gt; tag, as in &lt;b&gt;this&lt;/b&gt;.", "The <b> tag, as in <b>this</b>."),
        ("Write &lt;br&gt; in HTML", "Write <br> in HTML"),
    ],
)
def test_a_plain_text_about_markup_stays(raw: str, expected: str) -> None:
    """The same without any markup around."""
    assert text_of(shown(raw)) == expected


ENTITIES = {
    "<p>قال&amp;nbsp;الوزير &amp;laquo;نعم&amp;raquo;</p>": "<p>قال&nbsp;الوزير «نعم»</p>",
    "<p>&amp;#8220;نعم&amp;#8221; &amp;amp;hellip;</p>": "<p>“نعم” …</p>",
    "<p>AT&amp;amp;T</p>": "<p>AT&amp;T</p>",
    "قال&amp;nbsp;الوزير&amp;#x2026;": "<p>قال الوزير…</p>",
    "<p>?a=1&amp;copy=2</p>": "<p>?a=1&amp;copy=2</p>",
    "<p>&amp;unknown; و &amp;lt;</p>": "<p>&amp;unknown; و &amp;lt;</p>",
}


@pytest.mark.parametrize("raw", ENTITIES)
def test_characters_that_were_escaped_twice(raw: str) -> None:
    """Named and numeric characters become characters; what names none stays."""
    assert shown(raw) == ENTITIES[raw]


AFTER = "<p>وأضاف المتحدث</p>"


@pytest.mark.parametrize(
    "before",
    [
        '<iframe src="https://video.example/1" />', '<iframe src="https://video.example/1">', "<iframe/>",
        "<script src='x.js' />", "<script src='x.js'>", "<style/>", "<object data='a.swf'>",
        "<object><param name='movie' value='a.swf'/>", "<video src='a.mp4'/>", "<video><source src='a.mp4'>",
        "<audio src='a.mp3'>", "<a name='x'/>", "<textarea>", "<noscript/>", "<svg/>", "<svg><path d='M0'/>", "<select>",
        "<title/>", "<!-- ", "<template>", "<b/>", "<div/>", "<embed src='a.swf'/>", "<noframes>", "<xmp/>",
    ],
)  # fmt: skip
def test_what_is_left_open_hides_nothing(before: str) -> None:
    """An element that closes itself or is never closed ends where it begins: the text behind it is read, as written."""
    made = shown(f"<p>قالت المصادر</p>{before}{AFTER}<p>أخيرا</p>")
    assert made.startswith("<p>قالت المصادر</p>")
    assert made.endswith(f"{AFTER}<p>أخيرا</p>")


@pytest.mark.parametrize(
    "raw",
    [
        '<p>a</p><script>if (a < b) { document.write("<p>x</p>") }</script><p>b</p>',
        '<p>a</p><script src="x.js"></script><style>p > b { color: red }</style><p>b</p>',
        "<p>a</p><script>var s = '<script>';</script><p>b</p>",
        "<p>a</p><iframe src='about:blank'>لا تدعم</iframe><!-- x --><p>b</p>",
        "<p>a</p><noscript>Please enable JavaScript</noscript><p>b</p>",
    ],
)
def test_what_is_closed_stays_hidden(raw: str) -> None:
    """Scripts, styles and what players say to old browsers are no text."""
    assert shown(raw) == "<p>a</p><p>b</p>"


PLAYERS = {
    '<iframe src="https://www.youtube.com/embed/abc123?rel=0"></iframe>': "https://www.youtube.com/watch?v=abc123",
    '<iframe src="//www.youtube-nocookie.com/embed/abc123"></iframe>': "https://www.youtube.com/watch?v=abc123",
    '<iframe data-src="https://youtu.be/abc123" src="about:blank"></iframe>': "https://www.youtube.com/watch?v=abc123",
    '<iframe src="https://player.vimeo.com/video/77?h=1"></iframe>': "https://vimeo.com/77",
    '<iframe src="https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fx%2Fvideos%2F1"></iframe>': "https://www.facebook.com/x/videos/1",
    '<iframe src="https://platform.twitter.com/embed/Tweet.html?dnt=true&amp;id=12"></iframe>': "https://twitter.com/i/status/12",
    '<iframe src="https://www.instagram.com/p/Ab_1/embed/captioned"></iframe>': "https://www.instagram.com/p/Ab_1/",
    '<iframe src="https://t.me/qanat/5?embed=1"></iframe>': "https://t.me/qanat/5",
    '<iframe src="https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/a/b"></iframe>': "https://soundcloud.com/a/b",
    '<iframe src="https://maps.example/m"></iframe>': "https://maps.example/m",
    '<embed src="https://www.youtube.com/v/abc123">': "https://www.youtube.com/watch?v=abc123",
    '<object data="x.swf"><param name="movie" value="https://www.youtube.com/v/abc123"></object>': "https://www.youtube.com/watch?v=abc123",
    '<amp-youtube data-videoid="abc123"></amp-youtube>': "https://www.youtube.com/watch?v=abc123",
    '<lite-youtube videoid="abc123"></lite-youtube>': "https://www.youtube.com/watch?v=abc123",
    '<blockquote class="twitter-tweet"><a href="https://twitter.com/a/status/1"></a></blockquote>': "https://twitter.com/a/status/1",
    '<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/X/?utm_source=ig"></blockquote>': "https://www.instagram.com/p/X/",
    '<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@a/video/1"></blockquote>': "https://www.tiktok.com/@a/video/1",
    '<div class="fb-post" data-href="https://www.facebook.com/x/posts/1"></div>': "https://www.facebook.com/x/posts/1",
    '<script async src="https://telegram.org/js/telegram-widget.js" data-telegram-post="qanat/5"></script>': "https://t.me/qanat/5",
    '<noscript><iframe src="https://www.youtube.com/embed/abc123"></iframe></noscript>': "https://www.youtube.com/watch?v=abc123",
}


@pytest.mark.parametrize("raw", PLAYERS)
def test_a_player_leaves_a_link_to_its_page(raw: str) -> None:
    """Frames, films and posts of other sites: one link for people, in safe HTML, with words in it."""
    made = shown(f"<p>شاهد</p>{raw}{AFTER}")
    assert made.count("<a ") == 1
    assert f'<a href="{PLAYERS[raw]}">' in made
    assert "></a>" not in made
    assert AFTER in made


def test_a_link_of_a_player_has_its_title_or_the_name_of_its_host() -> None:
    """What the element is titled; a title that says nothing, or none, gives the host's name."""
    frame = '<iframe src="https://www.youtube.com/embed/a1" title="{}"></iframe>'
    assert ">قافلة حلب</a>" in shown(frame.format("قافلة حلب"))
    assert ">youtube.com</a>" in shown(frame.format("YouTube video player"))
    assert ">youtube.com</a>" in shown(frame.format(""))
    assert ">&lt;b&gt; &amp; c</a>" in shown(frame.format("&lt;b&gt; &amp; c"))


@pytest.mark.parametrize(
    "raw",
    [
        '<iframe src="https://www.googletagmanager.com/ns.html?id=1" height="0" width="0"></iframe>',
        '<iframe src="https://x.example/p" width="1" height="1"></iframe>',
        '<iframe src="https://x.example/p" style="display:none"></iframe>',
        '<iframe src="https://ad.doubleclick.net/x"></iframe>',
        '<iframe src="https://www.facebook.com/plugins/like.php?href=x"></iframe>',
        '<iframe src="javascript:alert(1)"></iframe>',
        '<iframe srcdoc="&lt;p&gt;x"></iframe>',
        '<object data="data:text/html,x"></object>',
    ],
)
def test_a_frame_without_content_leaves_nothing(raw: str) -> None:
    """Counters, buttons, advertisements and scripts are no films."""
    assert shown(f"<p>a</p>{raw}<p>b</p>") == "<p>a</p><p>b</p>"


@pytest.mark.parametrize(
    ("raw", "address", "kind"),
    [
        ('<video src="/v.mp4" controls></video>', "https://news.example/v.mp4", "video/mp4"),
        ('<video><source src="/v.webm"><source src="/v.mp4" type="video/mp4"></video>', "https://news.example/v.mp4", "video/mp4"),
        ('<audio controls><source src="/a.mp3"></audio>', "https://news.example/a.mp3", "audio/mpeg"),
        ('<video data-src="/live.m3u8"></video>', "https://news.example/live.m3u8", "application/vnd.apple.mpegurl"),
    ],
)  # fmt: skip
def test_films_and_sounds_are_played_linked_and_listed(raw: str, address: str, kind: str) -> None:
    """The player stays, a link stands behind it, and the file is among those that the text holds."""
    made = meant(f"<p>a</p>{raw}<p>b</p>")
    clean = sanitise(made.html, BASE)
    assert raw[1:6] in clean
    assert f'<a href="{address}"' in clean
    assert clean.endswith("<p>b</p>")
    assert [(film.address in address, film.type) for film in made.films] == [(True, kind)]


LINES = {
    "أهم الأخبار:\n00:00 العناوين\n02:10 سوريا": "<p>أهم الأخبار:<br>00:00 العناوين<br>02:10 سوريا</p>",
    "أولى\r\n\r\nثانية & ثالثة": "<p>أولى</p><p>ثانية &amp; ثالثة</p>",
    "سطر https://a.example/?x=1&y=2\nسطر": "<p>سطر https://a.example/?x=1&amp;y=2<br>سطر</p>",
    "سطر <b>ثقيل</b>\nسطر": "<p>سطر <b>ثقيل</b><br>سطر</p>",
    "أولى <i>أ</i>\n\nثانية": "<p>أولى <i>أ</i></p><p>ثانية</p>",
    "<p>أولى\nثانية</p>": "<p>أولى\nثانية</p>",
    "هذا <b>نص</b>\n   منسق\n   في المصدر": "هذا <b>نص</b>\n   منسق\n   في المصدر",
}


@pytest.mark.parametrize("raw", LINES)
def test_lines_of_plain_text_stay_lines(raw: str) -> None:
    """Line ends count where no block says what a paragraph is; indentation is a program's own."""
    assert shown(raw) == LINES[raw]


@pytest.mark.parametrize(
    "case", [one for one in BENIGN if "<video" not in one.read_text("utf-8")], ids=lambda path: path.stem
)
def test_ordinary_news_keeps_its_words(case: Path) -> None:
    """Nothing of what a browser shows is lost by the mends."""
    raw = case.read_text(encoding="utf-8")
    assert visible_text(sanitise(raw, BASE)) in visible_text(shown(raw))


PIECES = """
<p> </p> <div/> <iframe> </iframe> <iframe~src="https://a.example/1"/> <object> </object> <script> </script> <style/>
<video> <source~src=a.mp4> </video> <noscript> </noscript> <!-- --> <![CDATA[ ]]> &lt;p&gt; &lt;/p&gt; &amp;nbsp; &amp;lt;
<blockquote~class="twitter-tweet"> </blockquote> <a~href="/x"/> </a> <svg> </svg> <textarea> <select> <a~' " x \n <br>
<iframe~src="javascript:alert(1)"> <embed~src=x> <object~data="javascript:x"> <title> <b/> <center> </center> <
"""
soup = st.lists(st.sampled_from([piece.replace("~", " ") for piece in PIECES.split()]), max_size=30).map("".join)


@settings(max_examples=300, deadline=None)
@given(soup | st.text(max_size=100))
def test_mended_html_is_safe_and_settled(raw: str) -> None:
    """Whatever is mended, the sanitiser has the last word, and the result is a fixed point."""
    clean = sanitise(meant(raw).html, BASE)
    assert dangers(clean) == []
    assert sanitise(clean, BASE) == clean


@pytest.mark.parametrize(
    "unit",
    [
        "<iframe>", "<object>", "<iframe src='https://a.example/1'/>", "<video>", "<video><source src=a>", "<script>",
        "<a href='/x'/>", "<b/>", "<noscript>", "<!--", "<![CDATA[", "&lt;p&gt;", "&amp;lt;", "&amp;nbsp;", "<a '",
        "<blockquote class='twitter-tweet'>", "<div class='fb-post'>", "<svg>", "<a href=", "<object><param name=movie value=a>",
        "<object><object>", "<script><script>", "a\n", "<b>a</b>\n", "<center>", "<select>", "<i x='",
        "<object>" + " " * 90_000 + "</object>",
    ],
)  # fmt: skip
def test_traps_cost_linear_time(unit: str) -> None:
    """Half a megabyte of anything is mended in a second."""
    raw = unit * (500_000 // len(unit))
    begin = time.process_time()
    meant(raw)
    assert time.process_time() - begin < 2.5


def test_a_picture_in_its_own_text_does_not_cost_the_markup() -> None:
    """A file of 300 KB in an attribute goes before the limit of markup is looked at."""
    raw = f'<p>أولى</p><img src="data:image/png;base64,{"A" * 300_000}"><p>ثانية <b>ب</b></p>'
    assert shown(raw) == "<p>أولى</p><p>ثانية <b>ب</b></p>"


def test_unknown_players_keep_their_address() -> None:
    """Only addresses that are known are changed, and a page is its own page."""
    for address in ("https://x.example/embed/1", "https://www.youtube.com/watch?v=a", "https://vimeo.com/1", "/film/1"):
        assert page_of(address) == address


@pytest.mark.parametrize(
    "code", ["<script>var a = '<p>no</p>'; b();", "<style>p{color:red}\n", "<script type='text/x'>", "<script>a < b;\n"]
)
def test_text_behind_an_unclosed_script(code: str) -> None:
    """A script that is never closed ends where a paragraph begins; paragraphs in its strings are code."""
    found = meant(f"<p>أول</p>{code}<p>ثان</p><p>ثالث</p>").html
    assert found == "<p>أول</p><p>ثان</p><p>ثالث</p>"
