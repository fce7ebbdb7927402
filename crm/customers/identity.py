"""Is it really the customer? What somebody keys in is held against what we know of them."""

import hashlib
import hmac
from datetime import timedelta
from typing import Final, Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import Customer, CustomerPhone, IdentityFailure, ServiceAccount
from mainline.clock import now

FACT_DIGITS: Final = 4
FAILURES_MAX: Final = 9
"""Wrong answers within FAILURES_WITHIN, over all calls; then only people may ask."""
FAILURES_WITHIN: Final = timedelta(days=1)

_COST: Final = 2**12
"""About ten milliseconds."""
_OWN_SALT: Final = "s"
_SALT, _SEAL = 15, 64
"""Characters of a salt of its own, and of all that is kept."""

Proof = Literal["proven", "wrong", "locked"]


def sealed(id_tail: str, customer_id: int) -> str:
    """The end of an identity card number as it is kept: slow to guess, different for each."""
    return _sealed(id_tail, f"customer:{customer_id}")


def sealed_beforehand(id_tail: str, account: str) -> str:
    """The same for a customer who is not in the books yet: told apart by the account's number.

    A seal takes its time, so many of them are made before a transaction begins. Its salt stands
    in front of it: the account may get another number.
    """
    return _with_salt(id_tail, hashlib.sha256(f"account:{account}".encode()).hexdigest()[:_SALT])


def _with_salt(id_tail: str, salt: str) -> str:
    return f"{_OWN_SALT}{salt}{_sealed(id_tail, salt)}"[:_SEAL]


def _sealed(id_tail: str, salt: str) -> str:
    words = id_tail.strip().upper().encode()
    return hashlib.scrypt(words, salt=salt.encode(), n=_COST, r=8, p=1, dklen=32).hex()


def fits(id_tail: str, customer_id: int, seal: str) -> bool:
    """Whether this is the end that the seal of that customer was made of."""
    if seal.startswith(_OWN_SALT):
        return hmac.compare_digest(_with_salt(id_tail, seal[1 : _SALT + 1]), seal)
    return hmac.compare_digest(sealed(id_tail, customer_id), seal)


async def prove(
    session: AsyncSession,
    customer_id: int,
    *,
    account_tail: str,
    fact: str,
    calling_from: str | None,
) -> Proof:
    """Hold two facts against the customer; a wrong answer is counted.

    ``fact`` is the end of a confirmed telephone other than the one calling, or of the identity
    card (``*`` for X); an empty ``account_tail`` was proven before.
    """
    if await _failures(session, customer_id) >= FAILURES_MAX:
        return "locked"
    known = await _accounts_end(session, customer_id, account_tail)
    if known and await _is_known(session, customer_id, fact, calling_from):
        return "proven"
    session.add(IdentityFailure(customer_id=customer_id, at=now()))
    await session.flush()
    return "wrong"


async def _failures(session: AsyncSession, customer_id: int) -> int:
    lately = select(func.count()).where(
        IdentityFailure.customer_id == customer_id, IdentityFailure.at > now() - FAILURES_WITHIN
    )
    return await session.scalar(lately) or 0


async def _accounts_end(session: AsyncSession, customer_id: int, tail: str) -> bool:
    """Whether one of the customer's accounts ends so."""
    if not tail:
        return True
    numbers = await session.scalars(
        select(ServiceAccount.number).where(
            ServiceAccount.customer_id == customer_id, ServiceAccount.status != "closed"
        )
    )
    return len(tail) == FACT_DIGITS and any(number.endswith(tail) for number in numbers)


async def _is_known(
    session: AsyncSession, customer_id: int, fact: str, calling_from: str | None
) -> bool:
    if len(fact) != FACT_DIGITS:
        return False
    customer = await session.get(Customer, customer_id)
    if customer is not None and fits(fact.replace("*", "X"), customer_id, customer.id_tail):
        return True
    phone = select(CustomerPhone.id).where(
        CustomerPhone.customer_id == customer_id,
        CustomerPhone.tail == fact,
        CustomerPhone.confirmed,
        CustomerPhone.ended_at.is_(None),
        CustomerPhone.number != (calling_from or ""),
    )
    return await session.scalar(phone.limit(1)) is not None
