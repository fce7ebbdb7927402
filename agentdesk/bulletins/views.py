"""``/bulletins``: what counts now; must-reads are confirmed, leaders see who has not read."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BeforeValidator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.shell import render
from crm.bulletins import service
from crm.bulletins.models import BulletinReceipt
from crm.bulletins.service import What
from crm.staff.composing import composed
from crm.staff.models import User
from mainline.errors import MainlineError
from mainline.i18n import Text, _, current_locale
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow, signed_in

router = APIRouter(prefix="/bulletins", include_in_schema=False)
_WRITE = [allow(Permission.WRITE_BULLETINS)]
WHATS: Final = {"bulletin": Text("Bulletin"), "conditions": Text("Operating conditions")}
ROLE_WORDS: Final = {
    "agent": Text("Agents"), "leader": Text("Leaders"), "quality": Text("Quality"),
    "dispatcher": Text("Dispatchers"), "cashier": Text("Cashiers"), "field": Text("Field staff"),
    "admin": Text("Administrators"),
}  # fmt: skip
Id = Annotated[int, Path(ge=1, le=2**31)]


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


Moment = Annotated[datetime | None, BeforeValidator(_empty_is_none), Form()]


@router.get("", dependencies=[signed_in()])
async def page(request: Request, session: ReadSession, who: Who) -> HTMLResponse:
    """What counts now: unread must-reads first."""
    return await _page(request, session, who)


@router.get("/unread", dependencies=[signed_in()])
async def unread(request: Request, session: ReadSession, who: Who) -> HTMLResponse:
    """Must-reads that are not read yet, a piece of every page; empty when there are none."""
    found = await service.unread(session, who)
    return render(request, "bulletins/unread.html", found=found, whats=WHATS)


@router.post("/{bulletin_id}/read", dependencies=[signed_in()])
async def read(bulletin_id: Id, session: WriteSession, who: Who) -> RedirectResponse:
    """I have read it."""
    await service.read(session, bulletin_id, who)
    return RedirectResponse("/bulletins", status_code=303)


@router.post("", dependencies=_WRITE)
async def publish(
    request: Request, session: WriteSession, who: Who, config: Config,
    what: Annotated[What, Form()],
    role: Annotated[list[str], Form(max_length=20, default_factory=list)],
    title: Annotated[str, Form(max_length=service.TITLE_CHARS_MAX)] = "",
    text: Annotated[str, Form(max_length=service.TEXT_CHARS_MAX)] = "",
    must_read: Annotated[bool, Form()] = False,
    until: Moment = None,
) -> Response:  # fmt: skip
    """Tell everybody, or some roles; the time is that of the company's clocks."""
    ends = until.replace(tzinfo=config.zone) if until and until.tzinfo is None else until
    try:
        await service.publish(
            session, what=what, title=title, text=text, must_read=must_read, roles=role,
            until=ends, by=who.agent_number or who.name,
        )  # fmt: skip
    except MainlineError as refused:
        return await _page(request, session, who, refused, {"title": title, "text": text})
    return RedirectResponse("/bulletins", status_code=303)


@router.post("/{bulletin_id}/withdraw", dependencies=_WRITE)
async def withdraw(bulletin_id: Id, session: WriteSession, who: Who) -> RedirectResponse:
    """It counts no more."""
    await service.withdraw(session, bulletin_id, by=who.agent_number or who.name)
    return RedirectResponse("/bulletins", status_code=303)


async def _page(
    request: Request,
    session: AsyncSession,
    who: Principal,
    refused: MainlineError | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    writes, found = who.may(Permission.WRITE_BULLETINS), await service.shown(session, who)
    return render(
        request, "bulletins/list.html", status=refused.status if refused else 200,
        mine={one.bulletin.id for one in found if service.is_for(one.bulletin, who.roles)},
        rows=found, whats=WHATS, roles=await _role_names(session) if writes else {}, writes=writes,
        receipts=await _receipts(session) if writes else {},
        refused=refused.words.to(current_locale(), **refused.values) if refused else "",
        typed=typed or {"title": "", "text": ""},
    )  # fmt: skip


async def _role_names(session: AsyncSession) -> dict[str, str]:
    """Whom a bulletin can be for: the house's roles and the company's own."""
    own = {one.code: one.name.to(current_locale()) for one in (await composed(session)).roles}
    return own | {code: _(words) for code, words in ROLE_WORDS.items()}


async def _receipts(session: AsyncSession) -> dict[int, tuple[list[BulletinReceipt], list[str]]]:
    """Of each bulletin: who has read it, and the names of those who have not."""
    users = await session.scalars(select(User).where(User.active))
    people = [(user.id, user.name, frozenset(user.roles)) for user in users]
    told = {}
    for row in await service.standing(session):
        read_by = await service.readers(session, row.id)
        told[row.id] = (read_by, service.missing(row, people, read_by))
    return told
