"""``/work-orders`` and ``/customers``: find, read, move on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.dispatch.history import YEARS_DAYS, history_of, moment_of
from agentdesk.dispatch.past import orders_then, view_then
from agentdesk.dispatch.words import (
    ACTS,
    LIMITS,
    ON_LIMITS,
    PROMISE_STATES,
    PROMISES,
    VERBS,
    by_words,
    limit_words,
    needs,
)
from agentdesk.panels.booking import ANSWERS
from agentdesk.panels.caller import CallerView, add_customer
from agentdesk.panels.contacts import contacts, hand, open_orders, order_lines
from agentdesk.panels.masks import masks
from agentdesk.panels.service import length
from agentdesk.panels.words import CALLER_WORDS, URGENCIES
from agentdesk.shell import render
from crm.catalog import service as catalog
from crm.catalog.fields import asked_at, nested
from crm.catalog.wording import in_words
from crm.catalog.work_order_types import WorkOrderType
from crm.customers import queries as customers
from crm.customers.models import Premise
from crm.customers.search import tries_an_end
from crm.life_cycle.roles import around
from crm.linkage.queries import firings
from crm.outages import service as outages
from crm.privacy.reading import Reads
from crm.promises import service as promised
from crm.sense.queries import suspected_at
from crm.standards import clocks
from crm.watch import service as watch
from crm.watch.models import WatchEntry
from crm.work_orders import fees, people, queries, service
from crm.work_orders.handling import handle, possible
from crm.work_orders.models import WorkOrder
from crm.work_orders.parts import parts
from mainline.clock import now
from mainline.errors import Invalid, NotFound
from mainline.i18n import _, current_locale
from mainline.ids import customer_subject, order_subject
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import (
    Config,
    ReadSession,
    Who,
    WriteSession,
    allow,
    cursor,
    last_line,
)

router = APIRouter()
LIMIT: Final = 50
FORM_FIELDS_MAX: Final = 200
Number = Annotated[str, Path(pattern=r"^[0-9-]{4,20}$")]
Next = Annotated[str, Query(max_length=300)]
Kinds = Annotated[Sequence[Literal[
    "call", "order", "appointment", "promise", "callback", "message", "note", "bill", "payment",
    "reading", "outage", "change",
]], Query(max_length=12)]  # fmt: skip
Choice = Annotated[str, Query(pattern=r"^(open|overdue|all)$")]
_SEES_ORDERS: Final = allow(Permission.SEE_WORK_ORDERS)
_SEES_CUSTOMERS: Final = allow(Permission.SEE_CUSTOMERS)


@router.get("/work-orders", dependencies=[_SEES_ORDERS])
async def orders(
    request: Request,
    session: ReadSession,
    who: Who,
    show: Choice = "open",
    type: Annotated[str, Query(max_length=32)] = "",  # noqa: A002 - the address people see
    after: Next = "",
) -> HTMLResponse:
    """The list, the newest first."""
    wanted = queries.Filter(
        open=None if show == "all" else True,
        type_code=type or None,
        overdue_at=now() if show == "overdue" else None,
    )
    found = await queries.find(session, wanted, limit=LIMIT, before=last_line(after, int))
    last = found[-1] if len(found) == LIMIT else None
    more = {"show": show, "type": type, "after": cursor(last.opened_at.isoformat(), last.id)} if (
        last is not None
    ) else None  # fmt: skip
    return render(
        request,
        "dispatch/orders.html",
        lines=await order_lines(session, found),
        names=await _names(session, who.sees, found),
        types=await _types(session),
        urgencies=URGENCIES,
        limits=LIMITS,
        hand=hand,
        show=show,
        type=type,
        more=urlencode(more) if more else "",
    )


async def _names(session: AsyncSession, sees: Eyes, found: list[WorkOrder]) -> dict[int, str]:
    known = await customers.names(session, {one.customer_id for one in found if one.customer_id})
    return {each: sees.name(name) for each, name in known.items()}


async def _types(session: AsyncSession) -> list[tuple[str, str]]:
    try:
        body = (await catalog.work_order_types(session)).body
    except NotFound:
        return []
    return [(each.code, each.name.to(current_locale())) for each in body.types]


@router.get("/work-orders/{number}", dependencies=[_SEES_ORDERS])
async def order(
    request: Request, number: Number, session: ReadSession, who: Who, settings: Config
) -> HTMLResponse:
    """One order: what, where, for whom, how far, and what can be done now."""
    found = await service.by_number(session, number)
    types = (await catalog.work_order_types(session, found.type_version)).body
    kind, customer = types.type(found.type_code), await _customer(session, found.customer_id)
    return render(
        request,
        "dispatch/order.html",
        line=(await order_lines(session, [found]))[0],
        answers=ANSWERS,
        **await masks(session, who, f"/work-orders/{number}", order_subject(found.id)),
        customer=customer,
        watched=await _watched(session, found.customer_id, settings),
        words=CALLER_WORDS,
        premise=await _premise(session, customer, found),
        filled=list(_filled(kind, found)),
        kind=kind,
        asked=lambda action: asked_at(kind.fields, action),
        can=await possible(session, found) if who.may(Permission.MOVE_WORK_ORDERS) else None,
        clocks=await clocks.of_work_order(session, found, settings.zone),
        length=length,
        verbs=VERBS,
        needs=needs,
        limits=LIMITS,
        promise_words=PROMISES,
        promise_states=PROMISE_STATES,
        may_promise=who.may(Permission.OPEN_WORK_ORDERS) and found.closed_at is None,
        teams=[(code, name.to(current_locale())) for code, name in types.teams.items()],
        people=await people.everybody(session),
        moves=await queries.moves(session, found.id),
        step_words=lambda code: types.step(found.type_code, code).label.to(current_locale()),
        urgency=_(URGENCIES[found.urgency]),
        acts=ACTS,
        on_limits=ON_LIMITS,
        limit_words=limit_words,
        by_words=by_words,
        hand=hand,
        sees_calls=who.may(Permission.SEE_CALLS),
        sees_customers=who.may(Permission.SEE_CUSTOMERS),
        may_charge=who.may(Permission.MOVE_WORK_ORDERS) and found.closed_at is None,
        **await _wider(session, found),
    )


async def _wider(session: AsyncSession, order: WorkOrder) -> dict[str, Any]:
    """What it is part of, what is part of it, and what is wrong around its place."""
    place, lines = order.premise_id, await fees.fees_of(session, order.id)
    return {
        "charged": {each.code: each.quantity for each in lines},
        "total_fen": fees.total_fen(lines),
        "whole": await session.get(WorkOrder, order.parent_id) if order.parent_id else None,
        "parts": await parts(session, order),
        "firings": await firings(session, work_order=order.number, limit=20),
        "promises": await promised.of_order(session, order.id),
        "outages": await outages.for_premise(session, place) if place else [],
        "suspected": await suspected_at(session, place) if place else [],
    }


async def _watched(
    session: AsyncSession, customer_id: int | None, config: Config
) -> list[WatchEntry]:
    if customer_id is None:
        return []
    return await watch.standing(session, customer_id, now().astimezone(config.zone).date())


async def _customer(
    session: AsyncSession, customer_id: int | None
) -> customers.CustomerView | None:
    return None if customer_id is None else await customers.view(session, customer_id)


async def _premise(
    session: AsyncSession, customer: customers.CustomerView | None, order: WorkOrder
) -> str:
    english = current_locale() == "en"
    for account in customer.accounts if customer else ():
        if account.premise_id == order.premise_id:
            return account.address_en if english and account.address_en else account.address_zh
    place = await session.get(Premise, order.premise_id) if order.premise_id else None
    return (place.address_en if english and place.address_en else place.address_zh) if place else ""


def _filled(kind: WorkOrderType, order: WorkOrder) -> list[tuple[str, str]]:
    """Label and value of each field in words."""
    locale = current_locale()
    return [
        (field.label.to(locale), in_words(field, order.fields[field.name], locale))
        for field in kind.fields
        if field.name in order.fields
    ]


@router.post("/work-orders/{number}/moves", dependencies=[allow(Permission.MOVE_WORK_ORDERS)])
async def move(
    request: Request,
    number: Number,
    session: WriteSession,
    who: Who,
    action: Annotated[str, Form(max_length=32)],
    note: Annotated[str, Form(max_length=2000)] = "",
    to: Annotated[str, Form(max_length=64)] = "",
    on_behalf_of: Annotated[str, Form(max_length=64)] = "",
) -> RedirectResponse:
    """Do something with the order, for oneself or for somebody who did it."""
    await handle(
        session, number, action, entered_by=who.agent_number or who.name,
        on_behalf_of=on_behalf_of, note=note, to=to, roles=who.roles,
        fields=nested(await _plain_form(request), "f"),
    )  # fmt: skip
    return RedirectResponse(f"/work-orders/{number}", status_code=303)


@router.post("/work-orders/{number}/fees", dependencies=[allow(Permission.MOVE_WORK_ORDERS)])
async def charge(
    request: Request, number: Number, session: WriteSession, who: Who
) -> RedirectResponse:
    """So many of each fee line, instead of those of before."""
    given = nested(await _plain_form(request), "q")
    counts = {code: _count(code, value) for code, value in given.items()}
    await fees.charge(session, number, counts, by=who.agent_number or who.name)
    return RedirectResponse(f"/work-orders/{number}", status_code=303)


async def _plain_form(request: Request) -> dict[str, str]:
    """What was typed: short texts, not too many."""
    form = await request.form(max_fields=FORM_FIELDS_MAX)
    return {key: value for key, value in form.items() if isinstance(value, str)}


def _count(code: str, value: Any) -> int:
    text = value.strip()[:5] if isinstance(value, str) else "?"
    if not (text or "0").isdecimal():
        raise Invalid(f"fees: {code}")
    return int(text or "0")


@router.post("/work-orders/{number}/promises", dependencies=[allow(Permission.OPEN_WORK_ORDERS)])
async def promise(
    number: Number,
    session: WriteSession,
    who: Who,
    config: Config,
    what: Annotated[Literal["call", "come"], Form()],
    due_at: Annotated[datetime, Form()],
    text: Annotated[str, Form(max_length=400)] = "",
) -> RedirectResponse:
    """Promise the order's customer a time, given as the company's clocks show it."""
    local = due_at if due_at.tzinfo else due_at.replace(tzinfo=config.zone)
    await promised.make(
        session, key=f"order:{number}:{what}:{local.isoformat()}", what=what, source="agent",
        due_at=local, by=who.agent_number or who.name, text=text, order_number=number,
        area_code=config.home_area_code,
    )  # fmt: skip
    return RedirectResponse(f"/work-orders/{number}", status_code=303)


@router.get("/customers", dependencies=[_SEES_CUSTOMERS])
async def find_customers(
    request: Request,
    session: ReadSession,
    settings: Config,
    who: Who,
    reads: Reads,
    q: Annotated[str, Query(max_length=64)] = "",
    after: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """By name, telephone, account number or address."""
    asked = await reads.searches(guess=tries_an_end(q))
    found = await customers.find(
        session, q, limit=LIMIT, after=after, area_code=settings.home_area_code
    )
    await reads.listed(asked, len(found))
    last = found[-1].customer.id if len(found) == LIMIT else None
    return render(
        request,
        "dispatch/customers.html",
        found=found,
        q=q,
        more=urlencode({"q": q, "after": last}) if last else "",
        words=CALLER_WORDS,
        sees_duplicates=who.may(Permission.EDIT_CUSTOMERS),
        sees_exports=who.may(Permission.EXPORT),
    )


@router.get("/customers/{customer_id:int}", dependencies=[_SEES_CUSTOMERS])
async def customer(
    request: Request,
    customer_id: int,
    session: ReadSession,
    settings: Config,
    who: Who,
    reads: Reads,
    kind: Kinds = (),
    day: Annotated[str, Query(max_length=10)] = "",
    after: Next = "",
) -> Response:
    """One customer: accounts, arrears, orders, and everything that happened; also as of a day."""
    until = moment_of(day, settings.zone)
    view = CallerView(call_id="")
    await add_customer(session, settings, view, customer_id)
    if view.customer is None:
        raise NotFound("customer")
    if view.customer.customer.id != customer_id:
        return RedirectResponse(f"/customers/{view.customer.customer.id}", status_code=303)
    title = view.customer.customer.name
    orders = await open_orders(session, customer_id) if until is None else []
    if until is not None:
        view = await view_then(session, customer_id, until, settings.zone)
        orders = await orders_then(session, customer_id, until)
    history = await history_of(
        session, customer_id, who=who, zone=settings.zone, kinds=kind, until=until, after=after
    )
    day_then = (until or now()).astimezone(settings.zone).date()
    standing = await around(session, customer_id, until)
    subject = customer_subject(customer_id)
    await reads.opens(subject)
    return render(
        request,
        "dispatch/customer.html",
        view=view,
        roles=[each for each in standing if each.stands(day_then)],
        title=title,
        customer_id=customer_id,
        history=history,
        kinds=kind,
        reach=YEARS_DAYS,
        contacts=await contacts(session, "", customer_id, "") if until is None else [],
        orders=orders,
        words=CALLER_WORDS,
        **await masks(session, who, f"/customers/{customer_id}", subject),
        may_watch=who.may(Permission.WATCH_CUSTOMERS),
        may_edit=who.may(Permission.EDIT_CUSTOMERS),
        may_call_out=False,
        may_book=False,
        may_request=who.may(Permission.MAKE_REQUESTS),
    )
