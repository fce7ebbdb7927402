"""Customers of their own for a full floor: nobody calls twice, so no call knows of another."""

import itertools

from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import Customer, CustomerPhone

FIRST = 13_950_000_000
ENOUGH = 1600
_turn = itertools.cycle(range(ENOUGH))


def next_numbers(count: int) -> list[str]:
    """The numbers of the next so many callers."""
    return [str(FIRST + next(_turn)) for _ in range(count)]


def numbers(count: int) -> list[str]:
    """Their telephone numbers."""
    return [str(FIRST + place) for place in range(count)]


async def move_in(session: AsyncSession, count: int) -> None:
    """Known customers with a known language: they come to the menu without a question."""
    customers = [Customer(name=f"客户{place}", language="zh") for place in range(count)]
    session.add_all(customers)
    await session.flush()
    session.add_all(
        CustomerPhone(customer_id=customer.id, number=number, tail=number[-4:], confirmed=True)
        for customer, number in zip(customers, numbers(count), strict=True)
    )
