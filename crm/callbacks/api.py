"""``/api/callbacks``: who is to be called, ask for one, withdraw one."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from crm.callbacks import queries, service
from crm.callbacks.models import Callback
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Config, Page, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/callbacks", tags=["call-backs"])


class CallbackAsk(BaseModel):
    """A wish to be called."""

    number: str = Field(min_length=3, max_length=32)
    queue: str = Field(default="service", pattern=r"^[a-z][a-z0-9_-]{1,31}$")
    reason: str = Field(default="", max_length=service.REASON_CHARS_MAX)
    due_at: AwareDatetime | None = None
    customer_id: int | None = Field(default=None, ge=1)


class CallbackRead(BaseModel):
    """A promised call-back."""

    id: int
    number: str
    queue: str
    state: str
    source: str
    reason: str
    since: datetime
    due_at: datetime
    next_at: datetime
    expires_at: datetime
    attempts: int
    customer_id: int | None
    call_id: str | None
    agent: str | None
    asked_by: str
    ended_at: datetime | None
    ended_by: str

    @classmethod
    def of(cls, row: Callback, sees: Eyes) -> "CallbackRead":
        """As this person may see it."""
        fields = {name: getattr(row, name) for name in cls.model_fields}
        masked = {"number": sees.number(row.number), "reason": sees.text(row.reason)}
        return cls(**{**fields, **masked})


@router.get("", dependencies=[allow(Permission.SEE_CALLS)])
async def list_callbacks(
    session: ReadSession,
    who: Who,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[CallbackRead]:
    """Open ones as they stand in line; ended ones and all, the newest first."""
    found = await queries.find(session, is_open=is_open, limit=limit)
    return Page(items=[CallbackRead.of(one, who.sees) for one in found])


@router.post("", status_code=201, dependencies=[allow(Permission.CALL_OUT, Permission.SUPERVISE)])
async def ask_callback(
    asked: CallbackAsk, session: WriteSession, who: Who, config: Config
) -> CallbackRead:
    """Promise to call somebody back; asking again for the same number and queue gives the same."""
    await service.check_queue(session, asked.queue)
    row = await service.ask(
        session,
        **asked.model_dump(),
        source="agent",
        by=who.agent_number or who.name,
        area_code=config.home_area_code,
    )
    return CallbackRead.of(row, who.sees)


@router.post(
    "/{callback_id}/cancel", dependencies=[allow(Permission.TAKE_CALLS, Permission.SUPERVISE)]
)
async def cancel_callback(callback_id: int, session: WriteSession, who: Who) -> CallbackRead:
    """Nobody is to be called any more."""
    row = await service.cancel(session, callback_id, by=who.agent_number or who.name)
    return CallbackRead.of(row, who.sees)
