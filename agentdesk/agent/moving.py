"""Routes of the desk that move calls: transfers, the menu, parking, conferences, calling back."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from agentdesk.agent import missed as calls
from agentdesk.agent.duty import dialable, station
from agentdesk.agent.forms import (
    CallForm,
    ConferenceForm,
    LeaderForm,
    SwitchForm,
    TransferForm,
    UnparkForm,
)
from agentdesk.agent.places import Places, leader_on_duty
from agentdesk.agent.who import Number, OnDuty, OwnMoves, SecondLine
from agentdesk.panels.terms import outcome_words
from agentdesk.shell import render
from crm.staff import service as staff
from crm.staff.queries import agent
from mainline.clock import now
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, WriteSession, allow

TAKES_CALLS: Final = allow(Permission.TAKE_CALLS)
router = APIRouter(dependencies=[TAKES_CALLS])


@router.get("/places")
async def places(moves: OwnMoves, call: str = "") -> Mapping[str, Any]:
    """Where a call can go, and who is free."""
    return {"places": await Places(moves.database, moves).all(call)}


@router.post("/transfer", status_code=204)
async def transfer(form: TransferForm, moves: OwnMoves) -> None:
    """Hand the customer of one's own call on."""
    await moves.transfer(form.call_id, form.kind, form.target, form.back)


@router.post("/conference", status_code=204)
async def conference(form: ConferenceForm, moves: OwnMoves) -> None:
    """A third joins."""
    await moves.confer(form.call_id, form.kind, form.target)


@router.post("/conference/drop")
async def drop(form: CallForm, moves: OwnMoves) -> Mapping[str, int]:
    """The third leaves."""
    return {"left": await moves.drop(form.call_id)}


@router.post("/consult", status_code=204)
async def consult(form: ConferenceForm, second: SecondLine) -> None:
    """Ask somebody outside alone; the agent's own telephone rings for the second line."""
    await second.outside(form.call_id, form.kind, form.target)


@router.post("/join", status_code=204)
async def join(form: ConferenceForm, second: SecondLine) -> None:
    """The second half of an attended transfer: the customer talks with whoever was consulted."""
    await second.join(form.call_id, form.kind, form.target)


@router.post("/park")
async def park(form: CallForm, moves: OwnMoves) -> Mapping[str, int]:
    """The customer waits in a slot."""
    return {"slot": await moves.park(form.call_id)}


@router.post("/unpark")
async def unpark(form: UnparkForm, moves: OwnMoves) -> Mapping[str, str]:
    """The customer of a slot comes to this agent."""
    return {"call_id": await moves.unpark(form.slot)}


@router.post("/leader")
async def leader(request: Request, _form: LeaderForm, moves: OwnMoves) -> Mapping[str, str]:
    """The leader on duty, for the page to ring."""
    online = frozenset(await request.app.state.ari.online())
    return {"number": await leader_on_duty(moves.database, moves, online)}


@router.post("/auto-answer", status_code=204)
async def auto_answer(form: SwitchForm, number: Number, session: WriteSession) -> None:
    """Calls are answered by themselves, or by hand again."""
    await staff.set_auto_answer(session, number, on=form.on)


@router.get("/missed")
async def missed(
    request: Request, number: Number, session: ReadSession, who: Who, before: int | None = None
) -> HTMLResponse:
    """What rang and was not answered; a piece of the page."""
    found = await calls.missed(session, number, before=before)
    return render(
        request,
        "agent/missed.html",
        calls=found,
        more=found[-1].id if len(found) >= calls.SHOWN else None,
        outcome_words=outcome_words,
        this_year=now().year,
    )


@router.post("/missed/{fact_id}/call", dependencies=[allow(Permission.CALL_OUT)])
async def call_back(
    fact_id: int, number: Number, session: ReadSession, duty: OnDuty, settings: Config
) -> Mapping[str, str]:
    """Call whoever was missed; a colleague is dialled by the page itself."""
    found = await calls.one(session, number, fact_id)
    if found.colleague:
        return {"dial": found.colleague}
    wanted = dialable(found.number, settings.home_area_code)
    call_id = await duty.switchboard.call_out(number, station(await agent(session, number)), wanted)
    if found.customer_id is not None:
        await duty.identified(call_id, found.customer_id)
    return {"call_id": call_id}
