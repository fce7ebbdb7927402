"""``/api/alerts``: what stands, what there was, and who takes care of it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crm.alerts import queries, service
from crm.alerts.models import Alert
from crm.alerts.rules import Name
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/alerts", tags=["alerts"])


class AlertRead(BaseModel):
    """``subject``: ``queue:…``, ``agent:…`` or empty. Times are seconds, rates per cent."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    measure: str
    subject: str
    level: str
    value: float
    limit: float
    raised_at: datetime
    changed_at: datetime
    cleared_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    note: str

    @classmethod
    def of(cls, row: Alert, sees: Eyes) -> "AlertRead":
        """As this person may see it."""
        found = cls.model_validate(row)
        return found.model_copy(update=sees.texts(found, "note"))


class AcknowledgeForm(BaseModel):
    """What the leader does about it."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(default="", max_length=service.NOTE_CHARS_MAX)


@router.get("", dependencies=[allow(Permission.SEE_BOARD)])
async def list_alerts(
    session: ReadSession,
    who: Who,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    measure: Name | None = None,
    limit: Annotated[int, Query(ge=1, le=queries.HISTORY_MAX)] = 100,
) -> Page[AlertRead]:
    """Those that stand, the worst first; or all, the newest first."""
    found = (
        await queries.standing(session)
        if is_open
        else await queries.history(session, since=since, measure=measure, limit=limit)
    )
    return Page(items=[AlertRead.of(row, who.sees) for row in found])


@router.post("/{alert_id}/acknowledge", dependencies=[allow(Permission.SUPERVISE)])
async def acknowledge(
    alert_id: int, form: AcknowledgeForm, session: WriteSession, who: Who
) -> AlertRead:
    """Take care of an alert."""
    row = await service.acknowledge(session, alert_id, by=who.name, note=form.note)
    return AlertRead.of(row, who.sees)
