"""Open work orders and move them along the steps of their type."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.fields import checked
from crm.catalog.work_order_types import Step, Transition, WorkOrderType, WorkOrderTypes
from crm.customers.models import Customer, Premise, ServiceAccount
from crm.interactions.models import Interaction
from crm.work_orders.events import WorkOrderMoved, WorkOrderOpened
from crm.work_orders.models import WorkOrder, WorkOrderMove
from crm.work_orders.numbering import next_number
from mainline.clock import now
from mainline.db import Base
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

NOTE_CHARS_MAX: Final = 2000
OVERSEER: Final = "dispatcher"
"""Who watches over an order until somebody else does."""
R = TypeVar("R", bound=Base)
Source = Literal["ivr", "desk", "api", "outage"]


class NotPossible(MainlineError):
    """The order's step does not allow this."""

    code = "step-refused"
    words = Text("This cannot be done in the step the order is in: %(step)s.")


class NoteNeeded(Invalid):
    """This needs a reason."""

    code = "note-needed"
    words = Text("Please say why.")


async def open_work_order(
    session: AsyncSession,
    *,
    type_code: str,
    key: str,
    by: str,
    source: Source,
    customer_id: int | None = None,
    account_id: int | None = None,
    premise_id: int | None = None,
    call_id: str | None = None,
    summary: str = "",
    contact: str = "",
    fields: Mapping[str, object] | None = None,
    zone: ZoneInfo | None = None,
    at: datetime | None = None,
) -> WorkOrder:
    """Open an order; the same ``key`` gives the same order again, however often it is asked.

    A caller's keypad cannot fill in fields: they are required of people only (source desk or api).
    ``at`` is when it happened, if it is written down later.
    """
    if not 0 < len(key) <= 160:  # noqa: PLR2004 - the column's width
        raise Invalid("key")
    if (there := await _by_key(session, key)) is not None:
        return there
    types = await catalog.work_order_types(session)
    kind = types.body.type(type_code)
    values = checked(kind.fields, fields or {}) if source in {"desk", "api"} else {}
    place = await _place(session, customer_id, account_id, premise_id)
    opened_at = at or now()
    number = await next_number(session, opened_at.astimezone(zone).date())
    if (there := await _by_key(session, key)) is not None:
        return there  # another process was faster; the counter's row made us wait for it
    order = WorkOrder(
        number=number,
        key=key,
        type_code=kind.code,
        type_version=types.version,
        **place,
        call_id=call_id,
        call_offset_s=await _offset(session, call_id, opened_at),
        source=source,
        step=types.body.first_step(kind.code).code,
        urgency=kind.urgency,
        team=kind.team,
        owner=kind.team,
        overseer=OVERSEER,
        summary=summary.strip()[:NOTE_CHARS_MAX] or kind.name.zh,
        contact=contact[:64],
        fields=values,
        opened_at=opened_at,
        due_respond_at=opened_at + timedelta(minutes=kind.respond_minutes),
        due_complete_at=opened_at + timedelta(minutes=kind.complete_minutes),
    )
    session.add(order)
    await session.flush()
    await _tell_opened(session, order, by)
    return order


async def open_for_fault(
    session: AsyncSession,
    *,
    fault: str,
    call_id: str,
    customer_id: int | None,
    account_id: int | None,
    contact: str,
    zone: ZoneInfo,
    at: datetime | None = None,
) -> WorkOrder:
    """A fault report by keypad; the same fault in the same call is one order.

    ``at``: when the call came, where the legal clock runs from there.
    """
    types = await catalog.work_order_types(session)
    return await open_work_order(
        session,
        type_code=types.body.for_fault(fault).code,
        key=f"ivr:{call_id}:{fault}",
        by="ivr",
        source="ivr",
        customer_id=customer_id,
        account_id=account_id,
        call_id=call_id,
        contact=contact,
        zone=zone,
        at=at,
    )


async def move(
    session: AsyncSession,
    number: str,
    action: str,
    *,
    by: str,
    note: str = "",
    at: datetime | None = None,
) -> WorkOrder:
    """Do something with an order; refused when its step does not allow it."""
    order = await by_number(session, number, lock=True)
    types = await catalog.work_order_types(session, order.type_version)
    step = types.body.step(order.type_code, order.step)
    transition = _transition(step, action)
    if transition.note and not note.strip():
        raise NoteNeeded
    target = types.body.step(order.type_code, transition.to)
    await go(session, order, transition, target, by=by, note=note, moment=at or now())
    return order


async def by_number(session: AsyncSession, number: str, *, lock: bool = False) -> WorkOrder:
    """The order with this number."""
    wanted = select(WorkOrder).where(WorkOrder.number == number)
    order = await session.scalar(wanted.with_for_update() if lock else wanted)
    if order is None:
        raise NotFound("work-order")
    return order


async def type_of(session: AsyncSession, order: WorkOrder) -> WorkOrderType:
    """The type as it was when the order was opened."""
    types = await catalog.work_order_types(session, order.type_version)
    return types.body.type(order.type_code)


def actions(types: WorkOrderTypes, order: WorkOrder) -> tuple[Transition, ...]:
    """What can be done with the order now."""
    return types.step(order.type_code, order.step).transitions


def _transition(step: Step, action: str) -> Transition:
    found = next((one for one in step.transitions if one.action == action), None)
    if found is None:
        raise NotPossible(step.code, step=f"{step.label.zh} {step.label.en}")
    return found


async def go(
    session: AsyncSession,
    order: WorkOrder,
    transition: Transition,
    target: Step,
    *,
    by: str,
    note: str,
    moment: datetime,
) -> None:
    """Take the order to the target, whoever decided that; the history and the fact come along."""
    before = order.step
    order.step = target.code
    order.owner = by if transition.takes else order.team if target.stage == "new" else order.owner
    order.responded_at = order.responded_at or moment
    if target.stage == "done":
        order.completed_at = order.completed_at or moment
    elif not target.is_final:
        order.completed_at = None
    order.closed_at = moment if target.is_final else None
    write(session, order, at=moment, by=by, action=transition.action, before=before, note=note)
    await session.flush()
    await append(
        session,
        WorkOrderMoved(
            subject=f"work_order:{order.id}",
            at=moment,
            number=order.number,
            action=transition.action,
            from_step=before,
            to_step=order.step,
            by=by,
            owner=order.owner,
        ),
    )


async def _tell_opened(session: AsyncSession, order: WorkOrder, by: str) -> None:
    write(session, order, at=order.opened_at, by=by, action="open", before=None, note="")
    await append(
        session,
        WorkOrderOpened(
            subject=f"work_order:{order.id}",
            at=order.opened_at,
            number=order.number,
            type_code=order.type_code,
            urgency=order.urgency,
            team=order.team,
            customer_id=order.customer_id,
            call_id=order.call_id,
            by=by,
        ),
    )


def write(
    session: AsyncSession,
    order: WorkOrder,
    *,
    at: datetime,
    by: str,
    action: str,
    before: str | None,
    note: str,
) -> None:
    """One line of the order's history."""
    line = WorkOrderMove(work_order_id=order.id, at=at, by=by, action=action, from_step=before)
    line.to_step, line.note = order.step, note.strip()[:NOTE_CHARS_MAX]
    session.add(line)


async def _by_key(session: AsyncSession, key: str) -> WorkOrder | None:
    return await session.scalar(select(WorkOrder).where(WorkOrder.key == key))


async def _place(
    session: AsyncSession, customer_id: int | None, account_id: int | None, premise_id: int | None
) -> dict[str, int | None]:
    """Customer, account and premise, each checked; an account tells the other two."""
    if account_id is not None:
        account = await _existing(session, ServiceAccount, account_id)
        customer_id = account.customer_id if customer_id is None else customer_id
        premise_id = account.premise_id if premise_id is None else premise_id
    if customer_id is not None:
        await _existing(session, Customer, customer_id)
    if premise_id is not None:
        await _existing(session, Premise, premise_id)
    return {"customer_id": customer_id, "account_id": account_id, "premise_id": premise_id}


async def _existing(session: AsyncSession, table: type[R], row_id: int) -> R:
    found = await session.get(table, row_id)
    if found is None:
        raise NotFound(table.__tablename__)
    return found


async def _offset(session: AsyncSession, call_id: str | None, at: datetime) -> float | None:
    """Seconds since the call's recording began: where to listen."""
    if call_id is None:
        return None
    call = await session.get(Interaction, call_id)
    began = (call.recording_started_at or call.offered_at) if call else None
    return max(0.0, round((at - began).total_seconds(), 1)) if began else None
