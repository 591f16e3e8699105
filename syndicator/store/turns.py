"""Whose turn it is: the questions behind `Store.claim`, built once, since they are asked all day.

Parameters: `moment`, and `forgiven`, the moment since which a source must have been due to lose its low rank.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select

from syndicator.model import SLOW
from syndicator.store.tables import Moment, hosts, sources

LAST = 2
FORGIVEN = timedelta(hours=1)
"""A source of low rank that is overdue for so long takes its turn like any other."""

_MOMENT = bindparam("moment", type_=Moment())


def parameters(moment: datetime) -> dict[str, datetime]:
    """For all statements here."""
    return {"moment": moment, "forgiven": moment - FORGIVEN}


def _claimable() -> ColumnElement[bool]:
    """Sources that are polled at all, on hosts that nobody polls at this moment."""
    others = sources.alias()
    busy = exists().where(others.c.host == sources.c.host, others.c.lease_until > _MOMENT)
    return and_(sources.c.present, sources.c.stopped.is_(False), ~busy)


def _rank() -> ColumnElement[int]:
    """0 for sources that are well, 1 for those that failed, `LAST` for those that took their time for it."""
    overdue = sources.c.next_poll <= bindparam("forgiven", type_=Moment())
    ranks = ((sources.c.failures == 0, 0), (overdue, 0), (sources.c.reason.in_(sorted(SLOW)), LAST))
    return case(*ranks, else_=1)


def _first() -> Select[Any]:
    since = func.coalesce(sources.c.next_poll, _MOMENT)
    turn = func.row_number().over(partition_by=sources.c.host, order_by=(_rank(), since, sources.c.id))
    due = (
        select(sources.c.id, since.label("since"), _rank().label("rank"), turn.label("turn"))
        .outerjoin(hosts, hosts.c.host == sources.c.host)
        .where(
            _claimable(),
            or_(sources.c.next_poll.is_(None), sources.c.next_poll <= _MOMENT),
            or_(hosts.c.not_before.is_(None), hosts.c.not_before <= _MOMENT),
        )
        .subquery()
    )
    first = select(due.c.id, due.c.rank).where(due.c.turn == 1).order_by(due.c.rank, due.c.since, due.c.id)
    return first.limit(bindparam("most"))


def _next() -> Select[Any]:
    ready = func.coalesce(sources.c.next_poll, _MOMENT)
    rested = func.coalesce(hosts.c.not_before, ready)
    earliest = func.min(case((rested > ready, rested), else_=ready), type_=Moment())
    return select(earliest).outerjoin(hosts, hosts.c.host == sources.c.host).where(_claimable())


FIRST = _first()
"""`id` and `rank` of the first due source of each host that is free, the best first; at most `most` of them."""
NEXT = _next()
"""When a source that nobody polls may be claimed, at the earliest."""
NEXT_BUT_LAST = _next().where(_rank() < LAST)
"""The same without the sources that come last."""
