"""A request goes on as far as it can: orders are opened, then the archive is changed."""

from datetime import date, datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.life_cycle import effects
from crm.life_cycle.events import (
    AccountChanged,
    RequestDone,
    RequestOrdered,
    RequestStopped,
    request_subject,
)
from crm.life_cycle.flow import Standing, agreed, state_of
from crm.life_cycle.kinds import LIFE_CYCLE
from crm.life_cycle.known import ORDER_KEY
from crm.life_cycle.models import LifeRequest
from crm.life_cycle.rules import ORDERS_MAX, LifeCycle, RequestKind
from crm.work_orders import service as work_orders
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note as noted
from mainline import definitions
from mainline.acting import because
from mainline.clock import now
from mainline.config import Settings
from mainline.definitions import COMPANY
from mainline.errors import MainlineError
from mainline.journal import append

WITHDRAWN: Final = "request_withdrawn"
ATTEMPTS_MAX: Final = 5
"""So often an order is opened again that was called off."""


async def definition(session: AsyncSession, request: LifeRequest) -> LifeCycle:
    """The definition it was made under."""
    found = await definitions.version(session, LIFE_CYCLE.name, COMPANY, request.version)
    return cast(LifeCycle, found.body)


async def advance(
    session: AsyncSession, request: LifeRequest, *, by: str, zone: ZoneInfo, again: bool = False
) -> None:
    """Where it stands now, and what follows from that."""
    body = await definition(session, request)
    what, today = body.kind(request.kind), now().astimezone(zone).date()
    following = await orders(session, request)
    if agreed(what, _standing(request, today, 0)):
        following += await _order(session, request, what, following, by, again=again)
    unfinished = len(what.orders) - len(_done(following))
    state = state_of(what, _standing(request, today, unfinished))
    if state == "done":
        await _take_effect(session, request, what, by)
    else:
        request.state = state
    await session.flush()


def _standing(request: LifeRequest, today: date, unfinished: int) -> Standing:
    return Standing(
        frozenset(one["code"] for one in request.documents),
        tuple(one["by"] for one in request.approvals),
        unfinished, request.effective_on, today,
    )  # fmt: skip


async def orders(session: AsyncSession, request: LifeRequest) -> list[WorkOrder]:
    """What follows from it, oldest first."""
    keys = [
        order_key(request, place, attempt)
        for place in range(ORDERS_MAX)
        for attempt in range(ATTEMPTS_MAX)
    ]
    wanted = select(WorkOrder).where(WorkOrder.key.in_(keys))
    return list(await session.scalars(wanted.order_by(WorkOrder.id)))


def order_key(request: LifeRequest, place: int, attempt: int) -> str:
    """One order for each place in the definition; another one when it was called off."""
    return f"{ORDER_KEY}{request.number}:{place}:{attempt}"


def _place(order: WorkOrder) -> str:
    return order.key.split(":")[2]


def _done(following: list[WorkOrder]) -> set[str]:
    return {_place(one) for one in following if one.completed_at is not None}


def called_off(order: WorkOrder) -> bool:
    """Closed, and not because it was done."""
    return order.closed_at is not None and order.completed_at is None


async def _order(
    session: AsyncSession, request: LifeRequest, what: RequestKind, there: list[WorkOrder],
    by: str, *, again: bool,
) -> list[WorkOrder]:  # fmt: skip
    """Open what is not open yet; with ``again`` also what was called off."""
    opened = []
    for index, following in enumerate(what.orders):
        mine = [one for one in there if _place(one) == str(index)]
        wanted = not mine or (again and called_off(mine[-1]))
        if not wanted or len(mine) == ATTEMPTS_MAX:
            continue
        order = await work_orders.open_work_order(
            session, type_code=following.type, by=by, source="request",
            key=order_key(request, index, len(mine)),
            customer_id=request.customer_id, account_id=request.account_id,
            call_id=request.call_id, zone=Settings().zone,
            summary=(following.summary or what.name).zh + f"（{request.number}）",
        )  # fmt: skip
        fact = RequestOrdered(
            subject=request_subject(request.number), number=request.number,
            work_order=order.number, by=by,
        )  # fmt: skip
        await append(session, fact)
        opened.append(order)
    return opened


async def _take_effect(
    session: AsyncSession, request: LifeRequest, what: RequestKind, by: str
) -> None:
    """In one transaction with its facts."""
    utility = "" if request.account_id else Settings().pack
    because(session, f"{what.name.zh} {request.number}")
    changes = await effects.apply(session, request, what.effect, utility)
    request.state, request.stopped, request.ended_at = "done", "", now()
    await session.flush()
    for change in changes:
        await append(session, AccountChanged(
            subject=f"account:{change.account.id}", number=request.number, effect=what.effect,
            customer_id=change.account.customer_id, effective_on=request.effective_on, by=by,
            before=change.before, after=change.after,
        ))  # fmt: skip
    await append(session, RequestDone(
        subject=request_subject(request.number), number=request.number, what=what.code, by=by,
    ))  # fmt: skip


async def advance_or_stop(
    session: AsyncSession, request: LifeRequest, *, by: str, zone: ZoneInfo
) -> None:
    """The same where nobody waits for an answer: what is refused is kept with the request."""
    try:
        async with session.begin_nested():
            await advance(session, request, by=by, zone=zone)
    except MainlineError as error:
        await session.refresh(request)
        if request.stopped != error.code:
            request.stopped = error.code[:32]
            subject = request_subject(request.number)
            fact = RequestStopped(subject=subject, number=request.number, why=error.code)
            await append(session, fact)


async def call_off(session: AsyncSession, request: LifeRequest, *, by: str, note: str) -> None:
    """Close the orders that followed, where their flow lets that be; the others are told."""
    at = now()
    for order in await orders(session, request):
        if order.closed_at is not None or order.completed_at is not None:
            continue
        action = await _cancelling(session, order)
        if action:
            await work_orders.move(session, order.number, action, by=by, note=note, at=at)
        else:
            await noted(session, order, WITHDRAWN, by=by, text=note, at=at)


async def _cancelling(session: AsyncSession, order: WorkOrder) -> str:
    types = (await catalog.work_order_types(session, order.type_version)).body
    ways = types.step(order.type_code, order.step).transitions
    ends = {way.action: types.step(order.type_code, way.to) for way in ways}
    fitting = (a for a, step in ends.items() if step.is_final and step.stage == "returned")
    return "" if order.paused_at else next(fitting, "")


async def due(session: AsyncSession, at: datetime, zone: ZoneInfo) -> list[str]:
    """Requests whose day has come."""
    today = at.astimezone(zone).date()
    wanted = select(LifeRequest.number).where(
        LifeRequest.state == "date", LifeRequest.effective_on <= today, LifeRequest.stopped == ""
    )
    return list(await session.scalars(wanted.order_by(LifeRequest.id).limit(100)))


async def take_effect(session: AsyncSession, number: str, *, zone: ZoneInfo) -> None:
    """Its day has come."""
    wanted = select(LifeRequest).where(LifeRequest.number == number, LifeRequest.state == "date")
    request = await session.scalar(wanted.with_for_update())
    if request is not None:
        by = request.approvals[-1]["by"] if request.approvals else request.asked_by
        await advance_or_stop(session, request, by=by, zone=zone)
