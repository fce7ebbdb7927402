"""What calls do to call-backs: an attempt is served or missed, or the customer calls again."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks import service
from crm.callbacks.models import Callback
from crm.callbacks.rules import same_number
from crm.customers.merged import household
from mainline.ids import call_of
from mainline.journal import AtOnce, Event, Handler, Handlers, append
from mainline.journal.call_events import (
    AgentAnswered,
    CallEnded,
    CallerIdentified,
    CallOffered,
    CallPlaced,
)

CONSUMER: Final = "callbacks"
TAIL: Final = 7
"""So many digits are the same however a network spells a number."""


async def on_offered(session: AsyncSession, event: Event) -> None:
    """Who calls by themselves meanwhile is not called."""
    if not isinstance(event, CallOffered) or len(event.ani) < TAIL:
        return
    likely = select(Callback).where(
        Callback.state == "waiting", Callback.number.endswith(event.ani[-TAIL:], autoescape=True)
    )
    for row in await session.scalars(likely):
        if same_number(row.number, event.ani):
            row.own_call_id = call_of(event.subject)


async def on_identified(session: AsyncSession, event: Event) -> None:
    """Also from another telephone of the same home."""
    if not isinstance(event, CallerIdentified) or event.customer_id is None:
        return
    home = await household(session, event.customer_id)
    mine = Callback.customer_id.in_(home), Callback.state == "waiting"
    own = {"own_call_id": call_of(event.subject)}
    if home:
        await session.execute(update(Callback).where(*mine).values(own))


async def on_placed(session: AsyncSession, event: Event) -> None:
    """Who is called back is known: the agent sees it before the telephone is answered."""
    if not isinstance(event, CallPlaced) or event.callback is None:
        return
    row = await session.get(Callback, event.callback)
    if row is not None and row.customer_id is not None:
        known = CallerIdentified(
            subject=event.subject, at=event.at, how="ani", customer_id=row.customer_id, candidates=1
        )
        await append(session, known)


async def on_answered(session: AsyncSession, event: Event) -> None:
    """The customer talks with an agent, whoever called whom."""
    if not isinstance(event, AgentAnswered):
        return
    call_id = call_of(event.subject)
    for row in await _attempts(session, call_id):
        await service.end(session, row, "done", call_id=call_id, agent=event.agent)
    mine = select(Callback).where(Callback.own_call_id == call_id, Callback.state == "waiting")
    for row in await session.scalars(mine.with_for_update()):
        await service.end(session, row, "withdrawn", call_id=call_id, agent=event.agent)


async def on_ended(session: AsyncSession, event: Event) -> None:
    """The customer's own call is over; an attempt that ended without an agent reached nobody."""
    if not isinstance(event, CallEnded):
        return
    call_id = call_of(event.subject)
    for row in await _attempts(session, call_id):
        await service.missed(session, row, at=event.at)
    await session.execute(
        update(Callback).where(Callback.own_call_id == call_id).values(own_call_id=None)
    )


async def _attempts(session: AsyncSession, call_id: str) -> list[Callback]:
    wanted = select(Callback).where(
        Callback.attempt_call_id == call_id, Callback.state == "calling"
    )
    return list(await session.scalars(wanted.with_for_update()))


async def take_in(session: AsyncSession, events: Sequence[Event]) -> None:
    """Most calls have nothing to do with a call-back: one look tells for the whole batch."""
    for event in events:
        if event.kind in _FIRST:
            await _FIRST[event.kind](session, event)
    told = [event for event in events if event.kind in _THEN]
    concerned = await _concerned(session, [call_of(event.subject) for event in told])
    for event in told:
        if call_of(event.subject) in concerned:
            await _THEN[event.kind](session, event)


async def _concerned(session: AsyncSession, calls: Sequence[str]) -> set[str]:
    """Which of these calls are attempts, or calls of who waits to be called."""
    wanted = select(Callback.attempt_call_id, Callback.own_call_id).where(
        or_(Callback.attempt_call_id.in_(calls), Callback.own_call_id.in_(calls))
    )
    rows = await session.execute(wanted) if calls else ()
    return {call_id for row in rows for call_id in row if call_id is not None}


_FIRST: Final[Mapping[str, Handler]] = {
    CallOffered.kind: on_offered, CallPlaced.kind: on_placed, CallerIdentified.kind: on_identified,
}  # fmt: skip
_THEN: Final[Mapping[str, Handler]] = {"agent.answered": on_answered, "call.ended": on_ended}
CONSUMERS: dict[str, Handlers] = {CONSUMER: AtOnce((*_FIRST, *_THEN), take_in)}
