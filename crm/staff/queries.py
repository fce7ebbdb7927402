"""Who is there, and what they do."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.models import AgentState, AgentStint, User, UserQueue
from crm.staff.rules import skill_routing
from mainline.errors import NotFound


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent on the floor now. Who never signed in is closed since None."""

    number: str
    name: str
    user_id: int
    station: str
    state: str
    since: datetime | None
    reason: str
    call_id: str | None
    word: str
    word_reason: str = ""
    """Why the desk's word is a pause, also while a call is on top of it."""
    over: bool = False
    """The pause lasts longer than its reason allows."""
    queues: Mapping[str, int] = field(default_factory=dict)
    skills: Sequence[str] = ()
    team: str = ""
    auto_answer: bool = False
    proven: Mapping[str, object] | None = None
    branch: str = ""
    workplace: str = "centre"


async def agents(session: AsyncSession) -> list[AgentView]:
    """All agents by number, in three statements."""
    named, routing = await _queues(session), await skill_routing(session)
    rows = await session.execute(
        select(User, AgentState)
        .outerjoin(AgentState, AgentState.number == User.agent_number)
        .where(User.agent_number.is_not(None), User.active)
        .order_by(User.agent_number)
    )
    return [_view(user, state, routing.served(named[user.id], user.skills)) for user, state in rows]


async def agent(session: AsyncSession, number: str) -> AgentView:
    """One agent; NotFound if there is none."""
    found = [one for one in await agents(session) if one.number == number]
    if not found:
        raise NotFound("agent")
    return found[0]


async def leaders(session: AsyncSession) -> list[AgentView]:
    """Leaders who have a telephone."""
    rows = await session.scalars(select(User).where(User.agent_number.is_not(None), User.active))
    numbers = {user.agent_number for user in rows if "leader" in user.roles}
    return [one for one in await agents(session) if one.number in numbers]


async def users(session: AsyncSession) -> list[User]:
    """Everybody, by login."""
    return list(await session.scalars(select(User).order_by(User.login)))


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of an agent's time, cut to what was asked for."""

    agent: str
    state: str
    call_id: str | None
    seconds: float


async def spells(session: AsyncSession, *, since: datetime, until: datetime) -> list[Spell]:
    """All stretches between two moments; the present ones count to the end."""
    rows = await session.execute(
        select(
            AgentStint.agent,
            AgentStint.state,
            AgentStint.call_id,
            AgentStint.began_at,
            AgentStint.ended_at,
        ).where(
            AgentStint.began_at < until,
            (AgentStint.ended_at > since) | AgentStint.ended_at.is_(None),
        )
    )
    return [
        Spell(agent, state, call, (min(end or until, until) - max(begin, since)).total_seconds())
        for agent, state, call, begin, end in rows
    ]


async def durations(
    session: AsyncSession, *, since: datetime, until: datetime, agent: str | None = None
) -> dict[str, dict[str, float]]:
    """Seconds each agent spent in each state between two moments; the present counts to the end."""
    wanted = select(AgentStint).where(
        AgentStint.began_at < until,
        (AgentStint.ended_at > since) | AgentStint.ended_at.is_(None),
    )
    if agent is not None:
        wanted = wanted.where(AgentStint.agent == agent)
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for one in await session.scalars(wanted):
        spent = min(one.ended_at or until, until) - max(one.began_at, since)
        found[one.agent][one.state] += spent.total_seconds()
    return {number: dict(states) for number, states in found.items()}


async def _queues(session: AsyncSession) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in await session.scalars(select(UserQueue).order_by(UserQueue.queue)):
        found[row.user_id][row.queue] = row.penalty
    return found


def _view(user: User, state: AgentState | None, queues: Mapping[str, int]) -> AgentView:
    return AgentView(
        number=user.agent_number or "",
        name=user.name,
        user_id=user.id,
        station=state.station if state and state.state != "closed" else user.station,
        state=state.state if state else "closed",
        since=state.since if state else None,
        reason=state.reason if state else "",
        call_id=state.call_id if state else None,
        word=state.word if state else "closed",
        word_reason=state.word_reason if state else "",
        over=bool(state and state.over and state.state == "paused"),
        queues=queues,
        skills=tuple(user.skills),
        team=user.team,
        auto_answer=user.auto_answer,
        proven=state.proven if state else None,
        branch=user.branch,
        workplace=user.workplace,
    )
