"""``/outages``: the map, what is suspected and why, and what a leader decides."""

import json
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.outages.curve import HEIGHT, WIDTH, bars, span
from agentdesk.outages.picture import picture, read_town
from agentdesk.outages.words import DECISIONS, texts
from agentdesk.shell import render
from crm.outages.models import Outage
from crm.sense import queries, service
from crm.sense.rule import chance_of
from crm.work_orders.models import WorkOrder
from crm.work_orders.parts import parts
from mainline.clock import now
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/outages", include_in_schema=False)
_see: Final = allow(Permission.SEE_BOARD)
_act: Final = allow(Permission.SUPERVISE)
Id = Annotated[int, Path(ge=1, le=2**31)]
HOURS: Final = (0, 2, 4, 8, 24, 48)
"""Until supply is back, as far as anybody knows; 0: nobody knows."""


def _json(value: Any) -> str:
    """For a data attribute: the template escapes it."""
    return json.dumps(jsonable_encoder(value), ensure_ascii=False)


@router.get("", dependencies=[_see])
async def outages(
    request: Request, session: ReadSession, settings: Config, who: Who
) -> HTMLResponse:
    """The map with a table that says the same; what is suspected, what is out."""
    decided = await queries.suspicions(session, states=("confirmed", "rejected", "over"))
    rule = await service.rule(session)
    labels = {one.code: one.label.to(current_locale()) for one in rule.classes}
    return render(
        request, "outages/town.html",
        picture=_json(picture(await read_town(session))), texts=_json(texts()), now=now(),
        zone=settings.timezone, may_act=who.may(Permission.SUPERVISE),
        decided=decided[:10], labels=labels, decisions=DECISIONS,
    )  # fmt: skip


@router.get("/picture", dependencies=[_see])
async def town_picture(session: ReadSession) -> dict[str, Any]:
    """The picture once; the stream pushes every further one. With the words to draw it."""
    found: dict[str, Any] = picture(await read_town(session))
    return found | {"texts": texts()}


@router.get("/suspected/{candidate_id}", dependencies=[_see])
async def suspected(
    request: Request, candidate_id: Id, session: ReadSession, who: Who
) -> HTMLResponse:
    """The evidence: who called, when, from where, against what is normal."""
    found = await queries.suspicion(session, candidate_id)
    candidate = found.candidate
    kind = (await service.rule(session)).named(candidate.class_code)
    since, until = span(candidate.first_at, candidate.decided_at or now())
    moments = await queries.moments(session, candidate.area_id, candidate.class_code, since, until)
    return render(
        request, "outages/suspected.html",
        one=candidate, area=found.area, kind=kind,
        rule=await service.rule(session),
        evidence=await queries.evidence(session, candidate.id),
        bars=bars(moments, since, until), bar_width=WIDTH, bar_height=HEIGHT,
        chance=chance_of(candidate.callers, candidate.expected),
        decisions=DECISIONS, hours=HOURS, may_act=who.may(Permission.SUPERVISE),
        **await _consequences(session, candidate.outage_id, candidate.work_order_id),
    )  # fmt: skip


async def _consequences(
    session: AsyncSession, outage_id: int | None, order_id: int | None
) -> dict[str, Any]:
    outage = await session.get(Outage, outage_id) if outage_id else None
    order = await session.get(WorkOrder, order_id) if order_id else None
    asked = (await queries.asked(session, [outage.id])).get(outage.id, 0) if outage else 0
    return {
        "outage": outage,
        "order": order,
        "parts": await parts(session, order) if order else [],
        "asked": asked,
    }


@router.post("/suspected/{candidate_id}/confirm", dependencies=[_act])
async def confirm(
    candidate_id: Id,
    session: WriteSession,
    who: Who,
    settings: Config,
    hours: Annotated[int, Form(ge=0, le=24 * 14)] = 0,
) -> RedirectResponse:
    """It is an outage."""
    until = now() + timedelta(hours=hours) if hours else None
    await service.confirm(
        session, candidate_id, by=who.name, zone=settings.zone, expected_end_at=until
    )
    return RedirectResponse(f"/outages/suspected/{candidate_id}", status_code=303)


@router.post("/suspected/{candidate_id}/reject", dependencies=[_act])
async def reject(
    candidate_id: Id,
    session: WriteSession,
    who: Who,
    note: Annotated[str, Form(max_length=service.NOTE_CHARS_MAX)] = "",
) -> RedirectResponse:
    """It is none."""
    await service.reject(session, candidate_id, by=who.name, note=note)
    return RedirectResponse("/outages", status_code=303)


@router.post("/{outage_id}/end", dependencies=[_act])
async def end(outage_id: Id, session: WriteSession, who: Who) -> RedirectResponse:
    """Supply is back."""
    await service.end(session, outage_id, by=who.name)
    return RedirectResponse("/outages", status_code=303)
