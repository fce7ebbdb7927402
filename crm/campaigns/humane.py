"""Who is not reminded of money now: supply is off, a complaint is open, a life depends on it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.campaigns.rules import OutboundRules
from crm.customers.merged import same_person
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
        needs = Customer.id.in_(same_person([customer_id])), Customer.medical
        if await session.scalar(select(Customer.id).where(*needs).limit(1)) is not None:
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
        WorkOrder.customer_id.in_(same_person([customer_id])), WorkOrder.closed_at.is_(None)
    )
    return set(await session.scalars(wanted.distinct()))
