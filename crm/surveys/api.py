"""``/api/ratings``: what callers said after their calls."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from crm.surveys import queries
from mainline.clock import now
from mainline.permissions import Permission
from mainline.web import Page, ReadSession, allow

router = APIRouter(
    prefix="/ratings",
    tags=["ratings"],
    dependencies=[allow(Permission.SEE_BOARD, Permission.HEAR_RECORDINGS)],
)
Since = Annotated[AwareDatetime | None, Query(alias="from")]
Until = Annotated[AwareDatetime | None, Query(alias="to")]
Agent = Annotated[str | None, Query(max_length=8)]


class AgentRatingsRead(BaseModel):
    """What callers said of one agent."""

    model_config = ConfigDict(from_attributes=True)

    agent: str
    asked: int
    rated: int
    low: int
    mean: float | None


class RatingRead(BaseModel):
    """What one caller said."""

    model_config = ConfigDict(from_attributes=True)

    call_id: str
    agent: str
    queue: str
    asked_at: datetime
    rated_at: datetime | None
    scores: dict[str, int]
    score: float | None
    low: bool


def _span(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """The last thirty days, unless told otherwise."""
    end = until or now() + timedelta(seconds=1)
    return since or end - timedelta(days=30), end


@router.get("/agents")
async def by_agent(
    session: ReadSession, since: Since = None, until: Until = None, agent: Agent = None
) -> Page[AgentRatingsRead]:
    """Asked, answered, low and the mean of each agent."""
    begin, end = _span(since, until)
    found = await queries.by_agent(session, since=begin, until=end, agent=agent)
    return Page(items=[AgentRatingsRead.model_validate(one) for one in found])


@router.get("")
async def list_ratings(
    session: ReadSession,
    since: Since = None,
    until: Until = None,
    agent: Agent = None,
    low: bool = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[RatingRead]:
    """The answers one by one, the newest first."""
    begin, end = _span(since, until)
    found = await queries.ratings(
        session, since=begin, until=end, agent=agent, low=low, limit=limit
    )
    return Page(items=[RatingRead.model_validate(one) for one in found])
