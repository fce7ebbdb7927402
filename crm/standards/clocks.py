"""The clocks that one call or one order carries: what was promised about it, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.interactions.models import QueueVisit
from crm.standards.judging import Case, Order, of_order, of_visit
from crm.standards.report import in_scope, standards_at, visit_of
from crm.standards.rules import CALLS, ORDERS, Profile, ServiceStandards, Standard
from crm.work_orders.models import WorkOrder
from mainline.clock import now


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise about it."""

    profile: Profile
    standard: Standard
    case: Case


async def of_call(session: AsyncSession, call_id: str, zone: ZoneInfo) -> list[Clock]:
    """What was promised about how this call is answered."""
    mine = select(QueueVisit).where(QueueVisit.call_id == call_id).order_by(QueueVisit.seq)
    visits = [
        visit_of(one.call_id, one.queue, one.entered_at, one.left_at, one.how, one.wait_s)
        for one in await session.scalars(mine.limit(50))
    ]
    if not visits:
        return []
    measure = (await catalog.queue_book(session)).measure
    _version, body = await standards_at(session, visits[0].entered_at)
    return [
        Clock(profile, one, of_visit(one, visit, measure))
        for visit in visits
        for profile, one in _in_force(body, visit.entered_at, zone, CALLS)
        if not one.scope.queues or visit.queue in one.scope.queues
    ]


async def of_work_order(session: AsyncSession, row: WorkOrder, zone: ZoneInfo) -> list[Clock]:
    """What was promised about this order."""
    order = Order(
        row.number, row.type_code, row.urgency, row.opened_at, row.due_respond_at,
        row.due_complete_at, row.responded_at, row.first_arrived_at, row.arrived_at,
        row.completed_at, row.closed_at,
    )  # fmt: skip
    _version, body = await standards_at(session, row.opened_at)
    types = (await catalog.work_order_types(session)).body
    calendars, staying_home = types.calendars, types.staying_home()
    return [
        Clock(profile, one, of_order(one, order, calendars.get(one.calendar), now(), zone))
        for profile, one in _in_force(body, row.opened_at, zone, ORDERS)
        if in_scope(one, order, staying_home)
    ]


def _in_force(
    body: ServiceStandards, at: datetime, zone: ZoneInfo, metrics: frozenset[str]
) -> Sequence[tuple[Profile, Standard]]:
    day = at.astimezone(zone).date()
    return [
        (profile, one)
        for profile in body.profiles
        if profile.counts(day)
        for one in profile.standards
        if one.metric in metrics and not one.to_fill
    ]
