"""A month's calls, orders and promised times as they were known at a past moment."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from crm.appointments.models import Appointment
from crm.promises.models import Promise
from crm.standards.judging import Given, Order, Visit
from crm.work_orders.models import WorkOrder
from mainline.audit.as_of import AT_ONCE, keys_changed_since, rows_as_of
from mainline.errors import MainlineError
from mainline.i18n import Text

ROWS_MAX: Final = 20_000
"""Each one is put together of its changes."""
_OF_AN_ORDER: Final = tuple(each.name for each in fields(Order))


class TooMuchHappened(MainlineError):
    """The past of so many rows takes too long."""

    code = "too-much-happened"
    status = 422
    words = Text(
        "More than %(limit)s orders or promises of this month would have to be put together: "
        "its past is not shown."
    )


def known_at(visits: Iterable[Visit], moment: datetime) -> list[Visit]:
    """Who had come by then; who left later was still waiting. Pure."""
    return [
        one
        if one.left_at is not None and one.left_at <= moment
        else replace(one, left_at=None, how=None, wait_s=0.0)
        for one in visits
        if one.entered_at <= moment
    ]


async def orders_then(
    session: AsyncSession, since: datetime, until: datetime, moment: datetime
) -> list[Order]:
    """Orders that were opened in the month."""
    rows = await _stood(session, WorkOrder.opened_at, since, until, moment)
    return [Order(*(getattr(one, name) for name in _OF_AN_ORDER)) for one in rows]


async def promises_then(
    session: AsyncSession, since: datetime, until: datetime, moment: datetime
) -> list[Given]:
    """Times that were promised for the month."""
    rows = await _stood(session, Promise.due_at, since, until, moment)
    numbers = await _numbers(session, rows)
    return [
        Given(f"#{one.id}", numbers.get(one.work_order_id, ""), one.what, one.due_at,
              one.ended_at, one.state)
        for one in rows
    ]  # fmt: skip


async def appointments_then(
    session: AsyncSession, since: datetime, until: datetime, moment: datetime
) -> list[Given]:
    """Appointments that stood in the month, wherever they were moved since."""
    moved = await keys_changed_since(session, Appointment, moment, limit=ROWS_MAX + 1)
    rows = await _stood(session, Appointment.ends_at, since, until, moment, others=moved)
    numbers = await _numbers(session, rows)
    return [
        Given(f"#{one.id}", numbers[one.work_order_id], "come", one.ends_at, None, one.state)
        for one in rows
    ]


async def _stood(
    session: AsyncSession, column: InstrumentedAttribute[Any], since: datetime, until: datetime,
    moment: datetime, *, others: Sequence[str] = (),
) -> list[Any]:  # fmt: skip
    """Rows with that time in the month, by id; ``others`` may have had it then."""
    kind: Any = column.class_
    found = select(kind.id).where(column >= since, column < until).limit(ROWS_MAX + 1)
    keys = {*map(str, await session.scalars(found)), *others}
    if len(keys) > ROWS_MAX:
        raise TooMuchHappened(limit=ROWS_MAX)
    rows: list[Any] = list((await rows_as_of(session, kind, keys, moment)).values())
    mine = [one for one in rows if since <= getattr(one, column.key) < until]
    return sorted(mine, key=lambda one: int(one.id))


async def _numbers(session: AsyncSession, rows: Sequence[Any]) -> dict[int | None, str]:
    """The numbers of their orders, which never change."""
    ids = sorted({one.work_order_id for one in rows if one.work_order_id is not None})
    found: dict[int | None, str] = {}
    for start in range(0, len(ids), AT_ONCE):
        wanted = select(WorkOrder.id, WorkOrder.number)
        rows_now = await session.execute(
            wanted.where(WorkOrder.id.in_(ids[start : start + AT_ONCE]))
        )
        found |= {row.id: row.number for row in rows_now}
    return found
