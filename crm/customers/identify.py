"""Who is calling: the number the network told us, or the account number on the keypad.

One look-up by index, whatever the number of customers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sqlalchemy import Row, String, bindparam, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import BarredNumber, Customer, CustomerPhone, Premise, ServiceAccount
from mainline.clock import now
from mainline.phone import normalise

ROWS_MAX: Final = 40
"""A number that belongs to more accounts than this tells nothing about the caller."""
ACCOUNT_DIGITS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account with its address, as somebody who calls about it knows it."""

    account_id: int
    number: str
    premise_id: int
    address_zh: str
    address_en: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who may be on the line."""

    customer_id: int
    name: str
    priority: int
    restricted: bool
    language: str | None
    confirmed: bool = False
    """The number that calls is proven to be this customer's."""
    customer_class: str = "residential"
    accounts: tuple[AccountRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Identification:
    """What a number came to. ``how`` is ``none`` for a number that is new to us, or is none."""

    how: Literal["ani", "none", "withheld"]
    candidates: tuple[Candidate, ...] = ()
    barred: bool = False
    number: str | None = field(default=None, repr=False)


_COLUMNS: Final = (
    Customer.id,
    Customer.name,
    Customer.priority,
    Customer.restricted,
    Customer.language,
    Customer.customer_class,
    ServiceAccount.id.label("account_id"),
    ServiceAccount.number,
    ServiceAccount.premise_id,
    Premise.address_zh,
    Premise.address_en,
)
_OPEN: Final = (ServiceAccount.customer_id == Customer.id) & (ServiceAccount.status != "closed")
# One statement, for the caller waits: the number itself is the row that is always there.
_ASKED: Final = select(bindparam("number", type_=String).label("number")).subquery("asked")
_BARS: Final = (BarredNumber.number == _ASKED.c.number) & or_(
    BarredNumber.until.is_(None), BarredNumber.until > bindparam("now")
)
_CALLS_FROM: Final = (CustomerPhone.number == _ASKED.c.number) & CustomerPhone.ended_at.is_(None)
_BY_NUMBER: Final = (
    select(BarredNumber.id.label("barred_id"), CustomerPhone.confirmed, *_COLUMNS)
    .select_from(_ASKED)
    .outerjoin(BarredNumber, _BARS)
    .outerjoin(CustomerPhone, _CALLS_FROM)
    .outerjoin(Customer, Customer.id == CustomerPhone.customer_id)
    .outerjoin(ServiceAccount, _OPEN)
    .outerjoin(Premise, Premise.id == ServiceAccount.premise_id)
    .order_by(Customer.priority.desc(), Customer.id, ServiceAccount.id)
    .limit(ROWS_MAX)
)
_BY_ACCOUNT: Final = (
    select(false().label("confirmed"), *_COLUMNS)
    .select_from(ServiceAccount)
    .join(Customer, Customer.id == ServiceAccount.customer_id)
    .join(Premise, Premise.id == ServiceAccount.premise_id)
    .where(ServiceAccount.number == bindparam("number"), ServiceAccount.status != "closed")
)


async def identify(session: AsyncSession, raw_ani: str, *, area_code: str = "") -> Identification:
    """Find who may be calling from this number; never refuses, whatever the number looks like."""
    phone = normalise(raw_ani, area_code=area_code)
    if phone.kind == "withheld":
        return Identification("withheld")
    if phone.number is None:
        return Identification("none")
    asked = {"number": phone.number, "now": now()}
    rows = (await session.execute(_BY_NUMBER, asked)).all()
    candidates = _candidates([row for row in rows if row.id is not None])
    barred = rows[0].barred_id is not None
    return Identification("ani" if candidates else "none", candidates, barred, phone.number)


async def by_account_number(session: AsyncSession, keyed: str) -> Candidate | None:
    """The customer with this account number, with that account only; None if there is none."""
    number = keyed.strip()
    if not (number.isascii() and number.isdigit() and len(number) <= ACCOUNT_DIGITS_MAX):
        return None
    found = _candidates((await session.execute(_BY_ACCOUNT, {"number": number})).all())
    return found[0] if found else None


def _candidates(rows: Sequence[Row[*tuple[Any, ...]]]) -> tuple[Candidate, ...]:
    accounts: dict[int, list[AccountRef]] = {}
    people: dict[int, Row[*tuple[Any, ...]]] = {}
    for row in rows:
        people.setdefault(row.id, row)
        mine = accounts.setdefault(row.id, [])
        if row.account_id is not None:
            mine.append(
                AccountRef(
                    row.account_id, row.number, row.premise_id, row.address_zh, row.address_en
                )
            )
    return tuple(
        Candidate(
            row.id,
            row.name,
            row.priority,
            row.restricted,
            row.language,
            bool(row.confirmed),
            row.customer_class,
            tuple(accounts[row.id]),
        )
        for row in people.values()
    )
