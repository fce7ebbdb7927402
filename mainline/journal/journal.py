"""Append inside the writer's transaction; look up what was written. Readers: ``reading``."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, bindparam, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline import features
from mainline.db import in_turn
from mainline.journal.event import KINDS, Event
from mainline.journal.models import JournalEntry


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact with its place in the journal."""

    id: int
    event: Event


async def append(session: AsyncSession, event: Event) -> None:
    """Write one fact, in the transaction of the change it tells of."""
    await append_all(session, (event,))


async def append_all(session: AsyncSession, events: Iterable[Event]) -> None:
    """Write facts in this order.

    On PostgreSQL two transactions could commit their ids in the other order, and a reader that has
    seen the higher would never see the lower: appenders commit one after the other (``in_turn``).
    On SQLite there is one writer anyway.
    """
    await in_turn(session)
    rows = [
        {
            "subject": event.subject,
            "kind": event.kind,
            "at": event.at,
            "payload": event.model_dump_json(),
        }
        for event in events
    ]
    await session.flush()
    if rows:
        await session.execute(insert(JournalEntry), rows)


async def last_id(session: AsyncSession) -> int:
    """The newest entry's id; 0 in an empty journal."""
    return await session.scalar(select(func.max(JournalEntry.id))) or 0


_KINDS_AFTER: Final = (
    select(JournalEntry.kind, func.max(JournalEntry.id))
    .where(JournalEntry.id > bindparam("entry_id"))
    .group_by(JournalEntry.kind)
)


async def kinds_after(session: AsyncSession, entry_id: int) -> tuple[int, frozenset[str]]:
    """The newest entry's id, and which kinds were written after ``entry_id``."""
    rows = await session.execute(_KINDS_AFTER, {"entry_id": entry_id})
    newest: dict[str, int] = {kind: entry for kind, entry in rows}  # noqa: C416 - rows are no pairs
    return max(newest.values(), default=entry_id), frozenset(newest)


async def entries_after(
    session: AsyncSession, entry_id: int, *, limit: int = 500, subject: str | None = None
) -> list[Entry]:
    """The next entries, oldest first."""
    entry = JournalEntry
    statement = select(entry.id, entry.kind, entry.payload).where(entry.id > entry_id)
    if subject is not None:
        statement = statement.where(entry.subject == subject)
    rows = await session.execute(statement.order_by(entry.id).limit(limit))
    return [Entry(row.id, event_of(row.kind, row.payload)) for row in rows]


@dataclass(frozen=True, slots=True)
class Line:
    """Where a fact stands, without what it says."""

    id: int
    kind: str
    subject: str


async def entries_of_kinds(
    session: AsyncSession, after: int, kinds: Collection[str], *, limit: int
) -> list[Line]:
    """The next facts of these kinds, unread."""
    entry = JournalEntry
    wanted = select(entry.id, entry.kind, entry.subject).where(entry.id > after)
    rows = await session.execute(
        wanted.where(entry.kind.in_(tuple(kinds))).order_by(entry.id).limit(limit)
    )
    return [Line(*row) for row in rows]


async def entries_by_id(session: AsyncSession, ids: Collection[int]) -> dict[int, str]:
    """What these say, as it was written."""
    wanted = select(JournalEntry.id, JournalEntry.payload).where(JournalEntry.id.in_(ids))
    return {entry_id: payload for entry_id, payload in await session.execute(wanted)}  # noqa: C416 - rows are no pairs


async def told_of(session: AsyncSession, subjects: Collection[str]) -> dict[str, list[Event]]:
    """All that was ever told of each of these subjects, oldest first."""
    told: dict[str, list[Event]] = {subject: [] for subject in subjects}
    rows = await session.execute(
        select(JournalEntry.subject, JournalEntry.kind, JournalEntry.payload)
        .where(JournalEntry.subject.in_(told))
        .order_by(JournalEntry.id)
    )
    for row in rows:
        told[row.subject].append(event_of(row.kind, row.payload))
    return told


def has_happened(kind: str, subject: ColumnElement[str]) -> ColumnElement[bool]:
    """For a query of others: whether such a fact was told of what the column names."""
    return exists().where(JournalEntry.subject == subject, JournalEntry.kind == kind)


async def entries_between(
    session: AsyncSession, since: datetime, until: datetime, kinds: Collection[str]
) -> list[Entry]:
    """What happened in that time, in the order in which it was written."""
    rows = await session.scalars(
        select(JournalEntry)
        .where(JournalEntry.kind.in_(kinds), JournalEntry.at >= since, JournalEntry.at < until)
        .order_by(JournalEntry.id)
    )
    return [Entry(row.id, event_of(row.kind, row.payload)) for row in rows]


async def latest_before(
    session: AsyncSession, moment: datetime, kinds: Collection[str]
) -> list[Entry]:
    """Of each subject the last entry of these kinds that happened before the moment."""
    newest = (
        select(JournalEntry.subject, func.max(JournalEntry.at).label("at"))
        .where(JournalEntry.kind.in_(kinds), JournalEntry.at < moment)
        .group_by(JournalEntry.subject)
        .subquery()
    )
    rows = await session.scalars(
        select(JournalEntry)
        .join(newest, (JournalEntry.subject == newest.c.subject) & (JournalEntry.at == newest.c.at))
        .where(JournalEntry.kind.in_(kinds))
        .order_by(JournalEntry.id)
    )
    return [Entry(row.id, event_of(row.kind, row.payload)) for row in rows]


async def subjects_between(
    session: AsyncSession, after: int, until: int, kinds: Collection[str]
) -> set[str]:
    """Of what the entries of these kinds tell, from one place in the journal to another."""
    rows = await session.scalars(
        select(JournalEntry.subject)
        .where(JournalEntry.id > after, JournalEntry.id <= until, JournalEntry.kind.in_(kinds))
        .distinct()
    )
    return set(rows)


async def subjects_told(
    session: AsyncSession, since: datetime, until: datetime, kinds: Collection[str], *, upto: int
) -> set[str]:
    """To what one of these kinds happened in that time, by the entries up to that one."""
    rows = await session.scalars(
        select(JournalEntry.subject)
        .where(JournalEntry.at >= since, JournalEntry.at < until)
        .where(JournalEntry.kind.in_(kinds), JournalEntry.id <= upto)
        .distinct()
    )
    return set(rows)


async def first_id_since(session: AsyncSession, moment: datetime) -> int:
    """The oldest entry that happened then or later; one after the newest when there is none."""
    found = await session.scalar(select(func.min(JournalEntry.id)).where(JournalEntry.at >= moment))
    return found if found is not None else await last_id(session) + 1


def event_of(kind: str, payload: str) -> Event:
    """The fact again, from what was written of it."""
    if kind not in KINDS:
        list(features.modules("events"))  # of a feature that this process has not used so far
    return KINDS[kind].model_validate_json(payload)
