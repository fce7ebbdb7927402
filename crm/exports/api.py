"""``/api/exports``: ask for a list as a file, approve those of others, fetch the file."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crm.exports import service
from crm.exports.files import MEDIA, Format
from crm.exports.lists import FIRST, LAST, Wanted, What
from crm.exports.models import DataExport
from crm.exports.service import Verdict
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Config, Page, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/exports", tags=["exports"])
_ASK = [allow(Permission.EXPORT)]
_SEE = [allow(Permission.EXPORT, Permission.APPROVE_EXPORTS)]
Number = Annotated[str, Path(pattern=r"^EX-\d{6,12}$")]


class ExportAsk(BaseModel):
    """Which list, of which time, and what for."""

    model_config = ConfigDict(extra="forbid")

    what: What
    reason: str = Field(max_length=service.NOTE_CHARS_MAX)
    since: AwareDatetime | None = Field(default=None, ge=FIRST, le=LAST)
    until: AwareDatetime | None = Field(default=None, ge=FIRST, le=LAST)
    customer_class: str = Field(default="", max_length=16)


class ExportDecide(BaseModel):
    """Yes or no, and why."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    note: str = Field(default="", max_length=service.NOTE_CHARS_MAX)


class ExportRead(BaseModel):
    """An export, from being asked for to being fetched."""

    model_config = ConfigDict(from_attributes=True)

    number: str
    what: str
    rows: int
    reason: str
    state: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str
    taken: int

    @classmethod
    def of(cls, row: DataExport, sees: Eyes) -> "ExportRead":
        """As this person may see it."""
        found = cls.model_validate(row)
        return found.model_copy(update=sees.texts(found, "reason", "note"))


@router.get("", dependencies=_SEE)
async def list_exports(session: ReadSession, who: Who) -> Page[ExportRead]:
    """One's own, and for who approves all of them; the newest first."""
    found = await service.listed(session, who, all_of_them=who.may(Permission.APPROVE_EXPORTS))
    return Page(items=[ExportRead.of(row, who.sees) for row in found])


@router.post("", status_code=201, dependencies=_ASK)
async def ask_export(body: ExportAsk, session: WriteSession, who: Who) -> ExportRead:
    """Ask for one; above the company's limit a second person decides."""
    wanted = Wanted(body.since, body.until, body.customer_class)
    row = await service.ask(session, who, body.what, wanted, reason=body.reason)
    return ExportRead.of(row, who.sees)


@router.post("/{number}/decision", dependencies=[allow(Permission.APPROVE_EXPORTS)])
async def decide_export(
    number: Number, body: ExportDecide, session: WriteSession, who: Who
) -> ExportRead:
    """Approve or refuse what somebody else asked for."""
    row = await service.decide(session, who, number, body.verdict, note=body.note)
    return ExportRead.of(row, who.sees)


@router.get("/{number}/file", dependencies=_ASK, response_class=Response)
async def take_export(
    number: Number,
    session: WriteSession,
    who: Who,
    config: Config,
    format: Format = "csv",  # noqa: A002
) -> Response:
    """The file, for who asked for it; each fetching is a fact."""
    body = await service.take(session, who, number, format, zone=config.zone)
    headers = {"Content-Disposition": f'attachment; filename="{number}.{format}"'}
    return Response(body, media_type=MEDIA[format], headers=headers)
