"""Facts of a call become its row in the call list, and its queue visits.

Each fact is added to the call's timeline and the row computed from all of them again: facts may
come in any order and more than once.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.facts import event_of, plain, with_fact
from crm.interactions.models import (
    CallTimeline,
    Interaction,
    MenuPassage,
    QueueVisit,
)
from crm.interactions.passages import Passage
from crm.interactions.summary import Summary, summarise
from crm.interactions.visits import Visit
from mainline.db import Base
from mainline.ids import call_of
from mainline.journal import Event, Handler

CONSUMER: Final = "interactions"
CALL_ID_CHARS_MAX: Final = 64
WALKING: Final = frozenset(
    {"call.ended", "menu.started", "menu.visited", "key.pressed", "queue.entered"}
)
"""Facts that can change how a caller's way through the menu is told."""


async def on_call_fact(session: AsyncSession, event: Event) -> None:
    """Add the fact to its call."""
    call_id = call_of(event.subject)
    if len(call_id) > CALL_ID_CHARS_MAX:
        return
    timeline = await _timeline(session, call_id)
    facts = with_fact(timeline.facts, plain(event))
    if facts is None:
        return
    timeline.facts = facts
    summary = summarise([event_of(fact, event.subject) for fact in facts])
    if summary is not None:
        await _project(session, call_id, summary)
        if summary.passages and event.kind in WALKING:
            await _project_passages(session, call_id, summary.passages)


async def _timeline(session: AsyncSession, call_id: str) -> CallTimeline:
    timeline = await session.get(CallTimeline, call_id)
    if timeline is None:
        timeline = CallTimeline(call_id=call_id, facts=[])
        await _add(session, timeline)
    return timeline


async def _project(session: AsyncSession, call_id: str, summary: Summary) -> None:
    interaction = await session.get(Interaction, call_id)
    is_new = interaction is None
    interaction = interaction or Interaction(id=call_id)
    for name, value in summary.columns.items():
        setattr(interaction, name, _fitting(Interaction, name, value))
    if is_new:
        await _add(session, interaction)
    for seq, visit in enumerate(summary.visits):
        await _project_visit(session, call_id, seq, visit)


async def _project_visit(session: AsyncSession, call_id: str, seq: int, visit: Visit) -> None:
    row = await session.get(QueueVisit, (call_id, seq))
    is_new = row is None
    row = row or QueueVisit(call_id=call_id, seq=seq)
    for name in (*Visit.__slots__, "wait_s"):
        setattr(row, name, _fitting(QueueVisit, name, getattr(visit, name)))
    if is_new:
        await _add(session, row)


async def _project_passages(session: AsyncSession, call_id: str, walked: Sequence[Passage]) -> None:
    """Written anew: a late fact may stand between two others."""
    await session.execute(delete(MenuPassage).where(MenuPassage.call_id == call_id))
    rows = [
        {
            "call_id": call_id,
            "seq": seq,
            **{name: _fitting(MenuPassage, name, getattr(one, name)) for name in Passage.__slots__},
        }
        for seq, one in enumerate(walked)
    ]
    await session.execute(insert(MenuPassage), rows)


def _fitting(table: type[Base], name: str, value: Any) -> Any:
    """Cut to the column's width: one strange fact must not stop all that come after it."""
    width = getattr(table.__table__.c[name].type, "length", None)
    return value[:width] if isinstance(value, str) and width else value


async def _add(session: AsyncSession, row: Base) -> None:
    """New rows are flushed, so that the next fact of the batch finds them; changes wait."""
    session.add(row)
    await session.flush()


async def forget(session: AsyncSession) -> None:
    """Drop the projections; the journal builds them again."""
    for table in (MenuPassage, QueueVisit, Interaction, CallTimeline):
        await session.execute(delete(table))


CONSUMERS: dict[str, dict[str, Handler]] = {
    CONSUMER: dict.fromkeys(
        (
            "call.offered",
            "call.placed",
            "call.dialled",
            "call.reached",
            "call.unreached",
            "outreach.answered",
            "caller.identified",
            "call.degraded",
            "call.refused",
            "menu.started",
            "menu.visited",
            "key.pressed",
            "flow.finished",
            "call.context",
            "call.repeated",
            "call.urgent",
            "queue.entered",
            "queue.left",
            "agent.offered",
            "agent.answered",
            "agent.missed",
            "agent.left_call",
            "call.transferred",
            "call.rejoined",
            "survey.asked",
            "survey.rated",
            "message.left",
            "recording.started",
            "recording.stored",
            "call.ended",
            "call.disposed",
            "supervision.started",
            "caller.raised",
            "caller.fetched",
            "note.recorded",
        ),
        on_call_fact,
    )
}
