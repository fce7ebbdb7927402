"""``/desk``: the agent's page and what it asks of us."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from agentdesk.agent import moving, pledging, wrapping
from agentdesk.agent.duty import Duty, dialable, station
from agentdesk.agent.forms import (
    CallOutForm,
    CandidateForm,
    OrderForm,
    PageForm,
    PauseForm,
    PhoneForm,
    ProofForm,
    TheirsForm,
    WrapupEndForm,
    WrapupForm,
    reasons_told,
    types_told,
)
from agentdesk.agent.who import Number, OnDuty
from agentdesk.agent.words import keys, texts, within
from agentdesk.live import Live
from agentdesk.panels.caller import caller
from agentdesk.panels.contacts import calls_of_today, contacts, open_orders
from agentdesk.panels.masks import masks_of_pop
from agentdesk.panels.words import CALLER_WORDS
from agentdesk.shell import render
from crm.catalog import service as catalog
from crm.life_cycle.models import LifeRequest
from crm.staff.floor import IN_CALL
from crm.staff.rules import pause_reasons
from dialplan.contract import SOFTPHONE_PREFIX
from mainline import clock
from mainline.errors import NotFound
from mainline.i18n import current_locale
from mainline.journal import entries_after
from mainline.journal.talk_events import ConferenceJoined, ConferenceLeft
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

TAKES_CALLS: Final = allow(Permission.TAKE_CALLS)
router = APIRouter(prefix="/desk", dependencies=[TAKES_CALLS])
router.include_router(moving.router)
router.include_router(pledging.router)


@router.get("")
async def desk(request: Request, who: Who, _number: Number, session: ReadSession) -> HTMLResponse:
    """The page."""
    locale = current_locale()
    reasons = [
        {"code": each.code, "label": each.label.to(locale), "limit_s": each.limit_s}
        for each in (await pause_reasons(session)).reasons
    ]
    return render(
        request,
        "agent/desk.html",
        pause_reasons=reasons,
        texts=texts() | {f"pause-{each['code']}": each["label"] for each in reasons},
        keys=keys(),
        within=within(pledging.WITHIN_MIN),
        may_call_out=who.may(Permission.CALL_OUT),
        may_open_orders=who.may(Permission.OPEN_WORK_ORDERS),
    )


@router.get("/state")
async def state(number: Number, duty: OnDuty, settings: Config) -> Mapping[str, Any]:
    """What the agent does now, by the projection."""
    present = await duty.view(number)
    return {
        "number": number,
        "others": await _others(duty, present.call_id if present.state in IN_CALL else None),
        "state": present.state,
        "word": present.word,
        "reason": present.reason,
        "since": (present.since or clock.now()).isoformat(),
        "now": clock.now().isoformat(),
        "call_id": present.call_id,
        "interrupted": present.interrupted,
        "station": present.station,
        "proven_now": duty.claims.proven(present),
        "wrapup_s": settings.wrapup_s,
        "queues": list(present.queues),
        "team": present.team,
        "auto_answer": present.auto_answer,
    }


async def _others(duty: Duty, call_id: str | None) -> int:
    """How many talk in the agent's call beside the two."""
    if call_id is None:
        return 0
    async with duty.database.reading() as session:
        told = [entry.event for entry in await entries_after(session, 0, subject=f"call:{call_id}")]
    came = sum(isinstance(event, ConferenceJoined) for event in told)
    return max(0, came - sum(isinstance(event, ConferenceLeft) for event in told))


@router.post("/phone")
async def phone(
    request: Request, form: PhoneForm, number: Number, duty: OnDuty, settings: Config
) -> Mapping[str, Any]:
    """This page takes the agent's telephone; any other page of the agent is told."""
    password = await duty.sign_in(number, form.page, reloaded=form.reloaded)
    live: Live = request.app.state.live
    live.tell(number, "desk.claimed", page=form.page)
    if not password:
        return {"user": ""}
    return {
        "user": SOFTPHONE_PREFIX + number,
        "password": password,
        "domain": settings.public_host,
        "scheme": "wss" if settings.https else "ws",
        "port": settings.asterisk_https_port if settings.https else settings.asterisk_http_port,
    }


@router.post("/proof")
async def proof(form: ProofForm, number: Number, duty: OnDuty) -> Mapping[str, bool]:
    """The result of the checks of microphone, line and echo."""
    found = {"microphone": form.microphone, "socket": form.socket, "echo": form.echo}
    return {"proven": await duty.prove(number, form.page, **found)}


@router.post("/ready", status_code=204)
async def ready(number: Number, duty: OnDuty) -> None:
    """Calls may come; refused while the desk is not proven."""
    await duty.ready(number)


@router.post("/pause", status_code=204)
async def pause(form: PauseForm, number: Number, duty: OnDuty) -> None:
    """No calls for now."""
    await duty.pause(number, form.reason)


@router.post("/sign-out", status_code=204)
async def sign_out(number: Number, duty: OnDuty) -> None:
    """End of duty."""
    await duty.end(number)


@router.post("/rejoin", status_code=204)
async def rejoin(_form: PageForm, number: Number, duty: OnDuty) -> None:
    """The page was reloaded in mid-call: bring the caller back to it."""
    await duty.rejoin(number)


@router.post("/call", dependencies=[allow(Permission.CALL_OUT)])
async def call_out(
    form: CallOutForm, number: Number, duty: OnDuty, settings: Config
) -> Mapping[str, str]:
    """Call a customer; a number that the agent may not see is looked up here."""
    if form.phone_id is None:
        wanted = dialable(form.number, settings.home_area_code)
    else:
        wanted = await duty.number_of(form.customer_id, form.phone_id)
    call_id = await duty.switchboard.call_out(number, station(await duty.view(number)), wanted)
    if form.phone_id is not None and form.customer_id is not None:
        await duty.identified(call_id, form.customer_id)
    return {"call_id": call_id}


@router.get("/pop/{call_id}")
async def pop(
    request: Request, call_id: str, session: ReadSession, settings: Config, who: Who
) -> Response:
    """The screen pop of a call, a piece of the page; empty while the call is not in the books."""
    try:
        view = await caller(session, settings, call_id)
    except NotFound:
        return Response(status_code=204)
    customer = view.customer.customer.id if view.customer else None
    return render(
        request,
        "panels/caller.html",
        **await masks_of_pop(session, who, call_id, customer),
        view=view,
        contacts=await contacts(session, call_id, customer, view.number),
        orders=await open_orders(session, customer),
        words=CALLER_WORDS,
        may_call_out=who.may(Permission.CALL_OUT),
        may_book=who.may(Permission.OPEN_WORK_ORDERS),
        may_confirm=True,
    )


@router.post("/candidate", status_code=204)
async def candidate(form: CandidateForm, number: Number, session: WriteSession) -> None:
    """The caller is this one of several customers."""
    await wrapping.choose(session, number, form)


@router.post("/theirs", status_code=204)
async def theirs(form: TheirsForm, number: Number, session: WriteSession, settings: Config) -> None:
    """The agent is sure that the number on the line is the customer's."""
    await wrapping.confirm(session, settings, number, form)


@router.get("/calls")
async def my_calls(
    request: Request, number: Number, session: ReadSession, settings: Config
) -> HTMLResponse:
    """My calls of today, the missed ones among them; a piece of the page."""
    found = await calls_of_today(session, number, settings.zone)
    return render(request, "panels/my_calls.html", calls=found)


@router.get("/reasons")
async def reasons(session: ReadSession) -> Mapping[str, Any]:
    """What calls are about."""
    found = await catalog.call_reasons(session)
    return {"version": found.version, "reasons": [*reasons_told(found.tree, current_locale())]}


@router.get("/order-types")
async def order_types(session: ReadSession) -> Mapping[str, Any]:
    """What orders there are."""
    found = await catalog.work_order_types(session)
    return {"version": found.version, "types": [*types_told(found.body, current_locale())]}


@router.post("/wrapup")
async def wrapup(form: WrapupForm, number: Number, duty: OnDuty) -> Mapping[str, bool]:
    """The call is noted; the agent is ready or pauses. Not over while they still talk."""
    async with duty.database.unit_of_work() as session:
        await wrapping.dispose(session, number, form)
    over = await duty.after_wrapup(number, form.call_id, pause=form.next == "pause")
    return {"over": over}


@router.post("/wrapup/end")
async def end_wrapup(form: WrapupEndForm, number: Number, duty: OnDuty) -> Mapping[str, bool]:
    """The call that was noted while it lasted is over; refused while it is not noted."""
    async with duty.database.reading() as session:
        await wrapping.check_noted(session, number, form.call_id)
    over = await duty.after_wrapup(number, form.call_id, pause=form.next == "pause")
    return {"over": over}


@router.post("/orders", dependencies=[allow(Permission.OPEN_WORK_ORDERS)])
async def open_order(
    form: OrderForm, session: WriteSession, settings: Config, who: Who
) -> Mapping[str, str]:
    """A work order from the call, or the request that the company wants instead."""
    made = await wrapping.open_order(session, form, who, by=_name(who), zone=settings.zone)
    return {"number": made.number, "what": "request" if isinstance(made, LifeRequest) else "order"}


def _name(who: Principal) -> str:
    return who.agent_number or who.name
