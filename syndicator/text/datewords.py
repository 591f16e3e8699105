"""The names of months, weekdays and halves of the day in every language that CLDR knows, put into English.

The table is `datewords.json`, made by `tools/make_datewords.py`. It is read when a text first needs it: dates in
Arabic, Persian, French and English are read without it (`calendars`).

**One language a text.** A name may mean another month next door (listopad is November in Polish, October in Croatian).
So the language that knows the most words of the text speaks for it; of several, the one that comes first in `_FIRST`.
"""

import json
import re
from collections import defaultdict
from functools import lru_cache
from importlib.resources import files

from syndicator.text import calendars, zones
from syndicator.text.calendars import plain

_FIRST = ("ar", "en", "fr", "fa", "ckb", "tr", "ur", "ps", "ku", "he", "de", "es", "it", "pt", "nl", "pl", "ru", "uk",
          "cs", "el", "sv", "id", "hu", "ro", "da", "nb", "fi", "bg", "sr", "hr", "sk", "ca", "hi", "bn", "zh", "ja",
          "ko", "vi", "th", "sw", "am", "so")  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HALVES = ("am", "pm")
_TIME = re.compile(r"\.? ?\d{1,2}:")
_LONGEST = 4
"""Words of a name."""
_WORD = re.compile(r"[^\s\d,:/()|<>\[\];،؛]+")
_EDGES = ".-'\"«»“”"
_CORE = frozenset().union(
    calendars.MONTHS, calendars.HIJRI_MONTHS, calendars.SOLAR_MONTHS, calendars.WEEKDAYS,
    calendars.MORNING, calendars.EVENING, calendars.NIGHT, calendars.NOW, calendars.DAYS_AGO, calendars.UNITS,
    zones.OFFSETS, zones.BEHIND,
    ("", "t", "ago", "at", "on", "by", "of", "published", "posted", "updated", "st", "nd", "rd", "th", "er"),
    plain("الساعة|هـ|منذ|قبل|نشر|في|بتاريخ|تاريخ|النشر|آخر|تحديث|بتوقيت|توقيت|غرينتش|الموافق|من|عام|و").split("|"),
    (word for city in zones.CITIES for word in city.split()),
    (word for month in calendars.MONTHS for word in month.split()),
)  # fmt: skip
_COMMON = frozenset(
    {
        "de",
        "du",
        "da",
        "di",
        "do",
        "la",
        "le",
        "el",
        "en",
        "et",
        "to",
        "me",
        "an",
        "se",
        "so",
        "si",
        "sa",
        "su",
        "ma",
        "al",
    }
)
"""Names that are common words elsewhere: alone they prove no language."""
_CORE_MONTHS = re.compile(calendars.alternatives(calendars.MONTHS))

_OF = re.compile(r"(?<![^\W\d_])d'(?=[^\W\d_]{2})")
"""Of, in one word with a month, in Catalan and its neighbours."""
_EAST = re.compile(r"[\u1100-\u11ff\u3000-\u9fff]|thang|thg|сар|(?<!\w)m[01]\d(?!\w)")
_YEAR, _MONTH, _DAY = (
    f"(?:{'|'.join(map(plain, names))})" for names in (("年", "년"), ("月", "월"), ("日", "일", "号"))
)
_HOUR, _MINUTE, _SECOND = (
    f"(?:{'|'.join(map(plain, names))})" for names in (("時", "时", "点", "點", "시"), ("分", "분"), ("秒", "초"))
)
_EASTERN = (
    (re.compile(rf"(\d{{2,4}}) ?{_YEAR} ?(\d{{1,2}}) ?{_MONTH} ?(\d{{1,2}}) ?{_DAY}?"), r" \1-\2-\3 "),
    (re.compile(rf"(\d{{1,2}}) ?{_HOUR} ?(\d{{1,2}}) ?(?:{_MINUTE})?(?: ?(\d{{1,2}}) ?{_SECOND})?"), r" \1:\2 "),
    (re.compile(rf"(?<!\d)0?(\d{{1,2}}) ?{_MONTH}"), lambda found: _month(found[1])),
    (re.compile(r"\b(?:thang|thg) ?0?(\d{1,2})(?!\d)"), lambda found: _month(found[1])),
    (re.compile(r"\b0?(\d{1,2})-р сар\w*"), lambda found: _month(found[1])),
    (re.compile(r"(?<!\w)m([01]\d)(?!\w)"), lambda found: _month(found[1])),
)
"""Dates whose months are numbers: in East Asia, Vietnam, Mongolia, and "M03" where CLDR knows no names."""

Meaning = tuple[int, str, bool]
"""Rank of the language, English name, and whether it is a month's."""


def translated(text: str, *, inflected: bool = False) -> str:
    """The text with the names of one language in English; as it was where nothing is known.

    `text` is in the spelling of `calendars.plain`. Words that `calendars` knows stay as they are. With `inflected`, a
    word of which the last letters are no part of a month's name counts as that name ("martxoaren").
    """
    text = _OF.sub("", text)
    if _EAST.search(text):
        for pattern, instead in _EASTERN:
            text = pattern.sub(instead, text)
    words = list(_WORD.finditer(text))
    if all(word[0].strip(_EDGES) in _CORE for word in words):
        return text
    found = _found(text, words, inflected)
    if all(text[start:end] in _COMMON for start, end, _ in found):
        return text
    month_known = bool(_CORE_MONTHS.search(text))
    best = _language([one for one in found if text[one[0] : one[1]] not in _COMMON], month_known)
    pieces, at = [], 0
    for start, end, meanings in found:
        meaning = next((one for one in meanings if one[0] == best and not (one[2] and month_known)), None)
        if text[start:end] in _COMMON and not _TIME.match(text, end):
            continue
        if meaning is not None:
            pieces += [text[at:start], f" {meaning[1]} "]
            at = end
    return " ".join(("".join(pieces) + text[at:]).split())


def _month(number: str) -> str:
    return f" {_MONTHS[int(number) - 1]} " if 1 <= int(number) <= 12 else f" {number} "


def _found(text: str, words: list[re.Match[str]], inflected: bool) -> list[tuple[int, int, list[Meaning]]]:
    """Where names stand, the longest first, with all that each may mean."""
    table = _table()
    found, at = [], 0
    while at < len(words):
        step = 1
        for many in range(min(_LONGEST, len(words) - at), 0, -1):
            start, end = words[at].start(), words[at + many - 1].end()
            written = text[start:end]
            name = written.strip(_EDGES)
            if name in table and not (many == 1 and name in _CORE):
                start += written.index(name)
                found.append((start, start + len(name), table[name]))
                step = many
                break
        else:
            if inflected and (meanings := _stem(words[at][0].strip(_EDGES), table)):
                found.append((words[at].start(), words[at].end(), meanings))
        at += step
    return found


def _stem(word: str, table: dict[str, list[Meaning]]) -> list[Meaning]:
    """The month that a word is with up to three letters more."""
    for cut in range(1, 4):
        if len(word) - cut >= 4 and (meanings := [one for one in table.get(word[:-cut], ()) if one[2]]):
            return meanings
    return []


def _language(found: list[tuple[int, int, list[Meaning]]], month_known: bool) -> int:
    """The rank of the language that explains the most, and leaves the text with one month."""
    known: defaultdict[int, int] = defaultdict(int)
    months: defaultdict[int, int] = defaultdict(int)
    for start, end, meanings in found:
        ranks = {rank for rank, _, _ in meanings}
        for rank in ranks:
            known[rank] += end - start
        for rank in {rank for rank, _, month in meanings if month}:
            months[rank] += 1
    return min(known, key=lambda rank: (months[rank] + month_known != 1, -known[rank], rank))


@lru_cache(maxsize=1)
def _table() -> dict[str, list[Meaning]]:
    """All names with what they mean, by language."""
    rows = json.loads(files(__package__).joinpath("datewords.json").read_text("utf-8"))
    rank = {language: number for number, language in enumerate(_FIRST)}
    table: dict[str, list[Meaning]] = {}
    for number, (language, row) in enumerate(rows.items()):
        if not language:
            continue
        order = rank.get(language, len(_FIRST) + number)
        for kind, english in (("months", _MONTHS), ("days", _DAYS), ("halves", _HALVES)):
            for names, meaning in zip(row[kind], english, strict=True):
                for name in names.split("|") if names else ():
                    table.setdefault(name, []).append((order, meaning, kind == "months"))
    return table


def is_date_word(word: str) -> bool:
    """Whether a word, in the spelling of `calendars.plain`, belongs to dates in some language."""
    word = word.strip(_EDGES)
    return word in _CORE or word in _table()
