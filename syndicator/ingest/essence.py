"""What an article says, without what changes by itself.

Two polls often bring one item with another token in a picture's address, another session id in a link, another count of
readers, another order of categories, other white space. None of it is a correction: `updated`, versions and ETags stay.
So everything that asks "does it say something else?" compares essences: the fingerprint of an item and the merge.

**A count in a text** is left out only where words say that it is one ("عدد المشاهدات: 25", "12 comments",
"منذ 5 دقائق", "آخر تحديث: 14:05"). Any other number that changes is news: "12 قتيلا" becomes "15 قتيلا".
"""

import re
from collections.abc import Iterable
from typing import Any

from syndicator.model import Article
from syndicator.text import calendars
from syndicator.text.html import text_of
from syndicator.text.pictures import picture_key
from syndicator.text.url import page_key
from syndicator.text.words import tokens

_SPACES = re.compile(r"(?:\s|&nbsp;)+")
_UNSEEN = re.compile(r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")
_TAG = re.compile(r"<(/?)(\w+)([^<>]*)>")
_ADDRESS = re.compile(r'\s(href|src|poster|cite)="([^"]*)"')
_WRAPPERS = frozenset({"div", "span", "section", "article", "figure", "picture"})
"""Elements that say nothing about what is in them."""
_BESIDE_TAGS = re.compile(r"(?<=>)\s+|\s+(?=<)")
_MAY_COUNT = re.compile(r"\d|منذ|قبل|\bago\b|الآن|الان|\bnow\b|تعليق|مشاهد|قراء|comment|view", re.IGNORECASE)
_NUMBER = r"[\d٠-٩۰-۹](?:[\d٠-٩۰-۹.,٬٫]|[  ](?=\d{3})){0,15}(?:\s?(?:k|m|ألف|ألفا|آلاف|مليون))?"
_COUNTED = (
    "مشاهدة مشاهدات مشاهدين مشاهدون مشاهدا قراءة قراءات قارئ قارئا قراء زيارة زيارات زائر زائرا زوار تعليق تعليقا"
    " تعليقات تعليقان تعليقين إعجاب إعجابا إعجابات معجب معجبا معجبين مشاركة مشاركات متابع متابعا متابعين تنزيل تنزيلات"
    " تحميل تحميلات نقرة نقرات تصفح متصفح متصفحا متصفحين متصفحون تفاعل تفاعلا تفاعلات رد ردا ردود متواجد متواجدون"
    " متواجدين مشترك مشتركا"
    " مشتركين قرأ قرأه قرأها قرئ قرئت شوهد شوهدت شاهده شاهدها شارك شاركه شاركها تقييم بازدید بازدیدها بازدیدکننده"
    " نظر نظرات دیدگاه دیدگاهها پسند görüntülenme görüntüleme okunma okuma yorum beğeni paylaşım"
    " view views viewed hit hits read reads reader readers visit visits visitor visitors comment comments like likes"
    " share shares reaction reactions retweet retweets download downloads click clicks upvotes points"
    " vue vues vu lu lecture lectures lecteur lecteurs visite visites commentaire commentaires partage partages"
)
_AROUND = (
    "عدد مرة مرات مره شخص شخصا أشخاص صوت صوتا أصوات الخبر المقال الموضوع المادة الصفحة الفيديو هذا هذه الآن حاليا"
    " حتى لا يوجد توجد بلا بدون واحد تم تمت إجمالي مجموع ألف ألفا آلاف مليون ملايين تعداد بار k m time times person"
    " people post page article total so far no by this fois personnes de kez kere kişi score rating"
)
_AGO = "منذ قبل مضت مضى ago پیش قبل il y a önce"
_BESIDE_AGO = (
    "ثانية ثوان ثواني دقيقة دقائق ساعة ساعات يوم يوما أيام أسبوع أسبوعا أسابيع شهر شهرا أشهر شهور عام سنة سنوات دقیقه"
    " نشر نُشر نشرت تم النشر تحديث التحديث محدث آخر في و حوالي نحو تقريبا أقل أكثر من على الخبر published updated posted"
    " last just about"
    " modified less more than publié mis à jour et il y a"
)
_CLOCK_LINE = re.compile(
    r"\W{0,8}(?:آخر\s+تحديث|اخر\s+تحديث|تم\s+(?:التحديث|تحديث\s+\S{1,12}|إنشاء\s+\S{1,12}|توليد\s+\S{1,12})|حُ?دِّ?ث"
    r"|(?:تاريخ|وقت)\s+(?:الطباعة|التحديث|العرض)|last\s+(?:updated?|modified)|updated?|(?:page\s+)?(?:generated|printed|rendered)"
    r"|mis\s+à\s+jour|dernière\s+mise\s+à\s+jour|son\s+güncelleme)\b\D{0,25}\d.{0,60}",
    re.IGNORECASE,
)
_SIGN_LINE = re.compile(rf"[\s️]{{0,3}}[👁👀💬👍❤♥🔁🗨⭐]\W{{0,4}}{_NUMBER}\s{{0,3}}", re.IGNORECASE)
_TAG_OR_LINE = re.compile(r"<[^<>]*>|[^<>\n]+")
_PART = re.compile(r"[^|•·/–—-]+|[|•·/–—-]+")
_LONGEST_LINE, _LONGEST_COUNT = 120, 60
"""Characters of a line that may be nothing but counts, and of one count in it."""
_FILE = re.compile(r"\.(?:mp3|m4a|m4v|mp4|ogg|oga|opus|aac|wav|webm|mov|m3u8|pdf|jpe?g|png|webp|gif)$", re.IGNORECASE)


def _folded(words: str) -> frozenset[str]:
    return frozenset(tokens(words))


_COUNTED_WORDS = _folded(_COUNTED)
_COUNT_WORDS = _COUNTED_WORDS | _folded(_AROUND)
_SOON_WORDS = frozenset(word for name in (*calendars.NOW, *calendars.DAYS_AGO) for word in tokens(name))
_AGO_WORDS = _folded(_AGO) | _SOON_WORDS
_AGE_WORDS = (
    _AGO_WORDS
    | _folded(_BESIDE_AGO)
    | {
        word
        for table in (calendars.UNITS, calendars.DUALS, calendars.NUMBERS)
        for name in table
        for word in tokens(name)
    }
)
_COUNT = re.compile(
    rf"(?:عدد\s{{1,3}}(?:مرات\s{{1,3}})?)?\b(?:ال)?(?:{'|'.join(sorted(_COUNTED.split(), key=len, reverse=True))})\b"
    rf"\s{{0,3}}(?:[:：=(|-]\s{{0,3}})+{_NUMBER}\)?",
    re.IGNORECASE,
)
SAID = ("language", "geo", "withdrawn")
"""Fields that are compared as they are; the others lose their noise first."""


def essence(article: Article) -> dict[str, Any]:
    """Return all that an article says, ready for JSON, without dates, labels and noise."""
    said: dict[str, Any] = {name: getattr(article, name) for name in SAID}
    said["title"] = _spaced(article.title)
    said["authors"] = sorted(article.authors)
    said["url"] = page_key(article.url) or article.url
    said["summary"] = "" if _in_body(article) else quiet(article.summary)
    said["body"] = quiet(_BESIDE_TAGS.sub("", _TAG.sub(_bare, article.body)))
    said["comments"] = page_key(article.comments) if article.comments else None
    said["images"] = _once((picture_key(one.url), one.caption, one.credit, one.alt) for one in article.images)
    said["enclosures"] = _once((file_key(one.url), one.type, one.title) for one in article.enclosures)
    said["categories"] = sorted(_once((one.term, one.scheme or "", one.label or "") for one in article.categories))
    said["source"] = (article.source.title, article.source.url) if article.source else None
    return said


def _in_body(article: Article) -> bool:
    """Whether the summary is the beginning of the text, or nothing."""
    return not article.summary or _spaced(text_of(article.body)).startswith(_spaced(article.summary))


def quiet(text: str) -> str:
    """Return a text or safe HTML with its counts of readers and its "minutes ago" left out, and single spaces."""
    if _MAY_COUNT.search(text):
        text = _TAG_OR_LINE.sub(_without_counts, text)
    return _spaced(text)


def file_key(url: str) -> str:
    """Return what is left of a file's address when its token is gone; scripts keep what they are asked for."""
    path = url.partition("#")[0].partition("?")[0]
    return page_key(path if _FILE.search(path) else url)


def _without_counts(part: re.Match[str]) -> str:
    written = part[0]
    if written[0] == "<" or not _MAY_COUNT.search(written):
        return written
    if len(written) > _LONGEST_LINE:
        return _COUNT.sub("#", written)
    if _is_noise(written) or _CLOCK_LINE.fullmatch(written):
        return "#"
    return _PART.sub(lambda each: "#" if _is_noise(each[0]) else each[0], _COUNT.sub("#", written))


def _is_noise(written: str) -> bool:
    """Whether a piece of a line is nothing but counts of readers, or how long ago something was."""
    if len(written) > _LONGEST_COUNT or not _MAY_COUNT.search(written):
        return False
    words = [word for word in tokens(written) if not word.isdigit()]
    if not words:
        return _SIGN_LINE.fullmatch(written) is not None
    return _all_of(words, _COUNTED_WORDS, _COUNT_WORDS) or _all_of(words, _AGO_WORDS, _AGE_WORDS)


def _all_of(words: list[str], telling: frozenset[str], known: frozenset[str]) -> bool:
    """Whether all words are known, with an article or not, and one of them is telling."""
    bare = [word if word in known else word.removeprefix("و").removeprefix("ال") for word in words]
    return all(word in known for word in bare) and any(word in telling for word in bare)


def _bare(tag: re.Match[str]) -> str:
    """A tag with nothing but the keys of its addresses; nothing for one that only wraps."""
    end, name, rest = tag[1], tag[2], tag[3]
    if name in _WRAPPERS:
        return "\n"
    return f"<{end}{name}{''.join(sorted(_keyed(each) for each in _ADDRESS.finditer(rest)))}>"


def _keyed(address: re.Match[str]) -> str:
    key = picture_key if address[1] in ("src", "poster") else page_key
    return f' {address[1]}="{key(address[2].replace("&amp;", "&")) or address[2]}"'


def _spaced(text: str) -> str:
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()


def _once(values: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list(dict.fromkeys(values))
