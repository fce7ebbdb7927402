"""What becomes of an order decides what becomes of its promise."""

from typing import Final, cast

from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments import queries, service
from crm.appointments.rules import in_time
from crm.catalog import service as catalog
from crm.work_orders.events import WorkOrderMoved
from crm.work_orders.models import WorkOrder
from mainline.i18n import Text
from mainline.journal import Event, Handler

CONSUMER: Final = "appointments"
THERE: Final = frozenset({"on_site", "done"})
NOT_DONE: Final = Text("The order is not carried out")


async def on_moved(session: AsyncSession, event: Event) -> None:
    """Somebody is there, or nobody will come any more."""
    moved = cast(WorkOrderMoved, event)
    order_id = int(moved.subject.partition(":")[2])
    row = await queries.of_order(session, order_id)
    if row is None:
        return
    order = await session.get_one(WorkOrder, order_id)
    types = (await catalog.work_order_types(session, order.type_version)).body
    step = types.step(order.type_code, moved.to_step)
    allowed = await service.rules(session)
    timely = in_time(allowed, row.starts_at, row.ends_at, moved.at)
    if step.stage in THERE and (timely or (step.stage == "done" and moved.at < row.starts_at)):
        await service.keep(session, row, order, by=moved.by, at=moved.at)
    elif step.is_final and step.stage == "returned":
        reason = service.both(NOT_DONE)
        await service.cancel(session, row.id, reason=reason, by=moved.by, at=moved.at)


CONSUMERS: dict[str, dict[str, Handler]] = {CONSUMER: {WorkOrderMoved.kind: on_moved}}
