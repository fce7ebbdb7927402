"""What happens to orders and call-backs keeps promises, or makes them needless."""

from typing import Final, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks.events import CallbackEnded
from crm.callbacks.models import Callback
from crm.catalog import service as catalog
from crm.interactions.models import Interaction
from crm.promises import service
from crm.promises.models import Promise
from crm.work_orders.events import WorkOrderMoved, WorkOrderOpened
from crm.work_orders.models import WorkOrder
from mainline.journal import Event, Handler

CONSUMER: Final = "promised times"
KEPT_BY: Final = {"on_site": ("come",), "done": ("come", "done")}


async def on_opened(session: AsyncSession, event: Event) -> None:
    """Who called about it was told until when: the order's due time is promised."""
    opened = cast(WorkOrderOpened, event)
    if opened.call_id is None:
        return
    order = await session.get_one(WorkOrder, int(opened.subject.partition(":")[2]))
    call = await session.get(Interaction, opened.call_id)
    await service.answer_for(session, order, number=call.ani if call else "", by=opened.by)


async def on_moved(session: AsyncSession, event: Event) -> None:
    """Somebody is there, it is done, or nobody does it any more."""
    moved = cast(WorkOrderMoved, event)
    order_id = int(moved.subject.partition(":")[2])
    mine = select(Promise).where(Promise.work_order_id == order_id, Promise.state == "open")
    rows = (await session.scalars(mine)).all()
    if not rows:
        return
    order = await session.get_one(WorkOrder, order_id)
    types = (await catalog.work_order_types(session, order.type_version)).body
    step = types.step(order.type_code, moved.to_step)
    for row in rows:
        if row.what in KEPT_BY.get(step.stage, ()) and moved.at <= row.due_at:
            await service.end(session, row, "kept", by=moved.by, at=moved.at)
        elif step.is_final and step.stage == "returned" and row.what != "call":
            await service.end(session, row, "withdrawn", by=moved.by, at=moved.at)


async def on_called(session: AsyncSession, event: Event) -> None:
    """The customer was called, or called and was talked with: that promise is kept."""
    ended = cast(CallbackEnded, event)
    callback = await session.get(Callback, int(ended.subject.partition(":")[2]))
    if callback is None or ended.how not in {"done", "withdrawn"}:
        return
    mine = select(Promise).where(
        Promise.number == callback.number,
        Promise.what == "call",
        Promise.state == "open",
        Promise.due_at >= ended.at,
    )
    for row in await session.scalars(mine):
        await service.end(session, row, "kept", by=ended.agent or ended.by, at=ended.at)


CONSUMERS: dict[str, dict[str, Handler]] = {
    CONSUMER: {
        WorkOrderOpened.kind: on_opened,
        WorkOrderMoved.kind: on_moved,
        CallbackEnded.kind: on_called,
    }
}
