"""Find customers as people ask for them: by name, number, account or address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from crm.customers.models import AddressNode, Customer, CustomerPhone, Premise, ServiceAccount
from mainline.errors import NotFound
from mainline.phone import normalise

LIMIT_MAX: Final = 100
QUERY_CHARS_MAX: Final = 64
_TAIL: Final = 4
_AREAS: Final = ("community", "street", "district")
_NODES_MAX: Final = 20


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


@dataclass(slots=True)
class CustomerView:
    """A customer with telephones and accounts."""

    customer: Customer
    phones: list[CustomerPhone] = field(default_factory=list)
    accounts: list[AccountView] = field(default_factory=list)


async def find(
    session: AsyncSession, q: str = "", *, limit: int = 20, after: int = 0, area_code: str = ""
) -> list[CustomerView]:
    """Customers that fit what was typed, by id; empty finds everybody, page by page."""
    text = q.strip()[:QUERY_CHARS_MAX]
    wanted = select(Customer.id).where(Customer.id > after)
    if text:
        wanted = await _matching(session, wanted, text, area_code)
    ids = await session.scalars(wanted.order_by(Customer.id).limit(min(limit, LIMIT_MAX)))
    return await views(session, ids.all())


async def view(session: AsyncSession, customer_id: int) -> CustomerView:
    """One customer; NotFound if there is none."""
    found = await views(session, [customer_id])
    if not found:
        raise NotFound("customer")
    return found[0]


async def views(session: AsyncSession, ids: Sequence[int]) -> list[CustomerView]:
    """These customers with telephones and accounts, in three statements however many they are."""
    people = await session.scalars(
        select(Customer).where(Customer.id.in_(ids)).order_by(Customer.id)
    )
    found = {person.id: CustomerView(person) for person in people}
    phones = select(CustomerPhone).where(CustomerPhone.customer_id.in_(ids))
    for phone in await session.scalars(phones.order_by(CustomerPhone.id)):
        found[phone.customer_id].phones.append(phone)
    for customer_id, account in await _accounts(session, ids):
        found[customer_id].accounts.append(account)
    return list(found.values())


async def _accounts(
    session: AsyncSession, customer_ids: Iterable[int]
) -> list[tuple[int, AccountView]]:
    rows = await session.execute(
        select(ServiceAccount, Premise)
        .join(Premise, Premise.id == ServiceAccount.premise_id)
        .where(ServiceAccount.customer_id.in_(list(customer_ids)))
        .order_by(ServiceAccount.id)
    )
    return [(account.customer_id, account_view(account, premise)) for account, premise in rows]


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


def below(
    column: InstrumentedAttribute[str] | ColumnElement[str], path: str
) -> ColumnElement[bool]:
    """Whether a path lies at or below another: a range of the index (``0`` follows ``/``)."""
    return (column >= path) & (column < f"{path[:-1]}0")


async def _matching(
    session: AsyncSession, wanted: Select[int], text: str, area_code: str
) -> Select[int]:
    if text.lstrip("+").replace(" ", "").replace("-", "").isdigit() and text.isascii():
        return wanted.where(Customer.id.in_(_by_digits(text, area_code)))
    by_name = Customer.name >= text, Customer.name < f"{text}\U0010ffff"
    found = wanted.where(*by_name)
    if await session.scalar(found.limit(1)) is not None:
        return found
    return wanted.where(Customer.id.in_(await _by_address(session, text)))


def _by_digits(text: str, area_code: str) -> CompoundSelect[int] | Select[int]:
    digits = "".join(character for character in text if character.isdigit())
    by_account = select(ServiceAccount.customer_id).where(
        ServiceAccount.number >= digits, ServiceAccount.number < f"{digits}:"
    )
    phones = select(CustomerPhone.customer_id)
    number = normalise(text, area_code=area_code).number
    if number is not None:
        return union_all(by_account, phones.where(CustomerPhone.number == number))
    if len(digits) < _TAIL:
        return by_account
    tail = CustomerPhone.tail == digits[-_TAIL:], CustomerPhone.number.endswith(digits)
    return union_all(by_account, phones.where(*tail))


async def _by_address(session: AsyncSession, text: str) -> Select[int]:
    """People at an address: a community or street that is named, and the rest of the text."""
    compact = "".join(text.split())
    nodes = (await session.execute(_areas_named(compact, text))).all()
    ways = [
        below(Premise.path, path) & _rest(compact, name, text)
        for path, name in _deepest([(row.path, row.name_zh) for row in nodes])
    ]
    return (
        select(ServiceAccount.customer_id)
        .join(Premise, Premise.id == ServiceAccount.premise_id)
        .where(or_(*ways) if ways else literal(value=False))
    )


def _areas_named(compact: str, text: str) -> Select[str, str]:
    named = or_(
        literal(compact).contains(AddressNode.name_zh),
        AddressNode.name_zh.contains(compact, autoescape=True),
        func.lower(AddressNode.name_en).contains(text.lower(), autoescape=True),
    )
    return (
        select(AddressNode.path, AddressNode.name_zh)
        .where(AddressNode.level.in_(_AREAS), named)
        .order_by(func.length(AddressNode.path).desc())
        .limit(_NODES_MAX)
    )


def _deepest(nodes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without those that contain another one that was named as well."""
    return [
        (path, name)
        for path, name in nodes
        if not any(other != path and other.startswith(path) for other, _ in nodes)
    ]


def _rest(compact: str, name: str, text: str) -> ColumnElement[bool]:
    """What was typed after the area must be in the address: ``3号楼2单元501``."""
    _, found, rest = compact.partition(name)
    if not found or not rest:
        return literal(value=True)
    return Premise.address_zh.contains(rest, autoescape=True)
