import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from datetime import timezone as offset
from email.utils import format_datetime
from pathlib import Path
from time import process_time

import pytest
from babel.dates import format_date
from babel.dates import format_datetime as babel_datetime
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.calendars import HIJRI_MONTHS, MONTHS, plain
from syndicator.text.dates import AHEAD, FLOOR, LONGEST, Fault, day_first, parse, read
from syndicator.text.zones import CITIES

DATA = Path(__file__).parents[2] / "data" / "text" / "dates.toml"
ROWS = tomllib.loads(DATA.read_text(encoding="utf-8"))["date"]
MOMENT = datetime(2026, 4, 10, 12, tzinfo=UTC)

words = st.sampled_from(
    [*MONTHS, *HIJRI_MONTHS, *list(CITIES)[:9], "منذ", "قبل", "أمس", "الساعة", "م", "ص", "هـ", "GMT", "T", "Z", "ago"]
)
numbers = st.one_of(st.integers(0, 2500).map(str), st.integers(0, 10**17).map(str))
signs = st.sampled_from([" ", " ", "/", "-", ":", ".", "+", ",", "،", "٣", "۱", "\u200f"])
mixtures = st.lists(st.one_of(words, numbers, signs), max_size=14).map("".join)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["raw"] or "nothing")
def test_dates_as_written(row: dict[str, object]) -> None:
    """A date as publishers write it means this moment, or none."""
    found = parse(row["raw"], moment=MOMENT, timezone=row.get("timezone"), day_first=row.get("day_first"))
    assert found == row.get("moment")
    assert found is None or found.tzinfo is UTC


@given(st.one_of(mixtures, st.text(max_size=60)), st.sampled_from([None, "Asia/Damascus", "America/New_York"]))
def test_nothing_raises(raw: str, timezone: str | None) -> None:
    """Whatever stands in a date, the answer is a plausible moment in UTC or None."""
    found = parse(raw, moment=MOMENT, timezone=timezone)
    assert found is None or (found.tzinfo is UTC and FLOOR <= found <= MOMENT + AHEAD)


moments = st.integers(320_000_000, int(MOMENT.timestamp())).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(moments, st.integers(-12, 14))
def test_what_machines_write_is_read_exactly(at: datetime, hours: int) -> None:
    """RFC 3339 and RFC 5322 in any offset come back as the same moment."""
    local = at.astimezone(offset(timedelta(hours=hours)))
    assert parse(local.isoformat(), moment=MOMENT) == at
    assert parse(format_datetime(local), moment=MOMENT) == at


@given(st.dates(date(1981, 1, 1), date(2026, 4, 10)), st.sampled_from(sorted(MONTHS)))
def test_every_name_of_every_month(day: date, name: str) -> None:
    """Each name of a month is that month, before or after its day."""
    same = datetime(day.year, MONTHS[name], min(day.day, 28), tzinfo=UTC)
    for raw in (f"{same.day} {name} {day.year}", f"{name} {same.day}, {day.year}", f"{same.day}-{name}-{day.year}"):
        assert parse(raw, moment=MOMENT) == same


def test_tables_are_in_one_spelling() -> None:
    """What is looked up is spelt as the text is when it is looked at."""
    assert [name for table in (MONTHS, HIJRI_MONTHS, CITIES) for name in table if plain(name) != name] == []


def test_long_texts_are_no_dates() -> None:
    """A paragraph in the place of a date is not searched for one."""
    assert parse("3 أبريل 2026" + " و" * LONGEST, moment=MOMENT) is None


def test_an_unknown_timezone_is_the_callers_mistake() -> None:
    """A zone that does not exist is an error, not UTC in silence."""
    with pytest.raises(Exception, match="Nowhere"):
        parse("2026-04-03", moment=MOMENT, timezone="Asia/Nowhere")


@pytest.mark.parametrize(
    ("raws", "expected"),
    [
        (["03/04/2026", "25/04/2026"], True),
        (["03/04/2026", "04/25/2026"], False),
        (["03/04/2026", "05-04-2026"], None),
        (["25/04/2026", "04/25/2026"], None),
        (["٢٥/٠٤/٢٠٢٦ ١٥:٣٠"], True),
        (["2026/04/25", "3 أبريل 2026", "", "x"], None),
        ([], None),
    ],
)
def test_day_first(raws: list[str], expected: bool | None) -> None:
    """One date with a part above 12 tells how a source writes all of them; contradiction tells nothing."""
    assert day_first(raws) is expected


offsets = st.integers(-48, 56).map(lambda quarters: offset(timedelta(minutes=15 * quarters)))
zeros = st.sampled_from(
    ["1970-01-01T00:00:00", "1970-01-01T00:00:01", "1980-01-01T00:00:00", "1900-01-01", "1601-01-01"]
)


@given(zeros, offsets)
def test_zeros_in_every_zone_are_no_dates(written: str, zone: offset) -> None:
    """A machine's zero is none wherever its clock stood, and the reason says so."""
    zero = datetime.fromisoformat(written).replace(tzinfo=UTC)
    for at in (zero.replace(tzinfo=zone), zero.astimezone(zone)):
        for raw in (at.isoformat(), at.strftime("%d/%m/%Y %H:%M:%S %z"), format_datetime(at)):
            assert read(raw, moment=MOMENT).fault is Fault.ZERO, raw


@pytest.mark.parametrize(
    ("raw", "fault", "dated"),
    [
        ("", None, False),
        ("Fri, 10 Apr 2026 15:00:00 GMT", None, True),
        ("Sat, 11 Apr 2026 15:00:00 +0000", None, True),
        ("2026-05-10", Fault.AHEAD, True),
        ("2027-04-12", Fault.FUTURE, False),
        ("0", Fault.ZERO, False),
        ("0000-00-00 00:00:00", Fault.ZERO, False),
        ("Thu, 01 Jan 1970 00:00:00 GMT", Fault.ZERO, False),
        ("Invalid date", Fault.UNREADABLE, False),
        ("2026-02-30", Fault.UNREADABLE, False),
        ("x" * (LONGEST + 1), Fault.UNREADABLE, False),
    ],
)
def test_why_there_is_no_date(raw: str, fault: Fault | None, dated: bool) -> None:
    """A caller can tell no date from one that cannot be, and hours ahead from days and years."""
    found = read(raw, moment=MOMENT)
    assert (found.fault, found.at is not None) == (fault, dated)


def test_unbounded_dates_are_any() -> None:
    """Who asks for a limit, not for an article's date, may name any year."""
    assert read("1970-01-01", moment=MOMENT, bounded=False).at == datetime(1970, 1, 1, tzinfo=UTC)
    assert read("2099-01-01", moment=MOMENT, bounded=False).at == datetime(2099, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raws", "habit", "expected"),
    [
        (["Sun, 10/05/2025 - 08:05", "10/04/2025"], None, False),
        (["السبت 10/05/2025", "10/04/2025"], None, True),
        (["05/03/2026", "04/03/2026", "03/03/2026"], None, True),
        (["03/05/2026", "03/04/2026", "03/03/2026"], None, False),
        (["01/12/2026", "01/11/2026"], None, False),
        (["03/04/2025"], False, False),
        (["03/04/2025"], True, True),
        (["25/04/2025", "04/25/2025"], False, False),
        (["25/03/2026"], False, True),
        (["<time datetime='2025-10-05'>Sun, 10/05/2025</time>", "2025-10-05T08:00:00Z"], None, None),
    ],
)
def test_day_first_by_evidence(raws: list[str], habit: bool | None, expected: bool | None) -> None:
    """A weekday, what is not to come and what changes from item to item tell; the habit only where they do not."""
    assert day_first(raws, moment=MOMENT, habit=habit) is expected


@given(
    st.integers(0, 22), st.integers(0, 59), st.integers(1, 10), st.sampled_from([" - ", "-", " – ", " to ", " إلى "])
)
def test_a_range_of_hours_is_no_zone(hour: int, minute: int, hours: int, sign: str) -> None:
    """A time and its end are that time, whatever the source's zone."""
    end = f"{min(hour + hours, 23):02}:{minute:02}" if hour + hours <= 23 else "23:59"
    for day in ("الأحد 5 أكتوبر 2025", "5 October 2025", "05/10/2025"):
        found = parse(f"{day} {hour:02}:{minute:02}{sign}{end}", moment=MOMENT, timezone="Asia/Riyadh")
        assert found == datetime(2025, 10, 5, hour, minute, tzinfo=offset(timedelta(hours=3)))


LANGUAGES = """
    ar fr fa tr ur ps he de es it pt nl pl ru uk cs el sv id hu ro da nb fi bg sr sl sk ca hi bn zh ja ko vi th sw am so
    ms mk sq lt lv et is gl kk ky tg hy ta te ml kn mr gu my lo af bs be ast
"""


@pytest.mark.parametrize("language", re.findall("[a-z]+", LANGUAGES))
def test_dates_as_languages_write_them(language: str) -> None:
    """What CLDR writes for a day and a moment, in words, is read as that."""
    for at in (datetime(2026, 3, 5, 8, 5, 9, tzinfo=UTC), datetime(2025, 10, 13, 20, 45, tzinfo=UTC)):
        for style in ("long", "full"):
            assert parse(format_date(at, style, locale=language), moment=MOMENT) == at.replace(
                hour=0, minute=0, second=0
            )
        if language not in ("es",):
            written = babel_datetime(at, "medium", locale=language)
            assert parse(written, moment=MOMENT, day_first=None) == at, written


@pytest.mark.parametrize(
    "piece", ["1/", "10:", " - ", "مارس ", "5 ", "منذ ", "mar 5 ", "00", "<time ", "&amp;", "d'", "+3 "]
)
def test_dates_cost_little(piece: str) -> None:
    """No text that fits into a date's place takes long."""
    started = process_time()
    parse((piece * LONGEST)[:LONGEST], moment=MOMENT)
    parse("5 مارس 2026 " + (piece * LONGEST)[: LONGEST - 20], moment=MOMENT)
    parse("<" + (piece * 2000)[:1990], moment=MOMENT)
    assert process_time() - started < 0.2
