"""Customers as they stood at a past moment: with the telephones, accounts and places of then."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.customers.queries import CustomerView, account_view
from mainline.audit.as_of import row_as_of, rows_as_of, rows_where_as_of
from mainline.errors import NotFound


async def view_as_of(session: AsyncSession, customer_id: int, moment: datetime) -> CustomerView:
    """One customer as they stood; NotFound when they were not in the books yet."""
    person = await row_as_of(session, Customer, str(customer_id), moment)
    if person is None:
        raise NotFound("customer")
    mine = [customer_id]
    accounts = await rows_where_as_of(session, ServiceAccount.customer_id, mine, moment)
    places = await rows_as_of(session, Premise, {str(each.premise_id) for each in accounts}, moment)
    phones = await rows_where_as_of(session, CustomerPhone.customer_id, mine, moment)
    return CustomerView(
        person,
        [each for each in phones if each.ended_at is None],
        [
            account_view(each, places[str(each.premise_id)])
            for each in accounts
            if str(each.premise_id) in places
        ],
    )


async def customers_of_premise_as_of(
    session: AsyncSession, premise_id: int, moment: datetime
) -> list[CustomerView]:
    """Who had an account at the premise then."""
    accounts = await rows_where_as_of(session, ServiceAccount.premise_id, [premise_id], moment)
    return [
        await view_as_of(session, each, moment)
        for each in sorted({one.customer_id for one in accounts})
    ]
