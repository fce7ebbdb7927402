"""What callers said: of agents, and one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.surveys.models import CallRating


@dataclass(frozen=True, slots=True)
class AgentRatings:
    """What callers said of an agent between two moments."""

    agent: str
    asked: int
    rated: int
    low: int
    mean: float | None
    """Of the ratings given."""


async def by_agent(
    session: AsyncSession, *, since: datetime, until: datetime, agent: str | None = None
) -> list[AgentRatings]:
    """Each agent of whom somebody was asked, by number."""
    wanted = select(
        CallRating.agent,
        func.count(),
        func.count(CallRating.rated_at),
        func.sum(case((CallRating.low, 1), else_=0)),
        func.avg(CallRating.score),
    ).where(CallRating.asked_at >= since, CallRating.asked_at < until)
    if agent is not None:
        wanted = wanted.where(CallRating.agent == agent)
    rows = await session.execute(wanted.group_by(CallRating.agent).order_by(CallRating.agent))
    return [
        AgentRatings(who, asked, rated, int(low or 0), None if mean is None else round(mean, 2))
        for who, asked, rated, low, mean in rows
    ]


async def ratings(
    session: AsyncSession,
    *,
    since: datetime,
    until: datetime,
    agent: str | None = None,
    low: bool = False,
    limit: int = 100,
) -> Sequence[CallRating]:
    """The answers one by one, the newest first."""
    wanted = select(CallRating).where(CallRating.asked_at >= since, CallRating.asked_at < until)
    if agent is not None:
        wanted = wanted.where(CallRating.agent == agent)
    if low:
        wanted = wanted.where(CallRating.low)
    newest = wanted.order_by(CallRating.asked_at.desc(), CallRating.call_id).limit(limit)
    return (await session.scalars(newest)).all()
