"""Orders that follow from others, as the type says: a visible rule, each opened once."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.order_shapes import FollowUp
from crm.catalog.work_order_types import WorkOrderTypes
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note
from crm.work_orders.service import open_work_order
from mainline.config import Settings
from mainline.errors import MainlineError
from mainline.log import get_logger

log = get_logger("work_orders")
_FOLLOWS: Final = "follow"


async def open_follow_ups(
    session: AsyncSession, order: WorkOrder, action: str, *, by: str, at: datetime
) -> None:
    """Everything that follows when this was done with the order.

    What cannot be opened is told in the order's history, and holds up nothing else.
    """
    types = (await catalog.work_order_types(session, order.type_version)).body
    for place, rule in enumerate(types.type(order.type_code).follow_ups):
        if rule.after == action and (rule.when is None or rule.when.holds(order.fields)):
            done, text = await _try(session, types, order, rule, place, by=by, at=at)
            if done:
                await note(session, order, done, by=by, text=text, at=at)


def origin(order: WorkOrder) -> str:
    """The number of the order that it came of; empty if it was opened for itself."""
    kind, _, rest = order.key.partition(":")
    return rest.rpartition(":")[0] if kind == _FOLLOWS else ""


async def _try(
    session: AsyncSession, types: WorkOrderTypes, order: WorkOrder, rule: FollowUp, place: int, *,
    by: str, at: datetime,
) -> tuple[str, str]:  # fmt: skip
    """What happened, and its number or why not; nothing when it was opened before."""
    try:
        async with session.begin_nested():
            made = await _open(session, order, rule, place, by=by, at=at)
    except MainlineError as error:
        log.warning("follow_up.refused", order=order.id, type=rule.type, code=error.code)
        return "follow_up_refused", f"{types.type(rule.type).name.zh}: {error.code}"
    return ("follow_up", made.number) if made else ("", "")


async def _open(
    session: AsyncSession, order: WorkOrder, rule: FollowUp, place: int, *, by: str, at: datetime
) -> WorkOrder | None:
    key = f"{_FOLLOWS}:{order.number}:{place}"
    if await session.scalar(select(WorkOrder.id).where(WorkOrder.key == key)) is not None:
        return None
    return await open_work_order(
        session, type_code=rule.type, key=key, by=by, source="order",
        customer_id=order.customer_id, account_id=order.account_id, premise_id=order.premise_id,
        call_id=order.call_id, summary=f"{order.number}: {rule.note.zh if rule.note else ''}",
        contact=order.contact, zone=Settings().zone, at=at,
    )  # fmt: skip
