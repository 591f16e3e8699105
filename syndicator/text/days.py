"""The day that a text names, in whichever order and calendar, and the text without it.

Texts are in the spelling of `calendars.plain`, names in the languages of `calendars` (`datewords` brings others there).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hijridate import Hijri

from syndicator.text import calendars
from syndicator.text.calendars import alternatives, plain

_YEARS = range(1600, 2200)
_HIJRI_YEARS = range(1300, 1600)
_BUDDHIST_YEARS = range(2400, 2700)
_SOON = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Cut:
    """A day, and what its text says besides."""

    day: date
    rest: str
    clock: timedelta | None = None
    """The time of day where it was written in one run of digits with the date."""


@dataclass(frozen=True, slots=True)
class NumericReading:
    """One way to read a numeric date such as 03/04/2026."""

    day: date
    day_first: bool
    fits: bool
    """It is the only way that has such a month, or that falls on the weekday beside it."""


def find_day(text: str, moment: datetime, first: bool | None) -> Cut | None:
    """The day in a text; `moment` is now, `first` whether 03/04/2026 has the day first. None: it names none.

    Raises ValueError for a day that does not exist.
    """
    return _compact(text) or _gregorian(text, moment, first) or _other_calendar(text, moment)


def numeric_readings(text: str) -> list[NumericReading]:
    """The ways to read the first numeric date of a text that has its year last; none, one or two of them."""
    found = next((one for one in _NUMERIC.finditer(text) if int(one["y"]) not in _HIJRI_YEARS), None)
    return list(_readings(found, text)) if found else []


# ---------------------------------------------------------------- patterns

_MONTH = alternatives(calendars.MONTHS)
_MERIDIEM = alternatives(calendars.MORNING, calendars.EVENING, calendars.NIGHT)
_AGAIN = rf"(?: ?[/(\-] ?(?P<again>{_MONTH}) ?\)?)?"
_YEAR = rf"(?P<year>\d{{4}}(?!\d)|'?\d{{2}}(?![\d:h]| ?:\d|\.\d| ?{_MERIDIEM}))"
_OF = r"(?:(?:من|of|de|del|d'|ta'|شهر|ماه|di|do|da) ?)*"

_COMPACT = re.compile(
    r"(?<![\d+])(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:[t ]?(?P<hh>\d{2})(?P<mm>\d{2})(?P<ss>\d{2})?)?(?!\d)"
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<y>\d{4}) ?(?P<sign>[/.\-]|(?<=^\d{4}):) ?(?P<m>\d{1,2}) ?(?P=sign) ?(?P<d>\d{1,2})(?:(?!\d)|(?=t))"
)
_YEAR_MONTH = re.compile(r"^(?P<y>\d{4})-(?P<m>\d{2})$")
_WEEK = re.compile(r"^(?P<y>\d{4})-?w(?P<w>\d{2})(?:-?(?P<d>[1-7]))?(?![\d-])")
_ORDINAL = re.compile(r"^(?P<y>\d{4})-(?P<d>\d{3})(?![\d-])")
_NUMERIC = re.compile(
    r"(?<![\d./\-])(?<!\d:)(?P<a>\d{1,2}) ?(?P<sign>[/.\-]) ?(?P<b>\d{1,2}) ?(?P=sign) ?(?P<y>\d{4}|\d{2})(?!\d)"
)
_DOT_NET = re.compile(
    r"(?<!\d)(?:[1-9]/\d{1,2}|\d{1,2}/[1-9]|(?=\d\d/\d\d/\d{4} \d:)\d\d/\d\d)/\d{4} \d{1,2}:\d\d:\d\d [ap]m(?!\w)"
)
"""What .NET writes in the United States: nothing is padded, seconds and AM or PM in English. The month comes first."""
_SPACED = re.compile(r"(?<![\d:])(?P<d>\d{1,2}) (?P<m>\d{1,2}) (?P<y>\d{4}) (?=\d{1,2}:)")
"""RFC 5322 in a language whose months are numbers."""
_DAY_MONTH = re.compile(
    rf"(?<![\d:])(?P<d>\d{{1,2}})(?:er|st|nd|rd|th|eme|:?[aeo]|ي)?[ ,.\-/]*{_OF}(?P<month>{_MONTH})\.?{_AGAIN}"
    rf"[ ,.\-/]*(?:(?:عام|سنه|de|del|سال) )?{_YEAR}?"
)
_MONTH_DAY = re.compile(
    rf"(?P<month>{_MONTH})\.?{_AGAIN}[ ,.\-/]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])[ ,.\-/]*{_YEAR}?"
)
_LATE_YEAR = re.compile(r"(?<!\d)(?:(?:19|20|21)\d{2}|2[45]\d{2})(?!\d)")
_BETWEEN = r"[ \-/]*(?:من |ماه )?"
_ISLAMIC = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}}){_BETWEEN}(?P<month>{alternatives(calendars.HIJRI_MONTHS)})"
    rf"[ ,\-/]*(?:عام |سنه )?(?P<y>\d{{4}})"
)
_SOLAR = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}}){_BETWEEN}(?P<month>{alternatives(calendars.SOLAR_MONTHS)})"
    rf"(?: ماه)?[ ,\-/]*(?:سال )?(?P<y>1[34]\d{{2}})(?!\d)"
)
_WEEKDAY = re.compile(alternatives(calendars.WEEKDAYS))

_ORDINALS = {
    plain(name): number
    for number, name in enumerate(
        ("الأول", "الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع", "العاشر",
         "الحادي عشر", "الثاني عشر", "الثالث عشر", "الرابع عشر", "الخامس عشر", "السادس عشر", "السابع عشر",
         "الثامن عشر", "التاسع عشر", "العشرين"), 1)
} | {plain(f"{name} والعشرين"): 20 + number for number, name in enumerate(
        ("الحادي", "الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع"), 1)} | {
    plain("الثلاثين"): 30, plain("الحادي والثلاثين"): 31, plain("الفاتح"): 1,
}  # fmt: skip
_IN_WORDS = re.compile(rf"(?P<d>{alternatives(_ORDINALS)}) من (?:شهر )?(?={_MONTH})")
_NUMBERED = re.compile(r"(تشرين|كانون) ?([12])(?!\d)")
_NUMBERS = {"1": plain("الأول"), "2": plain("الثاني")}

# ---------------------------------------------------------------- calendars


def _compact(text: str) -> Cut | None:
    """20260403, with or without a time in the same run of digits."""
    found = _COMPACT.search(text)
    if found is None or int(found["y"]) not in _YEARS:
        return None
    clock = None
    if found["hh"]:
        hours, minutes, seconds = (int(found[name] or 0) for name in ("hh", "mm", "ss"))
        if hours > 24 or minutes > 59 or seconds > 60:
            raise ValueError(f"{found[0]} has no time of day")
        clock = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return Cut(_day(found["y"], found["m"], found["d"]), _without(text, found), clock)


def _gregorian(text: str, moment: datetime, first: bool | None) -> Cut | None:
    for found in _YEAR_FIRST.finditer(text):
        if int(found["y"]) not in _HIJRI_YEARS:
            return Cut(_day(found["y"], found["m"], found["d"]), _without(text, found))
    if text[:4].isdigit() and (cut := _by_iso(text)):
        return cut
    if "تشرين" in text or "كانون" in text:
        text = _NUMBERED.sub(lambda found: f"{found[1]} {_NUMBERS[found[2]]}", text)
    if " من " in text:
        text = _IN_WORDS.sub(lambda found: f"{_ORDINALS[found['d']]} ", text)
    if named := _DAY_MONTH.search(text):
        return _named(named, text, moment)
    for found in _NUMERIC.finditer(text):
        sure = len(found["y"]) == 4 or not _MONTH_DAY.search(text) or not _LATE_YEAR.search(text)
        if int(found["y"]) not in _HIJRI_YEARS and sure:
            return Cut(_settled(found, text, moment, first), _without(text, found))
    if named := _MONTH_DAY.search(text):
        return _named(named, text, moment)
    spaced = _SPACED.search(text)
    return Cut(_day(spaced["y"], spaced["m"], spaced["d"]), _without(text, spaced)) if spaced else None


def _by_iso(text: str) -> Cut | None:
    """Months, weeks and days of the year (ISO 8601)."""
    if (found := _YEAR_MONTH.search(text)) and int(found["y"]) not in _HIJRI_YEARS:
        return Cut(_day(found["y"], found["m"], "1"), "")
    if found := _WEEK.search(text):
        return Cut(date.fromisocalendar(int(found["y"]), int(found["w"]), int(found["d"] or 1)), _without(text, found))
    if (found := _ORDINAL.search(text)) and 1 <= int(found["d"]) <= 366 and int(found["y"]) in _YEARS:
        return Cut(date(int(found["y"]), 1, 1) + timedelta(days=int(found["d"]) - 1), _without(text, found))
    return None


def _named(found: re.Match[str], text: str, moment: datetime) -> Cut:
    """A date whose month is a word; without a year it is the last such day that is not to come."""
    month = calendars.MONTHS[found["month"]]
    if found["again"] and calendars.MONTHS[found["again"]] != month:
        raise ValueError(f"{found['month']} and {found['again']} are different months")
    rest = _without(text, found)
    year = found["year"]
    if year is None and (late := _LATE_YEAR.search(rest)):
        year, rest = late[0], _without(rest, late)
    if year is None:
        return Cut(_last(month, found["d"], moment), rest)
    return Cut(_day(year.lstrip("'"), month, found["d"]), rest)


def _last(month: int, day: str, moment: datetime) -> date:
    if (month, int(day)) == (2, 29):
        return max(date(year, 2, 29) for year in range(moment.year - 8, moment.year + 1) if not year % 4 and year % 100)
    this = _day(moment.year, month, day)
    return this if this <= moment.date() + timedelta(days=1) else _day(moment.year - 1, month, day)


def _settled(found: re.Match[str], text: str, moment: datetime, first: bool | None) -> date:
    """A numeric date by its weekday, then by what the caller knows, then by what is not to come; else day first."""
    readings = list(_readings(found, text))
    if not readings:
        raise ValueError(f"{found[0]} is no day")
    fitting = [reading for reading in readings if reading.fits]
    if len(fitting) == 1:
        return fitting[0].day
    if first is None and _DOT_NET.search(text):
        first = False
    elif first is None:
        past = [reading for reading in readings if reading.day <= (moment + _SOON).date()]
        readings = past or readings
    return next((reading.day for reading in readings if reading.day_first is (first is not False)), readings[0].day)


def _readings(found: re.Match[str], text: str) -> Iterator[NumericReading]:
    """The one or two days that a numeric date may mean. A part above 12 leaves one, and so does the weekday."""
    one, other = int(found["a"]), int(found["b"])
    days = []
    for first, day, month in ((True, one, other), (False, other, one)):
        if month <= 12 and (first or one != other):
            days.append((first, _day_or_none(found["y"], month, day)))
    if one > 31 and len(found["y"]) == 2:
        days = [(True, _day_or_none(found["a"], other, int(found["y"])))]
    known = [(first, day) for first, day in days if day is not None]
    weekday = _WEEKDAY.search(text)
    told = calendars.WEEKDAYS[weekday[0]] if weekday else None
    alone = len(known) == 1 and one != other
    for first, read in known:
        yield NumericReading(read, first, alone or (told is not None and read.weekday() == told))


def _other_calendar(text: str, moment: datetime) -> Cut | None:
    """A Hijri date by the Umm al-Qura calendar, or one of Iran's Solar Hijri calendar."""
    if found := _SOLAR.search(text):
        month = calendars.SOLAR_MONTHS[found["month"]]
        return Cut(calendars.solar(int(found["y"]), month, int(found["d"])), _without(text, found))
    if found := _ISLAMIC.search(text):
        year, month, day = int(found["y"]), calendars.HIJRI_MONTHS[found["month"]], int(found["d"])
    elif found := _YEAR_FIRST.search(text) or _NUMERIC.search(text):
        parts = found.groupdict()
        year, month, day = int(parts["y"]), int(parts.get("m") or parts["b"]), int(parts.get("d") or parts["a"])
        if year in range(1300, moment.year - 620):
            return Cut(calendars.solar(year, month, day), _without(text, found))
    else:
        return None
    if year not in _HIJRI_YEARS:
        return None
    return Cut(date(*Hijri(year, month, day).to_gregorian().datetuple()), _without(text, found))


# ---------------------------------------------------------------- parts


def _day(year: str | int, month: str | int, day: str | int) -> date:
    """The day; a year of one or two digits is of 1950 to 2049 (RFC 5322, 4.3), one of 2400 to 2699 Thailand's."""
    number = int(year)
    if len(str(year)) <= 2:
        number += 2000 if number < 50 else 1900
    elif number in _BUDDHIST_YEARS:
        number -= 543
    return date(number, int(month), int(day))


def _day_or_none(year: str, month: int, day: int) -> date | None:
    try:
        return _day(year, month, day)
    except ValueError:
        return None


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"
