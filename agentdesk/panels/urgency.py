"""An emergency on the line: what was reported, and the order that is open for it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.work_orders import queries as work_orders
from mainline.errors import NotFound
from mainline.i18n import current_locale


@dataclass(frozen=True, slots=True)
class Emergency:
    """What the caller reported by key; without a number, the order is not in the books yet."""

    words: str
    number: str = ""
    due_at: datetime | None = None


async def emergency(session: AsyncSession, call_id: str, fault: str) -> Emergency:
    """The fault in words, and its order."""
    words, code = await _type(session, fault)
    wanted = work_orders.Filter(call_id=call_id, type_code=code)
    for order in await work_orders.find(session, wanted, limit=1):
        return Emergency(words, order.number, order.due_respond_at)
    return Emergency(words)


async def _type(session: AsyncSession, fault: str) -> tuple[str, str | None]:
    try:
        kind = (await catalog.work_order_types(session)).body.for_fault(fault)
    except NotFound:
        return fault, None
    return kind.name.to(current_locale()), kind.code
