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
from syndicator.text.html import text_of
from syndicator.text.pictures import picture_key
from syndicator.text.url import page_key

_ADDRESS = re.compile(r'(\s(?:href|src|poster|cite)=")([^"]*)"')
_SPACES = re.compile(r"\s+")
_MAY_COUNT = re.compile(r"\d|منذ|قبل|\bago\b")
_BETWEEN_TAGS = re.compile(r"(?<=>)\s+(?=<)")
_NUMBER = r"[\d٠-٩۰-۹](?:[\d٠-٩۰-۹.,٬٫]|[  ](?=\d{3})){0,15}(?:\s?(?:k|m|ألف|ألفا|آلاف|مليون))?"
_COUNTED = (
    r"(?:ال)?(?:مشاهدات|مشاهدة|مشاهدين|قراءات|قراءة|قارئا?|قراء|زيارات|زيارة|زوار|تعليقات|تعليقا?|إعجابات|إعجاب"
    r"|معجبين|مشاركات|متابعين|تنزيلات|نقرات|بازدید|بازدیدها|نظرات|دیدگاه"
    r"|views?|hits?|reads?|readers?|visits?|visitors?|comments?|likes?|shares?|reactions?|retweets?|downloads?|clicks?"
    r"|vues?|lectures?|lecteurs?|visites?|commentaires?|partages?)"
)
_COUNT = re.compile(rf"(?:عدد\s{{1,3}})?\b{_COUNTED}\b\s{{0,3}}(?:[:：=(|-]\s{{0,3}})+{_NUMBER}\)?", re.IGNORECASE)
_COUNT_LINE = re.compile(
    rf"\W{{0,8}}(?:(?:قرأ|قرأه|قرأها|شوهد|شاهده|شاهدها|viewed|read|lu|vu)\s+(?:هذا\s+الخبر\s+|\W{{0,4}}))?{_NUMBER}\W{{0,6}}"
    rf"(?:{_COUNTED}|مرة|مرات|times|fois)\W{{0,8}}"
    rf"|\W{{0,8}}(?:عدد\s+)?{_COUNTED}\W{{0,6}}{_NUMBER}\W{{0,8}}(?:مرة|مرات|times?|fois)?\W{{0,8}}"
    rf"|\s{{0,3}}[👁👀💬👍❤♥🔁🗨]\W{{0,3}}{_NUMBER}\s{{0,3}}",
    re.IGNORECASE,
)
_AGE_LINE = re.compile(
    rf"\W{{0,8}}(?:(?:نشر|نُشر|published|updated|publié)\W{{0,4}})?"
    rf"(?:(?:منذ|قبل|il\s+y\s+a)\s+\S{{1,20}}(?:\s+\S{{1,20}}){{0,3}}"
    rf"|(?:{_NUMBER}|an?|one)\s+(?:seconds?|minutes?|mins?|hours?|days?|weeks?|months?)\s+ago)\W{{0,8}}",
    re.IGNORECASE,
)
_CLOCK_LINE = re.compile(
    r"\W{0,8}(?:آخر\s+تحديث|اخر\s+تحديث|تم\s+التحديث|حُ?دِّ?ث|last\s+(?:updated?|modified)|updated?|mis\s+à\s+jour"
    r"|dernière\s+mise\s+à\s+jour)\b\D{0,25}\d.{0,60}",
    re.IGNORECASE,
)
_TAG_OR_LINE = re.compile(r"<[^<>]*>|[^<>\n]+")
_LONGEST_LINE = 120
"""Characters of a line that may be nothing but a count."""
SAID = ("title", "authors", "language", "geo", "withdrawn")
"""Fields that are compared as they are; the others lose their noise first."""


def essence(article: Article) -> dict[str, Any]:
    """Return all that an article says, ready for JSON, without dates, labels and noise."""
    said: dict[str, Any] = {name: getattr(article, name) for name in SAID}
    said["title"] = _spaced(article.title)
    said["url"] = page_key(article.url) or article.url
    said["summary"] = "" if _in_body(article) else quiet(article.summary)
    said["body"] = quiet(_BETWEEN_TAGS.sub("", _ADDRESS.sub(_keyed, article.body)))
    said["comments"] = page_key(article.comments) if article.comments else None
    said["images"] = _once((picture_key(one.url), one.caption, one.credit, one.alt) for one in article.images)
    said["enclosures"] = _once((page_key(one.url), one.type, one.title) for one in article.enclosures)
    said["categories"] = sorted(_once((one.term, one.scheme or "", one.label or "") for one in article.categories))
    said["source"] = (article.source.title, article.source.url) if article.source else None
    return said


def _in_body(article: Article) -> bool:
    """Whether the summary is the beginning of the text, or nothing."""
    return not article.summary or _spaced(text_of(article.body)).startswith(article.summary)


def quiet(text: str) -> str:
    """Return a text or safe HTML with its counts of readers and its "minutes ago" left out, and single spaces."""
    if _MAY_COUNT.search(text):
        text = _TAG_OR_LINE.sub(_without_counts, text)
    return _spaced(text)


def _without_counts(part: re.Match[str]) -> str:
    written = part[0]
    if written[0] == "<" or not _MAY_COUNT.search(written):
        return written
    if len(written) <= _LONGEST_LINE and any(each.fullmatch(written) for each in (_COUNT_LINE, _AGE_LINE, _CLOCK_LINE)):
        return "#"
    return _COUNT.sub("#", written)


def _keyed(address: re.Match[str]) -> str:
    key = picture_key if "src" in address[1] or "poster" in address[1] else page_key
    return f'{address[1]}{key(address[2].replace("&amp;", "&")) or address[2]}"'


def _spaced(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _once(values: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list(dict.fromkeys(values))
