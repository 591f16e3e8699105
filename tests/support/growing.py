"""Articles that are made to be slow, at any length, and every step that works on one article outside the sandbox.

`HOSTILE` names inputs: each makes an article of about so many letters. `STEPS` names what is done with one article in
the worker and in the web processes. A test runs every step on every input: a new step, or a new kind of input, is one
line here.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any

from syndicator import choice
from syndicator.catalogue import load, opml
from syndicator.choice import Choice, answers
from syndicator.errors import ConfigurationError
from syndicator.ingest import cadence, discover, manners
from syndicator.ingest.classify import Reading, classify, texts_of
from syndicator.ingest.cluster import drafted, near
from syndicator.ingest.merge import merge
from syndicator.ingest.normalise import fingerprint
from syndicator.ingest.pipeline import Definitions
from syndicator.ingest.push import signed
from syndicator.ingest.wire import dumps
from syndicator.model import Article, Category, Enclosure, Image, Origin
from syndicator.publish.render import FORMATS, content, document
from syndicator.store import rows
from syndicator.text import dates, query
from syndicator.text import signature as signatures
from syndicator.text.composed import nfc
from syndicator.text.html import SafeHtml, from_text, sanitise, text_of
from syndicator.text.language import detect, tag
from syndicator.text.lead import lead
from syndicator.text.markup import meant
from syndicator.text.signature import Frequencies, signature
from syndicator.text.url import absolute, canonical
from syndicator.text.words import Folded, fold, folded
from syndicator.web import conditional, counting
from syndicator.web.search import marked
from tests.support.articles import BASE, MOMENT, article, edition

HOME = Path(__file__).parents[2]
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهي"

Maker = Callable[[int], Article]


def _filled(piece: str, length: int) -> str:
    """The piece again and again, so many letters of it."""
    return (piece * (length // len(piece) + 1))[:length]


def _counted(length: int, before: str = "", size: int = 4) -> str:
    """Words of so many letters, each another, each behind `before`."""
    words = map("".join, product(LETTERS, repeat=size))
    return " ".join(f"{before}{word}" for word in islice(words, length // (len(before) + size + 1)))


def _people(length: int) -> str:
    """Offices and names: each another name, and each name twice."""
    words = map("".join, product(LETTERS, repeat=4))
    given = cycle(("محمد", "أحمد", "محمود", "حسن"))
    pieces = (f"الرئيس {name} {word}، قال {name} {word}. " for name, word in zip(given, words, strict=False))
    return "".join(islice(pieces, length // 38 + 1))


TEXTS: dict[str, str] = {
    "office and name": "الرئيس محمد أحمد محمود علي حسن ",
    "office and short name": "وزير الخارجية محمد علي قال ",
    "offices": "رئيس وزير سفير مدير ",
    "offices in offices": "نائب نائب الأمين العام رئيس الوزراء نائب الرئيس ",
    "names": "محمد أحمد علي حسن ",
    "one name": "محمد ",
    "names with particles": "الرئيس عبد عبد عبد بن محمد عبد ",
    "office, stop, name": "السيد . محمد . علي . ",
    "listed people": "بشار الأسد دي ميستورا أنطونيو غوتيريش ",
    "places": "سوريا دمشق حلب جنوب السودان السودان ",
    "adjectives": "السورية اليمنى اليمني والمصريين ",
    "written otherwise": "اليمنى ",
    "topics": "كأس العالم الأمم المتحدة الصحة الانتخابات النفط ",
    "excluded phrases": "نهر الأردن المغرب العربي واشنطن بوست ",
    "conjunctions": "و ف ب ك ل ",
    "prefixes": "ولل وبال فكال ولا ",
    "letters": "ا ب ت ث ",
    "ligatures": "\ufdfa\ufdfb ",
    "stops": ". ، ؛ ؟ ",
    "stops without space": "،",
    "quotation marks": "«“\"'",
    "brackets": "(([[",
    "digits": "123456 ",
    "digits in letters": "1ا2ب",
    "Latin in Arabic": "aاbب",
    "Latin": "Reuters and Agence France-Presse; ",
    "Latin and ampersands": "a & ",
    "Latin and dots": "a.b-c/",
    "tags as text": "<p> <b ",
    "quotes as text": "<a b='c\" ",
    "blank lines": "ا\n\n",
    "lines": "ا\n",
    "initials": "د. ",
    "emoji": "\U0001f469\u200d\U0001f469 ",
    "diacritics": "م\u064e\u0651\u0650 ",
    "kashida": "مـــ ",
    "controls": "ا\u200f\u202a\u200c",
    "addresses": "https://a.example/b?c=d#e ",
    "mail": "a@b.example, ",
}
"""Pieces that are repeated."""

WORDS: dict[str, str] = {
    "one word": "م",
    "one word of conjunctions": "و",
    "one word of articles": "ال",
    "one Latin word": "a",
    "one number": "7",
    "marks of two classes": "\u0316\u0301",
    "marks of one class": "\u064e",
    "vowel signs": "\u0327\u064e\u0651\u0345",
    "hangul": "\u1100\u1161\u11a8",
    "one kashida": "ـ",
    "underscores": "محمد_",
    "joined names": "الرئيس_محمد_علي_",
}
"""Pieces that are repeated and make one word, behind one letter."""

MARKUP: dict[str, str] = {
    "paragraphs": "<p>ا</p>",
    "links": "<a href='https://a.example/b'>ا</a> ",
    "titles": "<a title='&lt;img &lt;img &gt;' href='https://a.example/'>ا</a>",
    "pictures": "<img src='https://a.example/b.jpg' alt='ا'>",
    "figures": "<figure><img src='https://a.example/b.jpg'><figcaption>ا</figcaption></figure>",
    "tables": "<table><tr><td>ا</td></tr></table>",
    "lists": "<ul><li>ا</li></ul>",
    "line breaks": "ا<br>",
    "code": "<code>a</code><pre>b</pre>",
    "isolated": "<bdi>a</bdi> b ",
    "headings": "<h2>ا</h2>",
    "entities": "&amp;&lt;&gt;",
}
"""Pieces of HTML that are repeated."""

NESTED = ("div", "span", "code", "bdi", "blockquote", "table", "ul", "b")


def safe(raw: str, base: str) -> SafeHtml:
    """A publisher's text as an item's body is made of it."""
    text = meant(raw)
    return sanitise(text.html, base) if text.safe is None else text.safe


def _of(body: str, **changes: Any) -> Article:
    return article(1, summary="", body=safe(body, BASE), **changes)


def _text(piece: str) -> Maker:
    return lambda length: _of(_filled(piece, length))


def _word(piece: str) -> Maker:
    return lambda length: _of("م" + _filled(piece, length))


def _markup(piece: str) -> Maker:
    return lambda length: article(1, summary="", body=sanitise(piece * (length // len(piece))))


def _nested(length: int) -> Article:
    pieces = [f"<{name}>a" * 20 + f"</{name}>" * 20 for name in NESTED]
    return article(1, summary="", body=sanitise("".join(islice(cycle(pieces), length // 400))))


def _one_title(length: int) -> Article:
    """A link whose title, and a picture whose description, hold markup as text."""
    held = "&lt;img src=" * (length // 40)
    return article(
        1, body=sanitise(f"<a title='{held}' href='https://a.example/'>ا</a><img src='/b.jpg' alt='{held}'>")
    )


def _said(piece: str, **names: str) -> Maker:
    """The piece repeated in the title and in the summary too."""
    return lambda length: article(
        1,
        title=_filled(piece, length // 4),
        summary=_filled(piece, length // 4),
        body=from_text(_filled(piece, length // 2)),
    )


def _many(length: int) -> Article:
    """Pictures, sounds, categories, authors and origins without number."""
    count = length // 64
    return article(
        1,
        images=tuple(
            Image(url=f"https://a.example/{n}.jpg", caption="قال " * 4, credit="رويترز") for n in range(count)
        ),
        enclosures=tuple(Enclosure(url=f"https://a.example/{n}.mp3", type="audio/mpeg") for n in range(count)),
        categories=tuple(Category(term=f"صحة {n}") for n in range(count)),
        authors=tuple(f"سلمى {n}" for n in range(count)),
        origins=tuple(Origin(source="nahr/main", guid=str(n), fingerprint="0") for n in range(count)),
    )


HOSTILE: dict[str, Maker] = {
    **{name: _text(piece) for name, piece in TEXTS.items()},
    **{name: _word(piece) for name, piece in WORDS.items()},
    **{name: _markup(piece) for name, piece in MARKUP.items()},
    "another name each": lambda length: _of(_people(length)),
    "another word each": lambda length: _of(_counted(length)),
    "another word each behind an office": lambda length: _of(_counted(length, "الرئيس محمد ")),
    "another word each behind a place": lambda length: _of(_counted(length, "سوريا ")),
    "another long word each": lambda length: _of(_counted(length, "م" * 50)),
    "another Latin word each": lambda length: _of(" ".join(f"a{n}b" for n in range(length // 7))),
    "nested": _nested,
    "markup in attributes": _one_title,
    "title, summary and body of names": _said("الرئيس محمد أحمد محمود علي حسن "),
    "title, summary and body of places": _said("سوريا اليمنى "),
    "title, summary and body of one word": _said("م"),
    "title, summary and body of letters": _said("ا "),
    "a title alone": lambda length: article(1, title=_people(length), summary="", body=from_text("")),
    "many parts": _many,
}
"""An article of about so many letters by the name of what is hostile in it."""


@cache
def definitions() -> Definitions:
    """All that is shipped, compiled."""
    return Definitions(load(HOME)).compile()


@cache
def _queries() -> tuple[query.Query, ...]:
    asked = "محمد المصريين -سوريا", '"الرئيس محمد أحمد محمود علي" "ا ب ت ث ا ب ت ث" OR a'
    return tuple(map(query.parse, asked))


def _labels(name: str) -> Callable[[Article], object]:
    return lambda one: getattr(definitions(), name).label(one)


def _explained(name: str) -> Callable[[Article], object]:
    return lambda one: getattr(definitions(), name).explain(one)


def _signed(one: Article) -> object:
    made = signature(drafted(one), Frequencies(0, {}))
    return made.keys, made.packed(), near(made, made)


def _snippets(one: Article) -> object:
    text = folded(text_of(one.body))
    return [asked.spans(text) for asked in _queries()]


def _merged(one: Article) -> object:
    return merge(one, replace(one, title=f"{one.title}.", updated=MOMENT), MOMENT)


def _rendered(extension: str) -> Callable[[Article], object]:
    def render(one: Article) -> object:
        labelled = replace(one, people=("م",) * 50)
        return document(edition(labelled, related={one.id: (one,)}), extension, last_modified=MOMENT)

    return render


def _chosen(one: Article) -> object:
    choice = Choice(people=frozenset({"محمد"}), query="محمد OR الرئيس", sources=frozenset({"nahr"}))
    return choice.each(one), [answers(one, asked) for asked in ("محمد", "ا ب", '"ا ب ت ث"')]


STEPS: dict[str, Callable[[Article], object]] = {
    "texts": texts_of,
    "reading": lambda one: Reading(one, [definitions().topics.matcher, definitions().people.matcher]).folds,
    "topics": _labels("topics"),
    "topics explained": _explained("topics"),
    "places": _labels("places"),
    "places explained": _explained("places"),
    "people": _labels("people"),
    "people explained": _explained("people"),
    "classify": lambda one: classify(one, definitions().topics, (), definitions().places, definitions().people),
    "story": _signed,
    "index": lambda one: query.indexed(one.title, one.summary, one.body),
    "snippets": _snippets,
    "choice": _chosen,
    "fold": lambda one: (fold(one.title), Folded(fold(one.body), one.body).span(0, 10)),
    "lead": lambda one: lead(one.body),
    "language": lambda one: detect(f"{one.title} {one.summary}"),
    "merge": _merged,
    "rows": lambda one: rows.article_row(one, first_seen=MOMENT, modified=MOMENT, position=1, arrived=1),
    "fingerprint": fingerprint,
    "wire": dumps,
    **{extension: _rendered(extension) for extension in FORMATS},
}
"""What is done with one article outside the sandbox."""


def _list(text: str) -> object:
    with suppress(ConfigurationError):
        return opml.read(f"<opml>{text}".encode(), "list")
    return None


def _unchanged(text: str) -> object:
    return [conditional.not_modified(*pair, '"a"', MOMENT) for pair in ((text, None), (None, text))]


def _counted_by(agent: str) -> object:
    return counting.CLAIMED.search(agent), counting.NAMED.search(agent), counting.FEED_ID.search(agent)


TEXT_STEPS: dict[str, Callable[[str], object]] = {
    "NFC": nfc,
    "fold": fold,
    "stem": signatures.stem,
    "text of HTML": text_of,
    "first sentences": lambda text: lead(SafeHtml(text)),
    "language tag": tag,
    "query": query.parse,
    "marked": lambda text: marked(text, '"محمد a" OR 1'),
    "page's address": canonical,
    "file's address": absolute,
    "date": lambda text: dates.parse(text, moment=MOMENT),
    "freshness": lambda text: cadence.freshness({"cache-control": text, "expires": text, "age": text}, MOMENT),
    "retry": lambda text: cadence.retry_after({"retry-after": text}, MOMENT),
    "login page": lambda text: manners._LOGIN.search(text),
    "robots' sitemaps": lambda text: discover._SITEMAP_LINE.findall(text.encode()),
    "subscription list": _list,
    "If-None-Match": _unchanged,
    "entity tags": conditional.tags,
    "Accept-Encoding": conditional.accepts_gzip,
    "User-Agent": _counted_by,
    "reader's HTML": content.isolate,
    "signature of a push": lambda text: signed("s", text, b""),
}
"""What is done outside the sandbox with one text, header or address that a stranger wrote."""

PIECES = (
    *("a", "1", "1 ", "9.", "-", '"', 'W/"', "a,", "\n", " ", "ا", "و", "ا. ", "!?", "«", "a-", "ar-x-", "a@", "a@b "),
    *("<?xml ", "<!DOCTYPE ", "<opml ", "<outline text='", "&", "&amp;", "<", "<!--", "<a '", "<img src=", "<![CDATA["),
    *("<figure>", "<h1>", "<p> ", "<b><i>", "gzip;q=1,", "q=1;", "http://", "../", "%", "%D8", "?utm_a=1&", "sitemap:"),
    *("sitemap: ", "/login", "auth-", "12:", "2026-", "Mon, ", "1 subscriber", "feed_id=", "max-age=", "sha1="),
    *(*WORDS.values(), "\u0344"),
)
"""Pieces that are repeated."""

UNDER_THE_LOCK = ("classify", "story", "index", "merge", "rows")
"""Steps that a worker runs for every new article while nothing else can be saved."""


def forget() -> None:
    """Empties what remembers an article that was read before: every step is to do its own work."""
    signatures.words.cache_clear()
    choice._said.cache_clear()
