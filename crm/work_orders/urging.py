"""Somebody asks again where an order stays: noted in its history, which it moves nowhere."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.work_orders.events import WorkOrderUrged
from crm.work_orders.flow import Act
from crm.work_orders.models import WorkOrder, WorkOrderMove
from crm.work_orders.service import HELD_BY_NUMBER, write
from mainline.clock import now
from mainline.journal import append

URGE: Final = "urge"
_URGED: Final = select(WorkOrderMove.id).where(
    WorkOrderMove.work_order_id == bindparam("order"), WorkOrderMove.action == URGE,
    WorkOrderMove.at == bindparam("at"),
)  # fmt: skip


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
    order: WorkOrder | None = await session.scalar(HELD_BY_NUMBER, {"number": number})
    if order is None or order.closed_at is not None:
        return False
    if await session.scalar(_URGED, {"order": order.id, "at": moment}) is not None:
        return True
    write(session, order, at=moment, act=Act(URGE, by, note=note), before=order.step)
    told = {"number": number, "by": by, "note": note, "call_id": call_id, "count": count}
    fact = {"subject": f"work_order:{order.id}", "at": moment, **told}
    await append(session, WorkOrderUrged.model_validate(fact))
    return True
