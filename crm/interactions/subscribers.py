"""Facts of a call become its row in the call list, its queue visits and its messages.

Each fact is added to the call's timeline and the row computed from all of them again: facts may
come in any order and more than once.
"""

from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.facts import event_of, plain, with_fact
from crm.interactions.models import CallTimeline, Interaction, QueueVisit, VoiceMessage
from crm.interactions.summary import Summary, summarise
from crm.interactions.visits import Visit
from mainline.ids import call_of
from mainline.journal import Event, Handler
from mainline.journal.call_events import MessageLeft

CONSUMER: Final = "interactions"


async def on_call_fact(session: AsyncSession, event: Event) -> None:
    """Add the fact to its call."""
    call_id = call_of(event.subject)
    timeline = await _timeline(session, call_id)
    facts = with_fact(timeline.facts, plain(event))
    if facts is None:
        return
    timeline.facts = facts
    summary = summarise([event_of(fact, event.subject) for fact in facts])
    if summary is not None:
        await _project(session, call_id, summary)
    if isinstance(event, MessageLeft):
        await _keep_message(session, call_id, event)


async def _timeline(session: AsyncSession, call_id: str) -> CallTimeline:
    timeline = await session.get(CallTimeline, call_id)
    if timeline is None:
        timeline = CallTimeline(call_id=call_id, facts=[])
        session.add(timeline)
        await session.flush()
    return timeline


async def _project(session: AsyncSession, call_id: str, summary: Summary) -> None:
    interaction = await session.get(Interaction, call_id)
    if interaction is None:
        interaction = Interaction(id=call_id)
        session.add(interaction)
    for name, value in summary.columns.items():
        setattr(interaction, name, value)
    if interaction in session.new:  # so that the batch finds it again; changes can wait for its end
        await session.flush()
    await _project_visits(session, call_id, summary.visits)


async def _project_visits(session: AsyncSession, call_id: str, visits: list[Visit]) -> None:
    for seq, visit in enumerate(visits):
        row = await session.get(QueueVisit, (call_id, seq))
        if row is None:
            row = QueueVisit(call_id=call_id, seq=seq)
            session.add(row)
        for name in (*Visit.__slots__, "wait_s"):
            setattr(row, name, getattr(visit, name))
        if row in session.new:
            await session.flush()


async def _keep_message(session: AsyncSession, call_id: str, left: MessageLeft) -> None:
    """The message is people's work from now on: known once, it is left alone."""
    known = select(VoiceMessage.id).where(
        VoiceMessage.call_id == call_id, VoiceMessage.file == left.file
    )
    if await session.scalar(known) is None:
        session.add(VoiceMessage(call_id=call_id, file=left.file, left_at=left.at))


async def forget(session: AsyncSession) -> None:
    """Drop the projections; the journal builds them again."""
    for table in (QueueVisit, Interaction, CallTimeline):
        await session.execute(delete(table))


CONSUMERS: dict[str, dict[str, Handler]] = {
    CONSUMER: dict.fromkeys(
        (
            "call.offered",
            "call.placed",
            "caller.identified",
            "call.degraded",
            "call.refused",
            "menu.started",
            "menu.visited",
            "key.pressed",
            "flow.finished",
            "queue.entered",
            "queue.left",
            "agent.offered",
            "agent.answered",
            "agent.missed",
            "agent.left_call",
            "call.transferred",
            "call.rejoined",
            "message.left",
            "recording.started",
            "recording.stored",
            "call.ended",
            "call.disposed",
            "supervision.started",
        ),
        on_call_fact,
    )
}
