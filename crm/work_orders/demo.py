"""The demo town's work orders, some new, some under way, some closed."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import ServiceAccount
from crm.customers.town import Order, town
from crm.work_orders import people, service
from crm.work_orders.models import WorkOrder
from mainline.acting import no_reason
from mainline.clock import now
from mainline.config import Settings


async def load(session: AsyncSession, pack: str) -> None:
    """Open them and move them on; when there is any, nothing is added."""
    if await session.scalar(select(WorkOrder.id).limit(1)) is not None:
        return
    planned = [
        (order, resident.accounts[0].number)
        for resident in town(pack).customers
        for order in resident.orders
    ]
    for order, account in sorted(planned, key=lambda one: -one[0].hours_ago):
        await _open(session, order, account)
    no_reason(session)


async def _open(session: AsyncSession, order: Order, account: str) -> None:
    began = now() - timedelta(hours=order.hours_ago)
    account_id = await session.scalar(
        select(ServiceAccount.id).where(ServiceAccount.number == account)
    )
    opened = await service.open_work_order(
        session,
        type_code=order.type,
        key=f"demo:{account}:{order.type}",
        by=await people.person(session, "agent1"),
        source="desk",
        account_id=account_id,
        summary=order.summary,
        fields=order.fields,
        zone=Settings().zone,
        at=began,
    )
    await _move(session, opened.number, order, began)


async def _move(session: AsyncSession, number: str, order: Order, began: datetime) -> None:
    step = (now() - began) / (len(order.do) + 1)
    for index, action in enumerate(order.do, start=1):
        login = "field" if action in {"accept", "arrive", "complete"} else "dispatcher"
        by = await people.person(session, login)
        note = "已处理" if action in {"complete", "reply"} else ""
        await service.move(session, number, action, by=by, note=note, at=began + index * step)
