"""The customer as they stood at a past moment, in the form in which the page shows them today."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.panels.caller import AccountBox, CallerView
from agentdesk.panels.contacts import OrderLine, order_lines
from crm.billing.past import arrears_as_of
from crm.billing.queries import Arrears
from crm.customers.past import view_as_of
from crm.work_orders.past import open_as_of
from mainline.errors import NotFound


async def view_then(
    session: AsyncSession, customer_id: int, moment: datetime, zone: ZoneInfo
) -> CallerView:
    """Customer, telephones, accounts and arrears of then; empty when they were not known yet."""
    view = CallerView(call_id="")
    try:
        view.customer = await view_as_of(session, customer_id, moment)
    except NotFound:
        return view
    accounts = view.customer.accounts
    day = moment.astimezone(zone).date()
    owed = await arrears_as_of(session, [each.id for each in accounts], moment, day=day)
    view.accounts = [AccountBox(each, owed.get(each.id, Arrears())) for each in accounts]
    return view


async def orders_then(session: AsyncSession, customer_id: int, moment: datetime) -> list[OrderLine]:
    """The orders that were open."""
    found = await open_as_of(session, [customer_id], moment)
    return await order_lines(session, found, as_of=moment)
