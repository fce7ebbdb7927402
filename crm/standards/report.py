"""The month: every promise with its number, the share kept, and evidence for every miss."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments.models import Appointment
from crm.catalog import service as catalog
from crm.catalog.calendars import WorkCalendar
from crm.catalog.queues import Measure
from crm.interactions.models import QueueVisit
from crm.promises.models import Promise
from crm.standards import past
from crm.standards.judging import (
    Case,
    Given,
    Order,
    Result,
    Visit,
    judge,
    of_given,
    of_order,
    of_visit,
)
from crm.standards.kinds import STANDARDS
from crm.standards.rules import CALLS, NONE, ORDERS, Profile, ServiceStandards, Standard
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.clock import now
from mainline.definitions import COMPANY
from mainline.errors import Invalid, NotFound

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2200
ROWS_MAX: Final = 400_000
"""More than eighty seats can take in a month."""


@dataclass(frozen=True, slots=True)
class Row:
    """One promise in the month; ``result`` None: its figure is still to be filled in."""

    profile: Profile
    standard: Standard
    result: Result | None


@dataclass(frozen=True, slots=True)
class Report:
    """A whole month, as of a moment."""

    month: date
    at: datetime
    version: int
    """Of the definition; 0: the company has none."""
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class _Month:
    visits: Sequence[Visit]
    orders: Sequence[Order]
    promises: Sequence[Given]
    appointments: Sequence[Given]
    measure: Measure
    calendars: dict[str, WorkCalendar]
    staying_home: frozenset[str]


def month_of(text: str) -> date:
    """``2026-11``; Invalid otherwise."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Invalid("month") from error
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise Invalid("month")
    return first


def following(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def before(month: date) -> date:
    """The first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def span(month: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From its first moment to that of the next."""
    first, last = (
        datetime.combine(day, datetime.min.time(), tzinfo=zone) for day in (month, following(month))
    )
    return first, last


async def standards_at(session: AsyncSession, at: datetime) -> tuple[int, ServiceStandards]:
    """The definition that was in force then; what came first when there was none yet."""
    try:
        found = await definitions.as_of(session, STANDARDS.name, COMPANY, at)
    except NotFound:
        return 0, NONE
    return found.version, found.body


async def report(
    session: AsyncSession, month: date, zone: ZoneInfo, as_of: datetime | None = None
) -> Report:
    """The month by the promises that were in force at its end; ``as_of``: as it stood then."""
    at, (since, until) = as_of or now(), span(month, zone)
    version, body = await standards_at(session, min(at, until))
    told = await _read(session, since, until)
    if as_of is not None:
        told = await _then(session, told, since, until, as_of)
    last = following(month) - timedelta(days=1)
    rows = [
        Row(profile, one, _result(profile, one, told, at, zone))
        for profile in body.profiles
        if profile.since <= last and (profile.until is None or profile.until >= month)
        for one in profile.standards
    ]
    return Report(month, at, version, rows)


def _result(
    profile: Profile, standard: Standard, told: _Month, at: datetime, zone: ZoneInfo
) -> Result | None:
    if standard.to_fill:
        return None
    cases = _cases(standard, told, at, zone)
    counting = [case for case in cases if profile.counts(case.began_at.astimezone(zone).date())]
    return judge(standard, counting, zone)


def _cases(standard: Standard, told: _Month, at: datetime, zone: ZoneInfo) -> list[Case]:
    scope = standard.scope
    if standard.metric in CALLS:
        visits = [one for one in told.visits if not scope.queues or one.queue in scope.queues]
        return [of_visit(standard, one, told.measure) for one in visits]
    if standard.metric in ORDERS:
        calendar = told.calendars.get(standard.calendar)
        orders = [one for one in told.orders if in_scope(standard, one, told.staying_home)]
        return [of_order(standard, one, calendar, at, zone) for one in orders]
    given = told.promises if standard.metric == "promise" else told.appointments
    wanted = [one for one in given if not scope.promises or one.what in scope.promises]
    return [of_given(one, at) for one in wanted]


def in_scope(standard: Standard, order: Order, staying_home: frozenset[str]) -> bool:
    """Whether the promise is about such an order; with ``staying_home`` nobody goes anywhere."""
    scope = standard.scope
    if standard.metric == "arrive_within" and order.type_code in staying_home:
        return False
    type_fits = not scope.types or order.type_code in scope.types
    return type_fits and (not scope.urgencies or order.urgency in scope.urgencies)


async def _read(session: AsyncSession, since: datetime, until: datetime) -> _Month:
    types = (await catalog.work_order_types(session)).body
    return _Month(
        await _visits(session, since, until), await _orders(session, since, until),
        await _promises(session, since, until), await _appointments(session, since, until),
        (await catalog.queue_book(session)).measure, dict(types.calendars), types.staying_home(),
    )  # fmt: skip


async def _then(
    session: AsyncSession, told: _Month, since: datetime, until: datetime, moment: datetime
) -> _Month:
    """The same as of a past moment, by the calendars and the measure of calls of then."""
    types = (await catalog.work_order_types(session, as_of=moment)).body
    return replace(
        told,
        visits=past.known_at(told.visits, moment),
        orders=await past.orders_then(session, since, until, moment),
        promises=await past.promises_then(session, since, until, moment),
        appointments=await past.appointments_then(session, since, until, moment),
        measure=(await catalog.queue_book(session, as_of=moment)).measure,
        calendars=dict(types.calendars),
        staying_home=types.staying_home(),
    )


async def _visits(session: AsyncSession, since: datetime, until: datetime) -> list[Visit]:
    rows = await session.execute(
        select(
            QueueVisit.call_id, QueueVisit.queue, QueueVisit.entered_at, QueueVisit.left_at,
            QueueVisit.how, QueueVisit.wait_s,
        )
        .where(QueueVisit.entered_at >= since, QueueVisit.entered_at < until)
        .limit(ROWS_MAX)
    )  # fmt: skip
    return [visit_of(*row) for row in rows]


def visit_of(
    call_id: str, queue: str, entered: datetime, left: datetime | None, how: str | None,
    wait_s: float | None,
) -> Visit:  # fmt: skip
    """From its row."""
    waited = wait_s if wait_s is not None else (left - entered).total_seconds() if left else 0.0
    return Visit(call_id, queue, entered, left, how, waited)


async def _orders(session: AsyncSession, since: datetime, until: datetime) -> list[Order]:
    rows = await session.execute(
        select(
            WorkOrder.number, WorkOrder.type_code, WorkOrder.urgency, WorkOrder.opened_at,
            WorkOrder.due_respond_at, WorkOrder.due_complete_at, WorkOrder.responded_at,
            WorkOrder.first_arrived_at, WorkOrder.arrived_at, WorkOrder.completed_at,
            WorkOrder.closed_at,
        )
        .where(WorkOrder.opened_at >= since, WorkOrder.opened_at < until)
        .limit(ROWS_MAX)
    )  # fmt: skip
    return [Order(*row) for row in rows]


async def _promises(session: AsyncSession, since: datetime, until: datetime) -> list[Given]:
    rows = await session.execute(
        select(Promise, WorkOrder.number)
        .join(WorkOrder, WorkOrder.id == Promise.work_order_id, isouter=True)
        .where(Promise.due_at >= since, Promise.due_at < until)
        .limit(ROWS_MAX)
    )
    return [
        Given(f"#{one.id}", number or "", one.what, one.due_at, one.ended_at, one.state)
        for one, number in rows
    ]


async def _appointments(session: AsyncSession, since: datetime, until: datetime) -> list[Given]:
    rows = await session.execute(
        select(Appointment, WorkOrder.number)
        .join(WorkOrder, WorkOrder.id == Appointment.work_order_id)
        .where(Appointment.ends_at >= since, Appointment.ends_at < until)
        .limit(ROWS_MAX)
    )
    return [
        Given(f"#{one.id}", number, "come", one.ends_at, None, one.state) for one, number in rows
    ]
