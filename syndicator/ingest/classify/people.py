"""Who is in an article: display names, the most important first.

**Listed people** (`config/people.toml`) are found by their name and every other spelling, and are shown by their
name: دي مستورا and ستيفان دي ميستورا are one person. A longer name hides a shorter one inside it.

**Offices announce names.** Behind an office or a title (وزير الخارجية, الأمين العام, السيد) stands a name, after the
words that say whose office it is (الأمريكي, للأمم المتحدة, الاتحاد الروسي) and perhaps a comma. Arabic does not mark
where a name ends: it ends before a sign, a word that joins sentences, a word with و or before one with the article,
unless that is the second word (بشار الأسد) or the name is written so again elsewhere. A name that nobody lists needs
two words, of which the first is a known given name, and a second mention or a clean end. (With any word for the first,
one "name" in two was none; now one in fifteen is, of 250 read.) Offices without a name behind them name nobody.

**The most important first**: the title counts most, then the lead, then mentions in the body.

**The work is bounded,** because strangers choose the text: how often so many words in a row occur is counted once for
all offices, and for `_COUNTED` of them at most; offices behind that announce nobody. An article names `MOST` people at
most, the most important. Of 20,000 articles none has more than 14 people, or more than 32 of such words to count.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple

from syndicator.ingest.classify.evidence import Evidence, Place, Reading, reading_of
from syndicator.model import Article, Person
from syndicator.text.forms import literal
from syndicator.text.matcher import Match, Matcher
from syndicator.text.words import STOP, fold

MOST = 50
"""People of one article."""
_COUNTED = 250
"""Different words in a row of which it is counted how often an article has them."""

_OFFICE = "office"
OFFICES = (
    *("السيد", "السيدة", "الدكتور", "الدكتورة", "الأمير", "الأميرة", "الملك", "الملكة", "الشيخ", "البابا", "العقيد"),
    *("الفريق", "اللواء", "العميد", "الجنرال", "المشير", "السفير", "السفيرة", "النائب", "القاضي", "الرئيس", "رئيس"),
    *("الرئيسة", "نائب الرئيس", "رئيس الوزراء", "رئيسة الوزراء", "رئيس الحكومة", "المستشارة", "المستشار"),
    *("ولي العهد", "ولي ولي العهد", "العاهل", "وزير", "وزيرة", "وزير الخارجية", "وزيرة الخارجية", "وزير خارجية"),
    *("وزير شؤون خارجية", "وزير الدفاع", "وزير الداخلية", "وزير المالية", "وزير الدولة", "الأمين العام"),
    *("الأمينة العامة", "نائب الأمين العام", "نائبة الأمين العام", "وكيل الأمين العام", "المبعوث", "مبعوث"),
    *("المبعوث الخاص", "المبعوثة الخاصة", "المبعوث الأممي", "مبعوث الأمم المتحدة", "الممثل الخاص", "الممثلة الخاصة"),
    *("المفوض السامي", "المفوضة السامية", "المفوض العام", "المقرر الخاص", "المقررة الخاصة", "منسق الشؤون الإنسانية"),
    *("المدير العام", "المديرة العامة", "المديرة التنفيذية", "المدير التنفيذي", "الرئيس التنفيذي", "المتحدث باسم"),
    *("المتحدثة باسم", "المتحدث", "المتحدثة", "مندوب", "المندوب الدائم", "المندوبة", "سفير", "سفيرة", "مدير", "قائد"),
)
"""What stands before a name; in every form but the plural."""
_AFTER_NAMES = """
في من الى على عن ان أن إن انه إنه انها التي الذي الذين مع بعد قبل خلال امس اليوم غدا الاحد الاثنين الثلاثاء
الاربعاء الخميس الجمعة السبت يوم قال قالت قوله قائلا اكد اكدت اعلن اعلنت اضاف اضافت صرح دعا دعت طالب التقى كان
كانت قد لم لن لا ما هذا هذه ذلك تلك هو هي هم عبر ضد بين حول حيث عند عندما منذ حتى كما او أو ثم بل لكن اي كل بعض
غير سوف ايضا نظيره نظيرته لدى تحت فوق خارج داخل اثناء رغم بسبب ازاء تجاه نحو باسم ممثل رئيس وزير مدير امين عام
خاص سابق حالي حزب معهد مركز مجلس اجهزة جهاز هيئة منظمة لجنة وزارة بنك شركة اتحاد جامعة قسم وكالة حركة تحالف
ائتلاف حكومة مكتب فريق بعثة محكمة نقابة جمعية مؤسسة صندوق برنامج ادارة دائرة قوات جيش شرطة بلدية ولاية محافظة
مدينة اقليم كتلة تيار جبهة منتخب نادي قناة صحيفة شبكة غرفة قطاع مشروع مديرية دولة جمهورية حملة منطقة عملية قائمة
شؤون اركان مجموعة اعرب اعربت رحب وصل زار اتهم حذر نفى اجرى بحث ناقش شدد اشار اوضح اعتبر وصف هدد كشف وجه القى
تعهد توعد الدولي الدولية العالمي العالمية الدائم الدائمة العام العامة الوطني الوطنية الاقتصادي الاقتصادية
الثقافي الثقافية الطبي الطبية الرياضي الرياضية شقيق شقيقة شقيقه نجل نجله زوجة زوجته زوج والد والدة السابق الحالي
الجديد الاسبق الراحل انا
"""
_ENDS_NAME = frozenset(map(fold, _AFTER_NAMES.split())) | {STOP}
_BETWEEN = """عبد بن ابن بنت آل ابو أبو دي فون فان ولد ال إل لو دا دو بان كي"""
_PARTICLES = frozenset(map(fold, _BETWEEN.split()))
_GIVEN = frozenset(
    fold(name)
    for line in files(__package__).joinpath("given_names.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for name in line.split()
)
"""Given names: what a name begins with, most often."""
_JOINED = frozenset(map(fold, ("عبد", "الدين", "العابدين", "الزمان", "الإسلام")))
"""One name with the word beside it."""
_WHOSE = 5
"""Words that may say whose office it is."""
_LONGEST = 4
_NEAR = 120
"""Characters behind an office in which its holder's name must stand."""
_WEIGHT = {Place.TITLE: 6.0, Place.LEAD: 2.0, Place.BODY: 0.5}
"""What the first mention at a place adds."""
_AGAIN = 0.5
_MENTIONS = 8
"""So many mentions count at one place."""
_YA = """يوسف ياسر يحيى ياسين يعقوب يوري يوهان يورغن يونس يزيد يانيس"""
_NAMES_IN_YA = frozenset(map(fold, _YA.split()))
_WRITTEN = re.compile(r"[\w\s-]+")
_LETTERS = re.compile("[ء-ي]+")


class _Found(NamedTuple):
    place: Place
    match: Match[str]
    """Its key is the name as it is shown."""
    weight: float


class People:
    """Compiled names and offices. Safe to share between threads; build it once for a set of definitions."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        listed = list(people)
        names = {one.name: tuple(map(literal, (one.name, *one.spellings))) for one in listed}
        self.matcher = Matcher({**names, _OFFICE: tuple(map(literal, OFFICES))}, exclusive=True)

    def label(self, article: Article | Reading) -> tuple[str, ...]:
        """The names of the people in the article, the most important first."""
        scores: dict[str, float] = {}
        for one in self._find(reading_of(article)):
            scores[one.match.key] = scores.get(one.match.key, 0.0) + one.weight
        named = [name for name, score in scores.items() if score > 0]
        return tuple(sorted(named, key=lambda name: -scores[name])[:MOST])

    def explain(self, article: Article | Reading) -> tuple[Evidence, ...]:
        """Every mention of every person, in the order of their importance."""
        reading = reading_of(article)
        found = self._find(reading)
        order = {name: at for at, name in enumerate(self.label(reading))}
        scores: Counter[str] = Counter()
        for _, match, weight in found:
            scores[match.key] += weight  # type: ignore[assignment]
        made = []
        for place, match, weight in sorted(found, key=lambda one: order.get(one.match.key, len(order))):
            score = round(scores[match.key], 6)
            made.append(reading.evidence(place, match, weight, score=score, carried=match.key in order))
        return tuple(made)

    def _find(self, reading: Reading) -> list[_Found]:
        """Every mention with its weight, in the order of the text."""
        mentions: list[_Found] = []
        counted: Counter[tuple[str, Place]] = Counter()
        matches = {place: self.matcher.in_order(by_name) for place, by_name in reading.found(self.matcher).items()}
        for place, found in matches.items():
            for match in found:
                if match.key == _OFFICE:
                    continue
                weight = 0.0 if match.masked_by else _step(counted, match.key, place)
                mentions.append(_Found(place, match, weight))
        for name, (shown, office) in self._announced(reading, matches).items():
            for place, text in reading.folds.items():
                for start in _mentions(text, name):
                    weight = _step(counted, shown, place)
                    mentions.append(_Found(place, Match(shown, start, start + len(name), office), weight))
        return mentions

    def _announced(self, reading: Reading, matches: dict[Place, list[Match[str]]]) -> dict[str, tuple[str, str]]:
        """Folded names behind offices that nobody lists: (as written, the office)."""
        found: dict[str, tuple[str, str]] = {}
        if not any(match.key == _OFFICE for here in matches.values() for match in here):
            return found
        whole = _Counts(f" {STOP} ".join(_once(reading)))
        for place, text in reading.folds.items():
            taken, like = None, ""
            for office in matches[place]:
                if office.key != _OFFICE or office.masked_by is not None:
                    continue
                if len(whole) > _COUNTED:
                    return found
                start, end = _name_behind(text, office.end, whole)
                name = text[start:end]
                if not name or name in found:
                    continue
                taken = taken or _Taken([match for match in matches[place] if match.key != _OFFICE])
                if taken.within(start, end):
                    continue
                like = like or _like_folded(reading.texts[place])
                written = _as_written(name, like, reading, place, start, end)
                if _WRITTEN.fullmatch(written):
                    found[name] = (" ".join(written.replace("_", " ").split()), office.phrase.removeprefix("="))
        return found


class _Counts(dict[str, int]):
    """How often words in a row stand in a text, each counted once."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def __missing__(self, phrase: str) -> int:
        self[phrase] = count = self._text.count(phrase)
        return count


class _Taken:
    """Where matches stand, to be asked about in logarithmic time."""

    def __init__(self, matches: list[Match[str]]) -> None:
        """`matches` in order of their start."""
        self._starts = [match.start for match in matches]
        self._reach = list(accumulate((match.end for match in matches), max))

    def within(self, start: int, end: int) -> bool:
        """Whether a match has a letter in common with `start` to `end`."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start


def _name_behind(text: str, end: int, whole: _Counts) -> tuple[int, int]:
    """Where the name stands that an office announces which ends at `end`; (0, 0) when there is none."""
    words = text[end : end + _NEAR].split(" ")[1:]
    if len(text) > end + _NEAR:
        words.pop()  # it may be cut
    at = _begins(words)
    name: list[str] = []
    for here, word in enumerate(words[at:], at):
        behind = words[here + 1] if here + 1 < len(words) else STOP
        if len(name) == _LONGEST or not _goes_on(name, word, behind):
            break
        name.append(word)
    clean = at + len(name) >= len(words) or words[at + len(name)] in _ENDS_NAME
    clean = clean or words[at + len(name)].startswith(("و", "ال", "ل", "ب"))
    while _names(name) > 2 and whole[" ".join(name[:-1])] > whole[" ".join(name)]:
        name.pop()
    while name and name[-1] in _PARTICLES:
        name.pop()
    phrase = " ".join(name)
    short = _names(name) == 2 or (_names(name) == 3 and not _PARTICLES.isdisjoint(name))
    if _names(name) < 2 or not (whole[phrase] > 1 or (clean and short)):
        return 0, 0
    place = end + 1 + sum(len(word) + 1 for word in words[:at])
    return place, place + len(phrase)


def _begins(words: list[str]) -> int:
    """Which word begins the name: the first given name, behind the words that say whose office it is."""
    for at, word in enumerate(words[: _WHOSE + 1]):
        if word in _GIVEN:
            return at
        if word in _ENDS_NAME and not (word == STOP and at):
            break
    return len(words)


def _names(name: list[str]) -> int:
    """How many names these words are: عبد is one with the word behind it, الدين with the word before."""
    return sum(word not in _JOINED for word in name)


def _once(reading: Reading) -> list[str]:
    """The folded texts, without a lead that the body begins with: saying it twice is no second mention."""
    title, lead, body = (reading.folds[place] for place in (Place.TITLE, Place.LEAD, Place.BODY))
    return [title, body] if body.startswith(lead) else [title, lead, body]


def _goes_on(name: list[str], word: str, behind: str) -> bool:
    """Whether a word continues a name; `behind` is the word after it."""
    if word in _ENDS_NAME or not _LETTERS.fullmatch(word):
        return False
    if not name:
        return True
    if word.startswith("ي") and len(word) > 3 and word not in _NAMES_IN_YA:  # a verb
        return False
    if word.startswith(("بال", "وال", "فال", "كال", "لل")):
        return False
    if word.startswith("ال"):
        return word in _JOINED or _names(name) < 2 or name[-1] in _PARTICLES
    return len(word) < 5 or not word.startswith(("و", "ل")) or behind == STOP


def _step(counted: Counter[tuple[str, Place]], name: str, place: Place) -> float:
    """What one more mention of a person at a place adds."""
    counted[name, place] += 1
    mention = counted[name, place]
    return _WEIGHT[place] if mention == 1 else _AGAIN if mention <= _MENTIONS else 0.0


def _mentions(text: str, name: str) -> Iterator[int]:
    """Where a folded name begins in a folded text, with or without prefixes before it."""
    start = text.find(name)
    while start >= 0:
        before = text[max(0, start - 3) : start].rpartition(" ")[2]
        if text[start + len(name) : start + len(name) + 1] in ("", " ") and before in _BEFORE_NAME:
            yield start
        start = text.find(name, start + len(name))


_BEFORE_NAME = frozenset(first + then for first in ("", "و", "ف") for then in ("", "ب", "ك", "ل"))
_LIKE_FOLDED = tuple(zip("أإآٱىیةکؤئ_-", "ااااييهكءء  ", strict=True))
"""Replaced one after another, which is faster than one `str.translate`: most do not occur."""


def _like_folded(text: str) -> str:
    """A text folded as far as every letter stays in its place."""
    for letter, folded in _LIKE_FOLDED:
        text = text.replace(letter, folded)
    return text


def _as_written(name: str, like: str, reading: Reading, place: Place, start: int, end: int) -> str:
    """A folded name as the article writes it. Most are written plainly, which is found without the way back.

    `like`: the text of the place, folded letter by letter.
    """
    at = like.find(name)
    return reading.texts[place][at : at + len(name)] if at >= 0 else reading.written(place, start, end)[0]
