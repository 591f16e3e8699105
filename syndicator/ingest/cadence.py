"""When to poll a source again, and why: a pure decider.

After an answer, the next poll is the latest of what the source's rhythm suggests and what its publisher asks for:
the adaptive interval, RSS `ttl`, the `sy:` period, and HTTP freshness (`max-age` less `Age`, or `Expires`) on 200
and 304 alike. Then it is clamped to the settings, jitter is added (it only ever adds), and `skipHours` and `skipDays`
push it out of the hours that the publisher keeps free.

The adaptive interval is half the mean gap between the source's latest articles, stretched to a tenth of its silence:
a source that falls silent is asked less and less, one that wakes up is asked at its old pace again. A server that
answers with the same whole body time and again, where a 304 could have been, is asked four times less often each time
and from the third time on once a day, until there is something new.

**The operator's `every`** is the last word for its source. None of these wishes and habits, no hub and no setting goes
beyond it; a `max-age` of a year is a mistake more often than a wish. Only `Retry-After` does (and 429, a failure).

After a failure the wait doubles from an hour to a day, never shorter than the source's shortest interval. Nothing
is ever forgotten: a source that fails for weeks is still asked once a day.

A source whose hub pushes is still polled, every six to 24 hours (`while_pushed`): hubs lose things.

`Retry-After` is a promise that is kept for up to seven days, whatever the settings say. Servers send it with 429 and
503, some with 403 and redirects; wherever it stands, it is meant.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from syndicator.model import Source, SourceState

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
REPEATS = 3
SLOWER = 4
"""Times less often after each whole answer with nothing new; once a day from the third one on."""
JITTER = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The settings' shortest and longest time between two polls."""

    shortest: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The next poll and why then, in words for the operator."""

    at: datetime
    why: str


def after_answer(
    source: Source, state: SourceState, headers: Mapping[str, str], bounds: Bounds, moment: datetime
) -> Plan:
    """When to ask again after 200, 226 or 304. `state` knows of this answer already."""
    wishes = [
        (_shortest(source, bounds), "the shortest interval that is set"),
        (rhythm(state, moment), "its rhythm"),
        (state.ttl, "its ttl"),
        (state.period, "its sy:updatePeriod"),
        (freshness(headers, moment), "its HTTP max-age or Expires"),
    ]
    wait, why = max(((span, words) for span, words in wishes if span is not None), key=lambda wish: wish[0])
    if source.every is not None:
        return _promised(_every(source, source.every, wait, why, moment), headers, moment)
    if state.repeats and wait < DAY:
        wait = DAY if state.repeats >= REPEATS else min(wait * SLOWER**state.repeats, DAY)
        why = "its server sends all again where 'not modified' would do"
    if wait > bounds.longest:
        wait, why = bounds.longest, f"the longest interval that is set, though {why} asks for more"
    at = moment + wait + _jitter(source.id, moment, wait)
    moved = skip(at, state.skip_hours, state.skip_days)
    if moved != at:
        at, why = moved, f"{why}, moved by its skipHours or skipDays"
    return _promised(Plan(at=at, why=why), headers, moment)


def _every(source: Source, every: timedelta, wait: timedelta, why: str, moment: datetime) -> Plan:
    """The operator's interval, whatever else is asked for."""
    told = f"every = {every / timedelta(minutes=1):g} in its definition"
    if wait > every:
        told = f"{told}, though {why} asks for more"
    return Plan(at=moment + every + _jitter(source.id, moment, every), why=told)


def after_failure(
    source: Source, state: SourceState, headers: Mapping[str, str], bounds: Bounds, moment: datetime
) -> Plan:
    """When to ask again after anything else. `state.failures` counts this one already."""
    wait = max(_shortest(source, bounds), min(HOUR * 2 ** min(state.failures - 1, 10), DAY))
    times = "once" if state.failures == 1 else f"{state.failures} times in a row"
    plan = Plan(at=moment + wait + _jitter(source.id, moment, wait), why=f"failed {times}")
    return _promised(plan, headers, moment)


def while_pushed(plan: Plan, pushed: datetime, bounds: Bounds, moment: datetime, *, missed: bool) -> Plan:
    """A plan, put off because the source's hub pushes: by six hours when this poll found what no push had brought,
    else by a day. A hub that has been silent for two days is not relied on.
    """
    if moment - pushed > 2 * DAY:
        return plan
    wait = min(6 * HOUR if missed else DAY, bounds.longest)
    return plan if moment + wait <= plan.at else Plan(at=moment + wait, why="its hub pushes what is new")


def _shortest(source: Source, bounds: Bounds) -> timedelta:
    """The operator's word for this source, else for all."""
    return bounds.shortest if source.every is None else source.every


def _promised(plan: Plan, headers: Mapping[str, str], moment: datetime) -> Plan:
    """The plan, put off to the moment that the server named."""
    asked = retry_after(headers, moment)
    if asked is None or moment + asked <= plan.at:
        return plan
    return Plan(at=moment + asked, why="its server's Retry-After")


def rhythm(state: SourceState, moment: datetime) -> timedelta | None:
    """The learned interval, stretched by silence; None before anything was learned."""
    if state.interval is None:
        return None
    silence = moment - state.last_new if state.last_new is not None else timedelta()
    return max(state.interval, silence / 10)


def learn(published: Sequence[datetime]) -> timedelta | None:
    """Half the mean gap between the latest articles of a body; None when there are too few dates to tell."""
    latest = sorted(published, reverse=True)[:20]
    if len(latest) < 2:
        return None
    return (latest[0] - latest[-1]) / (len(latest) - 1) / 2


def freshness(headers: Mapping[str, str], moment: datetime) -> timedelta | None:
    """How long the answer stays fresh (RFC 9111, 4.2.1): max-age less Age, else Expires less Date."""
    directives = dict(
        part.strip().lower().partition("=")[::2] for part in headers.get("cache-control", "").split(",") if part.strip()
    )
    if "no-cache" in directives or "no-store" in directives:
        return None
    if (seconds := _seconds(directives.get("max-age", "").strip('"'))) is not None:
        return max(timedelta(), seconds - (_seconds(headers.get("age", "")) or timedelta()))
    expires = _date(headers.get("expires", ""))
    if expires is None:
        return None
    return max(timedelta(), min(expires - (_date(headers.get("date", "")) or moment), timedelta(days=365)))


def retry_after(headers: Mapping[str, str], moment: datetime) -> timedelta | None:
    """`Retry-After` (RFC 9110, 10.2.3) in seconds or as a date, at most seven days; None when it says nothing."""
    raw = headers.get("retry-after", "").strip()
    asked = _seconds(raw)
    if asked is None and (date := _date(raw)) is not None:
        asked = date - moment
    return None if asked is None or asked <= timedelta() else min(asked, WEEK)


def skip(at: datetime, hours: frozenset[int], days: frozenset[int]) -> datetime:
    """The first moment from `at` on that is in none of the skipped hours and days (UTC).

    Wishes that leave no hour free are not followed.
    """
    if len(hours) >= 24 or len(days) >= 7:
        return at
    moved = at
    for _ in range(24 * 8):
        if moved.hour not in hours and moved.weekday() not in days:
            return moved
        moved = moved.replace(minute=0, second=0, microsecond=0) + HOUR
    return at


def _jitter(key: str, moment: datetime, wait: timedelta) -> timedelta:
    """Up to a tenth more, different for every source and poll, the same when asked twice."""
    digest = hashlib.sha256(f"{key}\n{moment.isoformat()}".encode()).digest()
    return wait * JITTER * (int.from_bytes(digest[:4]) / 2**32)


def _seconds(raw: str) -> timedelta | None:
    raw = raw.strip()
    return (
        timedelta(seconds=min(int(raw), 10 * 365 * 86400))
        if raw.isascii() and raw.isdigit() and len(raw) < 20
        else None
    )


def _date(raw: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(raw)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
