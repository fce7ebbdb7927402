"""Records that were found to be one: what is kept answers for the others."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.models import Customer


def same_person(ids: Iterable[int]) -> Select[int]:
    """Ids of these customers and of all who were merged into them."""
    wanted = list(ids)
    return select(Customer.id).where(
        or_(Customer.id.in_(wanted), Customer.merged_into_id.in_(wanted))
    )


async def kept(session: AsyncSession, ids: Sequence[int]) -> list[int]:
    """Instead of whoever was merged, who is kept; each once, in this order."""
    rows = await session.execute(
        select(Customer.id, Customer.merged_into_id).where(
            Customer.id.in_(ids), Customer.merged_into_id.is_not(None)
        )
    )
    into = {row.id: row.merged_into_id for row in rows}
    return list(dict.fromkeys(into.get(each, each) for each in ids))
