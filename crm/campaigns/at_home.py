"""Before the van leaves: is anybody at home?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks.rules import ordinary
from crm.callbacks.service import NotCallable
from crm.campaigns import numbers, service
from crm.campaigns.models import CampaignTask
from crm.campaigns.targets import Target
from crm.work_orders import service as orders
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note
from mainline.clock import now
from mainline.errors import Invalid, MainlineError
from mainline.i18n import Text
from mainline.phone import normalise

AHEAD_MAX: Final = timedelta(days=60)


class NobodyToCall(MainlineError):
    """The order has no number that we may call."""

    code = "nobody-to-call"
    words = Text("There is no number that may be called for this order, or it was asked already.")


async def ask(
    session: AsyncSession, number: str, *, visit_from: datetime, visit_until: datetime, by: str
) -> CampaignTask:
    """Have the household of an order rung before a visit; once for each time agreed."""
    order = await orders.by_number(session, number)
    if order.closed_at is not None or not now() < visit_until <= now() + AHEAD_MAX:
        raise Invalid("visit_until")
    if visit_from >= visit_until:
        raise Invalid("visit_from")
    campaign = await service.standing(session, "at_home", "home")
    key = f"order:{order.id}:{visit_from:%Y%m%d%H%M}"
    details = {"visit_from": visit_from.isoformat(), "visit_until": visit_until.isoformat()}
    found = Target(
        key, order.customer_id, order.account_id, order.premise_id, work_order_id=order.id,
        number=order.contact, due_at=visit_until, details={**details, "by": by},
    )  # fmt: skip
    if not await service.add(session, campaign, [found], at=now()):
        raise NobodyToCall
    await note(session, order, "ask_at_home", by=by)
    return await service.task_by_key(session, campaign.id, key)


@dataclass(frozen=True, slots=True)
class Ends:
    """Who is to be joined."""

    staff: str
    customer: str


async def both_ends(
    session: AsyncSession, order: WorkOrder, staff_number: str, *, area_code: str
) -> Ends:
    """The telephones of field staff and of an order's customer; refused if we may not call one."""
    staff = normalise(staff_number, area_code=area_code).number or ""
    customer = await numbers.of_order(session, order, area_code=area_code)
    if not ordinary(staff):
        raise NotCallable
    if not customer:
        raise NobodyToCall
    return Ends(staff, customer)
