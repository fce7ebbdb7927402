"""What the books know of somebody who calls."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments.models import Appointment
from crm.catalog import service as catalog
from crm.context.likely import Contact, OpenOrder
from crm.context.rules import RepeatRules
from crm.customers.merged import same_person
from crm.interactions.models import Interaction
from crm.work_orders import queries as work_orders
from crm.work_orders.models import WorkOrder
from mainline.phone import spellings

CONTACTS_MAX = 50
ORDERS_MAX = 5
ASKED = frozenset({"order_status:done", "context:person", "context:done"})
"""What shows, of the self-service of a call, that it was about an order."""


async def open_orders(
    session: AsyncSession, customer_id: int | None, number: str | None
) -> list[WorkOrder]:
    """Of the customer; of a number that is nobody's, those that were reported from it."""
    if customer_id is not None:
        return await work_orders.open_of_customers(session, [customer_id], limit=ORDERS_MAX)
    if number is None:
        return []
    return await work_orders.open_of_contact(session, number, limit=ORDERS_MAX)


async def plain(session: AsyncSession, order: WorkOrder, visit: Appointment | None) -> OpenOrder:
    """The order as the rules see it, and the time its customer was promised."""
    types = (await catalog.work_order_types(session, order.type_version)).body
    return OpenOrder(
        order.number,
        order.opened_at,
        types.step(order.type_code, order.step).stage,
        order.call_id,
        visit.day if visit is not None else None,
    )


async def contacts(
    session: AsyncSession,
    call_id: str,
    customer_id: int | None,
    number: str | None,
    *,
    at: datetime,
    rules: RepeatRules,
) -> list[Contact]:
    """Earlier calls of the customer, or of the number while it was nobody's."""
    whose = _whose(customer_id, number)
    if whose is None:
        return []
    since = at - max(timedelta(days=rules.order_days), timedelta(hours=rules.reason_hours))
    mine = select(Interaction).where(
        whose,
        Interaction.began_at >= since,
        Interaction.id != call_id,
        Interaction.direction == "in",
    )
    newest = mine.order_by(Interaction.began_at.desc(), Interaction.id).limit(CONTACTS_MAX)
    return [_contact(call) for call in await session.scalars(newest)]


def _whose(customer_id: int | None, number: str | None) -> ColumnElement[bool] | None:
    by_number = and_(
        Interaction.customer_id.is_(None), Interaction.ani.in_(spellings(number or ""))
    )
    if customer_id is not None:
        mine = Interaction.customer_id.in_(same_person([customer_id]))
        return or_(mine, by_number) if number else mine
    return by_number if number else None


def _contact(call: Interaction) -> Contact:
    return Contact(
        call.id,
        call.began_at,
        (call.agent or "") if call.answered_at is not None else "",
        call.reason,
        not ASKED.isdisjoint(call.flows),
    )
