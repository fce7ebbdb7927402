"""Who is there, and what they do."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final, Self

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.floor import UNFINISHED
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
    interrupted: str = ""
    """The call whose wrap-up goes on if nobody answers the one that rings."""

    @property
    def wraps_up(self) -> str:
        """The call that is wrapped up, also while another rings; empty: none."""
        return (self.call_id or "") if self.state == "wrapup" else self.interrupted

    @property
    def unfinished(self) -> bool:
        """In a call, or with one to be noted: the next one waits until that is done."""
        return self.state in UNFINISHED or bool(self.interrupted)


async def agents(session: AsyncSession) -> list[AgentView]:
    """All agents by number, in three statements."""
    return await _agents(session, _EVERYBODY)


# Each caller asks: the statements are put together once, not each time.
_THERE: Final = (
    select(AgentState.state)
    .join(User, User.agent_number == AgentState.number)
    .where(User.active, AgentState.state != "closed")
)
_NAMED: Final = (UserQueue.user_id == User.id) & (UserQueue.queue == bindparam("queue"))
_THERE_BY_NAME: Final = (
    _THERE.join(UserQueue, _NAMED).add_columns(func.count()).group_by(AgentState.state)
)
_THERE_BY_SKILL: Final = _THERE.add_columns(User.skills)


async def states_in(session: AsyncSession, queue: str) -> Counter[str]:
    """What everybody on duty does now who answers the queue: how many are in each state.

    By the rule of ``agents``, but without reading the whole floor: each caller asks.
    """
    needs = (await skill_routing(session)).needs(queue)
    if needs is None:
        named = await session.execute(_THERE_BY_NAME, {"queue": queue})
        return Counter({state: people for state, people in named})  # noqa: C416 - rows are no pairs
    rows = await session.execute(_THERE_BY_SKILL)
    return Counter(state for state, skills in rows if set(needs) <= set(skills))


async def agent(session: AsyncSession, number: str) -> AgentView:
    """One agent; NotFound if there is none."""
    found = await _agents(session, _ONE, number=number)
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


PEOPLE_MAX: Final = 5000
"""More than any company has who sign in; beyond, the list is cut."""


@dataclass(frozen=True, slots=True)
class Who:
    """Which people are wanted; what is empty is not asked."""

    text: str = ""
    """A part of sign-in, name, agent number or team."""
    role: str = ""
    active: bool | None = None

    def fits(self, user: User) -> bool:
        """Whether it is one of them."""
        parts = (user.login, user.name, user.agent_number or "", user.team)
        wanted = self.text.strip().casefold()
        return (
            (not wanted or any(wanted in part.casefold() for part in parts))
            and (not self.role or self.role in user.roles)
            and self.active in {None, user.active}
        )


async def people(
    session: AsyncSession, who: Who, *, after: str = "", limit: int = 100
) -> list[User]:
    """Those who fit, by login; ``after``: the last login of the page before."""
    wanted = select(User).where(User.login > after).order_by(User.login).limit(PEOPLE_MAX)
    found = (user for user in await session.scalars(wanted) if who.fits(user))
    return list(islice(found, limit))


async def let_go_agents(session: AsyncSession) -> list[AgentView]:
    """Agents who may sign in no more, and what the books say of their telephone."""
    rows = await session.execute(
        select(*_PERSON, *_STANDING)
        .outerjoin(AgentState, AgentState.number == User.agent_number)
        .where(~User.active, User.agent_number.is_not(None))
        .order_by(User.agent_number)
    )
    return [_view(row, {}) for row in rows]


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of an agent's time, cut to what was asked for."""

    agent: str
    state: str
    call_id: str | None
    seconds: float


_SPELLS: Final = select(
    AgentStint.agent, AgentStint.state, AgentStint.call_id, AgentStint.began_at,
    AgentStint.ended_at,
).where(
    AgentStint.began_at < bindparam("until"),
    (AgentStint.ended_at > bindparam("since")) | AgentStint.ended_at.is_(None),
)  # fmt: skip


async def spells(session: AsyncSession, *, since: datetime, until: datetime) -> list[Spell]:
    """All stretches between two moments; the present ones count to the end."""
    rows = await session.execute(_SPELLS, {"since": since, "until": until})
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


_PERSON = (
    User.id,
    User.agent_number,
    User.name,
    User.station,
    User.skills,
    User.team,
    User.auto_answer,
    User.branch,
    User.workplace,
)
_STANDING = (
    AgentState.state,
    AgentState.since,
    AgentState.reason,
    AgentState.call_id,
    AgentState.interrupted,
    AgentState.word,
    AgentState.word_reason,
    AgentState.over,
    AgentState.proven,
    AgentState.station.label("signed_in_at"),
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Whose queues, and who, put together once: everybody is looked up every second."""

    queues: Select[int, str, int]
    people: Select[Any]

    @classmethod
    def those(cls, who: ColumnElement[bool]) -> Self:
        """The statements about them."""
        return cls(
            select(UserQueue.user_id, UserQueue.queue, UserQueue.penalty)
            .join(User, User.id == UserQueue.user_id)
            .where(who)
            .order_by(UserQueue.queue),
            select(*_PERSON, *_STANDING)
            .outerjoin(AgentState, AgentState.number == User.agent_number)
            .where(who, User.active)
            .order_by(User.agent_number),
        )


_EVERYBODY: Final = _Wanted.those(User.agent_number.is_not(None))
_ONE: Final = _Wanted.those(User.agent_number == bindparam("number"))


async def _agents(session: AsyncSession, wanted: _Wanted, **values: str) -> list[AgentView]:
    routing = await skill_routing(session)
    named: dict[int, dict[str, int]] = defaultdict(dict)
    for user_id, queue, penalty in await session.execute(wanted.queues, values):
        named[user_id][queue] = penalty
    rows = await session.execute(wanted.people, values)
    return [_view(row, routing.served(named[row.id], row.skills)) for row in rows]


def _view(row: Row[Any], queues: Mapping[str, int]) -> AgentView:
    known = row.state is not None
    return AgentView(
        number=row.agent_number,
        name=row.name,
        user_id=row.id,
        station=row.signed_in_at if known and row.state != "closed" else row.station,
        state=row.state if known else "closed",
        since=row.since,
        reason=row.reason if known else "",
        call_id=row.call_id,
        word=row.word if known else "closed",
        word_reason=row.word_reason if known else "",
        over=bool(row.over and row.state == "paused"),
        queues=queues,
        skills=tuple(row.skills),
        team=row.team,
        auto_answer=row.auto_answer,
        proven=row.proven,
        branch=row.branch,
        interrupted=row.interrupted or "",
        workplace=row.workplace,
    )
