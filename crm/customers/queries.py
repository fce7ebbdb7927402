"""Find customers as people ask for them: by name, number, account or address."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.merged import kept
from crm.customers.models import Customer, CustomerPhone, Premise, ServiceAccount
from crm.customers.search import QUERY_CHARS_MAX, ranked
from mainline.errors import NotFound

LIMIT_MAX: Final = 100


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
    people = await session.scalars(select(Customer).where(Customer.id.in_(ids)))
    known = {person.id: CustomerView(person) for person in people}
    found = {each: known[each] for each in ids if each in known}
    phones = select(CustomerPhone).where(CustomerPhone.customer_id.in_(ids))
    for phone in await session.scalars(phones.order_by(CustomerPhone.id)):
        found[phone.customer_id].phones.append(phone)
    for customer_id, account in await _accounts(session, ids):
        found[customer_id].accounts.append(account)
    return list(found.values())


async def names(session: AsyncSession, ids: Collection[int]) -> dict[int, str]:
    """The names alone: all that most lists show."""
    rows = await session.execute(select(Customer.id, Customer.name).where(Customer.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def _accounts(
    session: AsyncSession, customer_ids: Iterable[int]
) -> list[tuple[int, AccountView]]:
    """By customer, of columns alone: lists show them fifty at a time and change nothing."""
    rows = await session.execute(
        select(ServiceAccount.customer_id, *_SHOWN)
        .join(Premise, Premise.id == ServiceAccount.premise_id)
        .where(ServiceAccount.customer_id.in_(list(customer_ids)))
        .order_by(ServiceAccount.id)
    )
    return [(row[0], AccountView(*row[1:])) for row in rows]


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
