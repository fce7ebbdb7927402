"""Facts become the floor: what each agent does now, and their stretches of time."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from crm.staff.book import CALL_ID_CHARS_MAX, NUMBER_CHARS_MAX, FloorBook
from crm.staff.floor import Fact
from crm.staff.models import ELSEWHERE, AgentFact, AgentState, AgentStint
from mainline.ids import call_of
from mainline.journal import AtOnce, Event, Handlers
from mainline.journal.call_events import CallEnded
from mainline.journal.floor_events import (
    AgentPaused,
    AgentPauseOverrun,
    AgentProven,
    AgentSignedIn,
    DirectCallMissed,
)
from mainline.journal.talk_events import AgentCorrected, AgentMissed

CONSUMER: Final = "floor"


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


def fits(number: str, fact: Fact) -> bool:
    """Whether it can be an agent of ours."""
    return 0 < len(number) <= NUMBER_CHARS_MAX and len(fact.call_id) <= CALL_ID_CHARS_MAX


async def take_in(session: AsyncSession, events: Sequence[Event]) -> None:
    """Facts of a batch, in their order."""
    subjects = [told_of(event)[0] for event in events]
    ended = [call_of(event.subject) for event in events if isinstance(event, CallEnded)]
    book = await FloorBook.of(session, {number for number in subjects if number}, ended)
    for event in events:
        await _TAKE.get(event.kind, _on_fact)(book, event)
    await book.write()


async def _on_fact(book: FloorBook, event: Event) -> None:
    """Something about an agent, or about a call that an agent is part of."""
    number, fact = told_of(event)
    if not fits(number, fact):
        return
    await book.take_in(number, fact)
    if isinstance(event, AgentSignedIn):
        book.state(number, event.at).station = event.station


async def _on_call_ended(book: FloorBook, event: Event) -> None:
    """Nobody is left in a call that is over, even if the end of their leg was lost."""
    call_id = call_of(event.subject)
    for number in book.agents_of(call_id):
        await book.take_in(number, Fact(event.at, CallEnded.kind, call_id))


async def _on_direct_missed(book: FloorBook, event: Event) -> None:
    """Kept for the list of missed calls; it changes no state."""
    if not isinstance(event, DirectCallMissed):
        return
    number = event.subject.removeprefix("agent:")
    if 0 < len(number) <= NUMBER_CHARS_MAX:
        await book.note(number, Fact(event.at, event.kind, "", event.caller[:NUMBER_CHARS_MAX]))


async def _on_overrun(book: FloorBook, event: Event) -> None:
    """A pause lasts too long; it shows as long as that pause lasts."""
    state = book.known(event.subject.removeprefix("agent:"))
    if isinstance(event, AgentPauseOverrun) and state is not None:
        state.over |= (state.word, state.word_reason) == ("paused", event.reason)


async def _on_proven(book: FloorBook, event: Event) -> None:
    """The desk was checked."""
    number = event.subject.removeprefix("agent:")
    if not isinstance(event, AgentProven) or not 0 < len(number) <= NUMBER_CHARS_MAX:
        return
    state = book.state(number, event.at)
    told = event.model_dump(mode="json", include={"microphone", "socket", "echo", "at"})
    if state.proven is None or state.proven["at"] <= told["at"]:
        state.proven = told


async def forget(session: AsyncSession) -> None:
    """Drop the projections; the journal builds them again."""
    for table in (AgentStint, AgentState, AgentFact):
        await session.execute(delete(table))


_TAKE: Final[Mapping[str, Callable[[FloorBook, Event], Awaitable[None]]]] = {
    "agent.pause_overrun": _on_overrun,
    "agent.direct_missed": _on_direct_missed,
    "agent.proven": _on_proven,
    "call.ended": _on_call_ended,
}
CONSUMERS: dict[str, Handlers] = {
    CONSUMER: AtOnce(
        (
            "agent.signed_in",
            "agent.ready",
            "agent.paused",
            "agent.wrapup_ended",
            "agent.signed_out",
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
            *_TAKE,
        ),
        take_in,
    )
}
