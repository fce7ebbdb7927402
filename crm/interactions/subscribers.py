"""Facts of a call become its row in the call list, and its queue visits.

Facts are added to their call's timeline and the row computed from all of them again: they may come
in any order and more than once.
"""

from collections.abc import Container, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.facts import Fact, event_of, plain, with_fact
from crm.interactions.models import (
    CallTimeline,
    Interaction,
    MenuPassage,
    QueueVisit,
)
from crm.interactions.passages import Passage
from crm.interactions.summary import Summary, summarise
from crm.interactions.visits import Visit
from mainline.db import Base, write_over
from mainline.ids import call_of, call_subject
from mainline.journal import AtOnce, Event, Handlers

CONSUMER: Final = "interactions"
CALL_ID_CHARS_MAX: Final = 64
WALKING: Final = frozenset(
    {"call.ended", "menu.started", "menu.visited", "key.pressed", "queue.entered"}
)
"""Facts that can change how a caller's way through the menu is told."""
WAITING: Final = frozenset(
    {"agent.answered", "call.ended", "caller.raised", "queue.entered", "queue.left"}
)
"""Facts that can change what stays in queues are known."""
_VISIT: Final = (*Visit.__slots__, "wait_s")

Row = dict[str, Any]


async def take_in(session: AsyncSession, events: Sequence[Event]) -> None:
    """Add the facts to their calls, and write anew what is known of each of these calls."""
    told: dict[str, list[Event]] = {}
    for event in events:
        call_id = call_of(event.subject)
        if len(call_id) <= CALL_ID_CHARS_MAX:
            told.setdefault(call_id, []).append(event)
    changed = await _remember(session, told)
    rows = {call_id: summarise(facts) for call_id, facts in changed.items()}
    known = {call_id: row for call_id, row in rows.items() if row is not None}
    await _project(session, known)
    await _project_visits(session, {i: known[i] for i in _told_of(WAITING, told) & known.keys()})
    walked = {i: known[i].passages for i in _told_of(WALKING, told) & known.keys()}
    await _project_passages(session, {i: found for i, found in walked.items() if found})


def _told_of(kinds: Container[str], told: Mapping[str, Sequence[Event]]) -> set[str]:
    """The calls of which such a fact was told."""
    return {call_id for call_id, events in told.items() if any(e.kind in kinds for e in events)}


async def _remember(
    session: AsyncSession, told: Mapping[str, Sequence[Event]]
) -> dict[str, list[Event]]:
    """Write the timelines; all facts of the calls of which something is new."""
    wanted = select(CallTimeline.call_id, CallTimeline.facts).where(CallTimeline.call_id.in_(told))
    known = {row.call_id: row.facts for row in await session.execute(wanted)}
    facts = {call_id: _with(known.get(call_id, []), new) for call_id, new in told.items()}
    changed = {i: all_of for i, all_of in facts.items() if len(all_of) > len(known.get(i, []))}
    rows = [{"call_id": call_id, "facts": all_of} for call_id, all_of in changed.items()]
    await write_over(session, CallTimeline, rows)
    return {
        call_id: [event_of(fact, call_subject(call_id)) for fact in all_of]
        for call_id, all_of in changed.items()
    }


def _with(facts: list[Fact], events: Sequence[Event]) -> list[Fact]:
    for event in events:
        facts = with_fact(facts, plain(event)) or facts
    return facts


async def _project(session: AsyncSession, calls: Mapping[str, Summary]) -> None:
    rows = [
        {"id": call_id, **_fitted(Interaction, summary.columns)}
        for call_id, summary in calls.items()
    ]
    await write_over(session, Interaction, rows)


async def _project_visits(session: AsyncSession, calls: Mapping[str, Summary]) -> None:
    """A stay that is known stays: more facts make more stays, or longer ones."""
    rows = [
        {
            "call_id": call_id,
            "seq": seq,
            **_fitted(QueueVisit, {name: getattr(visit, name) for name in _VISIT}),
        }
        for call_id, summary in calls.items()
        for seq, visit in enumerate(summary.visits)
    ]
    await write_over(session, QueueVisit, rows)


async def _project_passages(session: AsyncSession, walked: Mapping[str, Sequence[Passage]]) -> None:
    """Those there are no more are gone: a late fact may stand between two others."""
    rows = [
        {
            "call_id": call_id,
            "seq": seq,
            **_fitted(MenuPassage, {name: getattr(one, name) for name in Passage.__slots__}),
        }
        for call_id, passages in walked.items()
        for seq, one in enumerate(passages)
    ]
    if rows:
        await session.execute(delete(MenuPassage).where(MenuPassage.call_id.in_(walked)))
        await write_over(session, MenuPassage, rows)


def _fitted(table: type[Base], values: Mapping[str, Any]) -> Row:
    """Cut to the columns' widths: one strange fact must not stop all that come after it."""
    widths = _widths(table)
    return {
        name: value[: widths.get(name)] if isinstance(value, str) else value
        for name, value in values.items()
    }


@cache
def _widths(table: type[Base]) -> Mapping[str, int]:
    lengths = {column.name: getattr(column.type, "length", None) for column in table.__table__.c}
    return {name: length for name, length in lengths.items() if length}


async def forget(session: AsyncSession) -> None:
    """Drop the projections; the journal builds them again."""
    for table in (MenuPassage, QueueVisit, Interaction, CallTimeline):
        await session.execute(delete(table))


CONSUMERS: dict[str, Handlers] = {
    CONSUMER: AtOnce(
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
        take_in,
    )
}
