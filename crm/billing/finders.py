"""A customer by the number on the meter."""

from typing import Final

from sqlalchemy import Select, select

from crm.billing.models import Meter
from crm.customers.models import ServiceAccount
from crm.customers.search import Finder


def by_meter(text: str) -> Select[int]:
    """Whose meter has this number."""
    return (
        select(ServiceAccount.customer_id)
        .join(Meter, Meter.account_id == ServiceAccount.id)
        .where(Meter.number == text.upper())
    )


FINDERS: Final[tuple[Finder, ...]] = (by_meter,)
