"""Append inside the writer's transaction; consume in id order, cursor and effect together."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy.event
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from mainline import features
from mainline.db import Database
from mainline.journal.event import KINDS, Event
from mainline.journal.models import ConsumerCursor, JournalEntry

Handler = Callable[[AsyncSession, Event], Awaitable[None]]

_POSTGRES_APPEND_LOCK = 7_106_733
"""Held to the end of the transaction: ids become visible in their order (see append_all)."""


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
    seen the higher would never see the lower. A transaction lock makes appenders commit one after
    the other; on SQLite there is one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text(f"SELECT pg_advisory_xact_lock({_POSTGRES_APPEND_LOCK})"))
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


async def kinds_after(session: AsyncSession, entry_id: int) -> tuple[int, frozenset[str]]:
    """The newest entry's id, and which kinds were written after ``entry_id``."""
    rows = await session.execute(
        select(JournalEntry.kind, func.max(JournalEntry.id))
        .where(JournalEntry.id > entry_id)
        .group_by(JournalEntry.kind)
    )
    newest: dict[str, int] = {kind: entry for kind, entry in rows}  # noqa: C416 - rows are no pairs
    return max(newest.values(), default=entry_id), frozenset(newest)


async def entries_after(
    session: AsyncSession, entry_id: int, *, limit: int = 500, subject: str | None = None
) -> list[Entry]:
    """The next entries, oldest first."""
    statement = select(JournalEntry).where(JournalEntry.id > entry_id)
    if subject is not None:
        statement = statement.where(JournalEntry.subject == subject)
    rows = await session.scalars(statement.order_by(JournalEntry.id).limit(limit))
    return [Entry(row.id, _event(row)) for row in rows]


async def entries_between(
    session: AsyncSession, since: datetime, until: datetime, kinds: Collection[str]
) -> list[Entry]:
    """What happened in that time, in the order in which it was written."""
    rows = await session.scalars(
        select(JournalEntry)
        .where(JournalEntry.kind.in_(kinds), JournalEntry.at >= since, JournalEntry.at < until)
        .order_by(JournalEntry.id)
    )
    return [Entry(row.id, _event(row)) for row in rows]


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
    return [Entry(row.id, _event(row)) for row in rows]


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


async def first_id_since(session: AsyncSession, moment: datetime) -> int:
    """The oldest entry that happened then or later; one after the newest when there is none."""
    found = await session.scalar(select(func.min(JournalEntry.id)).where(JournalEntry.at >= moment))
    return found if found is not None else await last_id(session) + 1


async def place_of(session: AsyncSession, consumer: str) -> int:
    """How far a consumer has read."""
    cursor = await session.get(ConsumerCursor, consumer)
    return cursor.last_entry_id if cursor else 0


def _event(row: JournalEntry) -> Event:
    if row.kind not in KINDS:
        list(features.modules("events"))  # of a feature that this process has not used so far
    return KINDS[row.kind].model_validate_json(row.payload)


async def consume(
    database: Database, *, consumer: str, handlers: Mapping[str, Handler], limit: int = 100
) -> int:
    """Take in the next entries for ``consumer``, if there are any; how many there were."""
    if not await _behind(database, consumer, handlers):
        return 0
    return await take_in(database, consumer=consumer, handlers=handlers, limit=limit)


async def take_in(
    database: Database, *, consumer: str, handlers: Mapping[str, Handler], limit: int
) -> int:
    """The same for who knows that there is something: takes the writers' lock without asking.

    The cursor moves in the same transaction as the handlers' writes, so a crash repeats entries
    rather than losing them: handlers are idempotent.
    """
    async with database.unit_of_work() as session:
        _keep_rows(session)
        cursor = await _cursor(session, consumer)
        rows = await session.scalars(
            select(JournalEntry)
            .where(JournalEntry.id > cursor.last_entry_id, JournalEntry.kind.in_(handlers))
            .order_by(JournalEntry.id)
            .limit(limit)
        )
        entries = list(rows)
        for row in entries:
            await handlers[row.kind](session, _event(row))
        if entries:  # once: a cursor that moves at each entry is one more statement at each flush
            cursor.last_entry_id = entries[-1].id
        return len(entries)


def _keep_rows(session: AsyncSession) -> None:
    """Rows loaded once stay known for the batch, which meets the same calls again and again."""
    kept: list[object] = []
    for moment in ("loaded_as_persistent", "pending_to_persistent"):
        sqlalchemy.event.listen(
            session.sync_session, moment, lambda _session, row: kept.append(row)
        )


async def _behind(database: Database, consumer: str, handlers: Mapping[str, Handler]) -> bool:
    """Whether there is work, asked without taking the writers' lock."""
    async with database.reading() as session:
        cursor = await session.get(ConsumerCursor, consumer)
        found = await session.scalar(
            select(JournalEntry.id)
            .where(JournalEntry.id > (cursor.last_entry_id if cursor else 0))
            .where(JournalEntry.kind.in_(handlers))
            .limit(1)
        )
        return found is not None


async def _cursor(session: AsyncSession, consumer: str) -> ConsumerCursor:
    cursor = await session.get(ConsumerCursor, consumer, with_for_update=True)
    if cursor is None:
        cursor = ConsumerCursor(consumer=consumer, last_entry_id=0)
        session.add(cursor)
    return cursor


async def rewind(session: AsyncSession, consumer: str) -> None:
    """Let a projection be built again from the first entry."""
    (await _cursor(session, consumer)).last_entry_id = 0
