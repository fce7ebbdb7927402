"""An emergency's order is open even without the menu; parts are closed with the whole."""

from typing import TypeVar, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.identify import Candidate, identify
from crm.work_orders.events import WorkOrderMoved
from crm.work_orders.following import open_follow_ups
from crm.work_orders.models import WorkOrder
from crm.work_orders.parts import follow
from crm.work_orders.service import open_for_fault
from mainline.config import Settings
from mainline.errors import NotFound
from mainline.ids import call_of
from mainline.journal import Event, Handler, entries_after
from mainline.journal.call_events import CallerIdentified, CallOffered, CallUrgent
from mainline.log import get_logger
from mainline.phone import normalise

CONSUMER = "urgent-orders"
PARTS = "parts of orders"
E = TypeVar("E", bound=Event)

log = get_logger("work_orders")


async def on_urgent(session: AsyncSession, event: Event) -> None:
    """The order of an emergency; the same one if the menu has opened it already.

    Its legal clock runs from the call, however late the fact is read.
    """
    urgent, settings = cast(CallUrgent, event), Settings()
    call_id = call_of(urgent.subject)
    told = [entry.event for entry in await entries_after(session, 0, subject=urgent.subject)]
    offered = _last(told, CallOffered)
    ani = offered.ani if offered else ""
    customer_id, account_id = await _who(session, told, ani, settings.home_area_code)
    try:
        await open_for_fault(
            session,
            fault=urgent.fault,
            call_id=call_id,
            customer_id=customer_id,
            account_id=account_id,
            contact=normalise(ani, area_code=settings.home_area_code).number or "",
            zone=settings.zone,
            at=offered.at if offered else urgent.at,
        )
    except NotFound:
        log.warning("urgent.no_order", call=call_id, fault=urgent.fault)


async def _who(
    session: AsyncSession, told: list[Event], ani: str, area_code: str
) -> tuple[int | None, int | None]:
    """Customer and account: as the menu knew them, else by the number if it is one customer's."""
    known = [fact for fact in told if isinstance(fact, CallerIdentified) and fact.customer_id]
    if known:
        return known[-1].customer_id, known[-1].account_id
    found = (await identify(session, ani, area_code=area_code)).candidates
    return _only(found[0]) if len(found) == 1 else (None, None)


def _only(one: Candidate) -> tuple[int, int | None]:
    account = one.accounts[0].account_id if len(one.accounts) == 1 else None
    return one.customer_id, account


def _last(told: list[Event], kind: type[E]) -> E | None:
    return next((fact for fact in reversed(told) if isinstance(fact, kind)), None)


async def on_moved(session: AsyncSession, event: Event) -> None:
    """An order came to a step: what follows is opened; what has joined a closed one is closed."""
    moved = cast(WorkOrderMoved, event)
    order = await session.scalar(select(WorkOrder).where(WorkOrder.number == moved.number))
    if order is None:
        return
    await open_follow_ups(session, order, moved.action, by=moved.by, at=moved.at)
    if order.closed_at is not None:
        await follow(session, order, by=moved.by, at=moved.at)


CONSUMERS: dict[str, dict[str, Handler]] = {
    CONSUMER: {CallUrgent.kind: on_urgent},
    PARTS: {WorkOrderMoved.kind: on_moved},
}
