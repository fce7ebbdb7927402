"""``/api/appointments`` and the times that are free for an order."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments import queries, service
from crm.appointments.models import Appointment
from crm.appointments.rules import Offer
from crm.work_orders import service as orders
from crm.work_orders.models import WorkOrder
from mainline.clock import now
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.text import LocalizedText
from mainline.web import Config, Page, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(tags=["appointments"])
_SEE = [allow(Permission.SEE_WORK_ORDERS)]
_BOOK = [allow(Permission.OPEN_WORK_ORDERS)]


class TimeWish(BaseModel):
    """A time of a day."""

    model_config = ConfigDict(extra="forbid")

    day: date
    slot: str = Field(min_length=1, max_length=24)


class BookAsk(TimeWish):
    """A time for an order, promised in this call."""

    call_id: str | None = Field(default=None, max_length=64)


class MoveAsk(TimeWish):
    """Another time, and why."""

    reason: str = Field(min_length=1, max_length=service.REASON_CHARS_MAX)


class CancelAsk(BaseModel):
    """Why nobody comes."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=service.REASON_CHARS_MAX)


class AppointmentRead(BaseModel):
    """A promised time."""

    id: int
    work_order: str
    state: str
    pool: str
    day: date
    slot: str
    starts_at: datetime
    ends_at: datetime
    answer: str
    booked_by: str
    call_id: str | None
    moves: int
    ended_at: datetime | None
    ended_by: str
    reason: str

    @classmethod
    def of(cls, row: Appointment, order: WorkOrder, sees: Eyes) -> "AppointmentRead":
        """With the number of its order, as this person may see it."""
        names = cls.model_fields.keys() - {"work_order"}
        told = {name: getattr(row, name) for name in names} | sees.texts(row, "reason")
        return cls(work_order=order.number, **told)


class OfferRead(BaseModel):
    """A time of a day; ``why`` it cannot be booked: full, late or none (no places)."""

    day: date
    slot: str
    label: LocalizedText
    starts_at: datetime
    ends_at: datetime
    places: int
    free: int
    why: str

    @classmethod
    def of(cls, one: Offer) -> "OfferRead":
        """In the API's words."""
        return cls(
            day=one.day, slot=one.slot.code, label=one.slot.label, starts_at=one.starts_at,
            ends_at=one.ends_at, places=one.places, free=one.free, why=one.why,
        )  # fmt: skip


@router.get("/appointments", dependencies=_SEE)
async def list_appointments(
    session: ReadSession,
    who: Who,
    day: date,
    pool: Annotated[str | None, Query(max_length=24)] = None,
) -> Page[AppointmentRead]:
    """Everybody who was promised that day."""
    found = await queries.on_day(session, day, pool=pool)
    return Page(items=[AppointmentRead.of(row, order, who.sees) for row, order in found])


@router.get("/work-orders/{number}/appointments", tags=["work orders"], dependencies=_SEE)
async def list_of_order(number: str, session: ReadSession, who: Who) -> Page[AppointmentRead]:
    """What the customer of an order was promised, the newest first."""
    order = await orders.by_number(session, number)
    found = await queries.history(session, order.id)
    return Page(items=[AppointmentRead.of(row, order, who.sees) for row in found])


@router.get("/work-orders/{number}/appointments/free", tags=["work orders"], dependencies=_SEE)
async def list_free(number: str, session: ReadSession, config: Config) -> Page[OfferRead]:
    """The times that can be promised for an order, with free places."""
    order = await orders.by_number(session, number)
    allowed = await service.rules(session)
    pool = await queries.pool_of(session, allowed, order)
    if pool is None:
        raise service.NoAppointments
    days = await queries.free(session, allowed, pool, at=now(), zone=config.zone)
    return Page(items=[OfferRead.of(one) for offers in days for one in offers])


@router.post(
    "/work-orders/{number}/appointments",
    status_code=201,
    tags=["work orders"],
    dependencies=_BOOK,
)
async def book(
    number: str, body: BookAsk, session: WriteSession, who: Who, config: Config
) -> AppointmentRead:
    """Promise a time; refused when it is full or not offered."""
    row = await service.book(
        session, number, body.day, body.slot, by=_name(who), zone=config.zone,
        call_id=body.call_id,
    )  # fmt: skip
    return await _read(session, row, who.sees)


@router.post("/appointments/{appointment_id}/move", dependencies=_BOOK)
async def move(
    appointment_id: int, body: MoveAsk, session: WriteSession, who: Who, config: Config
) -> AppointmentRead:
    """Another time for the same order."""
    row = await service.move(
        session, appointment_id, body.day, body.slot, reason=body.reason, by=_name(who),
        zone=config.zone,
    )  # fmt: skip
    return await _read(session, row, who.sees)


@router.post("/appointments/{appointment_id}/cancel", dependencies=_BOOK)
async def cancel(
    appointment_id: int, body: CancelAsk, session: WriteSession, who: Who
) -> AppointmentRead:
    """Nobody comes at that time; its place is free again."""
    row = await service.cancel(session, appointment_id, reason=body.reason, by=_name(who))
    return await _read(session, row, who.sees)


async def _read(session: AsyncSession, row: Appointment, sees: Eyes) -> AppointmentRead:
    return AppointmentRead.of(row, await session.get_one(WorkOrder, row.work_order_id), sees)


def _name(who: Principal) -> str:
    return who.agent_number or who.name
