"""Facts of calls and orders become signals; orders from a place without supply join the one order.

A call's signals are computed from all its facts again whenever one of them may have changed them.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas import queries as areas
from crm.customers.models import ServiceAccount
from crm.outages import service as outages
from crm.sense.evidence import Pointer, points_to
from crm.sense.models import OutageSignal
from crm.sense.rule import SenseRule
from crm.sense.service import rule
from crm.sense.wholes import whole_for
from crm.work_orders import parts
from crm.work_orders.events import WorkOrderOpened
from crm.work_orders.models import WorkOrder
from mainline.clock import now
from mainline.ids import call_of, call_subject
from mainline.journal import AtOnce, Event, Handlers, told_of

CONSUMER: Final = "outage sense"
CALL_ID_CHARS_MAX: Final = 64
PREMISES_MAX: Final = 5
"""Who has more homes than this does not say which one is concerned."""

Place = tuple[str, int, int]
"""Class, area, premise."""


async def take_in(session: AsyncSession, events: Sequence[Event]) -> None:
    """Callers wait, were served, have left, agents have noted reasons, orders were opened.

    What was reported says more than the way in the menu; and may be known already.
    """
    body = await rule(session)
    opened = [event for event in events if isinstance(event, WorkOrderOpened)]
    if body.classes:
        calls = dict.fromkeys(filter(None, map(_call, events)))
        await _signal(session, [one for one in calls if len(one) <= CALL_ID_CHARS_MAX], body)
    for event in opened:
        await _join(session, event.number, body)


def _call(event: Event) -> str:
    if isinstance(event, WorkOrderOpened):
        return event.call_id or ""
    return call_of(event.subject)


async def _signal(session: AsyncSession, calls: Sequence[str], body: SenseRule) -> None:
    told = await told_of(session, [call_subject(call_id) for call_id in calls])
    orders = select(WorkOrder.call_id, WorkOrder.type_code).where(WorkOrder.call_id.in_(calls))
    reported: dict[str | None, list[str]] = {}
    for row in await session.execute(orders):
        reported.setdefault(row.call_id, []).append(row.type_code)
    known = await session.scalars(select(OutageSignal).where(OutageSignal.call_id.in_(calls)))
    signals = list(known)
    for call_id in calls:
        pointer = points_to(body, told[call_subject(call_id)], reported.get(call_id, []))
        await _keep(session, call_id, [row for row in signals if row.call_id == call_id], pointer)
    await session.flush()


async def _keep(
    session: AsyncSession, call_id: str, rows: Sequence[OutageSignal], pointer: Pointer | None
) -> None:
    """The signals of this call are exactly these; what is known of those that stay, stays."""
    known = {(row.class_code, row.area_id, row.premise_id): row for row in rows}
    wanted = await _places(session, pointer) if pointer else set()
    for place in known.keys() - wanted:
        await session.delete(known[place])
    if pointer is not None:
        await _add(session, call_id, pointer, wanted - known.keys())


async def _add(
    session: AsyncSession, call_id: str, pointer: Pointer, places: Iterable[Place]
) -> None:
    told: dict[int, bool] = {}
    for class_code, area_id, premise_id in sorted(places):
        if premise_id not in told:
            told[premise_id] = await _is_known(session, premise_id)
        session.add(
            OutageSignal(
                call_id=call_id, class_code=class_code, area_id=area_id, premise_id=premise_id,
                customer_id=pointer.customer_id, at=pointer.at, told=told[premise_id],
            )
        )  # fmt: skip


async def _is_known(session: AsyncSession, premise_id: int) -> bool:
    """Whether an interruption runs there already."""
    return any(
        outage.began_at <= now() for outage in await outages.for_premise(session, premise_id)
    )


async def _places(session: AsyncSession, pointer: Pointer) -> set[Place]:
    mine = ServiceAccount.customer_id == pointer.customer_id, ServiceAccount.status != "closed"
    accounts = select(ServiceAccount.premise_id).where(*mine)
    if pointer.account_id is not None:
        accounts = accounts.where(ServiceAccount.id == pointer.account_id)
    premises = set((await session.scalars(accounts.limit(PREMISES_MAX + 1))).all())
    if len(premises) > PREMISES_MAX:
        return set()
    served = await areas.of_premises(session, premises)
    return {
        (class_code, area.id, premise_id)
        for premise_id, found in served.items()
        for area in found
        for class_code in pointer.classes
    }


async def _join(session: AsyncSession, number: str, body: SenseRule) -> None:
    """The order becomes a part of the outage's own, if there is one for its place and kind."""
    order = await session.scalar(select(WorkOrder).where(WorkOrder.number == number))
    if order is None or order.premise_id is None or order.parent_id is not None:
        return
    whole = await whole_for(session, order, body)
    if whole is not None and order.closed_at is None:
        await parts.join(session, order, whole, by="outage sense")


CONSUMERS: dict[str, Handlers] = {
    CONSUMER: AtOnce(
        ("queue.entered", "flow.finished", "call.ended", "call.disposed", WorkOrderOpened.kind),
        take_in,
    )
}
