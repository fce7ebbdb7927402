"""``/board``: the floor live, on the wall too, and what a leader may do with it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.panels.labels import labels_of
from agentdesk.shell import render
from agentdesk.supervisor import asked
from agentdesk.supervisor.board import lines_of, masked, picture, read_floor
from agentdesk.supervisor.callers import Callers
from agentdesk.supervisor.feeds import DAY
from agentdesk.supervisor.floor import PENALTY_MAX, Leader, Wish
from agentdesk.supervisor.past_alerts import shown
from agentdesk.supervisor.words import texts
from crm.alerts.queries import HISTORY_MAX, history
from crm.alerts.rules import NAMES
from crm.alerts.service import NOTE_CHARS_MAX as ALERT_NOTE_MAX
from crm.alerts.service import acknowledge
from crm.interactions import queries as interactions
from crm.interactions.notes import NOTE_CHARS_MAX, notes_on, record_note
from crm.staff.queries import agent as staff_agent
from ivr.hours import Mode
from mainline.asterisk.switchboard import SpyMode
from mainline.clock import now
from mainline.config import Settings
from mainline.errors import Invalid, NotFound
from mainline.ids import call_subject
from mainline.permissions import Permission
from mainline.web import Config, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/board", include_in_schema=False)
router.include_router(asked.router)
_see: Final = allow(Permission.SEE_BOARD)
_act: Final = allow(Permission.SUPERVISE)
Number = Annotated[str, Path(pattern=r"^[0-9]{3,5}$")]
Dnis = Annotated[str, Path(pattern=r"^\+?[0-9]{2,20}$")]


CallKey = Annotated[str, Path(pattern=r"^[a-z0-9.-]{3,64}$")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: str = Field(default="", max_length=200)


class JoinForm(_Form):
    """How to be in the call."""

    mode: SpyMode


class StateForm(_Form):
    """What the agent is to do."""

    wish: Wish


class LineForm(_Form):
    """How the line is answered, and until when."""

    mode: Mode
    until: AwareDatetime | None = None


class QueuesForm(_Form):
    """Queue to penalty: what the agent answers from now on."""

    queues: dict[str, Annotated[int, Field(ge=0, le=PENALTY_MAX)]] = Field(max_length=100)


class FetchForm(_Form):
    """Whose telephone is to ring; the leader's own when nobody is named."""

    agent: str | None = Field(default=None, pattern=r"^[0-9]{3,5}$")


class WhyForm(_Form):
    """Nothing but the reason."""


class AcknowledgeForm(BaseModel):
    """What the leader does about it."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(default="", max_length=ALERT_NOTE_MAX)


class NoteForm(BaseModel):
    """What is to be remembered."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=NOTE_CHARS_MAX)


async def _leader(request: Request, who: Who) -> Leader:
    state = request.app.state
    return Leader(state.database, state.switchboard, state.ari, who.name, who.agent_number)


def _json(value: Any) -> str:
    """For a data attribute: the template escapes it."""
    return json.dumps(jsonable_encoder(value), ensure_ascii=False)


async def _drawn(session: AsyncSession, settings: Settings, who: Principal) -> dict[str, Any]:
    return masked(picture(await read_floor(session, settings.zone)), who.sees)


AtBoard = Annotated[Leader, Depends(_leader)]


@router.get("", dependencies=[_see])
async def board(request: Request, session: ReadSession, settings: Config, who: Who) -> HTMLResponse:
    """The leader's page."""
    return render(
        request, "supervisor/board.html",
        texts=_json(texts()), now=now(), zone=settings.timezone,
        picture=_json(await _drawn(session, settings, who)),
        day=_json(await DAY(session)),
        may_act=who.may(Permission.SUPERVISE), has_telephone=who.agent_number is not None,
    )  # fmt: skip


@router.get("/wall", dependencies=[_see])
async def wall(request: Request, session: ReadSession, settings: Config, who: Who) -> HTMLResponse:
    """The same for the wall: readable from three metres, nothing to touch."""
    found = _json(await _drawn(session, settings, who))
    return render(
        request,
        "supervisor/wall.html",
        texts=_json(texts()),
        now=now(),
        zone=settings.timezone,
        picture=found,
    )


@router.get("/picture", dependencies=[_see])
async def board_picture(session: ReadSession, settings: Config, who: Who) -> Mapping[str, Any]:
    """The picture once, for a page that cannot hold a stream."""
    return await _drawn(session, settings, who)


@router.get("/day", dependencies=[_see])
async def board_day(session: ReadSession) -> Mapping[str, Any]:
    """The day so far, by half hour, for a page that cannot hold a stream."""
    return await DAY(session)


@router.get("/alerts", dependencies=[_see])
async def alerts_page(
    request: Request,
    session: ReadSession,
    settings: Config,
    measure: Annotated[str, Query(max_length=32)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """What there was, newest first."""
    found = await history(
        session, measure=measure or None, since=_midnight(since, settings.zone), limit=HISTORY_MAX
    )
    told, labels = texts(), await labels_of(session)
    return render(
        request,
        "supervisor/alerts.html",
        rows=[shown(alert, labels) for alert in found],
        measures=NAMES,
        measure=measure,
        since=since,
        words=lambda name: told.get(name, name),
    )


def _midnight(day: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.fromisoformat(day).replace(tzinfo=zone) if day else None
    except ValueError as error:
        raise Invalid("since") from error


@router.post("/alerts/{alert_id}/acknowledge", status_code=204, dependencies=[_act])
async def acknowledge_alert(
    alert_id: Annotated[int, Path(ge=1)], form: AcknowledgeForm, session: WriteSession, who: Who
) -> None:
    """Take care of an alert."""
    await acknowledge(session, alert_id, by=who.name, note=form.note)


@router.post("/telephone", dependencies=[_act])
async def telephone(leader: AtBoard, settings: Config) -> Mapping[str, Any]:
    """A softphone for this page."""
    user, password = await leader.telephone()
    return {
        "user": user,
        "password": password,
        "domain": settings.public_host,
        "scheme": "wss" if settings.https else "ws",
        "port": settings.asterisk_https_port if settings.https else settings.asterisk_http_port,
    }


@router.post("/agents/{number}/join", dependencies=[_act])
async def join(number: Number, form: JoinForm, leader: AtBoard) -> Mapping[str, str]:
    """Listen, whisper, barge in."""
    return {"call_id": await leader.join(number, form.mode, form.why)}


@router.post("/agents/{number}/state", status_code=204, dependencies=[_act])
async def set_state(number: Number, form: StateForm, leader: AtBoard) -> None:
    """Pause, make ready, sign out."""
    await leader.set_state(number, form.wish, form.why)


@router.post("/agents/{number}/queues", status_code=204, dependencies=[_act])
async def move(number: Number, form: QueuesForm, leader: AtBoard) -> None:
    """Let an agent answer these queues and no others."""
    await leader.move(number, form.queues, form.why)


@router.post("/agents/{number}/call", dependencies=[_act])
async def call_agent(number: Number, form: WhyForm, leader: AtBoard) -> Mapping[str, str]:
    """Speak with an agent."""
    return {"call_id": await leader.call(number, form.why)}


@router.post("/agents/{number}/take-over", status_code=204, dependencies=[_act])
async def take_over(number: Number, form: WhyForm, leader: AtBoard) -> None:
    """The customer comes to the leader, the agent goes into wrap-up."""
    await Callers(leader).take_over(number, form.why)


@router.post("/callers/{call_id}/raise", dependencies=[_act])
async def raise_caller(call_id: CallKey, form: WhyForm, leader: AtBoard) -> Mapping[str, int]:
    """Let a waiting caller be the next one."""
    return {"priority": await Callers(leader).raise_caller(call_id, form.why)}


@router.post("/callers/{call_id}/fetch", dependencies=[_act])
async def fetch(call_id: CallKey, form: FetchForm, leader: AtBoard) -> Mapping[str, str]:
    """Ring a waiting caller through to oneself or to an agent."""
    return {"agent": await Callers(leader).fetch(call_id, form.agent, form.why)}


@router.post("/agents/{number}/notes", status_code=204, dependencies=[_act])
async def note_on_agent(number: Number, form: NoteForm, session: WriteSession, who: Who) -> None:
    """Remember something about an agent."""
    await staff_agent(session, number)
    await record_note(session, f"agent:{number}", form.text, by=who.name)


@router.post("/calls/{call_id}/notes", status_code=204, dependencies=[_act])
async def note_on_call(call_id: CallKey, form: NoteForm, session: WriteSession, who: Who) -> None:
    """Remember something about a call."""
    await interactions.view(session, call_id)
    await record_note(session, call_subject(call_id), form.text, by=who.name)


@router.get("/agents/{number}/notes", dependencies=[_act])
async def notes_of_agent(number: Number, session: ReadSession, who: Who) -> list[Mapping[str, Any]]:
    """What leaders remember of an agent, the newest first."""
    return [
        {"at": note.created_at, "by": note.author, "text": who.sees.text(note.text)}
        for note in await notes_on(session, f"agent:{number}")
    ]


@router.post("/lines/{dnis}", status_code=204, dependencies=[_act])
async def set_line(dnis: Dnis, form: LineForm, session: ReadSession, leader: AtBoard) -> None:
    """Night service, holiday or emergency announcement by hand."""
    if dnis not in {line.dnis for line in await lines_of(session)}:
        raise NotFound(dnis)
    await leader.set_line(dnis, form.mode, until=form.until, why=form.why)
