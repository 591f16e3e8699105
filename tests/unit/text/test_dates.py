import tomllib
from datetime import UTC, date, datetime, timedelta
from datetime import timezone as offset
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.calendars import HIJRI_MONTHS, MONTHS, plain
from syndicator.text.dates import AHEAD, FLOOR, LONGEST, day_first, parse
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
