"""The menu tried in the page: keys pressed so far give what is heard next. Nothing is kept."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from agentdesk.panels.labels import labels_of
from ivr.edit.acts import parsed
from ivr.menu import Name
from ivr.rehearsal import rehearse
from mainline.i18n import _
from mainline.permissions import Permission
from mainline.web import Config, allow

router = APIRouter(
    prefix="/admin/menus",
    dependencies=[allow(Permission.SEE_DEFINITIONS)],
    include_in_schema=False,
)


class Trying(BaseModel):
    """The tree as the page has it, and the caller's part in it."""

    body: dict[str, Any]
    keys: list[Annotated[str, Field(pattern=r"^[0-9*#]{0,32}$")]] = Field(max_length=100)
    ani: str = Field(default="", pattern=r"^\+?[0-9 -]{0,20}$")
    hours: Literal["open", "lunch", "night", "holiday", "emergency"] = "open"


class StepOut(BaseModel):
    """One node of the way."""

    node: str
    language: str
    said: list[str]
    keyed: list[str]


class Heard(BaseModel):
    """What the caller hears up to now. ``waits``: digits asked for; ``end``: how it ended."""

    steps: list[StepOut]
    waits: int
    end: str


@router.post("/{name}/walk")
async def walk(request: Request, settings: Config, name: Name, trying: Trying) -> Heard:
    """Walk from the start with these keys."""
    database = request.app.state.database
    tried = await rehearse(
        database, settings, parsed(trying.body),
        ani=trying.ani, keys=trying.keys, state=trying.hours,
    )  # fmt: skip
    steps = [StepOut(node=s.node, language=s.language, said=s.said, keyed=s.keyed)
             for s in tried.steps]  # fmt: skip
    end = tried.decision
    if end is None:
        return Heard(steps=steps, waits=tried.waits, end="")
    async with database.reading() as session:
        queue = (await labels_of(session)).queue(end.queue)
    ends = {
        "queue": _("Waits for a person: %(queue)s", queue=queue),
        "message": _("Leaves a message"),
        "hangup": _("The call ends"),
        "refuse": _("The caller is refused"),
    }
    return Heard(steps=steps, waits=0, end=ends[end.action])
