"""Promise, keep, withdraw."""

from datetime import datetime, timedelta
from typing import Final, Literal, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks.rules import ordinary
from crm.callbacks.service import NotCallable
from crm.promises.events import Ending, PromiseEnded, PromiseMade, promise_subject
from crm.promises.models import Promise
from crm.work_orders import service as orders
from crm.work_orders.flow import NoteNeeded
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note
from mainline.acting import because
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append
from mainline.phone import normalise

What = Literal["call", "come", "done"]
Source = Literal["agent", "menu", "text"]
TEXT_CHARS_MAX: Final = 400
DUE_DAYS_MAX: Final = 60


class PromiseOver(MainlineError):
    """Kept, broken or withdrawn."""

    code = "promise-over"
    words = Text("This promise is over.")


async def make(
    session: AsyncSession,
    *,
    key: str,
    what: What,
    source: Source,
    due_at: datetime,
    by: str,
    owner: str = "",
    number: str = "",
    text: str = "",
    order_number: str = "",
    customer_id: int | None = None,
    call_id: str | None = None,
    area_code: str = "",
) -> Promise:
    """Somebody answers for it until then; the same key again gives the same promise.

    Without an owner it is the order's, or whoever promises; without a number, the order's contact.
    """
    known = await session.scalar(select(Promise).where(Promise.key == key))
    if known is not None:
        return known
    if not now() < due_at <= now() + timedelta(days=DUE_DAYS_MAX):
        raise Invalid("due_at")
    order = await orders.by_number(session, order_number, lock=True) if order_number else None
    called = normalise(number or (order.contact if order else ""), area_code=area_code).number or ""
    if not ordinary(called):
        raise NotCallable
    row = Promise(
        key=key, what=what, source=source, text=text.strip()[:TEXT_CHARS_MAX], number=called,
        customer_id=customer_id or (order.customer_id if order else None),
        work_order_id=order.id if order else None, call_id=call_id, due_at=due_at, made_by=by,
        owner=owner or (order.owner if order else by),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    if order is not None:
        await note(session, order, "promise", by=by, text=row.text, call_id=call_id or "")
    fact = PromiseMade(
        subject=promise_subject(row.id), what=what, source=source, owner=row.owner, due_at=due_at,
        by=by, order_number=order_number, call_id=call_id,
    )  # fmt: skip
    await append(session, fact)
    return row


async def answer_for(session: AsyncSession, order: WorkOrder, *, number: str, by: str) -> None:
    """Who called about an order counts on its due time: that is a promise too, made once."""
    called = normalise(order.contact or number).number or ""
    key = f"order:{order.id}"
    known = await session.scalar(select(Promise.id).where(Promise.key == key))
    if known is not None or not ordinary(called) or order.completed_at is not None:
        return
    row = Promise(
        key=key, what="done", source="menu" if order.source == "ivr" else "agent", number=called,
        customer_id=order.customer_id, work_order_id=order.id, call_id=order.call_id,
        due_at=order.due_complete_at, made_by=by[:64], owner=order.owner,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    fact = PromiseMade(
        subject=promise_subject(row.id), what=row.what, source=row.source, owner=row.owner,
        due_at=row.due_at, by=row.made_by, order_number=order.number, call_id=order.call_id,
    )  # fmt: skip
    await append(session, fact)


async def of_order(session: AsyncSession, order_id: int) -> list[Promise]:
    """What was promised about an order, the newest first."""
    mine = select(Promise).where(Promise.work_order_id == order_id)
    return list(await session.scalars(mine.order_by(Promise.id.desc()).limit(50)))


async def keep(session: AsyncSession, promise_id: int, *, by: str) -> Promise:
    """It was done in time; refused when it is over."""
    row = await _open(session, promise_id)
    await end(session, row, "kept", by=by, at=now())
    return row


async def withdraw(session: AsyncSession, promise_id: int, *, by: str, reason: str) -> Promise:
    """It counts no more, for a reason."""
    if not reason.strip():
        raise NoteNeeded
    row = await _open(session, promise_id)
    row.reason = reason.strip()[:TEXT_CHARS_MAX]
    because(session, row.reason)
    await end(session, row, "withdrawn", by=by, at=now())
    return row


async def end(
    session: AsyncSession, row: Promise, how: Ending, *, by: str = "", at: datetime
) -> None:
    """It is over; what is over stays so."""
    if row.state != "open":
        return
    row.state, row.ended_at, row.ended_by = how, at, by[:64]
    fact = PromiseEnded(
        subject=promise_subject(row.id), at=at, how=how, owner=row.owner, due_at=row.due_at,
        by=row.ended_by, callback_id=row.callback_id,
    )  # fmt: skip
    await append(session, fact)


async def _open(session: AsyncSession, promise_id: int) -> Promise:
    row = cast("Promise | None", await session.get(Promise, promise_id, with_for_update=True))
    if row is None:
        raise NotFound("promise")
    if row.state != "open":
        raise PromiseOver
    return row
