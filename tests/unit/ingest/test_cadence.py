"""When to poll again: the latest of rhythm and wishes, and promises kept after failures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.ingest import cadence
from syndicator.ingest.cadence import DAY, HOUR, WEEK, Bounds
from syndicator.model import ExtractRules, ListingRules, Publisher, Source, SourceState

MOMENT = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BOUNDS = Bounds(shortest=15 * MINUTE, longest=DAY)
SOURCE = Source(
    id="nahr/main",
    publisher=Publisher(id="nahr", title="نهر", extract=ExtractRules()),
    url="https://nahr.example.com/rss",
    listing=ListingRules(),
)
STATE = SourceState(source="nahr/main", last_new=MOMENT)


def wait(state: SourceState = STATE, headers: dict[str, str] | None = None, source: Source = SOURCE) -> timedelta:
    return cadence.after_answer(source, state, headers or {}, BOUNDS, MOMENT).at - MOMENT


def about(span: timedelta, expected: timedelta) -> bool:
    """Not earlier than expected, and at most the jitter later."""
    return expected <= span <= expected * 1.1 + MINUTE / 60


def test_without_wishes_the_shortest_interval_holds() -> None:
    """A source that says nothing is polled as often as the settings allow."""
    assert about(wait(), 15 * MINUTE)


@pytest.mark.parametrize(
    ("state", "headers", "expected"),
    [
        (replace(STATE, ttl=HOUR), {}, HOUR),
        (replace(STATE, period=2 * HOUR), {}, 2 * HOUR),
        (STATE, {"cache-control": "public, max-age=3600"}, HOUR),
        (STATE, {"cache-control": 'max-age="3600"'}, HOUR),
        (STATE, {"cache-control": "max-age=7200", "age": "3600"}, HOUR),
        (STATE, {"expires": format_datetime(MOMENT + HOUR, usegmt=True)}, HOUR),
        (STATE, {"expires": "0"}, 15 * MINUTE),
        (STATE, {"cache-control": "no-cache, max-age=3600"}, 15 * MINUTE),
        (STATE, {"cache-control": "max-age=60", "expires": format_datetime(MOMENT + DAY)}, 15 * MINUTE),
        (replace(STATE, ttl=30 * MINUTE, period=HOUR), {"cache-control": "max-age=7200"}, 2 * HOUR),
        (replace(STATE, ttl=WEEK), {}, DAY),
        (replace(STATE, interval=40 * MINUTE), {}, 40 * MINUTE),
        (replace(STATE, interval=HOUR, last_new=MOMENT - timedelta(days=5)), {}, 12 * HOUR),
    ],
)
def test_the_latest_wish_wins(state: SourceState, headers: dict[str, str], expected: timedelta) -> None:
    """ttl, sy:, max-age, Expires and rhythm are all waited for; the longest setting bounds them."""
    assert about(wait(state, headers), expected)


def test_operators_interval_is_the_shortest() -> None:
    """`every` in a source's definition replaces the setting, downwards too."""
    assert about(wait(source=replace(SOURCE, every=5 * MINUTE)), 5 * MINUTE)
    assert about(wait(source=replace(SOURCE, every=2 * HOUR)), 2 * HOUR)


@pytest.mark.parametrize(
    ("changes", "headers", "told"),
    [
        ({}, {}, ""),
        ({}, {"cache-control": "public, max-age=31536000"}, "its HTTP max-age or Expires"),
        ({}, {"expires": format_datetime(MOMENT + DAY, usegmt=True)}, "its HTTP max-age or Expires"),
        ({"ttl": DAY}, {}, "its ttl"),
        ({"period": WEEK}, {}, "its sy:updatePeriod"),
        ({"interval": 6 * HOUR}, {}, "its rhythm"),
        ({"repeats": 9}, {}, ""),
        ({"skip_hours": frozenset(range(23)), "skip_days": frozenset({5})}, {}, ""),
    ],
)
@pytest.mark.parametrize("every", [5 * MINUTE, 15 * MINUTE, 20 * MINUTE, 3 * DAY])
def test_every_is_the_last_word(
    every: timedelta, changes: dict[str, object], headers: dict[str, str], told: str
) -> None:
    """No wish, habit or setting goes beyond the `every` of a source's definition, and `why` says what asked for more."""
    plan = cadence.after_answer(replace(SOURCE, every=every), replace(STATE, **changes), headers, BOUNDS, MOMENT)
    assert about(plan.at - MOMENT, every)
    assert plan.why.startswith(f"every = {every / MINUTE:g} in its definition")
    more = every < 3 * DAY or "31536000" in str(headers) or "period" in changes
    assert (f"though {told} asks for more" in plan.why) is bool(told and more)


def test_every_gives_way_to_retry_after_alone() -> None:
    """`Retry-After` with an answer, and the waits after failures, hold whatever `every` says."""
    source = replace(SOURCE, every=5 * MINUTE)
    plan = cadence.after_answer(source, STATE, {"retry-after": "86400"}, BOUNDS, MOMENT)
    assert (plan.at - MOMENT, plan.why) == (DAY, "its server's Retry-After")
    plan = cadence.after_failure(source, replace(STATE, failures=1), {"retry-after": "86400"}, BOUNDS, MOMENT)
    assert plan.at - MOMENT == DAY
    assert about(cadence.after_failure(source, replace(STATE, failures=2), {}, BOUNDS, MOMENT).at - MOMENT, 2 * HOUR)


@pytest.mark.parametrize(("repeats", "expected"), [(0, HOUR), (1, 4 * HOUR), (2, 16 * HOUR), (3, DAY), (99, DAY)])
def test_repeated_whole_answers_slow_down_to_a_day(repeats: int, expected: timedelta) -> None:
    """A12: a server that ignores conditional requests is asked once a day after three rounds with nothing new."""
    assert about(wait(replace(STATE, interval=HOUR, repeats=repeats)), expected)


@given(
    hours=st.frozensets(st.integers(0, 23)),
    days=st.frozensets(st.integers(0, 6)),
    minutes=st.integers(0, 60 * 24 * 14),
)
def test_skipped_hours_are_free_of_polls(hours: frozenset[int], days: frozenset[int], minutes: int) -> None:
    """skipHours and skipDays are kept, only ever later, unless they leave no hour free."""
    at = MOMENT + minutes * MINUTE
    moved = cadence.skip(at, hours, days)
    assert moved >= at
    if len(hours) < 24 and len(days) < 7:
        assert moved.hour not in hours
        assert moved.weekday() not in days
    else:
        assert moved == at


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("86400", DAY),
        (format_datetime(MOMENT + HOUR, usegmt=True), HOUR),
        (format_datetime(MOMENT - HOUR, usegmt=True), None),
        ("-1", None),
        ("abc", None),
        ("", None),
        ("0", None),
        ("315360000", WEEK),
        ("9" * 400, None),
        ("١٢٠", None),
    ],
)
def test_retry_after_as_written(written: str, expected: timedelta | None) -> None:
    """A13: seconds and dates are understood, nonsense and the past say nothing, and seven days are the most."""
    assert cadence.retry_after({"retry-after": written}, MOMENT) == expected


@pytest.mark.parametrize(("written", "expected"), [("86400", DAY), ("432000", 5 * DAY), ("60", HOUR), ("-1", HOUR)])
def test_retry_after_is_a_promise(written: str, expected: timedelta) -> None:
    """Never earlier than the server asked, and never earlier than without its word either."""
    plan = cadence.after_failure(SOURCE, replace(STATE, failures=1), {"retry-after": written}, BOUNDS, MOMENT)
    assert about(plan.at - MOMENT, expected)
    assert plan.why == ("its server's Retry-After" if expected > HOUR else "failed once")


def test_retry_after_beside_an_answer_is_kept_too() -> None:
    """A 304, or a redirect on the way to a 200, may ask for patience: beyond the longest interval, too."""
    assert wait(headers={"retry-after": "172800"}) == 2 * DAY
    assert about(wait(headers={"retry-after": "5"}), 15 * MINUTE)


@pytest.mark.parametrize(("failures", "expected"), [(1, HOUR), (2, 2 * HOUR), (4, 8 * HOUR), (6, DAY), (500, DAY)])
def test_backoff_doubles_to_a_day(failures: int, expected: timedelta) -> None:
    """A14: without Retry-After the wait doubles from an hour to a day, and a source is never forgotten."""
    plan = cadence.after_failure(SOURCE, replace(STATE, failures=failures), {}, BOUNDS, MOMENT)
    assert about(plan.at - MOMENT, expected)


def test_a_failing_source_is_not_asked_more_often_than_a_sound_one() -> None:
    """The operator's interval holds after failures, too."""
    source = replace(SOURCE, every=6 * HOUR)
    plan = cadence.after_failure(source, replace(STATE, failures=1), {}, BOUNDS, MOMENT)
    assert about(plan.at - MOMENT, 6 * HOUR)


def test_learned_interval_is_half_the_mean_gap() -> None:
    """The rhythm is that of the latest articles."""
    assert cadence.learn([MOMENT - n * HOUR for n in range(10)]) == HOUR / 2
    assert cadence.learn([MOMENT]) is None


def test_the_plan_is_explained_in_words() -> None:
    """An operator reads why the next poll is then."""
    plan = cadence.after_answer(
        SOURCE, replace(STATE, ttl=HOUR, skip_hours=frozenset(range(9, 12))), {}, BOUNDS, MOMENT
    )
    assert plan.why == "its ttl, moved by its skipHours or skipDays"


@pytest.mark.parametrize(
    ("state", "headers", "why"),
    [
        (STATE, {}, "the shortest interval that is set"),
        (replace(STATE, interval=HOUR), {}, "its rhythm"),
        (replace(STATE, ttl=HOUR), {}, "its ttl"),
        (replace(STATE, period=HOUR), {}, "its sy:updatePeriod"),
        (STATE, {"cache-control": "max-age=3600"}, "its HTTP max-age or Expires"),
        (replace(STATE, repeats=3), {}, "its server sends all again where 'not modified' would do"),
        (replace(STATE, ttl=WEEK), {}, "the longest interval that is set, though its ttl asks for more"),
        (STATE, {"retry-after": "86400"}, "its server's Retry-After"),
    ],
)
def test_every_wish_has_its_words(state: SourceState, headers: dict[str, str], why: str) -> None:
    """`why` names the one wish that decided."""
    assert cadence.after_answer(SOURCE, state, headers, BOUNDS, MOMENT).why == why


@given(
    interval=st.none() | st.integers(0, 10**6),
    ttl=st.none() | st.integers(0, 10**6),
    age=st.none() | st.integers(0, 10**6),
    hours=st.frozensets(st.integers(0, 23)),
    repeats=st.integers(0, 5),
    source=st.text(max_size=8),
)
def test_no_plan_is_too_early(
    interval: int | None, ttl: int | None, age: int | None, hours: frozenset[int], repeats: int, source: str
) -> None:
    """Whatever comes together, the next poll is no earlier than each wish up to the longest interval, nor much later."""
    spans = [timedelta(seconds=seconds) for seconds in (interval, ttl, age) if seconds is not None]
    state = replace(
        STATE,
        interval=None if interval is None else timedelta(seconds=interval),
        ttl=None if ttl is None else timedelta(seconds=ttl),
        skip_hours=hours,
        repeats=repeats,
    )
    headers = {} if age is None else {"cache-control": f"max-age={age}"}
    planned = wait(state, headers, replace(SOURCE, id=source))
    assert planned >= min(max([*spans, BOUNDS.shortest]), BOUNDS.longest)
    assert planned <= BOUNDS.longest * 1.1 + (DAY if hours else timedelta())


def test_jitter_only_adds_and_repeats_itself() -> None:
    """Two plans for the same poll agree, and none comes earlier than the wait."""
    assert wait() == wait()
    assert all(wait(source=replace(SOURCE, id=f"x/{n}")) >= 15 * MINUTE for n in range(50))
