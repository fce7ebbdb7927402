"""``/exports``: ask for a list as a file, decide about those of others, fetch one's own."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BeforeValidator
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.shell import render
from crm.exports import service
from crm.exports.lists import FIRST, LAST, Wanted, What
from crm.exports.service import Verdict
from crm.privacy import service as privacy
from mainline.clock import now
from mainline.errors import MainlineError
from mainline.i18n import Text, current_locale
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/exports", include_in_schema=False)
WHATS: Final = {
    "customers": Text("Customers"), "orders": Text("Work orders"), "calls": Text("Calls"),
}  # fmt: skip
STATES: Final = {
    "waiting": Text("waits for a second person"), "approved": Text("approved"),
    "refused": Text("refused"), "expired": Text("expired"),
}  # fmt: skip
TONES: Final = {"waiting": "warn", "approved": "good", "refused": "bad"}
Number = Annotated[str, Path(pattern=r"^EX-\d{6,12}$")]
Words = Annotated[str, Form(max_length=service.NOTE_CHARS_MAX)]


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


Day = Annotated[date | None, BeforeValidator(_empty_is_none), Form(ge=FIRST.date(), le=LAST.date())]


@router.get("", dependencies=[allow(Permission.EXPORT, Permission.APPROVE_EXPORTS)])
async def page(request: Request, session: ReadSession, who: Who) -> HTMLResponse:
    """One's own, and those to be decided about."""
    return await _page(request, session, who)


@router.post("", dependencies=[allow(Permission.EXPORT)])
async def ask(
    request: Request, session: WriteSession, who: Who, config: Config,
    what: Annotated[What, Form()], reason: Words = "", since: Day = None, until: Day = None,
) -> Response:  # fmt: skip
    """Ask for one; days are whole days of the company."""
    wanted = Wanted(_begins(since, config.zone), _begins(until, config.zone, days=1))
    try:
        await service.ask(session, who, what, wanted, reason=reason)
    except MainlineError as refused:
        return await _page(request, session, who, refused)
    return RedirectResponse("/exports", status_code=303)


def _begins(day: date | None, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    return datetime.combine(day + timedelta(days=days), time.min, tzinfo=zone) if day else None


@router.post("/{number}/decision", dependencies=[allow(Permission.APPROVE_EXPORTS)])
async def decide(
    request: Request, number: Number, session: WriteSession, who: Who,
    verdict: Annotated[Verdict, Form()], note: Words = "",
) -> Response:  # fmt: skip
    """Approve or refuse what somebody else asked for."""
    try:
        await service.decide(session, who, number, verdict, note=note)
    except MainlineError as refused:
        return await _page(request, session, who, refused)
    return RedirectResponse("/exports", status_code=303)


async def _page(
    request: Request, session: AsyncSession, who: Principal, refused: MainlineError | None = None
) -> HTMLResponse:
    decides = who.may(Permission.APPROVE_EXPORTS)
    return render(
        request, "exports/list.html", status=refused.status if refused else 200,
        rows=await service.listed(session, who, all_of_them=decides),
        limits=(await privacy.rules(session)).exports, at=now(), me=privacy.name_of(who),
        whats=WHATS, states=STATES, tones=TONES, decides=decides, asks=who.may(Permission.EXPORT),
        refused=refused.words.to(current_locale(), **refused.values) if refused else "",
    )  # fmt: skip
