"""Which cases kept a promise, which missed it, and by how much. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from crm.catalog.calendars import WorkCalendar, add
from crm.catalog.queues import Measure
from crm.standards.rules import OWN_LIMIT, Standard

Verdict = Literal["kept", "missed", "running", "left_out"]


@dataclass(frozen=True, slots=True)
class Visit:
    """A caller in a queue."""

    call_id: str
    queue: str
    entered_at: datetime
    left_at: datetime | None
    how: str | None
    wait_s: float


@dataclass(frozen=True, slots=True)
class Order:
    """What counts of a work order."""

    number: str
    type_code: str
    urgency: str
    opened_at: datetime
    due_respond_at: datetime
    due_complete_at: datetime
    responded_at: datetime | None
    first_arrived_at: datetime | None
    arrived_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Given:
    """A time that was promised to a customer."""

    reference: str
    order: str
    what: str
    due_at: datetime
    ended_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Case:
    """One call, order or promise: when it began, when it had to be, when it was."""

    kind: Literal["call", "order", "promise"]
    reference: str
    about: str
    began_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    verdict: Verdict
    over_s: float = 0.0
    """How much too late; of a call that nobody answered, how long they waited."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a promise that is kept by the day."""

    day: date
    kept: int
    missed: int
    met: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a promise in a month."""

    number: int
    kept: int
    missed: int
    running: int
    value_s: float | None = None
    """The mean, where a mean is promised."""
    met: bool | None = None
    """None: no share is promised, or nothing happened."""
    misses: Sequence[Case] = ()
    days: Sequence[Day] = field(default=())

    @property
    def share(self) -> float | None:
        """The part that was kept, of what is decided."""
        decided = self.kept + self.missed
        return self.kept / decided if decided else None


def of_visit(standard: Standard, visit: Visit, measure: Measure) -> Case:
    """A caller, by a measure of calls."""
    limit = standard.limit_s
    due = visit.entered_at + timedelta(seconds=limit) if limit is not None else None
    answered = visit.how == "answered"
    done = visit.left_at if answered else None
    verdict = _of_call(standard, visit, measure)
    over = 0.0
    if verdict == "missed":
        over = visit.wait_s - (limit or 0) if answered else visit.wait_s
    return Case("call", visit.call_id, visit.queue, visit.entered_at, due, done, verdict, over)


def _of_call(standard: Standard, visit: Visit, measure: Measure) -> Verdict:
    if visit.how is None:
        return "running"
    if visit.how in {"callback", "withdrawn"}:
        return "left_out"
    if visit.how == "answered":
        timed = standard.metric in {"answer", "mean_answer"}
        return "missed" if timed and visit.wait_s > (standard.limit_s or 0) else "kept"
    return _unanswered(standard, visit, measure)


def _unanswered(standard: Standard, visit: Visit, measure: Measure) -> Verdict:
    """Who gives up at once counts as the company's definition of service says."""
    gave_up = visit.how == "abandoned"
    if gave_up and visit.wait_s <= measure.short_abandon_s and measure.short_abandons != "count":
        return "left_out" if measure.short_abandons == "ignore" else "kept"
    if standard.metric == "mean_answer":
        return "left_out"
    return "missed" if gave_up or standard.metric != "abandon" else "kept"


def of_order(
    standard: Standard, order: Order, calendar: WorkCalendar | None, at: datetime, zone: ZoneInfo
) -> Case:
    """An order, by its own limits (with their pauses) or by one of the promise's."""
    due, done = _due(standard, order, calendar, zone), _done(standard, order)
    called_off = done is None and order.closed_at is not None
    verdict, over = _by(due, done, order.closed_at or at)
    if called_off and verdict == "running":
        verdict = "left_out"  # in time: nobody has to come any more
    return Case("order", order.number, order.type_code, order.opened_at, due, done, verdict, over)


def _due(
    standard: Standard, order: Order, calendar: WorkCalendar | None, zone: ZoneInfo
) -> datetime:
    if standard.metric in OWN_LIMIT:
        return add(calendar, order.opened_at, timedelta(seconds=standard.limit_s or 0), zone)
    respond = standard.metric == "order_respond"
    return order.due_respond_at if respond else order.due_complete_at


def _done(standard: Standard, order: Order) -> datetime | None:
    """Of a reopened order the first arrival counts; who has done it was there by then."""
    if standard.metric in {"order_respond", "respond_within"}:
        return order.responded_at
    if standard.metric == "arrive_within":
        return order.first_arrived_at or order.arrived_at or order.completed_at
    return order.completed_at or order.closed_at


def of_given(given: Given, at: datetime) -> Case:
    """A time that was promised to a customer."""
    decided: dict[str, Verdict] = {"kept": "kept", "broken": "missed"}
    waits = given.state in {"open", "booked"}
    verdict = decided.get(given.state, "running" if waits else "left_out")
    done = given.ended_at if given.state == "kept" else None
    over = max(0.0, ((done or at) - given.due_at).total_seconds()) if verdict == "missed" else 0.0
    return Case(
        "promise", given.order or given.reference, given.what, given.due_at, given.due_at, done,
        verdict, over,
    )  # fmt: skip


def _by(due: datetime, done: datetime | None, at: datetime) -> tuple[Verdict, float]:
    over = ((done or at) - due).total_seconds()
    if over > 0:
        return "missed", over
    return ("kept" if done is not None else "running"), 0.0


def judge(standard: Standard, cases: Iterable[Case], zone: ZoneInfo) -> Result:
    """All cases of a month together."""
    counted = [case for case in cases if case.verdict != "left_out"]
    kept = [case for case in counted if case.verdict == "kept"]
    missed = [case for case in counted if case.verdict == "missed"]
    days = _days(standard, kept, missed, zone) if standard.per == "day" else []
    value = _mean(kept + missed) if standard.metric == "mean_answer" else None
    return Result(
        number=len(counted), kept=len(kept), missed=len(missed),
        running=len(counted) - len(kept) - len(missed), value_s=value,
        met=_met(standard, len(kept), len(missed), value, days),
        misses=sorted(missed, key=lambda case: (case.began_at, case.reference)), days=days,
    )  # fmt: skip


def _mean(answered: Sequence[Case]) -> float | None:
    waits = [(case.done_at - case.began_at).total_seconds() for case in answered if case.done_at]
    return sum(waits) / len(waits) if waits else None


def _met(
    standard: Standard, kept: int, missed: int, value: float | None, days: Sequence[Day]
) -> bool | None:
    if standard.metric == "mean_answer":
        return None if value is None else value <= (standard.limit_s or 0)
    if standard.share is None or not kept + missed:
        return None
    if standard.per == "day":
        return all(day.met for day in days)
    return kept >= standard.share * (kept + missed)


def _days(
    standard: Standard, kept: Sequence[Case], missed: Sequence[Case], zone: ZoneInfo
) -> list[Day]:
    counts: dict[date, list[int]] = {}
    for at, cases in enumerate((kept, missed)):
        for case in cases:
            counts.setdefault(case.began_at.astimezone(zone).date(), [0, 0])[at] += 1
    share = standard.share or 0.0
    return [
        Day(day, good, bad, good >= share * (good + bad))
        for day, (good, bad) in sorted(counts.items())
    ]
