"""Appointments call by themselves: the household before a visit, who waited in vain after it."""

from typing import Final, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments import queries as appointments
from crm.appointments import service as appointing
from crm.appointments.events import AppointmentBooked, AppointmentBroken, AppointmentMoved
from crm.appointments.models import Appointment
from crm.appointments.rules import asked_at
from crm.callbacks import service as callbacks
from crm.campaigns import numbers, service
from crm.campaigns.events import TaskDialled
from crm.campaigns.models import CampaignTask
from crm.campaigns.targets import Target
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note
from mainline.config import Settings
from mainline.i18n import Text
from mainline.journal import Event, Handler
from mainline.log import get_logger

CONSUMER: Final = "promises"
BY: Final = "system"
NOBODY_CAME: Final = Text("Nobody came at the time that was promised")

log = get_logger("promises")


async def on_promised(session: AsyncSession, event: Event) -> None:
    """The household is rung at the hour of the rules; not who agreed on the time after that."""
    told = cast(AppointmentBooked | AppointmentMoved, event)
    row = await _of(session, event)
    await _drop(session, row, but=_key(row))
    at = asked_at(await appointing.rules(session), told.slot, told.day, Settings().zone)
    if row.state != "booked" or row.starts_at != told.starts_at or at is None or at <= told.at:
        return
    order = await session.get_one(WorkOrder, row.work_order_id)
    campaign = await service.standing(session, "at_home", "home")
    await service.add(session, campaign, [_visit(row, order)], at=at)


def _visit(row: Appointment, order: WorkOrder) -> Target:
    details = {"visit_from": row.starts_at.isoformat(), "visit_until": row.ends_at.isoformat()}
    return Target(
        _key(row), order.customer_id, order.account_id,
        order.premise_id, work_order_id=order.id, number=order.contact, due_at=row.starts_at,
        details={**details, "by": BY},
    )  # fmt: skip


async def on_over(session: AsyncSession, event: Event) -> None:
    """Kept or cancelled: nobody is to be asked any more."""
    await _drop(session, await _of(session, event))


async def on_broken(session: AsyncSession, event: Event) -> None:
    """A person calls the customer before the customer calls."""
    broken = cast(AppointmentBroken, event)
    row = await _of(session, event)
    await _drop(session, row)
    order = await session.get_one(WorkOrder, row.work_order_id)
    settings = Settings()
    try:
        await callbacks.ask(
            session,
            number=await numbers.of_order(session, order, area_code=settings.home_area_code),
            queue=(await appointing.rules(session)).queue,
            reason=f"{broken.number} {appointing.both(NOBODY_CAME)}",
            source="appointment",
            customer_id=order.customer_id,
            by=BY,
        )
    except callbacks.NotCallable:
        log.warning("promises.no_callback", appointment=row.id)


async def on_dialled(session: AsyncSession, event: Event) -> None:
    """The household is being asked by itself: the order says so, once."""
    task = await session.get_one(CampaignTask, int(event.subject.partition(":")[2]))
    if cast(TaskDialled, event).attempt != 1 or task.details.get("by") != BY:
        return
    order = await session.get_one(WorkOrder, task.work_order_id)
    await note(session, order, "ask_at_home", by=BY, at=event.at)


async def heard(session: AsyncSession, task: CampaignTask, result: str, *, by: str) -> None:
    """What the household said about the time it was promised."""
    if task.work_order_id is None or result not in {"at_home", "other_time"}:
        return
    row = await appointments.of_order(session, task.work_order_id)
    if row is not None and task.details.get("visit_from") == row.starts_at.isoformat():
        await appointing.answered(session, row, result, by=by)


async def _of(session: AsyncSession, event: Event) -> Appointment:
    return await appointing.by_id(session, int(event.subject.partition(":")[2]))


async def _drop(session: AsyncSession, row: Appointment, *, but: str = "") -> None:
    """Nobody is asked about a time that does not count any more."""
    waiting = select(CampaignTask).where(
        CampaignTask.work_order_id == row.work_order_id,
        CampaignTask.key.startswith(f"appointment:{row.id}:"),
        CampaignTask.key != but,
        CampaignTask.state == "waiting",
    )
    for task in await session.scalars(waiting):
        task.state = "dropped"


def _key(row: Appointment) -> str:
    """One question for each time that was agreed."""
    return f"appointment:{row.id}:{row.moves}"


HANDLERS: dict[str, Handler] = {
    "appointment.booked": on_promised,
    "appointment.moved": on_promised,
    "appointment.cancelled": on_over,
    "appointment.kept": on_over,
    "appointment.broken": on_broken,
    "campaign.dialled": on_dialled,
}
