"""Orders that are parts of one: who was first leads, and what belongs to it is closed with it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.work_orders import flow
from crm.work_orders.events import WorkOrderJoined
from crm.work_orders.flow import Act
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import by_number, do, open_work_order, standing_of, write
from mainline.clock import now
from mainline.config import Settings
from mainline.errors import Invalid
from mainline.journal import append


async def join(
    session: AsyncSession,
    order: WorkOrder,
    whole: WorkOrder,
    *,
    by: str,
    entered_by: str = "",
    note: str = "",
) -> None:
    """The order becomes a part of another, once, and is closed with it."""
    if order.parent_id is not None or order.id == whole.id or whole.parent_id is not None:
        raise Invalid("parent")
    order.parent_id = whole.id
    act = Act("join", by, whole.number, note or whole.number, entered_by)
    write(session, order, at=now(), act=act, before=order.step)
    fact = WorkOrderJoined(
        subject=f"work_order:{order.id}", number=order.number, parent=whole.number, by=by
    )
    await append(session, fact)


async def together(
    session: AsyncSession, number: str, other: str, *, by: str, entered_by: str = ""
) -> WorkOrder:
    """Two orders about one matter: whose owner was first leads both until they are closed."""
    if number == other.strip():
        raise flow.NothingChanges
    both = [await by_number(session, one, lock=True) for one in sorted((number, other.strip()))]
    for one in both:
        if one.closed_at is not None:
            raise flow.NotPossible(one.step, step=one.number)
    leader, part = sorted(both, key=_first)
    if await parts(session, part):
        leader, part = part, leader
    if part.parent_id or leader.parent_id or await parts(session, part):
        raise flow.Led
    await join(session, part, leader, by=by, entered_by=entered_by)
    return leader


def _first(order: WorkOrder) -> tuple[bool, datetime, int]:
    """Who took it on first; untouched, who was opened first."""
    return order.responded_at is None, order.responded_at or order.opened_at, order.id


async def second_dispatch(
    session: AsyncSession, order: WorkOrder, act: Act, *, at: datetime
) -> WorkOrder:
    """Another team works too, on a part of its own; the first owner leads on."""
    types = (await catalog.work_order_types(session, order.type_version)).body
    standing = await standing_of(session, order, at=at)
    flow.apply(types, order.type_code, standing.state, act, standing.around)
    mine = select(func.count()).where(WorkOrder.parent_id == order.id)
    count = await session.scalar(mine) or 0
    part = await open_work_order(
        session, type_code=order.type_code, key=f"again:{order.number}:{count + 1}", by=act.by,
        source="order", customer_id=order.customer_id, account_id=order.account_id,
        premise_id=order.premise_id, call_id=order.call_id, summary=act.note,
        contact=order.contact, urgency=order.urgency, team=act.to, zone=Settings().zone, at=at,
    )  # fmt: skip
    await do(session, order, act, at=at)
    await join(session, part, order, by=act.by, entered_by=act.entered_by)
    return part


async def parts(session: AsyncSession, order: WorkOrder) -> list[WorkOrder]:
    """What has joined the order, oldest first."""
    mine = select(WorkOrder).where(WorkOrder.parent_id == order.id)
    return list(await session.scalars(mine.order_by(WorkOrder.id)))


async def follow(session: AsyncSession, whole: WorkOrder, *, by: str, at: datetime) -> None:
    """The whole was closed as done: so are the parts that are about the same, or finished.

    Any other stands for itself again, and so do all when the whole was called off.
    """
    types = (await catalog.work_order_types(session, whole.type_version)).body
    done = types.step(whole.type_code, whole.step).stage == "done"
    for part in await parts(session, whole):
        if part.closed_at is not None:
            continue
        if done and _done_with(part, whole):
            await do(session, part, Act("follow", by, note=whole.number), at=at)
        else:
            part.parent_id = None
            act = Act("part", by, whole.number, whole.number)
            write(session, part, at=at, act=act, before=part.step)


def _done_with(part: WorkOrder, whole: WorkOrder) -> bool:
    """Where supply is back, nobody has been to a leak: only people say that it is mended."""
    return part.type_code == whole.type_code or part.completed_at is not None
