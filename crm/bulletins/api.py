"""``/api/bulletins``: what counts now, read it, publish, withdraw."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crm.bulletins import service
from crm.bulletins.service import What
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, Who, WriteSession, allow, signed_in

router = APIRouter(prefix="/bulletins", tags=["bulletins"])
_WRITE = [allow(Permission.WRITE_BULLETINS)]
Id = Annotated[int, Path(ge=1, le=2**31)]


class BulletinWrite(BaseModel):
    """What is told to whom, until when."""

    model_config = ConfigDict(extra="forbid")

    what: What = "bulletin"
    title: str = Field(max_length=service.TITLE_CHARS_MAX)
    text: str = Field(max_length=service.TEXT_CHARS_MAX)
    must_read: bool = False
    roles: list[str] = Field(default_factory=list, max_length=20)
    until: AwareDatetime | None = None


class BulletinOut(BaseModel):
    """A bulletin."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    what: str
    title: str
    text: str
    must_read: bool
    roles: list[str]
    by: str
    at: datetime
    until: datetime | None
    read_at: datetime | None = None


class ReceiptOut(BaseModel):
    """Who has read it."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    at: datetime


@router.get("", dependencies=[signed_in()])
async def list_bulletins(session: ReadSession, who: Who) -> Page[BulletinOut]:
    """What counts now for whoever asks."""
    found = await service.shown(session, who)
    return Page(
        items=[
            BulletinOut.model_validate(one.bulletin).model_copy(update={"read_at": one.read_at})
            for one in found
        ]
    )


@router.post("", status_code=201, dependencies=_WRITE)
async def publish(body: BulletinWrite, session: WriteSession, who: Who) -> BulletinOut:
    """Tell everybody, or some roles."""
    row = await service.publish(session, by=who.agent_number or who.name, **body.model_dump())
    return BulletinOut.model_validate(row)


@router.post("/{bulletin_id}/read", status_code=204, dependencies=[signed_in()])
async def read(bulletin_id: Id, session: WriteSession, who: Who) -> None:
    """Whoever asks has read it."""
    await service.read(session, bulletin_id, who)


@router.get("/{bulletin_id}/receipts", dependencies=_WRITE)
async def receipts(bulletin_id: Id, session: ReadSession) -> Page[ReceiptOut]:
    """Who has read it, in order."""
    found = await service.readers(session, bulletin_id)
    return Page(items=[ReceiptOut.model_validate(row) for row in found])


@router.post("/{bulletin_id}/withdraw", dependencies=_WRITE)
async def withdraw(bulletin_id: Id, session: WriteSession, who: Who) -> BulletinOut:
    """It counts no more."""
    row = await service.withdraw(session, bulletin_id, by=who.agent_number or who.name)
    return BulletinOut.model_validate(row)
