"""Somebody asks again where an order stays: noted in its history, which it moves nowhere."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.work_orders.events import WorkOrderUrged
from crm.work_orders.flow import Act
from crm.work_orders.models import WorkOrder, WorkOrderMove
from crm.work_orders.service import write
from mainline.clock import now
from mainline.journal import append

URGE: Final = "urge"


async def urge(
    session: AsyncSession,
    number: str,
    *,
    by: str,
    note: str,
    call_id: str | None = None,
    count: int = 0,
    at: datetime | None = None,
) -> bool:
    """Note that somebody asks again; the same urging twice is one. False: nobody works on it."""
    moment = at or now()
    order = await session.scalar(
        select(WorkOrder).where(WorkOrder.number == number).with_for_update()
    )
    if order is None or order.closed_at is not None:
        return False
    known = select(WorkOrderMove.id).where(
        WorkOrderMove.work_order_id == order.id,
        WorkOrderMove.action == URGE,
        WorkOrderMove.at == moment,
    )
    if await session.scalar(known) is not None:
        return True
    write(session, order, at=moment, act=Act(URGE, by, note=note), before=order.step)
    told = {"number": number, "by": by, "note": note, "call_id": call_id, "count": count}
    fact = {"subject": f"work_order:{order.id}", "at": moment, **told}
    await append(session, WorkOrderUrged.model_validate(fact))
    return True
