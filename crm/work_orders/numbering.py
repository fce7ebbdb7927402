"""Running numbers of a day."""

from datetime import date

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.work_orders.models import WorkOrderCounter
from mainline.db.upsert import insert_into


async def next_number(session: AsyncSession, day: date) -> str:
    """``20261123-0007``; two processes that ask at once wait for one another on the day's row."""
    await session.execute(
        insert_into(session, WorkOrderCounter).values(day=day, last=0).on_conflict_do_nothing()
    )
    raised = update(WorkOrderCounter).where(WorkOrderCounter.day == day)
    last = await session.scalar(
        raised.values(last=WorkOrderCounter.last + 1).returning(WorkOrderCounter.last)
    )
    return f"{day:%Y%m%d}-{last:04d}"
