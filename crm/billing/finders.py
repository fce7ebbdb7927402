"""A customer by the number on the meter."""

from typing import Final

from sqlalchemy import bindparam, select

from crm.billing.models import Meter
from crm.customers.models import ServiceAccount
from crm.customers.search import MATCHES_MAX, Finder, Way

_OF_NUMBER: Final = (
    select(ServiceAccount.customer_id)
    .join(Meter, Meter.account_id == ServiceAccount.id)
    .where(Meter.number == bindparam("number"))
    .limit(MATCHES_MAX)
)


def by_meter(text: str) -> Way:
    """Whose meter has this number."""
    return _OF_NUMBER, {"number": text.upper()}


FINDERS: Final[tuple[Finder, ...]] = (by_meter,)
