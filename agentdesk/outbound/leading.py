"""What leaders do: campaigns, the do-not-call list, what callers said."""

from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.outbound import words
from agentdesk.outbound.forms import NewCampaign
from agentdesk.shell import render
from crm.campaigns import numbers, queries, service
from crm.campaigns.numbers import Imported
from crm.catalog import service as catalog
from crm.outages import service as outages
from crm.staff import queries as staff
from crm.surveys import queries as surveys
from mainline import definitions
from mainline.clock import now
from mainline.errors import NotFound
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter()
_RUNS: Final = [allow(Permission.RUN_CAMPAIGNS)]
HOME: Final = "/outbound"


@router.get("/campaigns", dependencies=_RUNS)
async def campaigns(request: Request, session: ReadSession) -> HTMLResponse:
    """All campaigns, and a form for a new one."""
    return render(
        request,
        "outbound/campaigns.html",
        found=await queries.campaigns(session),
        ours=words,
        types=await _types(session),
        outages=[
            (one.outage.id, one.place.to(current_locale())) for one in await outages.live(session)
        ],
        questionnaires=await definitions.names(session, "questionnaire"),
        queues=await _queues(session),
    )


async def _queues(session: AsyncSession) -> list[tuple[str, str]]:
    try:
        found = await catalog.queues(session)
    except NotFound:
        return [("service", "service")]
    return [(queue.name, queue.label.to(current_locale())) for queue in found]


async def _types(session: AsyncSession) -> list[tuple[str, str]]:
    try:
        body = (await catalog.work_order_types(session)).body
    except NotFound:
        return []
    return [(each.code, each.name.to(current_locale())) for each in body.types]


@router.post("/campaigns", dependencies=_RUNS)
async def make_campaign(form: NewCampaign, session: WriteSession, who: Who) -> RedirectResponse:
    """A draft."""
    row = await service.create(
        session, name=form.name, theme=form.theme, selection=form.selection, quota=form.quota,
        questionnaire_name=form.questionnaire, text_zh=form.text_zh, text_en=form.text_en,
        queue=form.queue, leads=form.leads,
        agents=form.agent_numbers, seed=now().year * 100 + now().month, by=_name(who),
    )  # fmt: skip
    return RedirectResponse(f"{HOME}/campaigns/{row.id}", status_code=303)


@router.get("/campaigns/{campaign_id}", dependencies=_RUNS)
async def campaign(
    campaign_id: int, request: Request, session: ReadSession, who: Who
) -> HTMLResponse:
    """One campaign: how far it is, whom it calls, what came of it."""
    row = await service.by_id(session, campaign_id)
    return render(
        request,
        "outbound/campaign.html",
        one=await queries.progress(session, row),
        tasks=await queries.tasks(session, campaign_id),
        ours=words,
    )


@router.post("/campaigns/{campaign_id}/{action}", dependencies=_RUNS)
async def move_campaign(
    campaign_id: int,
    action: Literal["start", "pause", "end"],
    session: WriteSession,
    who: Who,
    settings: Config,
) -> RedirectResponse:
    """Start, pause, end."""
    await service.move(session, campaign_id, action, by=_name(who), zone=settings.zone)
    return RedirectResponse(f"{HOME}/campaigns/{campaign_id}", status_code=303)


@router.get("/do-not-call", dependencies=_RUNS)
async def do_not_call(
    request: Request, session: ReadSession, who: Who, after: Annotated[int, Query(ge=0)] = 0
) -> HTMLResponse:
    """The list."""
    return await _list(request, session, who, after=after)


async def _list(
    request: Request,
    session: AsyncSession,
    who: Principal,
    *,
    after: int = 0,
    imported: Imported | None = None,
) -> HTMLResponse:
    return render(
        request,
        "outbound/do_not_call.html",
        found=await numbers.barred(session, after=after),
        ours=words,
        imported=imported,
    )


@router.post("/do-not-call", dependencies=_RUNS)
async def bar(
    session: WriteSession,
    who: Who,
    settings: Config,
    number: Annotated[str, Form(min_length=3, max_length=32)],
    reason: Annotated[str, Form(max_length=200)] = "",
) -> RedirectResponse:
    """Never call this number again."""
    await numbers.bar(
        session, number, source="page", by=_name(who), reason=reason,
        area_code=settings.home_area_code,
    )  # fmt: skip
    return RedirectResponse(f"{HOME}/do-not-call", status_code=303)


@router.post("/do-not-call/import", dependencies=_RUNS)
async def import_list(
    request: Request,
    session: WriteSession,
    who: Who,
    settings: Config,
    text: Annotated[str, Form(min_length=1, max_length=300_000)],
) -> HTMLResponse:
    """Many numbers at once; what was wrong is told by line."""
    imported = await numbers.import_list(
        session, text, by=_name(who), area_code=settings.home_area_code
    )
    return await _list(request, session, who, imported=imported)


@router.post("/do-not-call/{row_id}/remove", dependencies=_RUNS)
async def unbar(row_id: int, session: WriteSession, who: Who) -> RedirectResponse:
    """The person wants to be called again."""
    await numbers.unbar(session, row_id, by=_name(who))
    return RedirectResponse(f"{HOME}/do-not-call", status_code=303)


@router.get("/ratings", dependencies=[allow(Permission.SEE_BOARD)])
async def ratings(
    request: Request, session: ReadSession, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> HTMLResponse:
    """What callers said of each agent, and the low ratings one by one."""
    until = now() + timedelta(seconds=1)
    since = until - timedelta(days=days)
    return render(
        request,
        "outbound/ratings.html",
        agents=await surveys.by_agent(session, since=since, until=until),
        names={one.number: one.name for one in await staff.agents(session)},
        low=await surveys.ratings(session, since=since, until=until, low=True),
        days=days,
    )


def _name(who: Principal) -> str:
    return who.agent_number or who.name
