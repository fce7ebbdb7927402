"""``/api/watch``: the watch list, and the entries of one customer."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from crm.watch import service
from crm.watch.models import WatchEntry
from crm.watch.service import What
from mainline.clock import now
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Config, Page, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/watch", tags=["customers"])
_SEE = [allow(Permission.SEE_CUSTOMERS)]
_EDIT = [allow(Permission.WATCH_CUSTOMERS)]
Id = Annotated[int, Path(ge=1, le=2**31)]


class WatchAsk(BaseModel):
    """Who is watched, why, and until when."""

    model_config = ConfigDict(extra="forbid")

    customer_id: int = Field(ge=1, le=2**31)
    what: What
    reason: str = Field(max_length=service.REASON_CHARS_MAX)
    until: date | None = None


class WatchEnd(BaseModel):
    """Why it counts no more."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(max_length=service.REASON_CHARS_MAX)


class WatchRead(BaseModel):
    """An entry of the watch list."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    customer_id: int
    what: str
    reason: str
    since: date
    until: date | None
    added_by: str
    added_at: datetime
    ended_by: str
    ended_at: datetime | None
    ended_why: str

    @classmethod
    def of(cls, row: WatchEntry, sees: Eyes) -> "WatchRead":
        """As this person may see it."""
        found = cls.model_validate(row)
        return found.model_copy(update=sees.texts(found, "reason", "ended_why"))


def _today(config: Config) -> date:
    return now().astimezone(config.zone).date()


@router.get("", dependencies=_SEE)
async def list_watched(session: ReadSession, who: Who, config: Config) -> Page[WatchRead]:
    """Everybody who is watched today, the newest first."""
    found = await service.listed(session, _today(config))
    return Page(items=[WatchRead.of(row, who.sees) for row in found])


@router.get("/customers/{customer_id}", dependencies=_SEE)
async def watched(
    customer_id: Id, session: ReadSession, who: Who, config: Config
) -> Page[WatchRead]:
    """What counts today of one customer."""
    found = await service.standing(session, customer_id, _today(config))
    return Page(items=[WatchRead.of(row, who.sees) for row in found])


@router.post("", status_code=201, dependencies=_EDIT)
async def watch(body: WatchAsk, session: WriteSession, who: Who, config: Config) -> WatchRead:
    """Put a customer on the list."""
    row = await service.add(
        session, today=_today(config), by=who.agent_number or who.name, **body.model_dump()
    )
    return WatchRead.of(row, who.sees)


@router.post("/{entry_id}/end", dependencies=_EDIT)
async def unwatch(entry_id: Id, body: WatchEnd, session: WriteSession, who: Who) -> WatchRead:
    """An entry counts no more."""
    row = await service.end(session, entry_id, by=who.agent_number or who.name, why=body.why)
    return WatchRead.of(row, who.sees)
