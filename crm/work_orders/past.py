"""Work orders as they stood at a past moment."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm.work_orders.models import WorkOrder
from mainline.audit.as_of import rows_where_as_of


async def open_as_of(
    session: AsyncSession, customer_ids: Sequence[int], moment: datetime
) -> list[WorkOrder]:
    """Unfinished orders of these customers then, newest first."""
    orders = await rows_where_as_of(session, WorkOrder.customer_id, customer_ids, moment)
    mine = [each for each in orders if each.closed_at is None]
    return sorted(mine, key=lambda each: (each.opened_at, each.id), reverse=True)
