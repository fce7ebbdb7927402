"""The floor as a batch of facts finds it, and what it makes of it: few statements for many facts.

A fact newer than all before it moves the state on; a late one has the time since the agent was last
in no call computed again, so that facts may come in any order and more than once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.floor import (
    ACTS,
    NOBODY,
    WORDS,
    Fact,
    Standing,
    Stint,
    after,
    in_order,
    same,
    standing_after,
    stint,
)
from crm.staff.floor import stints as stretches
from crm.staff.models import AgentFact, AgentState, AgentStint
from mainline.journal.floor_events import DirectCallMissed

NUMBER_CHARS_MAX: Final = 8
CALL_ID_CHARS_MAX: Final = 64
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CLOSE: Final = (
    update(AgentStint)
    .where(AgentStint.agent == bindparam("whose"), AgentStint.ended_at.is_(None))
    .values(ended_at=bindparam("at"))
)


class FloorBook:
    """Reads what the batch needs at first, writes what it made of it at last."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._states: dict[str, AgentState] = {}
        self._agents: dict[str, set[str]] = {}
        self._facts: list[dict[str, Any]] = []
        self._begun: dict[str, list[Stint]] = {}

    @classmethod
    async def of(
        cls, session: AsyncSession, agents: Collection[str], calls: Collection[str]
    ) -> FloorBook:
        """For facts of these agents, and of all who took part in these calls."""
        book = cls(session)
        wanted = select(AgentFact.agent, AgentFact.call_id).where(AgentFact.call_id.in_(calls))
        for row in await session.execute(wanted.distinct()) if calls else ():
            book._agents.setdefault(row.call_id, set()).add(row.agent)
        numbers = set(agents).union(*book._agents.values())
        states = await session.scalars(select(AgentState).where(AgentState.number.in_(numbers)))
        book._states = {state.number: state for state in states}
        return book

    def known(self, number: str) -> AgentState | None:
        """How the agent stands; None of one of whom nothing was told yet."""
        return self._states.get(number)

    def state(self, number: str, at: datetime) -> AgentState:
        """The same, begun when there is none."""
        state = self._states.get(number)
        if state is None:
            state = AgentState(number=number, state="closed", reason="", word="closed")
            state.word_reason, state.since, state.fact_at, state.over = "", at, NEVER, False
            self._session.add(state)
            self._states[number] = state
        return state

    def agents_of(self, call_id: str) -> list[str]:
        """Who took part in the call, as far as was told."""
        return sorted(self._agents.get(call_id, ()))

    async def take_in(self, number: str, fact: Fact) -> None:
        """Move the agent on, or compute their time again."""
        state = self.state(number, fact.at)
        newest = state.fact_at < fact.at
        if not newest and await self._is_known(number, fact):
            return
        self._add(number, fact)
        if newest:
            self._move_on(state, fact)
        else:
            await self._again(state, fact)

    async def note(self, number: str, fact: Fact) -> None:
        """Keep a fact that changes nothing, once."""
        if not await self._is_known(number, fact):
            self._add(number, fact)

    async def write(self) -> None:
        """Everything that was only remembered so far."""
        await self._session.flush()
        if self._facts:
            await self._session.execute(insert(AgentFact), self._facts)
        if self._begun:
            closed = [{"whose": who, "at": made[0].began_at} for who, made in self._begun.items()]
            connection = await self._session.connection()
            await connection.execute(_CLOSE, closed)
            await self._write_stints(self._begun)
        self._facts, self._begun = [], {}

    def _add(self, number: str, fact: Fact) -> None:
        self._facts.append({"agent": number, **asdict(fact)})
        if fact.call_id:
            self._agents.setdefault(fact.call_id, set()).add(number)

    async def _is_known(self, number: str, fact: Fact) -> bool:
        await self.write()
        known = select(AgentFact.id).where(
            AgentFact.agent == number,
            AgentFact.at == fact.at,
            AgentFact.kind == fact.kind,
            AgentFact.call_id == fact.call_id,
        )
        return await self._session.scalar(known) is not None

    def _move_on(self, state: AgentState, fact: Fact) -> None:
        """The common case: one step from the present state."""
        before = _standing(state)
        standing = after(before, fact)
        begun, since = stint(standing, fact.at), state.since
        if state.fact_at == NEVER or not same(stint(before, since), begun):
            self._begun.setdefault(state.number, []).append(begun)
            since = fact.at
        _show(state, standing, since, fact.at)

    async def _again(self, state: AgentState, late: Fact) -> None:
        """Compute everything since the agent was last in no call before the late fact."""
        await self.write()
        start, since = await self._idle_before(state.number, late.at)
        facts = await self._facts_since(state.number, since)
        made = stretches(facts, start)
        mine = AgentStint.agent == state.number
        newer = delete(AgentStint).where(mine, AgentStint.began_at >= made[0].began_at)
        await self._session.execute(newer)
        present = update(AgentStint).where(mine, AgentStint.ended_at.is_(None))
        await self._session.execute(present.values(ended_at=made[0].began_at))
        await self._write_stints({state.number: made})
        _show(state, standing_after(facts, start), made[-1].began_at, facts[-1].at)

    async def _write_stints(self, made: dict[str, list[Stint]]) -> None:
        rows = [
            {"agent": number, **asdict(one), "call_id": one.call_id or None}
            for number, stints in made.items()
            for one in _joined(stints)
        ]
        connection = await self._session.connection()
        await connection.execute(insert(AgentStint), rows)

    async def _idle_before(self, number: str, at: datetime) -> tuple[Standing, datetime]:
        """The latest moment at which the desk's word alone tells how the agent stood."""
        row = await self._session.scalar(
            select(AgentStint)
            .where(AgentStint.agent == number, AgentStint.began_at < at)
            .where(AgentStint.state.in_(WORDS))
            .order_by(AgentStint.began_at.desc(), AgentStint.id.desc())
            .limit(1)
        )
        if row is None:
            return NOBODY, NEVER
        word: Any = row.state
        return Standing(word=word, reason=row.reason), row.began_at

    async def _facts_since(self, number: str, since: datetime) -> list[Fact]:
        wanted = select(AgentFact).where(
            AgentFact.agent == number,
            AgentFact.at >= since,
            AgentFact.kind != DirectCallMissed.kind,
        )
        rows = await self._session.scalars(wanted)
        return in_order(Fact(row.at, row.kind, row.call_id, row.detail) for row in rows)


def _joined(stints: Sequence[Stint]) -> list[Stint]:
    """Each ends where the next one begins."""
    ends = [one.began_at for one in stints[1:]]
    return [
        replace(one, ended_at=end)
        for one, end in zip(stints, [*ends, stints[-1].ended_at], strict=True)
    ]


def _standing(state: AgentState) -> Standing:
    act: Any = state.state if state.state in ACTS else None
    word: Any = state.word
    return Standing(word, state.word_reason, act, state.call_id or "", state.interrupted or "")


def _show(state: AgentState, standing: Standing, since: datetime, fact_at: datetime) -> None:
    state.state, state.reason = standing.state, standing.shown_reason
    state.call_id, state.interrupted = standing.call_id or None, standing.interrupted or None
    state.over = state.over and (state.word, state.word_reason) == (standing.word, standing.reason)
    state.word, state.word_reason = standing.word, standing.reason
    state.since, state.fact_at = since, fact_at
