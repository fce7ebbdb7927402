"""``/knowledge``: look it up, read it, and the piece of it that stands beside a call."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.knowledge import writing
from agentdesk.knowledge.words import STATES, TABS, TONES
from agentdesk.shell import render
from crm.catalog import service as catalog
from crm.knowledge import attachments, past, queries, reports
from crm.knowledge.api import look
from crm.knowledge.content import blocks
from crm.knowledge.queries import Shown
from crm.knowledge.search import QUERY_CHARS_MAX, Found
from crm.statistics.api import Moment
from mainline.clock import now
from mainline.db import Database
from mainline.errors import NotFound
from mainline.i18n import current_locale
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, allow, signed_in

router = APIRouter(prefix="/knowledge", include_in_schema=False)
router.include_router(writing.router)  # before those with an article's number in their place
_read = signed_in()
_write = allow(Permission.WRITE_KNOWLEDGE, Permission.APPROVE_KNOWLEDGE)
DAYS: Final = 30
Asked = Annotated[str, Query(max_length=QUERY_CHARS_MAX)]
ArticleId = Annotated[int, Path(ge=1, le=2**31)]


@router.get("", dependencies=[_read])
async def listed(
    request: Request, config: Config, who: Who, q: Asked = "",
    tag: Annotated[str, Query(max_length=24)] = "",
) -> HTMLResponse:  # fmt: skip
    """Search, tags, what is read most; without a search all articles that count."""
    database: Database = request.app.state.database
    found = await look(database, config, q) if q.strip() else None
    async with database.reading() as session:
        rows = await queries.valid_list(session, now(), tag=tag) if found is None else []
        since = reports.some_days_ago(DAYS, now(), config.zone)
        used = await reports.most_used(session, since, limit=8)
        tags = await queries.tags(session, now())
    return render(
        request, "knowledge/list.html",
        q=q, found=found, rows=rows, used=used, tags=tags, tag=tag, locale_now=current_locale(),
        **common(who),
    )  # fmt: skip


@router.get("/beside", dependencies=[_read])
async def beside(
    request: Request, config: Config, q: Asked = "",
    reason: Annotated[str, Query(max_length=48)] = "",
) -> HTMLResponse:  # fmt: skip
    """What stands beside a call: what is said about its reason, or what was looked for."""
    database: Database = request.app.state.database
    found: Found | None = None
    shown: Sequence[Shown] = ()
    if q.strip():
        found = await look(database, config, q)
        shown = [hit.shown for hit in found.hits[: queries.BESIDE_MAX]]
    elif reason:
        async with database.reading() as session:
            shown = await _of_reason(session, reason)
    return render(
        request, "knowledge/beside.html",
        shown=shown, q=q, reason=reason, found=found, blocks=blocks, locale_now=current_locale(),
    )  # fmt: skip


async def _of_reason(session: AsyncSession, reason: str) -> Sequence[Shown]:
    tree = (await catalog.call_reasons(session)).tree
    return await queries.about(session, [one.code for one in tree.trail(reason)], now())


@router.post("/{article_id}/opened", status_code=204, dependencies=[_read])
async def opened(article_id: ArticleId, request: Request, config: Config) -> None:
    """Somebody reads it beside a call."""
    database: Database = request.app.state.database
    async with database.unit_of_work() as session:
        await queries.valid(session, article_id, now())
        await reports.read(session, article_id, config.zone)


@router.get("/attachments/{attachment_id}", dependencies=[_read])
async def attachment(attachment_id: ArticleId, session: ReadSession, who: Who) -> Response:
    """A file: saved, never opened as a page of ours."""
    row, content = await attachments.opened(session, attachment_id, edits=_edits(who))
    name = writing.header_name(row.name)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=attachments.KINDS[row.kind].media, headers=headers)


@router.get("/report", dependencies=[_write])
async def report(
    request: Request, session: ReadSession, config: Config, who: Who,
    days: Annotated[int, Query(ge=1, le=366)] = DAYS, as_of: Moment = None,
) -> HTMLResponse:  # fmt: skip
    """What is read most, what was looked for in vain, what ends soon; ``as_of``: as known then."""
    moment = past.past(as_of, now(), config.zone)
    since = reports.some_days_ago(days, moment or now(), config.zone)
    if moment is None:
        used, gaps = await reports.most_used(session, since), await reports.gaps(session, since)
    else:
        used = await past.most_used_then(session, since, moment, config.zone)
        gaps = await past.gaps_then(session, since, moment, config.zone)
    return render(
        request, "knowledge/report.html", used=used, gaps=gaps, as_of=moment,
        settled=() if moment else await reports.settled(session),
        ending=() if moment else await writing.ending(session), days=days,
        locale_now=current_locale(), **common(who),
    )  # fmt: skip


@router.get("/work", dependencies=[_write])
async def work(request: Request, session: ReadSession, who: Who) -> HTMLResponse:
    """Drafts, and what waits for a second person."""
    rows = await queries.in_work(session)
    return render(
        request, "knowledge/work.html", rows=rows, locale_now=current_locale(), **common(who)
    )


@router.get("/{article_id}", dependencies=[_read])
async def article(
    request: Request, config: Config, who: Who, article_id: ArticleId,
    version: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:  # fmt: skip
    """What counts of an article; editors also see drafts, old versions and what has expired."""
    database: Database = request.app.state.database
    async with database.unit_of_work() as session:
        all_versions = await queries.versions(session, article_id) if _edits(who) else []
        shown = await _wanted(session, all_versions, article_id, version)
        if shown.state(now()) == "valid":
            await reports.read(session, article_id, config.zone)
        reasons = await writing.reason_words(session, shown.content.reasons)
        return render(
            request, "knowledge/article.html",
            shown=shown, versions=all_versions, blocks=blocks, reasons=reasons,
            files=await queries.attachments(session, shown.version.id),
            opens=await queries.opens(session, article_id), locale_now=current_locale(),
            mine=who.user_id in shown.version.writers, **common(who),
        )  # fmt: skip


async def _wanted(
    session: AsyncSession, versions: Sequence[Shown], article_id: int, number: int | None
) -> Shown:
    if not versions:
        return await queries.valid(session, article_id, now())
    if number is not None:
        for one in versions:
            if one.version.number == number:
                return one
        raise NotFound("version")
    return next((one for one in versions if one.state(now()) == "valid"), versions[0])


def _edits(who: Principal) -> bool:
    return bool({Permission.WRITE_KNOWLEDGE, Permission.APPROVE_KNOWLEDGE} & who.permissions)


def common(who: Principal) -> dict[str, Any]:
    """What every page needs."""
    return {
        "edits": _edits(who), "may_write": who.may(Permission.WRITE_KNOWLEDGE),
        "may_approve": who.may(Permission.APPROVE_KNOWLEDGE), "tabs": TABS, "states": STATES,
        "tones": TONES, "at": now(),
    }  # fmt: skip
