"""Find customers as people ask for them: by name, number, account or address."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.merged import kept
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.customers.search import QUERY_CHARS_MAX, ranked
from mainline.db import any_of
from mainline.errors import NotFound

LIMIT_MAX: Final = 100
_PEOPLE: Final = select(Customer).where(Customer.id.in_(any_of("ids")))
_NAMES: Final = select(Customer.id, Customer.name).where(Customer.id.in_(any_of("ids")))
_PHONES: Final = (
    select(CustomerPhone)
    .where(CustomerPhone.customer_id.in_(any_of("ids")), CustomerPhone.ended_at.is_(None))
    .order_by(CustomerPhone.id)
)


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account and where it is."""

    id: int
    number: str
    utility: str
    status: str
    premise_id: int
    path: str
    address_zh: str
    address_en: str


_SHOWN: Final = (
    ServiceAccount.id, ServiceAccount.number, ServiceAccount.utility, ServiceAccount.status,
    Premise.id, Premise.path, Premise.address_zh, Premise.address_en,
)  # fmt: skip
"""The columns of a view, in its order."""
_ACCOUNTS: Final = (
    select(ServiceAccount.customer_id, *_SHOWN)
    .join(Premise, Premise.id == ServiceAccount.premise_id)
    .where(ServiceAccount.customer_id.in_(any_of("ids")))
    .order_by(ServiceAccount.id)
)
"""Of columns alone: lists show them fifty at a time and change nothing."""


@dataclass(slots=True)
class CustomerView:
    """A customer with telephones and accounts."""

    customer: Customer
    phones: list[CustomerPhone] = field(default_factory=list)
    accounts: list[AccountView] = field(default_factory=list)


async def find(
    session: AsyncSession, q: str = "", *, limit: int = 20, after: int = 0, area_code: str = ""
) -> list[CustomerView]:
    """Customers that fit what was typed, the surest first; empty finds everybody, by id.

    ``after`` is the last one of the page before.
    """
    return await views(
        session, await found(session, q, limit=limit, after=after, area_code=area_code)
    )


async def found(
    session: AsyncSession, q: str = "", *, limit: int = 20, after: int = 0, area_code: str = ""
) -> Sequence[int]:
    """Their ids alone."""
    text, some = q.strip()[:QUERY_CHARS_MAX], min(limit, LIMIT_MAX)
    if text:
        ids = await ranked(session, text, area_code=area_code, after=after, enough=some)
        return ids[:some]
    everybody = select(Customer.id).where(Customer.id > after, Customer.merged_into_id.is_(None))
    return (await session.scalars(everybody.order_by(Customer.id).limit(some))).all()


async def view(session: AsyncSession, customer_id: int) -> CustomerView:
    """One customer, or whom they were merged into; NotFound if there is none."""
    found = await views(session, await kept(session, [customer_id]))
    if not found:
        raise NotFound("customer")
    return found[0]


async def views(session: AsyncSession, ids: Sequence[int]) -> list[CustomerView]:
    """These customers in this order, in three statements however many they are."""
    if not ids:
        return []
    people = await session.scalars(_PEOPLE, {"ids": ids})
    known = {person.id: CustomerView(person) for person in people}
    found = {each: known[each] for each in ids if each in known}
    for phone in await session.scalars(_PHONES, {"ids": ids}):
        found[phone.customer_id].phones.append(phone)
    for row in await session.execute(_ACCOUNTS, {"ids": ids}):
        found[row[0]].accounts.append(AccountView(*row[1:]))
    return list(found.values())


async def names(session: AsyncSession, ids: Collection[int]) -> dict[int, str]:
    """The names alone: all that most lists show."""
    rows = await session.execute(_NAMES, {"ids": list(ids)}) if ids else ()
    return {row.id: row.name for row in rows}


def account_view(account: ServiceAccount, premise: Premise) -> AccountView:
    """The account as lists show it."""
    return AccountView(
        account.id,
        account.number,
        account.utility,
        account.status,
        premise.id,
        premise.path,
        premise.address_zh,
        premise.address_en,
    )
