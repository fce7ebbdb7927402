"""What happens about an order and leaves its step as it is."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm.work_orders.events import WorkOrderNoted
from crm.work_orders.flow import Act
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import write
from mainline.clock import now
from mainline.ids import order_subject
from mainline.journal import append


async def note(
    session: AsyncSession,
    order: WorkOrder,
    action: str,
    *,
    by: str,
    text: str = "",
    call_id: str = "",
    at: datetime | None = None,
) -> None:
    """Something happened about an order that leaves its step as it is: a line of its history."""
    moment = at or now()
    write(session, order, at=moment, act=Act(action, by, note=text), before=order.step)
    fact = WorkOrderNoted(
        subject=order_subject(order.id), at=moment, number=order.number, action=action, by=by,
        call_id=call_id or None,
    )  # fmt: skip
    await append(session, fact)
