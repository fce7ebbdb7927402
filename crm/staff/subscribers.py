"""Facts become the floor: what each agent does now, and their stretches of time.

A fact newer than all before it moves the state on; a late one has the time since the agent was last
in no call computed again, so that facts may come in any order and more than once.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Update, delete, select, update
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
from crm.staff.models import ELSEWHERE, AgentFact, AgentState, AgentStint
from mainline.ids import call_of
from mainline.journal import Event, Handler
from mainline.journal.call_events import (
    AgentCorrected,
    AgentMissed,
    AgentPaused,
    AgentPauseOverrun,
    AgentProven,
    AgentSignedIn,
    CallEnded,
    DirectCallMissed,
)

CONSUMER: Final = "floor"
NUMBER_CHARS_MAX: Final = 8
CALL_ID_CHARS_MAX: Final = 64
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def told_of(event: Event) -> tuple[str, Fact]:
    """Whom the event tells of, and what; nobody of one that all in a call share."""
    if event.subject.startswith("agent:"):
        detail = event.reason[:64] if isinstance(event, AgentPaused) else ""
        return event.subject.removeprefix("agent:"), Fact(event.at, event.kind, "", detail)
    detail = event.found if isinstance(event, AgentCorrected) else ""
    if isinstance(event, AgentMissed) and event.elsewhere:
        detail = ELSEWHERE
    fact = Fact(event.at, event.kind, call_of(event.subject), detail)
    return getattr(event, "agent", ""), fact


async def on_floor_fact(session: AsyncSession, event: Event) -> None:
    """Something about an agent: subject ``agent:<number>``."""
    number, fact = told_of(event)
    await _take_in(session, number, fact)
    if isinstance(event, AgentSignedIn):
        state = await session.get_one(AgentState, number)
        state.station = event.station


async def on_call_fact(session: AsyncSession, event: Event) -> None:
    """Something about a call that an agent is part of."""
    await _take_in(session, *told_of(event))


async def on_call_ended(session: AsyncSession, event: Event) -> None:
    """Nobody is left in a call that is over, even if the end of their leg was lost."""
    call_id = call_of(event.subject)
    numbers = select(AgentFact.agent).where(AgentFact.call_id == call_id).distinct()
    for number in (await session.scalars(numbers)).all():
        await _take_in(session, number, Fact(event.at, CallEnded.kind, call_id))


async def on_direct_missed(session: AsyncSession, event: Event) -> None:
    """Kept for the list of missed calls; it changes no state."""
    if not isinstance(event, DirectCallMissed):
        return
    number, caller = event.subject.removeprefix("agent:"), event.caller[:NUMBER_CHARS_MAX]
    fact = Fact(event.at, event.kind, "", caller)
    if 0 < len(number) <= NUMBER_CHARS_MAX and not await _known(session, number, fact):
        session.add(AgentFact(agent=number, at=event.at, kind=event.kind, detail=caller))


async def on_overrun(session: AsyncSession, event: Event) -> None:
    """A pause lasts too long; it shows as long as that pause lasts."""
    if not isinstance(event, AgentPauseOverrun):
        return
    state = await session.get(AgentState, event.subject.removeprefix("agent:"))
    if state is not None and (state.word, state.word_reason) == ("paused", event.reason):
        state.over = True


async def on_proven(session: AsyncSession, event: Event) -> None:
    """The desk was checked."""
    if not isinstance(event, AgentProven):
        return
    state = await _state(session, event.subject.removeprefix("agent:"), event.at)
    told = event.model_dump(mode="json", include={"microphone", "socket", "echo", "at"})
    if state.proven is None or state.proven["at"] <= told["at"]:
        state.proven = told


def fits(number: str, fact: Fact) -> bool:
    """Whether it can be an agent of ours."""
    return 0 < len(number) <= NUMBER_CHARS_MAX and len(fact.call_id) <= CALL_ID_CHARS_MAX


async def _take_in(session: AsyncSession, number: str, fact: Fact) -> None:
    if not fits(number, fact):
        return
    state = await _state(session, number, fact.at)
    newest = state.fact_at < fact.at
    if not newest and await _known(session, number, fact):
        return
    row = AgentFact(agent=number, at=fact.at, kind=fact.kind)
    row.call_id, row.detail = fact.call_id, fact.detail
    session.add(row)
    await session.flush()
    await (_move_on if newest else _again)(session, state, fact)


async def _known(session: AsyncSession, number: str, fact: Fact) -> bool:
    known = select(AgentFact.id).where(
        AgentFact.agent == number,
        AgentFact.at == fact.at,
        AgentFact.kind == fact.kind,
        AgentFact.call_id == fact.call_id,
    )
    return await session.scalar(known) is not None


async def _state(session: AsyncSession, number: str, at: datetime) -> AgentState:
    state = await session.get(AgentState, number)
    if state is None:
        state = AgentState(number=number, state="closed", reason="", word="closed")
        state.word_reason, state.since, state.fact_at = "", at, NEVER
        session.add(state)
        await session.flush()
    return state


async def _move_on(session: AsyncSession, state: AgentState, fact: Fact) -> None:
    """The common case: one step from the present state."""
    before = _standing(state)
    standing = after(before, fact)
    begun, since = stint(standing, fact.at), state.since
    if state.fact_at == NEVER or not same(stint(before, since), begun):
        await session.execute(_present(state.number).values(ended_at=fact.at))
        _add_stint(session, state.number, begun)
        since = fact.at
    _show(state, standing, since, fact.at)


def _present(number: str) -> Update:
    return update(AgentStint).where(AgentStint.agent == number, AgentStint.ended_at.is_(None))


async def _again(session: AsyncSession, state: AgentState, late: Fact) -> None:
    """Compute everything since the agent was last in no call before the late fact."""
    start, since = await _idle_before(session, state.number, late.at)
    facts = await _facts_since(session, state.number, since)
    made = stretches(facts, start)
    newer = AgentStint.agent == state.number, AgentStint.began_at >= made[0].began_at
    await session.execute(delete(AgentStint).where(*newer))
    await session.execute(_present(state.number).values(ended_at=made[0].began_at))
    for one in made:
        _add_stint(session, state.number, one)
    _show(state, standing_after(facts, start), made[-1].began_at, facts[-1].at)


async def _idle_before(
    session: AsyncSession, number: str, at: datetime
) -> tuple[Standing, datetime]:
    """The latest moment at which the desk's word alone tells how the agent stood."""
    row = await session.scalar(
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


async def _facts_since(session: AsyncSession, number: str, since: datetime) -> list[Fact]:
    wanted = select(AgentFact).where(
        AgentFact.agent == number,
        AgentFact.at >= since,
        AgentFact.kind != DirectCallMissed.kind,
    )
    rows = await session.scalars(wanted)
    return in_order(Fact(row.at, row.kind, row.call_id, row.detail) for row in rows)


def _standing(state: AgentState) -> Standing:
    act: Any = state.state if state.state in ACTS else None
    word: Any = state.word
    return replace(
        Standing(), word=word, reason=state.word_reason, act=act, call_id=state.call_id or ""
    )


def _show(state: AgentState, standing: Standing, since: datetime, fact_at: datetime) -> None:
    state.state, state.reason = standing.state, standing.shown_reason
    state.call_id = standing.call_id or None
    state.over = state.over and (state.word, state.word_reason) == (standing.word, standing.reason)
    state.word, state.word_reason = standing.word, standing.reason
    state.since, state.fact_at = since, fact_at


def _add_stint(session: AsyncSession, number: str, one: Stint) -> None:
    row = AgentStint(agent=number, state=one.state, reason=one.reason)
    row.call_id = one.call_id or None
    row.began_at, row.ended_at = one.began_at, one.ended_at
    session.add(row)


async def forget(session: AsyncSession) -> None:
    """Drop the projections; the journal builds them again."""
    for table in (AgentStint, AgentState, AgentFact):
        await session.execute(delete(table))


CONSUMERS: dict[str, dict[str, Handler]] = {
    CONSUMER: {
        **dict.fromkeys(
            (
                "agent.signed_in",
                "agent.ready",
                "agent.paused",
                "agent.wrapup_ended",
                "agent.signed_out",
            ),
            on_floor_fact,
        ),
        **dict.fromkeys(
            (
                "agent.offered",
                "agent.answered",
                "agent.missed",
                "agent.left_call",
                "agent.held",
                "agent.resumed",
                "agent.reserved",
                "agent.released",
                "agent.corrected",
                "call.placed",
                "call.rejoined",
            ),
            on_call_fact,
        ),
        "agent.pause_overrun": on_overrun,
        "agent.direct_missed": on_direct_missed,
        "agent.proven": on_proven,
        "call.ended": on_call_ended,
    }
}
