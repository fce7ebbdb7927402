"""Whose history it is: the customer with all merged records, their accounts and places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from crm.customers.merged import SAME_PERSON
from crm.customers.models import CustomerPhone, Premise, ServiceAccount
from crm.life_cycle.models import AccountRole
from mainline.audit.as_of import rows_where_as_of
from mainline.db import any_of

_PATHS: Final = select(Premise.path).where(Premise.id.in_(any_of("premises")))
_ROLES: Final = select(AccountRole.id).where(
    or_(
        AccountRole.customer_id.in_(any_of("people")),
        AccountRole.account_id.in_(any_of("accounts")),
    )
)
_OF_PEOPLE: Final[Mapping[Any, Select[Any]]] = {
    column: select(column.class_).where(column.in_(any_of("people")))
    for column in (ServiceAccount.customer_id, CustomerPhone.customer_id)
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Ids of everything that hangs on one customer."""

    people: Sequence[int]
    phones: Sequence[int]
    accounts: Sequence[int]
    roles: Sequence[int]
    """Theirs at accounts, and whoever's at their accounts."""
    premises: Sequence[int]
    places: Sequence[int]
    """Of the address tree: where the premises are, and all above."""
    zone: ZoneInfo
    until: datetime | None = None
    """Nothing later; the page as it stood then."""

    @property
    def ids(self) -> dict[str, Sequence[int | str]]:
        """As statements bind them."""
        return {
            "people": self.people, "accounts": self.accounts, "premises": self.premises,
            "places": self.places, "people_keys": [str(each) for each in self.people],
            "phone_keys": [str(each) for each in self.phones],
            "account_keys": [str(each) for each in self.accounts],
            "role_keys": [str(each) for each in self.roles],
        }  # fmt: skip


async def scope_of(
    session: AsyncSession, customer_id: int, zone: ZoneInfo, until: datetime | None = None
) -> Scope:
    """What hangs on the customer now, or hung on them then."""
    people = list(await session.scalars(SAME_PERSON, {"people": [customer_id]}))
    accounts = await _rows(session, ServiceAccount.customer_id, people, until)
    phones = await _rows(session, CustomerPhone.customer_id, people, until)
    premises = list({each.premise_id for each in accounts})
    paths = await session.scalars(_PATHS, {"premises": premises})
    places = {int(part) for path in paths for part in path.split("/") if part}
    homes = [each.id for each in accounts]
    roles = await session.scalars(_ROLES, {"people": people, "accounts": homes})
    return Scope(
        people, [each.id for each in phones], homes, list(roles), premises, sorted(places), zone,
        until,
    )  # fmt: skip


async def _rows(
    session: AsyncSession,
    column: InstrumentedAttribute[int],
    people: Sequence[int],
    until: datetime | None,
) -> Sequence[Any]:
    if until is not None:
        return await rows_where_as_of(session, column, people, until)
    return (await session.scalars(_OF_PEOPLE[column], {"people": people})).all()
