"""The small calendar: what an order's customer was promised, and which times are free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.dates import format_date
from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments import queries, service
from crm.appointments.models import Appointment
from crm.appointments.rules import AppointmentRules, Offer, Slot, slot_named
from crm.work_orders.models import WorkOrder
from mainline.clock import now
from mainline.config import Settings
from mainline.i18n import Text, current_locale

STATES: Final[Mapping[str, Text]] = {
    "booked": Text("Promised"),
    "kept": Text("Kept"),
    "broken": Text("Broken"),
    "cancelled": Text("Cancelled"),
}
TONES: Final = {"booked": "live", "kept": "good", "broken": "bad", "cancelled": ""}
ANSWERS: Final[Mapping[str, Text]] = {
    "at_home": Text("At home"),
    "other_time": Text("Another time"),
}
WHYS: Final[Mapping[str, Text]] = {
    "full": Text("full"),
    "late": Text("too late"),
    "none": Text("nobody comes"),
}


@dataclass(frozen=True, slots=True)
class Booking:
    """What the calendar shows for one order."""

    order: WorkOrder
    present: Appointment | None
    slots: Sequence[Slot] = ()
    days: Sequence[Sequence[Offer]] = ()
    pool: str = ""
    """Who comes; empty: no appointments are made for such an order there."""


async def booking(session: AsyncSession, settings: Settings, order: WorkOrder) -> Booking:
    """The promise that stands, and the days on which there is any place at all."""
    present = await queries.of_order(session, order.id)
    rules = await service.rules(session)
    pool = await queries.pool_of(session, rules, order)
    if pool is None or order.closed_at is not None:
        return Booking(order, present)
    days = await queries.free(session, rules, pool, at=now(), zone=settings.zone)
    open_days = [offers for offers in days if any(one.why in {"", "full"} for one in offers)]
    return Booking(order, present, rules.slots, open_days, pool.label.to(current_locale()))


def day_words(day: date) -> str:
    """``11-24 周二``."""
    return format_date(day, "MM-dd EEE", locale=current_locale())


def slot_words(rules: AppointmentRules, code: str) -> str:
    """The time of day in words; its code when the rules no longer have it."""
    found = slot_named(rules, code)
    return found.label.to(current_locale()) if found else code
