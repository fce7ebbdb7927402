"""``/api/matters``: raise, take, pass on, settle."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from crm.matters import queries, service
from crm.matters.queries import MatterView
from crm.matters.service import Actor
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.text import LocalizedText
from mainline.web import Config, Page, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/matters", tags=["matters"])
_SEE = [allow(Permission.SEE_CALLS)]
_ACT = [allow(Permission.OPEN_WORK_ORDERS)]
Id = Annotated[int, Path(ge=1, le=2**53)]
Words = Annotated[str, Field(max_length=service.TEXT_CHARS_MAX)]


class MatterWrite(BaseModel):
    """A new matter. The same ``key`` never raises a second one."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=100)
    summary: Words
    call_id: str | None = Field(default=None, max_length=64)
    customer_id: int | None = Field(default=None, ge=1, le=2**53)
    work_order: str = Field(default="", max_length=20)


class Noted(BaseModel):
    """Why it is passed on, or what came of it."""

    model_config = ConfigDict(extra="forbid")

    note: Words = ""


class MatterRead(BaseModel):
    """A matter and the rung on which it is."""

    id: int
    level: int
    rung: str
    rung_name: LocalizedText
    state: str
    owner: str
    due_at: datetime
    late: bool
    summary: str
    call_id: str | None
    customer_id: int | None
    work_order: str
    raised_at: datetime
    raised_by: str
    settled_at: datetime | None
    settled_by: str
    outcome: str

    @classmethod
    def of(cls, view: MatterView, sees: Eyes) -> "MatterRead":
        """As this person may see it."""
        plain = cls.model_fields.keys() - {"rung", "rung_name"}
        told = {name: getattr(view.matter, name) for name in plain}
        told |= sees.texts(view.matter, "summary", "outcome")
        return cls(**told, rung=view.rung.code, rung_name=view.rung.name)


@router.get("", dependencies=_SEE)
async def list_matters(
    session: ReadSession, who: Who, which: Literal["open", "settled"] = "open"
) -> Page[MatterRead]:
    """Those that are open, the highest first; or the last that were settled."""
    found = await (queries.settled if which == "settled" else queries.open_matters)(session)
    return Page(items=[MatterRead.of(one, who.sees) for one in found])


@router.post("", status_code=201, dependencies=_ACT)
async def raise_matter(
    body: MatterWrite, session: WriteSession, who: Who, config: Config
) -> MatterRead:
    """Something that may have to climb."""
    made = await service.raise_matter(
        session, key=f"api:{body.key}", by=actor(who), zone=config.zone,
        **body.model_dump(exclude={"key"}),
    )  # fmt: skip
    return MatterRead.of(await queries.view(session, made.id), who.sees)


@router.get("/{matter_id}", dependencies=_SEE)
async def read_matter(matter_id: Id, session: ReadSession, who: Who) -> MatterRead:
    """One of them."""
    return MatterRead.of(await queries.view(session, matter_id), who.sees)


@router.post("/{matter_id}/take", dependencies=_ACT)
async def take(matter_id: Id, session: WriteSession, who: Who) -> MatterRead:
    """See to it by name."""
    await service.take(session, matter_id, by=actor(who))
    return MatterRead.of(await queries.view(session, matter_id), who.sees)


@router.post("/{matter_id}/pass-on", dependencies=_ACT)
async def pass_on(
    matter_id: Id, body: Noted, session: WriteSession, who: Who, config: Config
) -> MatterRead:
    """To the next rung, with the reason."""
    await service.pass_on(session, matter_id, by=actor(who), note=body.note, zone=config.zone)
    return MatterRead.of(await queries.view(session, matter_id), who.sees)


@router.post("/{matter_id}/settle", dependencies=_ACT)
async def settle(matter_id: Id, body: Noted, session: WriteSession, who: Who) -> MatterRead:
    """Write down what came of it."""
    await service.settle(session, matter_id, by=actor(who), outcome=body.note)
    return MatterRead.of(await queries.view(session, matter_id), who.sees)


def actor(who: Principal) -> Actor:
    """Whoever asks; agents stand in lists by their number."""
    names = tuple(filter(None, (who.agent_number, who.name)))
    return Actor(who.agent_number or who.name, names, who.roles)
