"""Dates as publishers write them, made moments in UTC.

**By parts, not by formats.** A text is brought to one spelling; then a date, a time and a zone are looked for in it
and cut out one after another. So every order and every mixture of Arabic, French and English is one rule, and words
around them ("آخر تحديث:", weekdays) need none.

**What decides between readings.** A Gregorian date beside a Hijri one is the date, the Hijri one only confirms it; a
written date wins over "اليوم" and "منذ ساعتين". A numeric date is day first unless a part above 12 or the caller says
otherwise. A time without a zone is in the caller's zone, else in UTC; a date without a time is its midnight there.

**What is refused.** Days that no calendar has, years before 1900 and after 2199 (a machine's zero, not a date), and
texts without a day give None. Nothing that a stranger writes raises.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import timezone as offset_zone
from zoneinfo import ZoneInfo

from hijridate import Hijri

from syndicator.text import calendars
from syndicator.text.calendars import plain

LONGEST = 200
"""Characters of a text beyond which it is no date."""

_YEARS = range(1900, 2200)
_HIJRI_YEARS = range(1300, 1600)


def parse(raw: str, *, moment: datetime, timezone: str | None = None, day_first: bool | None = None) -> datetime | None:
    """The moment in UTC that a publisher's text means, or None.

    `moment` is now, for "منذ ساعتين" and dates without a year; `timezone` an IANA name for texts without a zone;
    `day_first` how 03/04/2026 is read. Sources: RFC 5322 (3.3, 4.3), RFC 3339, ISO 8601, W3C-DTF, seconds and
    milliseconds since 1970. Raises only for an unknown `timezone`, as `zoneinfo.ZoneInfo` does.
    """
    home: tzinfo = ZoneInfo(timezone) if timezone else UTC
    if len(raw) > LONGEST:
        return None
    text = plain(raw)
    try:
        found = _epoch(text) or _dated(text, moment, home, day_first is not False) or _relative(text, moment, home)
        found = found and found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found and found.year in _YEARS else None


def day_first(raws: Iterable[str]) -> bool | None:
    """Whether the numeric dates of one source have the day first; None when they do not tell, or contradict."""
    told = set()
    for raw in raws:
        found = _NUMERIC.search(plain(raw)) if len(raw) <= LONGEST else None
        if found and len(found["a"]) <= 2:
            first, second = int(found["a"]), int(found["b"])
            if (first > 12) != (second > 12):
                told.add(first > 12)
    return told.pop() if len(told) == 1 else None


# ---------------------------------------------------------------- patterns


def _names(*tables: Iterable[str]) -> str:
    """An alternation of whole words, the longest first."""
    words = sorted({name for table in tables for name in table}, key=len, reverse=True)
    return rf"(?<![^\W\d_])(?:{'|'.join(re.escape(word).replace(chr(92) + ' ', ' ') for word in words)})(?![^\W\d_])"


_MONTH = _names(calendars.MONTHS)
_AGAIN = rf"(?: ?[/(\-] ?(?P<again>{_MONTH}) ?\)?)?"
_YEAR = r"(?P<year>\d{4}(?!\d)|'?\d{2}(?![\d:h]| ?:\d))"

_COMPACT = re.compile(
    r"(?<!\d)(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:t?(?P<hh>\d{2})(?P<mm>\d{2})(?P<ss>\d{2})?)?(?!\d)"
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<y>\d{4}) ?(?P<sign>[/.\-]) ?(?P<m>\d{1,2}) ?(?P=sign) ?(?P<d>\d{1,2})(?:(?!\d)|(?=t))"
)
_YEAR_MONTH = re.compile(r"^(?P<y>\d{4})-(?P<m>\d{2})$")
_NUMERIC = re.compile(
    r"(?<![\d.:/\-])(?P<a>\d{1,2}) ?(?P<sign>[/.\-]) ?(?P<b>\d{1,2}) ?(?P=sign) ?(?P<y>\d{4}|\d{2})(?!\d)"
)
_DAY_MONTH = re.compile(
    rf"(?<![\d:])(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?[ ,.\-/]*(?:(?:من|of|de|شهر) )*(?P<month>{_MONTH})\.?{_AGAIN}"
    rf"[ ,.\-/]*(?:(?:عام|سنه|de) )?{_YEAR}?"
)
_MONTH_DAY = re.compile(
    rf"(?P<month>{_MONTH})\.?{_AGAIN}[ ,.\-/]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])[ ,.\-/]*{_YEAR}?"
)
_ISLAMIC_NAMED = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})[ \-/]*(?:من )?(?P<month>{_names(calendars.HIJRI_MONTHS)})"
    rf"[ ,\-/]*(?:عام |سنه )?(?P<y>\d{{4}})"
)
_LATE_YEAR = re.compile(r"(?<!\d)(?:19|20|21)\d{2}(?!\d)")

_MERIDIEM = _names(calendars.MORNING, calendars.EVENING, calendars.NIGHT)
_CLOCK = re.compile(
    rf"(?<!\d)(?P<h>\d{{1,2}}) ?(?:[:h]|(?<=الساعه \d\d)\.|(?<=الساعه \d)\.) ?(?P<m>\d{{1,2}})"
    rf"(?: ?: ?(?P<s>\d{{1,2}})(?:[.,](?P<f>\d+))?)?(?!\d)(?: ?(?P<half>{_MERIDIEM}))?"
)
_HOUR = re.compile(
    rf"(?:الساعه )?(?<!\d)(?P<h>\d{{1,2}}) ?(?P<half>{_MERIDIEM})|الساعه (?P<h2>\d{{1,2}})(?![\d:.])"
    r"|(?<=t)(?P<h3>\d\d)(?=z|[+-]|$)"
)
_OFFSET = re.compile(r"(?<!\w)(?:(?:gmt|utc|غرينتش|جرينتش) ?)?(?P<sign>[+-]) ?(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?(?!\d)")
_CITY = re.compile(rf"توقيت (?:مدينه )?(?P<city>{_names(calendars.CITIES)})|(?P<city2>{_names(calendars.CITIES)}) time")
_ZONE = re.compile(
    rf"(?<![\w/])(?:{'|'.join(map(re.escape, sorted(calendars.OFFSETS, key=len, reverse=True)))})(?![\w/])|(?<=\d)z"
)

# ---------------------------------------------------------------- dates with a day


def _epoch(text: str) -> datetime | None:
    """Seconds, milliseconds or microseconds since 1970, by the number of digits."""
    whole, _, _ = text.partition(".")
    if not (
        text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit() and len(whole) in (9, 10, 12, 13, 16)
    ):
        return None
    scale = {9: 1, 10: 1, 12: 1_000, 13: 1_000, 16: 1_000_000}[len(whole)]
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(text) / scale)


def _dated(text: str, moment: datetime, home: tzinfo, first: bool) -> datetime | None:
    """A written date with its time and zone; raises ValueError for a day or time that does not exist."""
    compact = _COMPACT.search(text)
    if compact and int(compact["y"]) in _YEARS:
        rest = _without(text, compact)
        time = timedelta(
            hours=int(compact["hh"] or 0), minutes=int(compact["mm"] or 0), seconds=int(compact["ss"] or 0)
        )
        return _at(_day(compact["y"], compact["m"], compact["d"]), time, _zone(rest, home))
    found = _gregorian(text, moment, first) or _islamic(text)
    if found is None:
        return None
    day, rest = found
    clock, rest = _clock(rest)
    return _at(day, clock or timedelta(), _zone(rest, home))


def _gregorian(text: str, moment: datetime, first: bool) -> tuple[date, str] | None:
    """The day, and the text without it."""
    for pattern in (_YEAR_FIRST, _YEAR_MONTH):
        for found in pattern.finditer(text):
            if int(found["y"]) not in _HIJRI_YEARS:
                return _day(found["y"], found["m"], found["d"] if "d" in found.groupdict() else "1"), _without(
                    text, found
                )
    named = _DAY_MONTH.search(text) or _MONTH_DAY.search(text)
    if named:
        return _named(named, text, moment)
    for found in _NUMERIC.finditer(text):
        if int(found["y"]) not in _HIJRI_YEARS:
            one, other = int(found["a"]), int(found["b"])
            day, month = (one, other) if (first or one > 12) and other <= 12 else (other, one)
            return _day(found["y"], month, day), _without(text, found)
    return None


def _named(found: re.Match[str], text: str, moment: datetime) -> tuple[date, str]:
    """A date whose month is a word; without a year it is the last such day that is not to come."""
    month = calendars.MONTHS[found["month"]]
    if found["again"] and calendars.MONTHS[found["again"]] != month:
        raise ValueError(f"{found['month']} and {found['again']} are different months")
    rest = _without(text, found)
    year = found["year"]
    if year is None and (late := _LATE_YEAR.search(rest)):
        year, rest = late[0], _without(rest, late)
    if year is None:
        return _last(month, found["d"], moment), rest
    return _day(year.lstrip("'"), month, found["d"]), rest


def _last(month: int, day: str, moment: datetime) -> date:
    this = _day(moment.year, month, day)
    return this if this <= moment.date() + timedelta(days=1) else _day(moment.year - 1, month, day)


def _islamic(text: str) -> tuple[date, str] | None:
    """A Hijri date by the Umm al-Qura calendar: the day, and the text without it."""
    found = _ISLAMIC_NAMED.search(text)
    if found:
        month = calendars.HIJRI_MONTHS[found["month"]]
    else:
        found = _YEAR_FIRST.search(text) or _NUMERIC.search(text)
        if found is None:
            return None
        month = int(found["m"] if "m" in found.groupdict() else found["b"])
    day = int(found["d"] if "d" in found.groupdict() else found["a"])
    if int(found["y"]) not in _HIJRI_YEARS:
        return None
    return date(*Hijri(int(found["y"]), month, day).to_gregorian().datetuple()), _without(text, found)


def _day(year: str | int, month: str | int, day: str | int) -> date:
    """The day; a year of one or two digits is of 1950 to 2049 (RFC 5322, 4.3)."""
    number = int(year)
    if len(str(year)) <= 2:
        number += 2000 if number < 50 else 1900
    return date(number, int(month), int(day))


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


# ---------------------------------------------------------------- times and zones


def _clock(text: str) -> tuple[timedelta | None, str]:
    """The time of day, and the text without it; 24:00 is the end of the day, :60 a leap second."""
    found = _CLOCK.search(text) or _HOUR.search(text)
    if found is None:
        return None, text
    parts = found.groupdict()
    hour = int(parts["h"] or parts.get("h2") or parts.get("h3") or 0)
    minute, second = int(parts.get("m") or 0), int(parts.get("s") or 0)
    half = parts["half"]
    if half in calendars.EVENING or (half in calendars.NIGHT and 6 <= hour < 12):
        hour += 12 if hour < 12 else 0
    elif half is not None and hour == 12:
        hour = 0
    fraction = int((parts.get("f") or "0")[:6].ljust(6, "0"))
    clock = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=fraction)
    if minute > 59 or second > 60 or clock > timedelta(days=1):
        raise ValueError(f"{found[0]} is no time of day")
    return clock, _without(text, found)


def _zone(text: str, home: tzinfo) -> tzinfo:
    """Whose time it is: a city, an offset or a zone's name in the text, else `home`."""
    city = _CITY.search(text)
    if city:
        return ZoneInfo(calendars.CITIES[city["city"] or city["city2"]])
    offset = _OFFSET.search(text)
    if offset:
        minutes = int(offset["h"]) * 60 + int(offset["m"] or 0)
        if int(offset["m"] or 0) > 59 or minutes > 14 * 60:
            raise ValueError(f"{offset[0]} is no offset")
        return offset_zone(timedelta(minutes=minutes if offset["sign"] == "+" else -minutes))
    name = _ZONE.search(text)
    return offset_zone(timedelta(minutes=calendars.OFFSETS[name[0]])) if name else home


def _at(day: date, clock: timedelta, zone: tzinfo) -> datetime:
    return (datetime(day.year, day.month, day.day) + clock).replace(tzinfo=zone)  # noqa: DTZ001


# ---------------------------------------------------------------- dates that count from now

_NOW = re.compile(_names(calendars.NOW))
_DAYS_AGO = re.compile(_names(calendars.DAYS_AGO))
_AGO = re.compile(_names(("منذ", "قبل", "ago", "il y a")))
_FRACTIONS = {"نصف": 0.5, "ربع": 0.25, "ثلث": 1 / 3}
_PART = re.compile(
    rf"(?<![^\W\d_])و? ?(?:(?P<n>\d{{1,5}}|{'|'.join([*calendars.NUMBERS, *_FRACTIONS])}) ?)?"
    rf"(?:(?P<unit>{'|'.join(calendars.UNITS)})|(?P<dual>{'|'.join(calendars.DUALS)}))(?![^\W\d_])"
)


def _relative(text: str, moment: datetime, home: tzinfo) -> datetime | None:
    """A moment that is told by its distance from now."""
    if _NOW.search(text):
        return moment
    if _AGO.search(text):
        parts = [_seconds(part) for part in _PART.finditer(text)]
        return moment - timedelta(seconds=sum(parts)) if parts else None
    found = _DAYS_AGO.search(text)
    if found is None:
        return None
    clock, rest = _clock(_without(text, found))
    zone = _zone(rest, home)
    today = moment.astimezone(zone).date()
    return _at(today - timedelta(days=calendars.DAYS_AGO[found[0]]), clock or timedelta(), zone)


def _seconds(part: re.Match[str]) -> float:
    if part["dual"]:
        return 2 * calendars.DUALS[part["dual"]]
    number = part["n"] or "1"
    count = float(number) if number.isdigit() else _FRACTIONS.get(number) or calendars.NUMBERS[number]
    return count * calendars.UNITS[part["unit"]]
