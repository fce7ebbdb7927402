"""The one order that stands for an outage, and what may become a part of it."""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.models import AreaPremise
from crm.outages.models import Outage
from crm.sense.models import OutageCandidate
from crm.sense.rule import SenseRule
from crm.work_orders.models import WorkOrder


async def whole_for(session: AsyncSession, order: WorkOrder, body: SenseRule) -> WorkOrder | None:
    """The order for the outage that runs at this one's place, if both are about the same.

    The same is its own type, or a type that the outage's class names: a leak is no part of an
    outage, however urgent it is.
    """
    classes = [one.code for one in body.classes if order.type_code in one.orders]
    found = (
        select(WorkOrder)
        .join(OutageCandidate, OutageCandidate.work_order_id == WorkOrder.id)
        .join(Outage, Outage.id == OutageCandidate.outage_id)
        .join(AreaPremise, AreaPremise.area_id == OutageCandidate.area_id)
        .where(AreaPremise.premise_id == order.premise_id, Outage.status == "running")
        .where(
            or_(
                OutageCandidate.class_code.in_(classes),
                WorkOrder.type_code == order.type_code,
            )
        )
        .where(WorkOrder.closed_at.is_(None), WorkOrder.parent_id.is_(None))
        .where(WorkOrder.id != order.id)
        .order_by(WorkOrder.id)
        .limit(1)
    )
    whole: WorkOrder | None = await session.scalar(found)
    return whole
