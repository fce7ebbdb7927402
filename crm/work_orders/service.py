"""Open work orders and move them along the steps of their type."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.fields import asked_at, checked
from crm.catalog.work_order_types import (
    VERBS,
    Transition,
    WorkOrderType,
    WorkOrderTypes,
)
from crm.customers.models import Customer, Premise, ServiceAccount
from crm.interactions.models import Interaction
from crm.work_orders import clocks, flow, people
from crm.work_orders.events import WorkOrderHandled, WorkOrderMoved, WorkOrderOpened
from crm.work_orders.filling import Filled, fill_in
from crm.work_orders.flow import Act, Around, State
from crm.work_orders.models import WorkOrder, WorkOrderMove
from crm.work_orders.numbering import next_number
from mainline.acting import because
from mainline.clock import now
from mainline.db import Base
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import Event, append

NOTE_CHARS_MAX: Final = 2000
_BY_KEY: Final = select(WorkOrder).where(WorkOrder.key == bindparam("key"))
_BY_NUMBER: Final = select(WorkOrder).where(WorkOrder.number == bindparam("number"))
HELD_BY_NUMBER: Final = _BY_NUMBER.with_for_update()
"""The order of this ``number``; nobody else does anything with it meanwhile."""
_UNFINISHED_PART: Final = (
    select(WorkOrder.id)
    .where(
        WorkOrder.parent_id == bindparam("whole"),
        WorkOrder.source == "order",
        WorkOrder.completed_at.is_(None),
        WorkOrder.closed_at.is_(None),
    )
    .limit(1)
)


class OrderIsRequest(MainlineError):
    """The company wants it asked for as a request, with papers and somebody who agrees."""

    code = "order-is-request"
    words = Text("This is no work order but a request: make a request for the account.")


_ALONE: Final = frozenset({"reassign", "supervise", "pause", "resume"})
"""What is done with an order and concerns no other one."""
R = TypeVar("R", bound=Base)
Source = Literal["ivr", "desk", "api", "outage", "order", "request", "rule"]


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
    urgency: str | None = None,
    team: str = "",
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
    if kind.request:
        raise OrderIsRequest
    values = _opening(kind, fields or {}) if source in {"desk", "api"} else {}
    place = await _place(session, customer_id, account_id, premise_id)
    opened_at = at or now()
    number = await next_number(session, opened_at.astimezone(zone).date())
    if (there := await _by_key(session, key)) is not None:
        return there  # another process was faster; the counter's row made us wait for it
    begun = flow.begin(types.body, kind.code, team)
    order = WorkOrder(
        number=number,
        key=key,
        type_code=kind.code,
        type_version=types.version,
        **place,
        call_id=call_id,
        call_offset_s=await _offset(session, call_id, opened_at),
        source=source,
        step=begun.step,
        urgency=urgency or kind.urgency,
        team=begun.team,
        owner=begun.owner,
        overseer=begun.overseer,
        summary=summary.strip()[:NOTE_CHARS_MAX] or kind.name.zh,
        contact=contact[:64],
        fields=values,
        opened_at=opened_at,
    )
    clocks.start(order, types.body, zone)
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
    to: str = "",
    entered_by: str = "",
    at: datetime | None = None,
    filled: Filled | None = None,
) -> WorkOrder:
    """Do something with an order; refused when it may not be done as the order stands.

    ``by`` did it; ``entered_by`` keyed it in, if that was somebody else. ``filled``: what they
    filled in; None: it happens by itself, and nobody is asked for anything.
    """
    if action not in _ALONE and action in VERBS:
        raise Invalid("action")
    order = await by_number(session, number, lock=True)
    keyed = entered_by if entered_by != by else ""
    act = Act(action, by, await people.named(session, order, to), note, keyed)
    await do(session, order, act, at=at or now(), filled=filled)
    return order


async def do(
    session: AsyncSession,
    order: WorkOrder,
    act: Act,
    *,
    at: datetime,
    around: Around | None = None,
    filled: Filled | None = None,
) -> None:
    """The order as it is after that, with a line of its history and a fact."""
    types = (await catalog.work_order_types(session, order.type_version)).body
    standing = await standing_of(session, order, at=at)
    after = flow.apply(types, order.type_code, standing.state, act, around or standing.around)
    before = order.step
    if filled is not None:
        fill_in(order, types, act, filled, at)
    clocks.turn(order, types, act, after, at)
    order.step, order.owner, order.overseer, order.team = (
        after.step, after.owner, after.overseer, after.team,
    )  # fmt: skip
    write(session, order, at=at, act=act, before=before)
    await session.flush()
    await append(session, _fact(order, act, before, at))


def _fact(order: WorkOrder, act: Act, before: str, at: datetime) -> Event:
    who = {"by": act.by, "entered_by": act.entered_by, "owner": order.owner}
    told = {
        "subject": f"work_order:{order.id}", "at": at, "number": order.number,
        "action": act.action, **who,
    }  # fmt: skip
    if act.action not in VERBS or act.action == "follow":
        return WorkOrderMoved.model_validate({**told, "from_step": before, "to_step": order.step})
    clock = {"due_respond_at": order.due_respond_at, "due_complete_at": order.due_complete_at}
    return WorkOrderHandled.model_validate({**told, "overseer": order.overseer, **clock})


@dataclass(frozen=True, slots=True)
class Standing:
    """An order as the flow sees it."""

    state: State
    around: Around


async def standing_of(session: AsyncSession, order: WorkOrder, *, at: datetime) -> Standing:
    """How it stands, with what others know about it."""
    whole = await session.get(WorkOrder, order.parent_id) if order.parent_id else None
    open_part = await session.scalar(_UNFINISHED_PART, {"whole": order.id})
    late = order.completed_at is None and order.due_complete_at < at and order.paused_at is None
    around = Around(whole is not None and whole.closed_at is None, open_part is not None, late)
    state = State(
        order.step, order.owner, order.overseer, order.team, order.paused_at is not None,
        whole.number if whole else "",
    )  # fmt: skip
    return Standing(state, around)


async def by_number(session: AsyncSession, number: str, *, lock: bool = False) -> WorkOrder:
    """The order with this number."""
    order: WorkOrder | None = await session.scalar(
        HELD_BY_NUMBER if lock else _BY_NUMBER, {"number": number}
    )
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


async def _tell_opened(session: AsyncSession, order: WorkOrder, by: str) -> None:
    write(session, order, at=order.opened_at, act=Act("open", by, order.team), before=None)
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
    session: AsyncSession, order: WorkOrder, *, at: datetime, act: Act, before: str | None
) -> None:
    """One line of the order's history."""
    line = WorkOrderMove(work_order_id=order.id, at=at, by=act.by, action=act.action)
    line.from_step, line.to_step, line.target = before, order.step, act.to[:64]
    line.entered_by, line.note = act.entered_by, act.note.strip()[:NOTE_CHARS_MAX]
    session.add(line)
    because(session, line.note)


def _opening(kind: WorkOrderType, fields: Mapping[str, object]) -> dict[str, Any]:
    return checked(asked_at(kind.fields), fields)


async def _by_key(session: AsyncSession, key: str) -> WorkOrder | None:
    found: WorkOrder | None = await session.scalar(_BY_KEY, {"key": key})
    return found


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
