"""A customer by the number of a work order."""

from typing import Final

from sqlalchemy import bindparam, select

from crm.customers.models import Customer
from crm.customers.search import MATCHES_MAX, Finder, Way
from crm.work_orders.models import WorkOrder

_OF_NUMBER: Final = (
    select(Customer.id)
    .join(WorkOrder, WorkOrder.customer_id == Customer.id)
    .where(WorkOrder.number == bindparam("number"))
    .limit(MATCHES_MAX)
)


def by_order(text: str) -> Way:
    """For whom the order with this number is."""
    return _OF_NUMBER, {"number": text}


FINDERS: Final[tuple[Finder, ...]] = (by_order,)
