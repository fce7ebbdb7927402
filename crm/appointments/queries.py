"""Which appointments there are, and which times are free."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments.models import Appointment
from crm.appointments.rules import AppointmentRules, Offer, Pool, Taken, calendar, pool_for
from crm.areas import queries as areas
from crm.work_orders.models import WorkOrder
from mainline.audit.as_of import rows_where_as_of
from mainline.db import any_of

_STANDING: Final = select(Appointment).where(Appointment.open_order_id.in_(any_of("orders")))


async def of_order(session: AsyncSession, order_id: int) -> Appointment | None:
    """The promise that stands for an order."""
    found: Appointment | None = await session.scalar(
        select(Appointment).where(Appointment.open_order_id == order_id)
    )
    return found


async def of_orders(
    session: AsyncSession, order_ids: Collection[int], as_of: datetime | None = None
) -> dict[int, Appointment]:
    """The promises that stand, or stood at a past moment, by order."""
    if as_of is not None:
        mine = Appointment.work_order_id
        then = await rows_where_as_of(session, mine, order_ids, as_of)
        return {one.work_order_id: one for one in then if one.open_order_id is not None}
    rows = await session.scalars(_STANDING, {"orders": list(order_ids)}) if order_ids else ()
    return {row.work_order_id: row for row in rows}


async def history(session: AsyncSession, order_id: int) -> Sequence[Appointment]:
    """All promises of an order, the newest first."""
    mine = select(Appointment).where(Appointment.work_order_id == order_id)
    return (await session.scalars(mine.order_by(Appointment.id.desc()).limit(50))).all()


async def on_day(
    session: AsyncSession, day: date, *, pool: str | None = None, limit: int = 500
) -> Sequence[tuple[Appointment, WorkOrder]]:
    """Who was promised that day, in the order of the times, with what is to be done."""
    wanted = (
        select(Appointment, WorkOrder)
        .join(WorkOrder, WorkOrder.id == Appointment.work_order_id)
        .where(Appointment.day == day)
        .order_by(Appointment.starts_at, Appointment.pool, Appointment.id)
        .limit(limit)
    )
    if pool is not None:
        wanted = wanted.where(Appointment.pool == pool)
    return [(row, order) for row, order in await session.execute(wanted)]


async def overdue(
    session: AsyncSession, rules: AppointmentRules, at: datetime, *, limit: int = 100
) -> Sequence[int]:
    """Promises whose time is over, and nobody came."""
    late = at - timedelta(minutes=rules.late_min)
    wanted = select(Appointment.id).where(Appointment.state == "booked", Appointment.ends_at < late)
    return (await session.scalars(wanted.order_by(Appointment.ends_at).limit(limit))).all()


async def pool_of(session: AsyncSession, rules: AppointmentRules, order: WorkOrder) -> Pool | None:
    """Who comes for this order: by its team and the areas that serve its place."""
    place = order.premise_id
    served = await areas.of_premises(session, [place]) if place is not None else {}
    return pool_for(rules, order.team, {one.code for one in served.get(place or 0, ())})


async def taken(session: AsyncSession, pool: str, first: date, last: date) -> Taken:
    """How many places of a pool are booked."""
    rows = await session.execute(
        select(Appointment.day, Appointment.slot, func.count())
        .where(Appointment.pool == pool, Appointment.day.between(first, last))
        .where(Appointment.place.is_not(None))
        .group_by(Appointment.day, Appointment.slot)
    )
    return {(day, slot): count for day, slot, count in rows}


async def free(
    session: AsyncSession, rules: AppointmentRules, pool: Pool, *, at: datetime, zone: ZoneInfo
) -> list[list[Offer]]:
    """The days that can be promised, each with its times."""
    today = at.astimezone(zone).date()
    last = today + timedelta(days=rules.days_ahead)
    booked = await taken(session, pool.code, today, last)
    return calendar(rules, pool, booked, at=at, zone=zone)
