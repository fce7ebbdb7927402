"""A day on the board: half hours against what was to be expected, how long calls take, who is busy.

Read less often than the rest: it grows with the day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.board import day_of
from crm.interactions.half_hours import Counted, half_hours
from crm.interactions.models import QueueVisit
from crm.interactions.queries import entered
from crm.staff.queries import Spell, spells

WEEKS: Final = 4
"""The same weekday of so many weeks makes the forecast."""
HANDLING: Final = frozenset({"talking", "held", "wrapup"})
BUSY: Final = HANDLING | {"ringing", "reserved"}
Forecast = Mapping[str, Mapping[int, float]]
"""Queue to half hour to callers."""
_ANSWERED: Final = select(QueueVisit.call_id, QueueVisit.agent, QueueVisit.queue).where(
    QueueVisit.entered_at >= bindparam("since"),
    QueueVisit.entered_at < bindparam("until"),
    QueueVisit.how == "answered",
    QueueVisit.agent.is_not(None),
)


@dataclass(frozen=True, slots=True)
class Handling:
    """Calls that agents took from a queue, and the seconds these took, wrap-up included."""

    calls: int = 0
    seconds: float = 0.0

    @property
    def aht_s(self) -> float | None:
        """Average handling time."""
        return self.seconds / self.calls if self.calls else None


@dataclass(frozen=True, slots=True)
class Day:
    """What the half hours and the agents' times of a day tell."""

    since: datetime
    counted: Counted
    handling: Mapping[str, Handling] = field(default_factory=dict)
    occupancy: float | None = None
    """The part of their time on duty in which agents had something to do with a caller."""


async def read_day(session: AsyncSession, at: datetime, zone: ZoneInfo) -> Day:
    """The company's day up to that moment."""
    since, _until = day_of(at, zone)
    rows = await entered(session, since=since, until=at)
    found = await spells(session, since=since, until=at)
    answered = await _answered(session, since, at)
    return Day(since, half_hours(rows, since), handling(found, answered), occupancy(found))


async def _answered(
    session: AsyncSession, since: datetime, until: datetime
) -> dict[tuple[str, str], str]:
    """Call and agent to the queue from which the one came to the other."""
    rows = await session.execute(_ANSWERED, {"since": since, "until": until})
    return {(call, agent or ""): queue for call, agent, queue in rows}


def handling(
    found: Iterable[Spell], answered: Mapping[tuple[str, str], str]
) -> dict[str, Handling]:
    """Of each queue, from what agents did with its calls. Pure."""
    seconds: dict[str, float] = defaultdict(float)
    calls: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for spell in found:
        taken = (spell.call_id or "", spell.agent)
        if spell.state in HANDLING and taken in answered:
            seconds[answered[taken]] += spell.seconds
            calls[answered[taken]].add(taken)
    return {queue: Handling(len(calls[queue]), seconds[queue]) for queue in calls}


def occupancy(found: Iterable[Spell]) -> float | None:
    """Busy time of busy and ready time; None while nobody was on duty. Pure."""
    busy = ready = 0.0
    for spell in found:
        busy += spell.seconds if spell.state in BUSY else 0.0
        ready += spell.seconds if spell.state == "ready" else 0.0
    return busy / (busy + ready) if busy + ready else None


async def read_forecast(session: AsyncSession, at: datetime, zone: ZoneInfo) -> Forecast:
    """What the same weekday brought on average; days without any caller were no days."""
    days: list[Counted] = []
    for week in range(1, WEEKS + 1):
        past = (at.astimezone(zone) - timedelta(weeks=week)).astimezone(zone)
        since, until = day_of(past, zone)
        rows = await entered(session, since=since, until=until)
        days.append(half_hours(rows, since))
    return forecast([day for day in days if day])


def forecast(days: Sequence[Counted]) -> Forecast:
    """The mean of these days, by queue and half hour. Pure."""
    sums: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for day in days:
        for (queue, step, _how), callers in day.items():
            sums[queue][step] += callers / len(days)
    return sums
