"""What calls do to call-backs: an attempt is served or missed, or the customer calls again."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks import service
from crm.callbacks.models import Callback
from crm.callbacks.rules import same_number
from crm.customers.merged import households
from mainline.ids import call_of
from mainline.journal import AtOnce, Event, Handler, Handlers, append
from mainline.journal.call_events import CallEnded, CallerIdentified, CallOffered, CallPlaced
from mainline.journal.talk_events import AgentAnswered

CONSUMER: Final = "callbacks"
TAIL: Final = 7
"""So many digits are the same however a network spells a number."""


async def _offered(session: AsyncSession, events: Sequence[CallOffered]) -> None:
    """Who calls by themselves meanwhile is not called."""
    spelled = [event for event in events if len(event.ani) >= TAIL]
    tails = sorted({event.ani[-TAIL:] for event in spelled})
    likely = or_(False, *(Callback.number.endswith(tail, autoescape=True) for tail in tails))
    waiting = select(Callback).where(Callback.state == "waiting", likely)
    for row in await session.scalars(waiting) if tails else ():
        for event in spelled:
            if same_number(row.number, event.ani):
                row.own_call_id = call_of(event.subject)


async def _identified(session: AsyncSession, events: Sequence[CallerIdentified]) -> None:
    """Also from another telephone of the same home."""
    known = [event for event in events if event.customer_id is not None]
    homes = await households(session, filter(None, (event.customer_id for event in known)))
    ids = {one for home in homes.values() for one in home}
    mine = select(Callback).where(Callback.customer_id.in_(ids), Callback.state == "waiting")
    for row in await session.scalars(mine) if ids else ():
        for event in known:
            if row.customer_id in homes.get(event.customer_id or 0, ()):
                row.own_call_id = call_of(event.subject)


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
        await service.end(session, row, "done", call_id=call_id, agent=event.agent, at=event.at)
    mine = select(Callback).where(Callback.own_call_id == call_id, Callback.state == "waiting")
    for row in await session.scalars(mine.with_for_update()):
        await service.end(
            session, row, "withdrawn", call_id=call_id, agent=event.agent, at=event.at
        )


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
    """Most calls have nothing to do with a call-back: a few looks tell for the whole batch."""
    await _offered(session, [event for event in events if isinstance(event, CallOffered)])
    await _identified(session, [event for event in events if isinstance(event, CallerIdentified)])
    for event in events:
        await on_placed(session, event)
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


_FIRST: Final = (CallOffered.kind, CallPlaced.kind, CallerIdentified.kind)
_THEN: Final[Mapping[str, Handler]] = {"agent.answered": on_answered, "call.ended": on_ended}
CONSUMERS: dict[str, Handlers] = {CONSUMER: AtOnce((*_FIRST, *_THEN), take_in)}
