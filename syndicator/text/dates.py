"""Dates as publishers write them, made moments in UTC.

**By parts, not by formats.** A text is brought to one spelling; then a date, a time and a zone are looked for in it
and cut out one after another. So every order and every mixture of languages is one rule, and words around them
("آخر تحديث:") need none. What machines write (ISO 8601, RFC 5322) is read at once, before all that.

**What decides between readings.** A Gregorian date beside a Hijri one is the date, the Hijri one only confirms it; a
written date wins over "اليوم" and "منذ ساعتين"; the `datetime` of a `<time>` wins over its words. A numeric date is
settled by the weekday beside it, then by the caller (`day_first`), then by which reading is not yet to come, and is
day first else. A time without a zone is in the caller's zone, else in UTC; a date without a time is its midnight
there. A year of 1300 to the present Solar Hijri one is Iran's where the months are numbers; later ones are Hijri.

**What is refused.** Days that no calendar has, texts without a day, and dates that cannot be an article's:

- before `FLOOR`. The Web is younger; what stands there is a machine's zero in some zone: Unix 1970 (also seconds taken
  for milliseconds: January 1970), Excel and OLE 1899, NTP 1900, Windows 1601, .NET year 1, MySQL "0000-00-00".
- the zeros of DOS (1 January 1980) and GPS (6 January 1980) to the quarter of an hour, in any zone, and PHP's
  `mktime(0, 0, 0, 0, 0, 0)`: midnight of 30 November 1999, when the time is written.
- more than `AHEAD` after now. What is ahead by less is handed back as it is: `read` marks it from `SOON` on, because
  clocks and zones that are wrong explain hours but no days.

Nothing that a stranger writes raises.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import timezone as offset_zone
from enum import StrEnum
from zoneinfo import ZoneInfo

from syndicator.text import calendars
from syndicator.text.calendars import alternatives, plain
from syndicator.text.datewords import translated
from syndicator.text.days import Cut, find_day, numeric_readings
from syndicator.text.zones import without_end, zone

LONGEST = 200
"""Characters of a text, without its markup, beyond which it is no date."""
_LONGEST_MARKUP = 2_000
FLOOR = datetime(1971, 1, 1, tzinfo=UTC)
"""Before it, a date is a machine's zero."""
AHEAD = timedelta(days=366)
"""After now, beyond which a date cannot be."""
SOON = timedelta(days=2)
"""After now, beyond which a date is not explained by a wrong clock or zone."""

_QUARTER_ZEROS = (datetime(1980, 1, 1, tzinfo=UTC), datetime(1980, 1, 6, tzinfo=UTC))
_PHP_ZERO = datetime(1999, 11, 30)  # noqa: DTZ001


class Fault(StrEnum):
    """Why a text that stands where a date belongs is none, or a doubtful one."""

    UNREADABLE = "no date could be read"
    ZERO = "a machine's zero"
    FUTURE = "far in the future"
    AHEAD = "days in the future"
    """The only one with a moment."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text means as a date."""

    at: datetime | None
    """In UTC."""
    fault: Fault | None = None
    """None also for an empty text, which is no fault."""


def parse(raw: str, *, moment: datetime, timezone: str | None = None, day_first: bool | None = None) -> datetime | None:
    """The moment in UTC that a publisher's text means, or None.

    `moment` is now, for "منذ ساعتين", dates without a year and dates that cannot be; `timezone` an IANA name for texts
    without a zone; `day_first` how 03/04/2026 is read. Sources: RFC 5322 (3.3, 4.3), RFC 3339, ISO 8601, W3C-DTF,
    seconds to nanoseconds since 1970. Raises only for an unknown `timezone`, as `zoneinfo.ZoneInfo` does.
    """
    return read(raw, moment=moment, timezone=timezone, day_first=day_first).at


def read(
    raw: str, *, moment: datetime, timezone: str | None = None, day_first: bool | None = None, bounded: bool = True
) -> Reading:
    """Like `parse`, with the reason when there is no date. Not `bounded`: zeros and the future are dates, too."""
    home: tzinfo = ZoneInfo(timezone) if timezone else UTC
    found = _by_machine(raw, home)
    if found is None or found.year == _PHP_ZERO.year:
        text = _cleaned(raw)
        if not text:
            return Reading(None, Fault.UNREADABLE if len(raw) > LONGEST else None)
        try:
            found = _by_parts(text, moment, home, day_first)
            found = found and found.astimezone(UTC)
        except (ValueError, OverflowError):
            found = None
        if found is None:
            return Reading(None, Fault.ZERO if _NOTHING.search(text) else Fault.UNREADABLE)
    fault = _fault(found, moment)
    return Reading(None if bounded and fault and fault is not Fault.AHEAD else found, fault)


def day_first(raws: Iterable[str], *, moment: datetime | None = None, habit: bool | None = None) -> bool | None:
    """Whether the numeric dates of one document have the day first; `habit` when they do not tell, or contradict.

    Told by a part above 12 or by a weekday; else, with `moment` (now), by the reading that is not to come; else by the
    part that changes from item to item, while the other stays the same in at least three dates.
    """
    told, open_ = set(), []
    for raw in raws:
        if raw[:4].isdigit() or (text := _cleaned(raw)) is None:
            continue
        readings = numeric_readings(text)
        settled = {reading.day_first for reading in readings if reading.fits}
        if len(settled) == 1:
            told |= settled
        elif len({reading.day for reading in readings}) > 1:
            open_.append({reading.day_first: reading.day for reading in readings})
    if len(told) == 1:
        return told.pop()
    if told or not open_:
        return habit
    if moment is not None:
        coming = {first: any(days[first] > (moment + SOON).date() for days in open_) for first in (True, False)}
        if coming[True] != coming[False]:
            return coming[False]
    days = {(found[True].day, found[True].month) for found in open_}
    changing = (len({day for day, _ in days}), len({month for _, month in days}))
    return changing[0] > changing[1] if min(changing) == 1 and max(changing) >= 3 else habit


# ---------------------------------------------------------------- what machines write

_RFC = re.compile(
    r"\s*(?:[A-Za-z]{3,9}, *)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))?"
    r" *(?:([+-])(\d\d)(\d\d)|GMT|UTC?|Z)?\s*"
)
_ENGLISH = {name: number for name, number in calendars.MONTHS.items() if len(name) == 3 and name.isascii()}
_MOST = timedelta(hours=14)


def _by_machine(raw: str, home: tzinfo) -> datetime | None:
    """RFC 5322 and ISO 8601 as they should be; None for everything else."""
    if raw[:4].isdigit() and raw[4:5] == "-" and raw[10:11] in ("T", " ", ""):
        try:
            found = datetime.fromisoformat(raw.strip())
        except ValueError:
            return None
        if found.tzinfo is None:
            found = found.replace(tzinfo=home)
        if found.year < 1600 or abs(found.utcoffset() or timedelta()) > _MOST:
            return None
        return _utc(found)
    written = _RFC.fullmatch(raw) if len(raw) < 60 else None
    if written is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = written.groups()
    try:
        found = datetime(
            int(year), _ENGLISH[month.lower()], int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC
        )
    except (ValueError, KeyError):
        return None
    if sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        if offset > _MOST or int(minutes) > 59:
            return None
        return _utc(found.replace(tzinfo=offset_zone(offset if sign == "+" else -offset)))
    return _utc(found.replace(tzinfo=home)) if raw.rstrip()[-1].isdigit() else found


def _utc(found: datetime) -> datetime | None:
    try:
        return found.astimezone(UTC)
    except OverflowError:
        return None


# ---------------------------------------------------------------- the text, and what it cannot mean

_DATETIME = re.compile(
    r"<\s*(?:time|abbr|span|relative-time)\b[^<>]*?\b(?:datetime|title)\s*=\s*[\"']?([^\"'<>]{6,60})", re.I
)
_TAG = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]*>?")
_NOTHING = re.compile(r"\b(?:0000|-?0001|1900)\b|\b0+[-/.]0+[-/.]0+\b|^-?0+(?:\.0*)?$|^-\d+$")


def _cleaned(raw: str) -> str:
    """The text of a date in one spelling; empty for what is none. A `<time datetime>` stands for its words."""
    if "<" in raw or "&" in raw:
        if len(raw) > _LONGEST_MARKUP:
            return ""
        for _ in range(2):
            raw = html.unescape(raw)
        marked = _DATETIME.search(raw)
        if marked and any(sign.isdigit() for sign in marked[1]):
            raw = marked[1]
        raw = _TAG.sub(" ", raw)
    return plain(raw) if len(raw) <= LONGEST else ""


def _fault(found: datetime, moment: datetime) -> Fault | None:
    if found < FLOOR:
        return Fault.ZERO
    if found.year == 1980 or found.year == 1979:
        near = any(abs(found - zero) <= _MOST for zero in _QUARTER_ZEROS)
        if near and found.minute % 15 == found.second == 0:
            return Fault.ZERO
    if found - SOON > moment:
        return Fault.FUTURE if found - AHEAD > moment else Fault.AHEAD
    return None


# ---------------------------------------------------------------- dates with a day

_NET = re.compile(r"/?date\((-?\d{9,14})(?:[+-]\d{4})?\)/?")
_NUMBER = re.compile(r"@?(-?\d{1,19})(?:\.(\d+))?(?:e\+?(\d{1,2}))?")
_SCALES = {9: 1, 10: 1, 12: 1_000, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}
_TICKS = (18, "6")
"""Digits, and the first of them, of the ticks of .NET: tenths of microseconds since the year 1."""


def _by_parts(text: str, moment: datetime, home: tzinfo, first: bool | None) -> datetime | None:
    """The moment that a text means, its zone kept; raises ValueError for what does not exist."""
    found = _epoch(text)
    if found is None:
        english = translated(text)
        found = _dated(english, moment, home, first) or _relative(english, moment, home)
        if found is None and (inflected := translated(text, inflected=True)) != english:
            found = _dated(inflected, moment, home, first)
    return found


def _epoch(text: str) -> datetime | None:
    """Seconds to nanoseconds since 1970 by the number of digits, .NET's ticks, 0, and the end of the year 9999."""
    if net := _NET.fullmatch(text):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(net[1]))
    written = _NUMBER.fullmatch(text)
    if written is None:
        return None
    whole, fraction, power = written.groups()
    if power is not None:
        whole, fraction = str(round(float(text.lstrip("@")))), None
    digits = whole.lstrip("-")
    if int(digits) == 0:
        return datetime(1970, 1, 1, tzinfo=UTC)
    if (len(digits), digits[0]) == _TICKS:
        return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(digits) // 10)
    if len(digits) not in _SCALES:
        return None
    if digits.startswith("253402") and len(digits) == 12:
        return datetime.max.replace(tzinfo=UTC)
    number = float(f"{whole}.{fraction}") if fraction else int(whole)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number / _SCALES[len(digits)])


def _dated(text: str, moment: datetime, home: tzinfo, first: bool | None) -> datetime | None:
    """A written date with its time and zone; raises ValueError for a day or time that does not exist."""
    cut = find_day(text, moment, first)
    return None if cut is None else _timed(cut, home)


def _timed(cut: Cut, home: tzinfo) -> datetime:
    """A day with the time and the zone that the rest of its text names."""
    if cut.clock is not None:
        at = datetime(cut.day.year, cut.day.month, cut.day.day) + cut.clock  # noqa: DTZ001
        return at.replace(tzinfo=zone(cut.rest, cut.rest, home, at, exact=True))
    clock, before, after, exact = _clock(cut.rest)
    at = datetime(cut.day.year, cut.day.month, cut.day.day) + (clock or timedelta())  # noqa: DTZ001
    if at == _PHP_ZERO and clock is not None:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return at.replace(tzinfo=zone(f"{before} {after}", after, home, at, exact=exact))


# ---------------------------------------------------------------- times of day

_HALVES = (calendars.MORNING, calendars.EVENING, calendars.NIGHT)
_MERIDIEM = alternatives(*_HALVES)
_CLOCK = re.compile(
    rf"(?<![\d+.])(?P<h>\d{{1,2}}) ?(?:[:h]|(?<=الساعه \d\d)\.|(?<=الساعه \d)\.) ?(?P<m>\d{{1,2}})"
    rf"(?: ?: ?(?P<s>\d{{1,2}})(?:[.,:](?P<f>\d+))?)?(?!\d)(?: ?(?P<half>{_MERIDIEM})|(?P<ap>[ap])(?![^\W\d_]))?"
)
_HOUR = re.compile(
    rf"(?:الساعه )?(?<!\d)(?P<h>\d{{1,2}}) ?(?P<half>{_MERIDIEM})|(?:الساعه|ساعت) (?P<h2>\d{{1,2}})(?![\d:.])"
    r"|(?<=t)(?P<h3>\d\d)(?=z|[+-]|$)|(?<![\d.:])(?P<h4>\d{1,2}) ?(?:h|uhr)(?![^\W\d_])"
)
_DOTTED = re.compile(r"(?<![\d.])(?P<h>[01]?\d|2[0-3])[.-](?P<m>[0-5]\d)(?:[.-](?P<s>[0-5]\d))?(?![\d.-])")
"""Hours and minutes with a dot, once the date is gone."""


def _clock(text: str) -> tuple[timedelta | None, str, str, bool]:
    """The time of day, the text before and behind it, and whether it has seconds; of a range of hours, the first.

    24:00 is the end of the day, :60 a leap second. Raises ValueError for a time that does not exist.
    """
    found = _CLOCK.search(text) or _HOUR.search(text) or _DOTTED.search(text)
    if found is None:
        return None, "", text, False
    parts = found.groupdict()
    hour = int(next(value for name in ("h", "h2", "h3", "h4") if (value := parts.get(name))))
    minute, second = int(parts.get("m") or 0), int(parts.get("s") or 0)
    exact = parts.get("s") is not None
    before, after = text[: found.start()], text[found.end() :]
    half = parts.get("half") or {"a": "am", "p": "pm"}.get(parts.get("ap") or "") or _half_before(before)
    after, ranged = without_end(timedelta(hours=hour, minutes=minute), exact, after)
    if ranged and (behind := re.match(rf" ?({_MERIDIEM})", after)):
        half, after = half or behind[1], after[behind.end() :]
    if half in calendars.EVENING or (half in calendars.NIGHT and 6 <= hour < 12):
        hour += 12 if hour < 12 else 0
    elif half is not None and hour == 12:
        hour = 0
    fraction = int((parts.get("f") or "0")[:6].ljust(6, "0"))
    clock = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=fraction)
    if minute > 59 or second > 60 or clock > timedelta(days=1):
        raise ValueError(f"{found[0]} is no time of day")
    return clock, before, after, exact


def _half_before(before: str) -> str | None:
    """The half of the day that stands in front of its time, as in East Asia."""
    last = before.split()[-1:]
    return last[0] if last and any(last[0] in names for names in _HALVES) else None


# ---------------------------------------------------------------- dates that count from now

_NOW = re.compile(alternatives(calendars.NOW))
_DAYS_AGO = re.compile(alternatives(calendars.DAYS_AGO))
_AGO = re.compile(alternatives((plain("منذ"), "قبل", plain("پیش"), "ago", "il y a")))
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
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    _, before, after, exact = _clock(rest)
    place = zone(f"{before} {after}", after, home, moment.replace(tzinfo=None), exact=exact)
    today = moment.astimezone(place).date()
    return _timed(Cut(today - timedelta(days=calendars.DAYS_AGO[found[0]]), rest), home)


def _seconds(part: re.Match[str]) -> float:
    if part["dual"]:
        return 2 * calendars.DUALS[part["dual"]]
    number = part["n"] or "1"
    count = float(number) if number.isdigit() else _FRACTIONS.get(number) or calendars.NUMBERS[number]
    return count * calendars.UNITS[part["unit"]]
