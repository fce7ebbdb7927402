"""Promise a time, move it, take it back. Never more than there are places."""

from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments import queries
from crm.appointments.events import (
    AppointmentAnswered,
    AppointmentBooked,
    AppointmentBroken,
    AppointmentCancelled,
    AppointmentKept,
    AppointmentMoved,
    appointment_subject,
)
from crm.appointments.kinds import APPOINTMENTS, FILE
from crm.appointments.models import Appointment, AppointmentDay
from crm.appointments.rules import AppointmentRules, Offer, Pool, offer, slot_named
from crm.work_orders import service as orders
from crm.work_orders.flow import NoteNeeded
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note
from mainline import definitions
from mainline.acting import because
from mainline.clock import now
from mainline.db.upsert import insert_into
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

REASON_CHARS_MAX: Final = 400
OTHER_TIME: Final = Text("The household asked for another time")


class NoAppointments(MainlineError):
    """No team makes appointments for such an order there."""

    code = "no-appointments"
    words = Text("No appointment can be made for this order: nobody is planned for it there.")


class NotOffered(MainlineError):
    """Too late, too far ahead, or no places at all."""

    code = "time-not-offered"
    words = Text("This time cannot be booked. Please choose another.")


class TimeFull(MainlineError):
    """The last place was given to somebody else."""

    code = "time-full"
    words = Text("This time is full. Please choose another.")


class AlreadyBooked(MainlineError):
    """The order has an appointment; it is moved instead."""

    code = "already-booked"
    words = Text("This order has an appointment already. Move it instead.")


class OrderClosed(MainlineError):
    """Nobody comes any more."""

    code = "order-closed"
    words = Text("The order is closed.")


class AppointmentOver(MainlineError):
    """Kept, broken or cancelled."""

    code = "appointment-over"
    words = Text("This appointment is over.")


async def rules(session: AsyncSession) -> AppointmentRules:
    """Those in force; without any, nothing can be booked."""
    return await definitions.rules(session, APPOINTMENTS, AppointmentRules())


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's rules, except where the company has its own."""
    await definitions.install_file(session, APPOINTMENTS.name, pack_dir / FILE)


async def book(
    session: AsyncSession,
    number: str,
    day: date,
    slot: str,
    *,
    by: str,
    zone: ZoneInfo,
    call_id: str | None = None,
) -> Appointment:
    """Promise an order's customer a time; refused when it is full, too late, or there is one."""
    order = await orders.by_number(session, number, lock=True)
    if order.closed_at is not None:
        raise OrderClosed
    if await queries.of_order(session, order.id) is not None:
        raise AlreadyBooked
    allowed = await rules(session)
    pool = await queries.pool_of(session, allowed, order)
    if pool is None:
        raise NoAppointments
    wanted, place = await _place(session, allowed, pool, day, slot, zone)
    row = Appointment(
        work_order_id=order.id, open_order_id=order.id, pool=pool.code, day=day, slot=slot,
        place=place, starts_at=wanted.starts_at, ends_at=wanted.ends_at, booked_by=by[:64],
        call_id=call_id,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await note(session, order, "book_visit", by=by, text=told(wanted), call_id=call_id or "")
    fact = AppointmentBooked(**_promise(row, order, by), call_id=call_id)
    await append(session, fact)
    return row


async def move(
    session: AsyncSession,
    appointment_id: int,
    day: date,
    slot: str,
    *,
    reason: str,
    by: str,
    zone: ZoneInfo,
) -> Appointment:
    """Another time for the same promise; the one before is free again."""
    row, order = await _standing(session, appointment_id)
    why = _why(reason)
    allowed = await rules(session)
    pool = await queries.pool_of(session, allowed, order)
    if pool is None:
        raise NoAppointments
    if (row.pool, row.day, row.slot) == (pool.code, day, slot):
        raise NotOffered
    wanted, place = await _place(session, allowed, pool, day, slot, zone)
    was_at = row.starts_at
    row.pool, row.day, row.slot, row.place = pool.code, day, slot, place
    row.starts_at, row.ends_at = wanted.starts_at, wanted.ends_at
    because(session, why)
    row.moves, row.answer, row.reason = row.moves + 1, "", why
    await note(session, order, "move_visit", by=by, text=f"{told(wanted)} {why}")
    fact = AppointmentMoved(**_promise(row, order, by), was_at=was_at, reason=why)
    await append(session, fact)
    return row


async def cancel(
    session: AsyncSession, appointment_id: int, *, reason: str, by: str, at: datetime | None = None
) -> Appointment:
    """Nobody comes at that time; its place is free for others."""
    row, order = await _standing(session, appointment_id)
    why = _why(reason)
    because(session, why)
    row.place, row.reason = None, why
    _end(row, "cancelled", by, at or now())
    await note(session, order, "cancel_visit", by=by, text=why, at=at)
    fact = AppointmentCancelled(
        subject=appointment_subject(row.id), at=at or now(), number=order.number, reason=why, by=by
    )
    await append(session, fact)
    return row


async def answered(session: AsyncSession, row: Appointment, result: str, *, by: str) -> None:
    """What the household said when it was rung before; who wants another time gives this one up."""
    if row.state != "booked" or row.answer == result:
        return
    order = await session.get_one(WorkOrder, row.work_order_id)
    row.answer = result
    fact = AppointmentAnswered(
        subject=appointment_subject(row.id), number=order.number, result=result, by=by
    )
    await append(session, fact)
    if result == "other_time":
        await cancel(session, row.id, reason=both(OTHER_TIME), by=by)


async def keep(
    session: AsyncSession, row: Appointment, order: WorkOrder, *, by: str, at: datetime
) -> None:
    """Somebody came in time."""
    _end(row, "kept", by, at)
    await note(session, order, "visit_kept", by=by, at=at)
    fact = AppointmentKept(subject=appointment_subject(row.id), at=at, number=order.number, by=by)
    await append(session, fact)


async def lapse(session: AsyncSession, appointment_id: int, *, at: datetime) -> bool:
    """Nobody came: the promise is broken, once."""
    row = await session.get(Appointment, appointment_id, with_for_update=True)
    if row is None or row.state != "booked" or row.ends_at > at:
        return False
    order = await session.get_one(WorkOrder, row.work_order_id)
    _end(row, "broken", "", at)
    await note(session, order, "visit_broken", by=order.owner, at=at)
    fact = AppointmentBroken(
        subject=appointment_subject(row.id), at=at, number=order.number, owner=order.owner,
        ends_at=row.ends_at,
    )  # fmt: skip
    await append(session, fact)
    return True


async def by_id(session: AsyncSession, appointment_id: int, *, lock: bool = False) -> Appointment:
    """The appointment; NotFound if there is none."""
    row = await session.get(Appointment, appointment_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("appointment")
    return row


async def _standing(session: AsyncSession, appointment_id: int) -> tuple[Appointment, WorkOrder]:
    row = await by_id(session, appointment_id, lock=True)
    if row.state != "booked":
        raise AppointmentOver
    return row, await session.get_one(WorkOrder, row.work_order_id)


async def _place(
    session: AsyncSession, allowed: AppointmentRules, pool: Pool, day: date, slot: str,
    zone: ZoneInfo,
) -> tuple[Offer, int]:  # fmt: skip
    """A free place at that time, looked for while nobody else books this pool on that day."""
    found = slot_named(allowed, slot)
    if found is None:
        raise Invalid("slot")
    await _alone(session, pool.code, day)
    given = set(
        await session.scalars(
            select(Appointment.place)
            .where(Appointment.pool == pool.code, Appointment.day == day)
            .where(Appointment.slot == slot, Appointment.place.is_not(None))
        )
    )
    wanted = offer(allowed, pool, day, found, taken=len(given), at=now(), zone=zone)
    if wanted.why:
        raise TimeFull if wanted.why == "full" else NotOffered
    return wanted, next(place for place in range(1, len(given) + 2) if place not in given)


async def _alone(session: AsyncSession, pool: str, day: date) -> None:
    """Whoever else books this pool on that day waits until we are done."""
    await session.execute(
        insert_into(session, AppointmentDay)
        .values(pool=pool, day=day, changes=0)
        .on_conflict_do_nothing()
    )
    mine = AppointmentDay.pool == pool, AppointmentDay.day == day
    await session.execute(
        update(AppointmentDay).where(*mine).values(changes=AppointmentDay.changes + 1)
    )


def told(wanted: Offer) -> str:
    """The time as the order's history shows it."""
    return f"{wanted.day:%Y-%m-%d} {wanted.slot.begins}–{wanted.slot.ends}"


def both(words: Text) -> str:
    """A reason that nobody typed, for readers of either language."""
    return f"{words.to('zh_CN')} {words.to('en')}"


def _promise(row: Appointment, order: WorkOrder, by: str) -> dict[str, object]:
    fields = ("pool", "day", "slot", "starts_at", "ends_at")
    told_of = {name: getattr(row, name) for name in fields}
    return {"subject": appointment_subject(row.id), "number": order.number, "by": by, **told_of}


def _end(row: Appointment, state: str, by: str, at: datetime) -> None:
    row.state, row.open_order_id, row.ended_at, row.ended_by = state, None, at, by[:64]


def _why(reason: str) -> str:
    found = " ".join(reason.split())[:REASON_CHARS_MAX]
    if not found:
        raise NoteNeeded
    return found
