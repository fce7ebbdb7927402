"""``/board``: the floor live, on the wall too, and what a leader may do with it."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from agentdesk.shell import render
from agentdesk.supervisor.board import lines_of, picture, read_floor
from agentdesk.supervisor.floor import Leader, Wish
from agentdesk.supervisor.words import texts
from ivr.hours import Mode
from mainline.asterisk.switchboard import SpyMode
from mainline.clock import now
from mainline.errors import NotFound
from mainline.permissions import Permission
from mainline.web import Config, ReadSession, Who, allow

router = APIRouter(prefix="/board", include_in_schema=False)
_see: Final = allow(Permission.SEE_BOARD)
_act: Final = allow(Permission.SUPERVISE)
Number = Annotated[str, Path(pattern=r"^[0-9]{3,5}$")]
Dnis = Annotated[str, Path(pattern=r"^\+?[0-9]{2,20}$")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class JoinForm(_Form):
    """How to be in the call."""

    mode: SpyMode


class StateForm(_Form):
    """What the agent is to do."""

    wish: Wish


class LineForm(_Form):
    """How the line is answered."""

    mode: Mode


def _leader(request: Request, who: Who) -> Leader:
    state = request.app.state
    return Leader(state.database, state.switchboard, state.ari, who.name, who.agent_number)


def _json(value: Any) -> str:
    """For a data attribute: the template escapes it."""
    return json.dumps(jsonable_encoder(value), ensure_ascii=False)


AtBoard = Annotated[Leader, Depends(_leader)]


@router.get("", dependencies=[_see])
async def board(request: Request, session: ReadSession, settings: Config, who: Who) -> HTMLResponse:
    """The leader's page."""
    return render(
        request, "supervisor/board.html",
        texts=_json(texts()), now=now(), zone=settings.timezone,
        picture=_json(picture(await read_floor(session, settings.zone))),
        may_act=who.may(Permission.SUPERVISE), has_telephone=who.agent_number is not None,
    )  # fmt: skip


@router.get("/wall", dependencies=[_see])
async def wall(request: Request, session: ReadSession, settings: Config) -> HTMLResponse:
    """The same for the wall: readable from three metres, nothing to touch."""
    found = _json(picture(await read_floor(session, settings.zone)))
    return render(
        request,
        "supervisor/wall.html",
        texts=_json(texts()),
        now=now(),
        zone=settings.timezone,
        picture=found,
    )


@router.get("/picture", dependencies=[_see])
async def board_picture(session: ReadSession, settings: Config) -> Mapping[str, Any]:
    """The picture once, for a page that cannot hold a stream."""
    return picture(await read_floor(session, settings.zone))


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
    return {"call_id": await leader.join(number, form.mode)}


@router.post("/agents/{number}/state", status_code=204, dependencies=[_act])
async def set_state(number: Number, form: StateForm, leader: AtBoard) -> None:
    """Pause, make ready, sign out."""
    await leader.set_state(number, form.wish)


@router.post("/lines/{dnis}", status_code=204, dependencies=[_act])
async def set_line(dnis: Dnis, form: LineForm, session: ReadSession, leader: AtBoard) -> None:
    """Night service or emergency announcement by hand."""
    if dnis not in {line.dnis for line in await lines_of(session)}:
        raise NotFound(dnis)
    await leader.set_line(dnis, form.mode)
