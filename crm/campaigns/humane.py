"""Who is not reminded of money now: supply is off, a complaint is open, a life depends on it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.campaigns.rules import OutboundRules
from crm.customers.models import Customer
from crm.outages import service as outages
from crm.work_orders.models import WorkOrder


async def held(
    session: AsyncSession,
    rules: OutboundRules,
    *,
    customer_id: int | None,
    premise_id: int | None,
    at: datetime,
) -> str:
    """medical, complaint, dispute or outage; empty when a reminder is fair."""
    if customer_id is not None:
        customer = await session.get(Customer, customer_id)
        if customer is not None and customer.medical:
            return "medical"
        types = await _open_types(session, customer_id)
        if types & set(rules.complaints):
            return "complaint"
        if types & set(rules.disputes):
            return "dispute"
    if premise_id is not None and any(
        one.began_at <= at for one in await outages.for_premise(session, premise_id)
    ):
        return "outage"
    return ""


async def _open_types(session: AsyncSession, customer_id: int) -> set[str]:
    wanted = select(WorkOrder.type_code).where(
        WorkOrder.customer_id == customer_id, WorkOrder.closed_at.is_(None)
    )
    return set(await session.scalars(wanted.distinct()))
