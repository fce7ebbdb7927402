"""A customer by the number of a request."""

from typing import Final

from sqlalchemy import bindparam, select

from crm.customers.models import Customer
from crm.customers.search import MATCHES_MAX, Finder, Way
from crm.life_cycle.models import LifeRequest

_OF_NUMBER: Final = (
    select(Customer.id)
    .join(LifeRequest, LifeRequest.customer_id == Customer.id)
    .where(LifeRequest.number == bindparam("number"))
    .limit(MATCHES_MAX)
)


def by_request(text: str) -> Way:
    """Whose request has this number."""
    return _OF_NUMBER, {"number": text}


FINDERS: Final[tuple[Finder, ...]] = (by_request,)
