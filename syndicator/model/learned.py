"""Learned: what polling taught us about a source, and what each poll did."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from syndicator.model.carried import Validators


class Outcome(StrEnum):
    """How a poll ended."""

    CHANGED = "changed"
    """New or changed articles came."""
    UNCHANGED = "unchanged"
    """A whole answer, with nothing new in it."""
    NOT_MODIFIED = "not-modified"
    """The server said 304."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a source treats its items, counted over its polls; the latest polls weigh most (`ingest.habits`)."""

    kept: int = 0
    """Items that came again under the guid that they had."""
    guid_changed: int = 0
    """Items that came again under another guid."""
    guid_reused: int = 0
    """Guids that came again with another story."""
    link_kept: int = 0
    link_changed: int = 0
    """Items that came again with the same page as their link, or with another one."""
    link_reused: int = 0
    """Links that came again with another story."""
    date_kept: int = 0
    date_changed: int = 0
    """Items that came again under another guid and said the same, with the date that they had or with another one."""
    newest_first: int = 0
    oldest_first: int = 0
    """Polls whose new items stood before, or behind, all known ones; or whose dates ran so."""
    day_first: bool | None = None
    """Whether the source writes the day before the month; None: not known yet."""

    @property
    def guid_unstable(self) -> bool:
        """Another guid says nothing about the item."""
        return self.guid_changed > 2 and self.guid_changed > self.kept

    @property
    def date_unstable(self) -> bool:
        """Another date says nothing about the item: the source renews its dates at every poll."""
        return self.date_changed > 2 and self.date_changed > self.kept + self.date_kept

    @property
    def reversed(self) -> bool:
        """The oldest item stands first."""
        return self.oldest_first > self.newest_first


NO_VALIDATORS, NO_HABITS = Validators(), Habits()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What polling taught us about one source. A source never polled has all defaults."""

    source: str
    validators: Validators = NO_VALIDATORS
    body_hash: str | None = None
    """SHA-256 of the last good body: the same bytes again need no parsing."""
    next_poll: datetime | None = None
    """None: never polled, so due now."""
    why: str = ""
    """Why then, in words."""
    last_poll: datetime | None = None
    last_success: datetime | None = None
    last_new: datetime | None = None
    last_full: datetime | None = None
    """When a whole body last came (200 or 226)."""
    last_unconditional: datetime | None = None
    """When a request last went out without validators although there were some."""
    refuses: datetime | None = None
    """When its server last refused a conditional request, or answered it wrongly; None: they work."""
    failures: int = 0
    """In a row."""
    failing_since: datetime | None = None
    error: str | None = None
    """The last failure as a sentence; None while all is well."""
    reason: str | None = None
    """The last failure as one word (`SourceError.reason`)."""
    interval: timedelta | None = None
    """The adaptive interval as learned from the last whole body."""
    ttl: timedelta | None = None
    period: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    """The last body's wishes (see `Channel`), for the polls that bring no body."""
    repeats: int = 0
    """Whole answers in a row with nothing new, where a 304 could have been."""
    moved_to: str | None = None
    """Where a permanent redirect leads, while it holds."""
    moved_since: datetime | None = None
    moved_times: int = 0
    adopted: str | None = None
    """Polled instead of the configured address, because a permanent redirect held long enough."""
    hub: str | None = None
    """The WebSub hub that the last whole body named."""
    topic: str | None = None
    """What to subscribe to there."""
    stopped: bool = False
    """410 Gone: not polled again until an operator says so."""
    habits: Habits = NO_HABITS
    notes: tuple[str, ...] = ()
    """What was left out of, or guessed in, the last body that could be read (`Poll.notes`)."""
    epoch: int = 0
    """Counts the leases: a write that carries an older one is refused."""


SLOW = frozenset({"deadline", "dns", "limit"})
"""Reasons of failures that take their time: whoever failed so is asked after the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to poll one source until a moment; its state's `epoch` fences off whoever held it before."""

    state: SourceState
    until: datetime

    @property
    def source(self) -> str:
        return self.state.source

    @property
    def epoch(self) -> int:
        return self.state.epoch

    @property
    def slow(self) -> bool:
        """Its last poll took its time and brought nothing."""
        return self.state.reason in SLOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll did: a row of the history and a line of the log. Durations in seconds."""

    source: str
    at: datetime
    outcome: Outcome
    status: int | None = None
    entries: int = 0
    new: int = 0
    changed: int = 0
    wire_bytes: int = 0
    duration: float = 0.0
    reason: str | None = None
    error: str | None = None
    next_poll: datetime | None = None
    why: str = ""
    notes: tuple[str, ...] = ()
    """What was left out or guessed, one short sentence each."""
