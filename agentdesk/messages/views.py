"""Messages and complaints: listed by deadline, heard, worked on, answered."""

import asyncio
import secrets
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.guard import content_policy
from agentdesk.messages.words import ABOUT, STATES, WHICH, line, owner_words, told_words
from agentdesk.shell import render
from crm.messages import queries, service
from crm.messages.api import name_of
from crm.messages.queries import MessageView, Which
from crm.messages.rules import About
from crm.messages.service import NoNumber, Telling
from crm.staff.queries import agent
from ivr.say import Language
from ivr.speech.hearing import installed
from mainline.clock import now
from mainline.errors import Forbidden, NotFound
from mainline.permissions import Permission
from mainline.phone import normalise
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow
from recordings import queries as recordings
from recordings.api import NO_STORE, PeaksOut, opened
from recordings.models import MESSAGE, STORED, Recording
from recordings.peaks import POINTS_MAX, peaks

router = APIRouter(prefix="/messages", include_in_schema=False)
_see = allow(Permission.SEE_CALLS)
_act = allow(Permission.OPEN_WORK_ORDERS)
_hear = allow(Permission.TAKE_CALLS, Permission.HEAR_RECORDINGS)
"""Who answers callers must hear what they left; nothing but messages is heard here."""
LIMIT: Final = 100


@router.get("", dependencies=[_see])
async def listed(
    request: Request, session: ReadSession, who: Who, which: Annotated[Which, Query()] = "open"
) -> HTMLResponse:
    """Those that are due first stand first."""
    at = now()
    found = await queries.messages(session, which=which, mine=name_of(who), at=at, limit=LIMIT)
    return render(
        request, "messages/list.html",
        rows=found, which=which, choices=WHICH, overdue=await queries.overdue(session, at), at=at,
        number=lambda view: _number(view, who), **_words(),
    )  # fmt: skip


@router.get("/{message_id}", dependencies=[_see])
async def show(
    request: Request, session: ReadSession, who: Who, settings: Config, message_id: int
) -> HTMLResponse:
    """One message: its sound, its words, what was done, what can be done."""
    view = await queries.view(session, message_id)
    language: Language = "en" if view.call is not None and view.call.language == "en" else "zh"
    nonce = secrets.token_urlsafe(16)
    response = render(
        request, "messages/message.html",
        view=view, message=view.message, at=now(), number=_number(view, who),
        sound=await recordings.of_call(session, view.message.call_id, MESSAGE),
        history=[(each.at, line(each)) for each in await queries.history(session, message_id)],
        model=installed(settings.models_dir, language), nonce=nonce, me=name_of(who),
        may_act=who.may(Permission.OPEN_WORK_ORDERS), may_call=_may_call(who),
        may_hear=bool(who.permissions & {Permission.TAKE_CALLS, Permission.HEAR_RECORDINGS}),
        may_give=who.may(Permission.SUPERVISE), **_words(),
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = content_policy(settings).replace(
        "style-src 'self'", f"style-src 'self' 'nonce-{nonce}'"
    )
    return response


def _words() -> dict[str, Any]:
    return {"states": STATES, "abouts": ABOUT, "owner_words": owner_words, "told_words": told_words}


def _number(view: MessageView, who: Principal) -> str:
    return who.sees.number(view.ani)


def _may_call(who: Principal) -> bool:
    return who.may(Permission.CALL_OUT) and who.agent_number is not None


# --- the sound --------------------------------------------------------------------------------


async def _sound(session: AsyncSession, message_id: int) -> Recording:
    message = (await queries.view(session, message_id)).message
    found = await recordings.of_call(session, message.call_id, MESSAGE)
    if found is None or found.state != STORED:
        raise NotFound("sound")
    return found


@router.get("/{message_id}/audio", dependencies=[_hear], response_class=FileResponse)
async def audio(request: Request, session: ReadSession, who: Who, message_id: int) -> FileResponse:
    """The sound of the message; the hearing is written down."""
    sound = await _sound(session, message_id)
    file = await opened(request, who, sound.id, "heard")
    return FileResponse(file, media_type="audio/wav", headers=NO_STORE)


@router.get("/{message_id}/peaks", dependencies=[_hear])
async def waveform(
    request: Request, session: ReadSession, who: Who, message_id: int,
    points: Annotated[int, Query(ge=1, le=POINTS_MAX)] = 1200,
) -> PeaksOut:  # fmt: skip
    """The waveform of the message."""
    sound = await _sound(session, message_id)
    found = await asyncio.to_thread(peaks, await opened(request, who, sound.id, "seen"), points)
    return PeaksOut(duration_s=found.duration_s, channels=found.channels)


# --- what is done -----------------------------------------------------------------------------


def _back(message_id: int) -> RedirectResponse:
    return RedirectResponse(f"/messages/{message_id}", 303)


@router.post("/{message_id}/take", dependencies=[_act])
async def take(session: WriteSession, who: Who, message_id: int) -> RedirectResponse:
    """See to it oneself."""
    await service.take(session, message_id, by=name_of(who))
    return _back(message_id)


@router.post("/{message_id}/give", dependencies=[allow(Permission.SUPERVISE)])
async def give(
    session: WriteSession, who: Who, message_id: int,
    to: Annotated[str, Form(min_length=1, max_length=64)],
) -> RedirectResponse:  # fmt: skip
    """Let somebody else see to it."""
    await service.hand_over(session, message_id, to=to, by=name_of(who))
    return _back(message_id)


@router.post("/{message_id}/sort", dependencies=[_act])
async def sort(
    session: WriteSession, who: Who, settings: Config, message_id: int,
    about: Annotated[About, Form()],
) -> RedirectResponse:  # fmt: skip
    """Complaint or message."""
    await service.sort(session, message_id, about, by=name_of(who), zone=settings.zone)
    return _back(message_id)


@router.post("/{message_id}/link", dependencies=[_act])
async def link(
    session: WriteSession, who: Who, message_id: int,
    work_order: Annotated[str, Form(pattern=r"^\s*[0-9-]{4,20}\s*$")],
) -> RedirectResponse:  # fmt: skip
    """The order that came of it."""
    await service.link(session, message_id, work_order=work_order.strip(), by=name_of(who))
    return _back(message_id)


@router.post("/{message_id}/settle", dependencies=[_act])
async def settle(
    session: WriteSession, who: Who, settings: Config, message_id: int,
    tell: Annotated[Telling, Form()],
    outcome: Annotated[str, Form(max_length=service.OUTCOME_CHARS_MAX)] = "",
) -> RedirectResponse:  # fmt: skip
    """Write down what came of it, and how the caller learns of it."""
    await service.settle(
        session, message_id, outcome=outcome, tell=tell, by=name_of(who),
        area_code=settings.home_area_code,
    )  # fmt: skip
    return _back(message_id)


@router.post("/{message_id}/told", dependencies=[_act])
async def told(session: WriteSession, who: Who, message_id: int) -> RedirectResponse:
    """The caller was told."""
    await service.tell(session, message_id, by=name_of(who))
    return _back(message_id)


@router.post("/{message_id}/call", dependencies=[allow(Permission.CALL_OUT)])
async def call(
    request: Request, session: ReadSession, who: Who, settings: Config, message_id: int
) -> RedirectResponse:
    """Call the person who left it, now."""
    if who.agent_number is None:
        raise Forbidden
    view = await queries.view(session, message_id)
    number = normalise(view.ani, area_code=settings.home_area_code).number
    if number is None:
        raise NoNumber
    present = await agent(session, who.agent_number)
    station: Literal["phone", "softphone"] = "phone" if present.station == "phone" else "softphone"
    await request.app.state.switchboard.call_out(who.agent_number, station, number)
    return RedirectResponse("/desk", 303)
