"""How long somebody will wait: an honest estimate, or none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks.models import Callback
from crm.interactions.models import QueueVisit
from crm.staff.queries import states_in
from mainline.clock import now

RECENT: Final = timedelta(minutes=30)
VISITS_MAX: Final = 50
ENOUGH: Final = 5
"""Fewer intervals say nothing."""
LONG_MIN: Final = 10
"""Beyond so many minutes nobody can tell."""
_THERE: Final = frozenset({"ready", "ringing", "talking", "wrapup"})
# Each caller asks: the statements are put together once, not each time.
_ANSWERED: Final = (
    select(QueueVisit.left_at, QueueVisit.wait_s)
    .where(QueueVisit.queue == bindparam("queue"), QueueVisit.how == "answered")
    .where(QueueVisit.entered_at >= bindparam("entered"), QueueVisit.left_at >= bindparam("left"))
    .order_by(QueueVisit.left_at.desc())
    .limit(VISITS_MAX)
)
_FIRST: Final = (QueueVisit.priority > bindparam("priority")) | (
    (QueueVisit.priority == bindparam("priority")) & (QueueVisit.entered_at < bindparam("since"))
)
_LATER: Final = (Callback.priority > bindparam("priority")) | (
    (Callback.priority == bindparam("priority")) & (Callback.since < bindparam("since"))
)
_VISITS: Final = select(func.count()).where(
    QueueVisit.queue == bindparam("queue"), QueueVisit.how.is_(None), _FIRST
)
_PROMISES: Final = select(func.count()).where(
    Callback.queue == bindparam("queue"),
    Callback.state == "waiting",
    Callback.next_at <= bindparam("now"),
    _LATER,
)
_AHEAD: Final = select(_VISITS.scalar_subquery() + _PROMISES.scalar_subquery())


@dataclass(frozen=True, slots=True)
class Answered:
    """A visit that an agent ended."""

    at: datetime
    wait_s: float


def pace_s(answered: Sequence[Answered]) -> float | None:
    """Seconds from one answer to the next while somebody waited all the time between.

    Slack times say nothing of how fast a full queue moves. None: not enough is known.
    """
    told = sorted(answered, key=lambda one: one.at)
    gaps = [
        gap
        for before, after in pairwise(told)
        if (gap := (after.at - before.at).total_seconds()) <= after.wait_s
    ]
    return sum(gaps) / len(gaps) if len(gaps) >= ENOUGH else None


def expected_s(pace: float | None, *, ahead: int, free: int, there: int) -> float | None:
    """The wait of somebody with so many ahead; None when it is not known or not worth a word."""
    if pace is None or there == 0 or free > ahead:
        return None
    return pace * (ahead + 1)


def whole_minutes(seconds: float) -> int:
    """As it is spoken: rounded up; 0 less than a minute, LONG_MIN + 1 longer than can be told."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return 0
    return min(math.ceil(seconds / 60), LONG_MIN + 1)


async def pace_of(session: AsyncSession, queue: str) -> float | None:
    """How fast the queue has moved lately."""
    at = now()
    asked = {"queue": queue, "entered": at - 2 * RECENT, "left": at - RECENT}
    rows = await session.execute(_ANSWERED, asked)
    return pace_s([Answered(at, wait_s or 0.0) for at, wait_s in rows if at is not None])


async def estimate(
    session: AsyncSession, queue: str, *, priority: int = 0, since: datetime | None = None
) -> float | None:
    """The wait from now on of who has that place, in seconds; None when nobody can tell."""
    pace = await pace_of(session, queue)
    if pace is None:
        return None
    place = since or now()
    staff = await states_in(session, queue)
    ahead = await _ahead(session, queue, priority, place)
    there = sum(staff[state] for state in _THERE)
    return expected_s(pace, ahead=ahead, free=staff["ready"], there=there)


async def _ahead(session: AsyncSession, queue: str, priority: int, since: datetime) -> int:
    """Who waits before that place, on the line or by a promise."""
    asked = {"queue": queue, "priority": priority, "since": since, "now": now()}
    return await session.scalar(_AHEAD, asked) or 0
