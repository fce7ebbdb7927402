"""A customer by the number of a request."""

from typing import Final

from sqlalchemy import Select, select

from crm.customers.models import Customer
from crm.customers.search import Finder
from crm.life_cycle.models import LifeRequest


def by_request(text: str) -> Select[int]:
    """Whose request has this number."""
    return (
        select(Customer.id)
        .join(LifeRequest, LifeRequest.customer_id == Customer.id)
        .where(LifeRequest.number == text)
    )


FINDERS: Final[tuple[Finder, ...]] = (by_request,)
