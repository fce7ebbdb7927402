"""Readers of the journal: in the order of the ids, cursor and effect in one transaction.

A crash repeats entries rather than losing them: what readers do is idempotent.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy.event
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.clock import now
from mainline.db import Database, any_of, at_most
from mainline.journal.event import Event
from mainline.journal.journal import event_of, last_id
from mainline.journal.models import ConsumerCursor, JournalEntry

Handler = Callable[[AsyncSession, Event], Awaitable[None]]
Project = Callable[[AsyncSession, Sequence[Event]], Awaitable[None]]
Handlers = Mapping[str, Handler]
"""What a reader does at each kind of fact."""
# Readers look several times a second: the statements are put together once.
_PLACES: Final = select(ConsumerCursor.consumer, ConsumerCursor.last_entry_id)
_HELD: Final = _PLACES.with_for_update()
_MOVE: Final = (
    update(ConsumerCursor)
    .where(ConsumerCursor.consumer.in_(any_of("consumers")))
    .values(last_entry_id=bindparam("place"), moved_at=bindparam("at"))
    .execution_options(synchronize_session=False)
)
_ENTRIES: Final = (
    select(JournalEntry.id, JournalEntry.kind, JournalEntry.payload)
    .where(JournalEntry.id > bindparam("after"), JournalEntry.id <= bindparam("until"))
    .order_by(JournalEntry.id)
    .limit(at_most())
)
_OF_KINDS: Final = _ENTRIES.where(JournalEntry.kind.in_(any_of("kinds")))


class AtOnce(dict[str, Handler]):
    """For a reader who takes all facts of a batch at once, with few statements for many facts.

    Used as a mapping it takes them one by one.
    """

    def __init__(self, kinds: Iterable[str], project: Project) -> None:
        async def alone(session: AsyncSession, event: Event) -> None:
            await project(session, [event])

        super().__init__(dict.fromkeys(kinds, alone))
        self.project = project


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of reading together."""

    entries: int
    behind: frozenset[str]
    """Readers who stand elsewhere, and were left out."""


async def consume(
    database: Database, *, consumer: str, handlers: Handlers, limit: int = 100
) -> int:
    """Take in the next entries for ``consumer``, if there are any; how many there were."""
    async with database.reading() as session:
        newest = await last_id(session)
        if not await _has_news(session, consumer, handlers):
            return 0
    return await take_in(database, consumer=consumer, handlers=handlers, until=newest, limit=limit)


async def take_in(
    database: Database, *, consumer: str, handlers: Handlers, until: int, limit: int
) -> int:
    """The same up to the entry ``until``; takes the writers' lock without asking first."""
    async with database.unit_of_work() as session:
        _keep_rows(session)
        place = (await _held(session, (consumer,)))[consumer]
        told = await _entries(session, place, until, handlers, limit)
        if told:
            await _hand_over(session, handlers, [event for _, event in told])
        await _move(session, (consumer,), told[-1][0] if len(told) == limit else max(place, until))
        return len(told)


async def take_in_together(
    database: Database, readers: Mapping[str, Handlers], *, until: int, limit: int
) -> Taken:
    """The next entries for all readers who stand at the front, in one transaction.

    One after the other they take the same batch, as if each had a transaction of its own; an error
    of one takes back the work of all.
    """
    async with database.unit_of_work() as session:
        kept = _keep_rows(session)
        held = await _held(session, readers)
        front = max(held.values(), default=0)
        together = {name: readers[name] for name in readers if held[name] == front}
        kinds = {kind for handlers in together.values() for kind in handlers}
        told = await _entries(session, front, until, kinds, limit)
        for handlers in together.values():
            mine = [event for _, event in told if event.kind in handlers]
            if mine:
                await _hand_over(session, handlers, mine)
                session.expunge_all()  # each begins without what another one has loaded
                kept.clear()
        place = told[-1][0] if len(told) == limit else max(front, until)
        await _move(session, tuple(together), place)
        return Taken(len(told), frozenset(readers.keys() - together.keys()))


async def places(session: AsyncSession, consumers: Iterable[str]) -> dict[str, int]:
    """How far each of these has read."""
    found = await session.execute(_PLACES)
    known = {row.consumer: row.last_entry_id for row in found}
    return {name: known.get(name, 0) for name in consumers}


async def place_of(session: AsyncSession, consumer: str) -> int:
    """How far one has read."""
    return (await places(session, (consumer,)))[consumer]


async def rewind(session: AsyncSession, consumer: str) -> None:
    """Let a projection be built again from the first entry."""
    await _held(session, (consumer,))
    await _move(session, (consumer,), 0)


async def _hand_over(session: AsyncSession, handlers: Handlers, told: Sequence[Event]) -> None:
    if isinstance(handlers, AtOnce):
        await handlers.project(session, told)
    else:
        for event in told:
            await handlers[event.kind](session, event)
    await session.flush()


def _keep_rows(session: AsyncSession) -> list[object]:
    """Rows loaded once stay known for the batch, which meets the same calls again and again."""
    kept: list[object] = []
    for moment in ("loaded_as_persistent", "pending_to_persistent"):
        sqlalchemy.event.listen(
            session.sync_session, moment, lambda _session, row: kept.append(row)
        )
    return kept


async def _has_news(session: AsyncSession, consumer: str, handlers: Handlers) -> bool:
    """Whether there is work, asked without taking the writers' lock."""
    wanted = select(JournalEntry.id).where(
        JournalEntry.id > await place_of(session, consumer), JournalEntry.kind.in_(handlers)
    )
    return await session.scalar(wanted.limit(1)) is not None


async def _entries(
    session: AsyncSession, after: int, until: int, kinds: Iterable[str], limit: int
) -> list[tuple[int, Event]]:
    rows = await session.execute(
        _OF_KINDS, {"after": after, "until": until, "kinds": tuple(kinds), "limit": limit}
    )
    return [(row.id, event_of(row.kind, row.payload)) for row in rows]


async def _held(session: AsyncSession, consumers: Iterable[str]) -> dict[str, int]:
    """The same; nobody else moves them until the transaction ends."""
    found = await session.execute(_HELD)
    known = {row.consumer: row.last_entry_id for row in found}
    new = [{"consumer": name, "last_entry_id": 0} for name in consumers if name not in known]
    if new:
        await session.execute(insert(ConsumerCursor), new)
    return {name: known.get(name, 0) for name in consumers}


async def _move(session: AsyncSession, consumers: Sequence[str], place: int) -> None:
    await session.execute(_MOVE, {"consumers": tuple(consumers), "place": place, "at": now()})
