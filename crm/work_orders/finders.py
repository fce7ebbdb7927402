"""A customer by the number of a work order."""

from typing import Final

from sqlalchemy import Select, select

from crm.customers.models import Customer
from crm.customers.search import Finder
from crm.work_orders.models import WorkOrder


def by_order(text: str) -> Select[int]:
    """For whom the order with this number is."""
    return (
        select(Customer.id)
        .join(WorkOrder, WorkOrder.customer_id == Customer.id)
        .where(WorkOrder.number == text)
    )


FINDERS: Final[tuple[Finder, ...]] = (by_order,)
