"""Others who call about the same: their calls are told to the journal, as Asterisk and the gateway
would, because so many more telephones would show nothing new."""

from datetime import timedelta

from sqlalchemy import select

from crm.areas.models import SUPPLY, AreaPremise, ServiceArea
from crm.customers.models import CustomerPhone, ServiceAccount
from mainline.clock import now
from mainline.db import Database
from mainline.journal import Event, append_all
from mainline.journal.call_events import CallEnded, CallerIdentified, CallOffered, MenuVisited


class Neighbours:
    """Everybody who lives in the demo town."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self, number: str, *, count: int) -> None:
        """So many different customers of the same station call about a fault."""
        async with self._database.unit_of_work() as session:
            station = (
                select(AreaPremise.area_id)
                .join(ServiceArea, ServiceArea.id == AreaPremise.area_id)
                .join(ServiceAccount, ServiceAccount.premise_id == AreaPremise.premise_id)
                .join(CustomerPhone, CustomerPhone.customer_id == ServiceAccount.customer_id)
                .where(ServiceArea.kind == SUPPLY, CustomerPhone.number == number)
            )
            found = await session.execute(
                select(ServiceAccount.customer_id, ServiceAccount.id, CustomerPhone.number)
                .join(AreaPremise, AreaPremise.premise_id == ServiceAccount.premise_id)
                .join(CustomerPhone, CustomerPhone.customer_id == ServiceAccount.customer_id)
                .where(AreaPremise.area_id.in_(station), CustomerPhone.number != number)
                .order_by(ServiceAccount.customer_id)
            )
            others = {customer: (account, phone) for customer, account, phone in found}
            assert len(others) >= count
            for index, (customer, (account, phone)) in enumerate(list(others.items())[:count]):
                await append_all(session, _call(index, customer, account, phone))


def _call(index: int, customer: int, account: int, number: str) -> list[Event]:
    at = now() - timedelta(seconds=20 * index)
    subject = f"call:ml-neighbour-{customer}-{at:%H%M%S%f}"
    known = {"customer_id": customer, "account_id": account, "candidates": 1}
    return [
        CallOffered(subject=subject, at=at, ani=number, dnis="96777"),
        CallerIdentified(subject=subject, at=at, how="ani", **known),
        MenuVisited(subject=subject, at=at, node="repair"),
        CallEnded(subject=subject, at=at + timedelta(seconds=15), cause=16),
    ]
