"""Who is not reminded of money now: it leaks, supply is off, a complaint is open, they are ill."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.campaigns.rules import OutboundRules
from crm.catalog import service as catalog
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
    """emergency, medical, complaint, dispute or outage; empty when a reminder is fair."""
    theirs = [] if customer_id is None else [_of_customer(customer_id)]
    there = [] if premise_id is None else [WorkOrder.premise_id == premise_id]
    if await _is_emergency(session, rules, [*theirs, *there]):
        return "emergency"
    if customer_id is not None:
        needs = Customer.id.in_(same_person([customer_id])), Customer.medical
        if await session.scalar(select(Customer.id).where(*needs).limit(1)) is not None:
            return "medical"
    types = await _open_types(session, theirs)
    if types & set(rules.complaints):
        return "complaint"
    if types & set(rules.disputes):
        return "dispute"
    if premise_id is not None and any(
        one.began_at <= at for one in await outages.for_premise(session, premise_id)
    ):
        return "outage"
    return ""


async def _is_emergency(
    session: AsyncSession, rules: OutboundRules, whose: Collection[ColumnElement[bool]]
) -> bool:
    """Whether something leaks or burns, also when somebody else reported it at the place."""
    types = (await catalog.work_order_types(session)).body.types
    urgent = {one.code for one in types if one.urgency == "emergency"}
    return bool(await _open_types(session, whose) & {*urgent, *rules.leaks})


def _of_customer(customer_id: int) -> ColumnElement[bool]:
    return WorkOrder.customer_id.in_(same_person([customer_id]))


async def _open_types(session: AsyncSession, whose: Collection[ColumnElement[bool]]) -> set[str]:
    wanted = select(WorkOrder.type_code).where(or_(False, *whose), WorkOrder.closed_at.is_(None))
    return set(await session.scalars(wanted.distinct()))
