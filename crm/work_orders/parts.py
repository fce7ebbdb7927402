"""Orders that are parts of one: what callers reported is closed with the outage's order."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.work_order_types import Step, Transition
from crm.work_orders.events import WorkOrderJoined
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import go, write
from mainline.clock import now
from mainline.errors import Invalid
from mainline.journal import append
from mainline.text import LocalizedText


async def join(session: AsyncSession, order: WorkOrder, whole: WorkOrder, *, by: str) -> None:
    """The order becomes a part of another, once, and is closed with it."""
    if order.parent_id is not None or order.id == whole.id or whole.parent_id is not None:
        raise Invalid("parent")
    order.parent_id = whole.id
    write(session, order, at=now(), by=by, action="join", before=order.step, note=whole.number)
    fact = WorkOrderJoined(
        subject=f"work_order:{order.id}", number=order.number, parent=whole.number, by=by
    )
    await append(session, fact)


async def parts(session: AsyncSession, order: WorkOrder) -> list[WorkOrder]:
    """What has joined the order, oldest first."""
    mine = select(WorkOrder).where(WorkOrder.parent_id == order.id)
    return list(await session.scalars(mine.order_by(WorkOrder.id)))


async def follow(session: AsyncSession, whole: WorkOrder, *, by: str, at: datetime) -> None:
    """The whole was closed: so are its parts. Called off, each stands for itself again."""
    types = (await catalog.work_order_types(session, whole.type_version)).body
    done = types.step(whole.type_code, whole.step).stage == "done"
    for part in await parts(session, whole):
        if part.closed_at is not None:
            continue
        if done:
            await _close(session, part, whole, by=by, at=at)
        else:
            part.parent_id = None
            write(session, part, at=at, by=by, action="part", before=part.step, note=whole.number)


async def _close(
    session: AsyncSession, part: WorkOrder, whole: WorkOrder, *, by: str, at: datetime
) -> None:
    end = await _end_of(session, part)
    label = LocalizedText(zh="随总工单办结", en="Closed with the whole")
    way = Transition(action="follow", label=label, to=end.code)
    await go(session, part, way, end, by=by, note=whole.number, moment=at)


async def _end_of(session: AsyncSession, order: WorkOrder) -> Step:
    """The step in which orders of this type are closed as done."""
    types = (await catalog.work_order_types(session, order.type_version)).body
    final = [step for step in types.flows[types.type(order.type_code).flow] if step.is_final]
    return next((step for step in final if step.stage == "done"), final[0])
