"""Find work orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, bindparam, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from crm.customers.merged import SAME_PERSON, same_person
from crm.work_orders.models import WorkOrder, WorkOrderMove
from mainline.db import at_most

_NEWEST: Final = (
    select(WorkOrder).order_by(WorkOrder.opened_at.desc(), WorkOrder.id.desc()).limit(at_most())
)
_OPEN: Final = _NEWEST.where(WorkOrder.closed_at.is_(None))
_OPEN_OF_CUSTOMERS: Final = _OPEN.where(WorkOrder.customer_id.in_(SAME_PERSON))
_MOVES: Final = (
    select(WorkOrderMove)
    .where(WorkOrderMove.work_order_id == bindparam("order"))
    .order_by(WorkOrderMove.at, WorkOrderMove.id)
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; None does not matter."""

    open: bool | None = None
    step: str | None = None
    type_code: str | None = None
    team: str | None = None
    owner: str | None = None
    urgency: str | None = None
    customer_id: int | None = None
    call_id: str | None = None
    overdue_at: datetime | None = None


async def find(
    session: AsyncSession,
    wanted: Filter = Filter(),
    *,
    limit: int = 50,
    before: tuple[datetime, int] | None = None,
) -> list[WorkOrder]:
    """Newest first."""
    statement = _OPEN if wanted == Filter(open=True) else _filtered(_NEWEST, wanted)
    if before is not None:
        statement = statement.where(tuple_(WorkOrder.opened_at, WorkOrder.id) < before)
    return list(await session.scalars(statement, {"limit": limit}))


async def open_of_customers(
    session: AsyncSession, customer_ids: Sequence[int], *, limit: int = 20
) -> list[WorkOrder]:
    """Unfinished orders of these customers, newest first."""
    asked = {"people": customer_ids, "limit": limit}
    return list(await session.scalars(_OPEN_OF_CUSTOMERS, asked))


async def open_of_contact(
    session: AsyncSession, number: str, *, limit: int = 20
) -> list[WorkOrder]:
    """Unfinished orders that were reported from a number which is no customer's."""
    mine = select(WorkOrder).where(
        WorkOrder.customer_id.is_(None),
        WorkOrder.closed_at.is_(None),
        WorkOrder.contact == number,
    )
    newest = mine.order_by(WorkOrder.opened_at.desc(), WorkOrder.id.desc())
    return list(await session.scalars(newest.limit(limit)))


async def moves(session: AsyncSession, order_id: int) -> list[WorkOrderMove]:
    """The order's history, oldest first."""
    return list(await session.scalars(_MOVES, {"order": order_id}))


def _filtered(statement: Select[WorkOrder], wanted: Filter) -> Select[WorkOrder]:
    for name in ("step", "type_code", "team", "owner", "urgency", "call_id"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(getattr(WorkOrder, name) == value)
    if wanted.customer_id is not None:
        statement = statement.where(WorkOrder.customer_id.in_(same_person([wanted.customer_id])))
    if wanted.open is not None:
        closed = WorkOrder.closed_at
        statement = statement.where(closed.is_(None) if wanted.open else closed.is_not(None))
    if wanted.overdue_at is not None:
        statement = statement.where(
            WorkOrder.closed_at.is_(None),
            WorkOrder.completed_at.is_(None),
            WorkOrder.paused_at.is_(None),
            or_(
                WorkOrder.due_complete_at < wanted.overdue_at,
                WorkOrder.responded_at.is_(None) & (WorkOrder.due_respond_at < wanted.overdue_at),
                WorkOrder.arrived_at.is_(None) & (WorkOrder.due_arrive_at < wanted.overdue_at),
            ),
        )
    return statement
