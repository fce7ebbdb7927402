"""Running numbers of a day."""

from datetime import date
from functools import lru_cache

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession

from crm.work_orders.models import WorkOrderCounter
from mainline.db import in_turn
from mainline.db.upsert import insert_for


async def next_number(session: AsyncSession, day: date) -> str:
    """``20261123-0007``; two processes that ask at once wait for one another on the day's row."""
    await in_turn(session)
    connection = await session.connection()
    raised = _raised(connection.dialect.name)
    last = await connection.scalar(raised, {"day": day, "last": 1})
    return f"{day:%Y%m%d}-{last:04d}"


@lru_cache
def _raised(dialect: str) -> Executable:
    first = insert_for(WorkOrderCounter, dialect)
    more = {"last": WorkOrderCounter.last + 1}
    return first.on_conflict_do_update(index_elements=["day"], set_=more).returning(
        WorkOrderCounter.last
    )
