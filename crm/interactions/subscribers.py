"""Facts of a call become its row in the call list, and its queue visits.

Facts are added to their call's timeline and the row computed from all of them again: they may come
in any order and more than once.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
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
from mainline.db import Base
from mainline.ids import call_of, call_subject
from mainline.journal import AtOnce, Event, Handlers

CONSUMER: Final = "interactions"
CALL_ID_CHARS_MAX: Final = 64
WALKING: Final = frozenset(
    {"call.ended", "menu.started", "menu.visited", "key.pressed", "queue.entered"}
)
"""Facts that can change how a caller's way through the menu is told."""
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
    await _project_visits(session, known)
    walked = {call_id for call_id in known if any(e.kind in WALKING for e in told[call_id])}
    await _project_passages(session, {i: known[i].passages for i in walked if known[i].passages})


async def _remember(
    session: AsyncSession, told: Mapping[str, Sequence[Event]]
) -> dict[str, list[Event]]:
    """Write the timelines; all facts of the calls of which something is new."""
    wanted = select(CallTimeline.call_id, CallTimeline.facts).where(CallTimeline.call_id.in_(told))
    known = {row.call_id: row.facts for row in await session.execute(wanted)}
    facts = {call_id: _with(known.get(call_id, []), new) for call_id, new in told.items()}
    changed = {i: all_of for i, all_of in facts.items() if len(all_of) > len(known.get(i, []))}
    rows = [{"call_id": call_id, "facts": all_of} for call_id, all_of in changed.items()]
    await _write(session, CallTimeline, rows, set(known))
    return {
        call_id: [event_of(fact, call_subject(call_id)) for fact in all_of]
        for call_id, all_of in changed.items()
    }


def _with(facts: list[Fact], events: Sequence[Event]) -> list[Fact]:
    for event in events:
        facts = with_fact(facts, plain(event)) or facts
    return facts


async def _project(session: AsyncSession, calls: Mapping[str, Summary]) -> None:
    found = await session.scalars(select(Interaction.id).where(Interaction.id.in_(calls)))
    rows = [
        {"id": call_id, **_fitted(Interaction, summary.columns)}
        for call_id, summary in calls.items()
    ]
    await _write(session, Interaction, rows, set(found))


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
    if rows:
        ids = {row["call_id"] for row in rows}
        wanted = select(QueueVisit.call_id, QueueVisit.seq).where(QueueVisit.call_id.in_(ids))
        found = {(row.call_id, row.seq) for row in await session.execute(wanted)}
        await _write(session, QueueVisit, rows, found)


async def _project_passages(session: AsyncSession, walked: Mapping[str, Sequence[Passage]]) -> None:
    """Written anew: a late fact may stand between two others."""
    if not walked:
        return
    await session.execute(delete(MenuPassage).where(MenuPassage.call_id.in_(walked)))
    rows = [
        {
            "call_id": call_id,
            "seq": seq,
            **_fitted(MenuPassage, {name: getattr(one, name) for name in Passage.__slots__}),
        }
        for call_id, passages in walked.items()
        for seq, one in enumerate(passages)
    ]
    await session.execute(insert(MenuPassage), rows)


async def _write(
    session: AsyncSession, table: type[Base], rows: Sequence[Row], known: Container[Any]
) -> None:
    """Whole rows: those with a known key are written over, in one statement; so are the others."""
    keys = [column.name for column in table.__table__.primary_key]

    def key(row: Row) -> Any:
        return row[keys[0]] if len(keys) == 1 else tuple(row[name] for name in keys)

    if new := [row for row in rows if key(row) not in known]:
        await session.execute(insert(table), new)
    if old := [row for row in rows if key(row) in known]:
        await session.execute(update(table), old)


def _fitted(table: type[Base], values: Mapping[str, Any]) -> Row:
    return {name: _fitting(table, name, value) for name, value in values.items()}


def _fitting(table: type[Base], name: str, value: Any) -> Any:
    """Cut to the column's width: one strange fact must not stop all that come after it."""
    width = getattr(table.__table__.c[name].type, "length", None)
    return value[:width] if isinstance(value, str) and width else value


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
