"""``/api/promises``: times promised to callers."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select

from crm.promises import service
from crm.promises.models import Promise
from crm.work_orders import people
from mainline.permissions import Permission
from mainline.web import Config, Page, Principal, ReadSession, Who, WriteSession, allow

router = APIRouter(prefix="/promises", tags=["promises"])
_PROMISE = [allow(Permission.OPEN_WORK_ORDERS)]
LIMIT = 200


class PromiseAsk(BaseModel):
    """What was promised. The same ``key`` never makes a second one."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=100)
    what: service.What
    source: service.Source = "agent"
    due_at: AwareDatetime
    text: str = Field(default="", max_length=service.TEXT_CHARS_MAX)
    owner: str = Field(default="", max_length=64)
    number: str = Field(default="", max_length=30)
    work_order: str = Field(default="", max_length=20)
    customer_id: int | None = Field(default=None, ge=1, le=2**31)
    call_id: str | None = Field(default=None, max_length=64)


class WithdrawAsk(BaseModel):
    """Why it counts no more."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=service.TEXT_CHARS_MAX)


class PromiseRead(BaseModel):
    """A promise."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    what: str
    source: str
    text: str
    number: str
    customer_id: int | None
    work_order_id: int | None
    call_id: str | None
    owner: str
    due_at: datetime
    state: str
    made_by: str
    ended_at: datetime | None
    ended_by: str
    reason: str
    callback_id: int | None

    @classmethod
    def of(cls, row: Promise, who: Principal) -> "PromiseRead":
        """As this person may see it."""
        found = cls.model_validate(row)
        masked = {"number": who.sees.number(found.number)}
        return found.model_copy(update=masked | who.sees.texts(found, "text", "reason"))


@router.get("", dependencies=[allow(Permission.SEE_WORK_ORDERS)])
async def list_promises(
    session: ReadSession,
    who: Who,
    state: Annotated[Literal["open", "kept", "broken", "withdrawn"], Query()] = "open",
) -> Page[PromiseRead]:
    """The open ones, those that end first at the top; of the others the newest."""
    order = Promise.due_at if state == "open" else Promise.due_at.desc()
    rows = await session.scalars(
        select(Promise).where(Promise.state == state).order_by(order, Promise.id).limit(LIMIT)
    )
    return Page(items=[PromiseRead.of(row, who) for row in rows])


@router.post("", status_code=201, dependencies=_PROMISE)
async def make(body: PromiseAsk, session: WriteSession, who: Who, config: Config) -> PromiseRead:
    """Promise a time; somebody answers for it."""
    owner = await people.person(session, body.owner) if body.owner else ""
    row = await service.make(
        session,
        key=f"api:{body.key}",
        by=_name(who),
        owner=owner,
        order_number=body.work_order,
        area_code=config.home_area_code,
        **body.model_dump(exclude={"key", "owner", "work_order"}),
    )
    return PromiseRead.of(row, who)


@router.post("/{promise_id}/keep", dependencies=_PROMISE)
async def keep(promise_id: int, session: WriteSession, who: Who) -> PromiseRead:
    """It was done in time."""
    return PromiseRead.of(await service.keep(session, promise_id, by=_name(who)), who)


@router.post("/{promise_id}/withdraw", dependencies=_PROMISE)
async def withdraw(
    promise_id: int, body: WithdrawAsk, session: WriteSession, who: Who
) -> PromiseRead:
    """It counts no more."""
    row = await service.withdraw(session, promise_id, by=_name(who), reason=body.reason)
    return PromiseRead.of(row, who)


def _name(who: Principal) -> str:
    return who.agent_number or who.name
