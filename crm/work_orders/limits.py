"""Until when an order is answered and done, when that warns, and who is called upon. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from crm.catalog.calendars import NOTHING, WorkCalendar, add, measure, subtract
from crm.catalog.work_order_types import Rung, WorkOrderTypes

Which = Literal["respond", "arrive", "complete"]
What = Literal["warn", "overdue", "escalate"]
WHICH: Final[tuple[Which, ...]] = ("respond", "arrive", "complete")


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed to an order, in which time."""

    respond: timedelta
    complete: timedelta
    calendar: WorkCalendar | None
    warn_percent: int
    chain: tuple[Rung, ...]
    zone: ZoneInfo
    arrive: timedelta | None = None
    """None: nobody has to be there by a time."""

    def of(self, which: Which) -> timedelta:
        """How long it may take."""
        if which == "arrive" and self.arrive is not None:
            return self.arrive
        return self.respond if which == "respond" else self.complete

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """So much of its time later."""
        return add(self.calendar, start, amount, self.zone)

    def measure(self, start: datetime, end: datetime) -> timedelta:
        """How much of its time lies between."""
        return measure(self.calendar, start, end, self.zone)


def limits_of(types: WorkOrderTypes, type_code: str, urgency: str, zone: ZoneInfo) -> Limits:
    """Those of a type and urgency."""
    limit = types.limit(type_code, urgency)
    return Limits(
        timedelta(minutes=limit.respond_minutes),
        timedelta(minutes=limit.complete_minutes),
        types.calendars.get(limit.calendar),
        types.type(type_code).warn_percent,
        types.chain(type_code),
        zone,
        None if limit.arrive_minutes is None else timedelta(minutes=limit.arrive_minutes),
    )


@dataclass(frozen=True, slots=True)
class Running:
    """The clocks of an order."""

    respond_due_at: datetime
    complete_due_at: datetime
    responded_at: datetime | None = None
    completed_at: datetime | None = None
    paused_at: datetime | None = None
    closed: bool = False
    arrive_due_at: datetime | None = None
    arrived_at: datetime | None = None

    def due_at(self, which: Which) -> datetime:
        """When it has to be."""
        if which == "arrive" and self.arrive_due_at is not None:
            return self.arrive_due_at
        return self.respond_due_at if which == "respond" else self.complete_due_at

    def open(self) -> tuple[Which, ...]:
        """The limits that still run, the next one first."""
        if self.closed or self.completed_at is not None:
            return ()
        arrives = self.arrive_due_at is not None and self.arrived_at is None
        waits = {"respond": self.responded_at is None, "arrive": arrives}
        return tuple(which for which in WHICH if waits.get(which, True))


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens by itself then, once."""

    at: datetime
    limit: Which
    what: What
    level: int = 0
    to: str = ""

    @property
    def code(self) -> str:
        """Its name: what has been told is kept by it."""
        return f"{self.limit}:{self.level if self.what == 'escalate' else self.what}"


def moments(limits: Limits, clock: Running, told: Collection[str] = ()) -> list[Moment]:
    """What will still happen, in its order, if nobody does anything; paused, nothing will."""
    if clock.paused_at is not None:
        return []
    ahead = [one for which in clock.open() for one in _of(limits, which, clock.due_at(which))]
    left = [one for one in ahead if one.code not in told]
    return sorted(left, key=lambda one: (one.at, WHICH.index(one.limit), one.level))


def _of(limits: Limits, which: Which, due_at: datetime) -> Iterator[Moment]:
    spare = limits.of(which) * (100 - limits.warn_percent) / 100
    yield Moment(subtract(limits.calendar, due_at, spare, limits.zone), which, "warn")
    yield Moment(due_at, which, "overdue")
    for level, rung in enumerate(limits.chain, start=1):
        at = limits.add(due_at, timedelta(minutes=rung.after_minutes))
        yield Moment(at, which, "escalate", level, rung.to)


def resumed(limits: Limits, due_at: datetime, paused_at: datetime, at: datetime) -> datetime:
    """When it has to be after a pause: what was left then is left now, and never less."""
    left = limits.measure(paused_at, due_at)
    return due_at if left <= NOTHING else max(due_at, limits.add(max(at, paused_at), left))


@dataclass(frozen=True, slots=True)
class Gauge:
    """How far the limit that counts now is used up."""

    limit: Which
    due_at: datetime
    used: timedelta
    left: timedelta
    """Negative: so much too late."""
    paused: bool
    warns: bool

    @property
    def late(self) -> bool:
        """Whether the limit is broken."""
        return self.left < NOTHING


def gauge(limits: Limits, clock: Running, at: datetime) -> Gauge | None:
    """The limit that counts now; None when nothing is to be done any more."""
    which = next(iter(clock.open()), None)
    if which is None:
        return None
    due_at, moment = clock.due_at(which), clock.paused_at or at
    ahead, behind = limits.measure(moment, due_at), limits.measure(due_at, moment)
    left = ahead if moment <= due_at else -max(behind, timedelta(seconds=1))
    used = limits.of(which) - left
    warns = used * 100 >= limits.of(which) * limits.warn_percent
    return Gauge(which, due_at, used, left, clock.paused_at is not None, warns)
