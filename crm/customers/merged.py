"""Records that were found to be one: what is kept answers for the others."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import Customer
from mainline.db import any_of

HOME: Final = "residential"
_MERGED: Final = select(Customer.id, Customer.merged_into_id).where(
    Customer.id.in_(any_of("ids")), Customer.merged_into_id.is_not(None)
)
SAME_PERSON: Final = select(Customer.id).where(
    or_(Customer.id.in_(any_of("people")), Customer.merged_into_id.in_(any_of("people")))
)
"""The same as ``same_person``, of those that are handed in as ``people``."""


def same_person(ids: Iterable[int]) -> Select[int]:
    """Ids of these customers and of all who were merged into them."""
    return select(Customer.id).where(_is_one_of(list(ids)))


def _is_one_of(ids: Collection[int]) -> ColumnElement[bool]:
    return or_(Customer.id.in_(ids), Customer.merged_into_id.in_(ids))


async def merged_into(session: AsyncSession, ids: Sequence[int]) -> dict[int, int]:
    """Who of these was merged, and into whom."""
    rows = await session.execute(_MERGED, {"ids": ids})
    return {row.id: row.merged_into_id for row in rows}


async def kept(session: AsyncSession, ids: Sequence[int]) -> list[int]:
    """Instead of whoever was merged, who is kept; each once, in this order."""
    into = await merged_into(session, ids) if ids else {}
    return list(dict.fromkeys(into.get(each, each) for each in ids))


def one_person(customer_id: SQLColumnExpression[int]) -> ColumnElement[int]:
    """Who that is by now: whoever was merged counts as the one who is kept."""
    into = select(Customer.merged_into_id).where(Customer.id == customer_id).scalar_subquery()
    return func.coalesce(into, customer_id)


async def households(session: AsyncSession, customer_ids: Iterable[int]) -> dict[int, list[int]]:
    """Of each the records of their home, whichever of its telephones it calls from.

    Of a company none: behind its telephones are different people with different wishes.
    """
    wanted = set(customer_ids)
    records = select(Customer.id, Customer.merged_into_id).order_by(Customer.id)
    at_home = records.where(_is_one_of(wanted), Customer.customer_class == HOME)
    homes: dict[int, list[int]] = {}
    for row in await session.execute(at_home) if wanted else ():
        for one in wanted & {row.id, row.merged_into_id}:
            homes.setdefault(one, []).append(row.id)
    return homes


async def household(session: AsyncSession, customer_id: int | None) -> list[int]:
    """The same of one; none of nobody."""
    if customer_id is None:
        return []
    return (await households(session, [customer_id])).get(customer_id, [])
