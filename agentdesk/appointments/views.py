"""``/work-orders/…/appointment`` and ``/appointments``: promise, move, cancel; who comes where."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.panels.booking import (
    ANSWERS,
    STATES,
    TONES,
    WHYS,
    booking,
    day_words,
    slot_words,
)
from agentdesk.panels.contacts import order_lines
from agentdesk.shell import render
from crm.appointments import queries, service
from crm.appointments.models import Appointment
from crm.appointments.rules import AppointmentRules, places
from crm.customers import queries as customers
from crm.work_orders import service as orders
from crm.work_orders.models import WorkOrder
from mainline.clock import now
from mainline.errors import Invalid, MainlineError
from mainline.i18n import current_locale
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(include_in_schema=False)
_SEES: Final = allow(Permission.SEE_WORK_ORDERS)
_BOOKS: Final = allow(Permission.OPEN_WORK_ORDERS)
Number = Annotated[str, Path(pattern=r"^[0-9-]{4,20}$")]
When = Annotated[str, Form(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}/[a-z][a-z0-9_-]{0,23})?$")]
Reason = Annotated[str, Form(max_length=service.REASON_CHARS_MAX)]


@router.get("/work-orders/{number}/appointment", dependencies=[_SEES])
async def page(
    request: Request, number: Number, session: ReadSession, who: Who, config: Config
) -> HTMLResponse:
    """The calendar of an order, and what was promised before."""
    return await _page(request, session, config, who, number)


@router.get("/work-orders/{number}/appointment/calendar", dependencies=[_SEES])
async def calendar(
    request: Request, number: Number, session: ReadSession, who: Who, config: Config
) -> HTMLResponse:
    """The calendar alone: a piece of the desk's page."""
    order = await orders.by_number(session, number)
    found = await booking(session, config, order)
    return render(request, "panels/booking.html", **_words(who), booking=found)


@router.post("/work-orders/{number}/appointment", dependencies=[_BOOKS])
async def promise(
    request: Request,
    number: Number,
    session: WriteSession,
    who: Who,
    config: Config,
    when: When = "",
    reason: Reason = "",
) -> Response:
    """Promise a time, or move it; without a time the promise is taken back."""
    try:
        await _act(session, config, who, number, when, reason)
    except MainlineError as refused:
        return await _page(request, session, config, who, number, refused, reason)
    return RedirectResponse(f"/work-orders/{number}/appointment", status_code=303)


async def _act(
    session: AsyncSession, config: Config, who: Principal, number: str, when: str, reason: str
) -> None:
    by = who.agent_number or who.name
    order = await orders.by_number(session, number)
    present = await queries.of_order(session, order.id)
    if not when:
        if present is None:
            raise service.AppointmentOver
        await service.cancel(session, present.id, reason=reason, by=by)
        return
    day, slot = _time(when)
    if present is None:
        await service.book(session, number, day, slot, by=by, zone=config.zone)
    else:
        await service.move(session, present.id, day, slot, reason=reason, by=by, zone=config.zone)


def _time(when: str) -> tuple[date, str]:
    day, _slash, slot = when.partition("/")
    try:
        return date.fromisoformat(day), slot
    except ValueError as error:
        raise Invalid("day") from error


async def _page(
    request: Request,
    session: AsyncSession,
    config: Config,
    who: Principal,
    number: str,
    refused: MainlineError | None = None,
    reason: str = "",
) -> HTMLResponse:
    order = await orders.by_number(session, number)
    rules = await service.rules(session)
    return render(
        request, "appointments/order.html", status=refused.status if refused else 200,
        **_words(who), booking=await booking(session, config, order),
        line=(await order_lines(session, [order]))[0],
        past=[one for one in await queries.history(session, order.id) if one.state != "booked"],
        slot_words=lambda code: slot_words(rules, code),
        refused=refused.words.to(current_locale(), **refused.values) if refused else "",
        reason=reason,
    )  # fmt: skip


@router.get("/appointments", dependencies=[_SEES])
async def of_day(
    request: Request,
    session: ReadSession,
    who: Who,
    config: Config,
    day: Annotated[date | None, Query()] = None,
) -> HTMLResponse:
    """Who was promised that day, and how full it is."""
    shown = day or now().astimezone(config.zone).date()
    rules = await service.rules(session)
    found = await queries.on_day(session, shown)
    lines = await order_lines(session, [order for _row, order in found])
    return render(
        request, "appointments/day.html", day=shown, day_words=day_words,
        before=shown - timedelta(days=1), after=shown + timedelta(days=1),
        rows=[(row, line) for (row, _order), line in zip(found, lines, strict=True)],
        names=await _names(session, who.sees, [order for _row, order in found]),
        slots=rules.slots, load=_load(rules, shown, [row for row, _order in found]),
        pools={pool.code: pool.label.to(current_locale()) for pool in rules.pools},
        slot_words=lambda code: slot_words(rules, code),
        states=STATES, tones=TONES, answers=ANSWERS,
    )  # fmt: skip


def _load(
    rules: AppointmentRules, day: date, rows: Sequence[Appointment]
) -> list[tuple[str, list[tuple[int, int]]]]:
    """Each pool with the places given and all places of each time."""
    given = [(row.pool, row.slot) for row in rows if row.place is not None]
    return [
        (
            pool.label.to(current_locale()),
            [
                (given.count((pool.code, slot.code)), places(rules, pool, day, slot.code))
                for slot in rules.slots
            ],
        )
        for pool in rules.pools
    ]


async def _names(session: AsyncSession, sees: Eyes, found: Sequence[WorkOrder]) -> dict[int, str]:
    ids = {each.customer_id for each in found if each.customer_id is not None}
    return {
        v.customer.id: sees.name(v.customer.name) for v in await customers.views(session, list(ids))
    }


def _words(who: Principal) -> Mapping[str, Any]:
    return {
        "states": STATES, "tones": TONES, "answers": ANSWERS, "whys": WHYS,
        "day_words": day_words, "may_book": who.may(Permission.OPEN_WORK_ORDERS),
    }  # fmt: skip
