"""An order that follows from a request is done: the request goes on."""

from typing import Final, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.life_cycle.advance import advance_or_stop
from crm.life_cycle.known import ORDER_KEY
from crm.life_cycle.models import LifeRequest
from crm.work_orders.events import WorkOrderMoved
from crm.work_orders.models import WorkOrder
from mainline.config import Settings
from mainline.journal import Event, Handler

CONSUMER: Final = "requests"


async def on_moved(session: AsyncSession, event: Event) -> None:
    """Told again it changes nothing: the request stands where its orders let it stand."""
    moved = cast(WorkOrderMoved, event)
    order = await session.scalar(select(WorkOrder).where(WorkOrder.number == moved.number))
    if order is None or not order.key.startswith(ORDER_KEY):
        return
    wanted = select(LifeRequest).where(LifeRequest.number == order.key.split(":")[1])
    request = await session.scalar(wanted.with_for_update())
    if request is not None and request.state == "orders":
        await advance_or_stop(session, request, by=moved.by, zone=Settings().zone)


CONSUMERS: dict[str, dict[str, Handler]] = {CONSUMER: {WorkOrderMoved.kind: on_moved}}
