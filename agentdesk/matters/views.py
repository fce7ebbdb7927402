"""``/matters``: what has to climb and to whom; one with its history; how many concern me."""

import secrets
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.matters.words import STATES, TONES, line
from agentdesk.shell import render
from crm.customers import queries as customers
from crm.matters import queries, service
from crm.matters.api import actor
from crm.matters.queries import MatterView
from crm.matters.rules import may_take
from mainline.clock import now
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/matters", include_in_schema=False)
_see = allow(Permission.SEE_CALLS)
_act = allow(Permission.OPEN_WORK_ORDERS)
Id = Annotated[int, Path(ge=1, le=2**53)]
Words = Annotated[str, Form(max_length=service.TEXT_CHARS_MAX)]
Which = Literal["mine", "open", "settled"]
ORDER: Final = r"^\s*([0-9-]{4,20})?\s*$"


class Mine(BaseModel):
    """How many matters concern whoever asks, and how many of them are late."""

    open: int
    late: int


@router.get("", dependencies=[_see])
async def listed(
    request: Request, session: ReadSession, who: Who, which: Which = "mine",
    call: Annotated[str, Query(max_length=64)] = "",
    work_order: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:  # fmt: skip
    """The highest first; what concerns me, all that is open, or what was settled."""
    me = actor(who)
    if which == "settled":
        rows = await queries.settled(session)
    else:
        rows = await queries.open_matters(session)
        rows = [one for one in rows if which == "open" or one.concerns(me)]
    _version, ladder = await service.ladder(session)
    return render(
        request, "matters/list.html",
        rows=rows, which=which, at=now(), states=STATES, tones=TONES, me=me.name, ladder=ladder,
        names=await _names(session, rows), key=secrets.token_hex(8), call=call,
        work_order=work_order, may_act=who.may(Permission.OPEN_WORK_ORDERS),
        sees_orders=who.may(Permission.SEE_WORK_ORDERS),
    )  # fmt: skip


async def _names(session: AsyncSession, rows: list[MatterView]) -> dict[int, str]:
    ids = {one.matter.customer_id for one in rows if one.matter.customer_id is not None}
    return {each.customer.id: each.customer.name
            for each in await customers.views(session, list(ids))}  # fmt: skip


@router.get("/mine", dependencies=[_see])
async def mine(session: ReadSession, who: Who) -> Mine:
    """For the desk and the board."""
    count, late = await queries.counts(session, actor(who), now())
    return Mine(open=count, late=late)


@router.get("/{matter_id}", dependencies=[_see])
async def show(request: Request, session: ReadSession, who: Who, matter_id: Id) -> HTMLResponse:
    """One matter: whose it is, until when, what was done, what can be done."""
    view, me = await queries.view(session, matter_id), actor(who)
    matter = view.matter
    acts = who.may(Permission.OPEN_WORK_ORDERS) and matter.state != "settled"
    takes = matter.state == "waiting" and may_take(view.rung, me.roles, me.names)
    return render(
        request, "matters/matter.html",
        view=view, matter=matter, at=now(), states=STATES, tones=TONES,
        names=await _names(session, [view]),
        history=[
            (each.at, line(each, view.ladder))
            for each in await queries.history(session, matter_id)
        ],
        may_take=acts and takes, may_act=acts and matter.owner == me.name,
        sees_orders=who.may(Permission.SEE_WORK_ORDERS),
        sees_customers=who.may(Permission.SEE_CUSTOMERS),
    )  # fmt: skip


def _back(matter_id: int) -> RedirectResponse:
    return RedirectResponse(f"/matters/{matter_id}", 303)


@router.post("", dependencies=[_act])
async def raise_matter(
    session: WriteSession, who: Who, settings: Config, summary: Words,
    key: Annotated[str, Form(min_length=8, max_length=64)],
    work_order: Annotated[str, Form(pattern=ORDER)] = "",
    call: Annotated[str, Form(max_length=64)] = "",
) -> RedirectResponse:  # fmt: skip
    """Something that may have to climb."""
    made = await service.raise_matter(
        session, key=f"desk:{key}", summary=summary, by=actor(who), zone=settings.zone,
        call_id=call.strip() or None, work_order=work_order.strip(),
    )  # fmt: skip
    return _back(made.id)


@router.post("/{matter_id}/take", dependencies=[_act])
async def take(session: WriteSession, who: Who, matter_id: Id) -> RedirectResponse:
    """See to it by name."""
    await service.take(session, matter_id, by=actor(who))
    return _back(matter_id)


@router.post("/{matter_id}/pass-on", dependencies=[_act])
async def pass_on(
    session: WriteSession, who: Who, settings: Config, matter_id: Id, note: Words = ""
) -> RedirectResponse:
    """To whoever stands above, with the reason."""
    await service.pass_on(session, matter_id, by=actor(who), note=note, zone=settings.zone)
    return _back(matter_id)


@router.post("/{matter_id}/settle", dependencies=[_act])
async def settle(
    session: WriteSession, who: Who, matter_id: Id, note: Words = ""
) -> RedirectResponse:
    """Write down what came of it."""
    await service.settle(session, matter_id, by=actor(who), outcome=note)
    return _back(matter_id)
