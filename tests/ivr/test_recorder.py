"""Facts of all calls reach the journal in order, together, and nobody waits for a dead one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.recorder import JournalRecorder, JournalWriter
from mainline.db import Database
from mainline.journal import Event, entries_after
from mainline.journal.call_events import MenuVisited

DEAD = "sqlite+aiosqlite:////no/such/folder/x.db"


def _fact(node: str, call: str = "1") -> Event:
    return MenuVisited(subject=f"call:{call}", node=node)


async def _nodes(database: Database, call: str | None = None) -> list[str]:
    subject = f"call:{call}" if call else None
    async with database.reading() as session:
        entries = await entries_after(session, 0, subject=subject)
    return [entry.event.node for entry in entries if isinstance(entry.event, MenuVisited)]


class Counting(Database):
    """Counts transactions."""

    transactions = 0

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[AsyncSession]:
        self.transactions += 1
        async with super().unit_of_work() as session:
            yield session


async def test_facts_of_a_call_keep_their_order(database: Database) -> None:
    recorder = JournalRecorder(JournalWriter(database))
    for number in range(20):
        recorder.note(_fact(f"n{number}"))
    await recorder.close()
    assert await _nodes(database) == [f"n{number}" for number in range(20)]


async def test_facts_are_written_without_anybody_closing(sqlite_database: Database) -> None:
    writer = JournalWriter(sqlite_database, linger_s=0.001)
    writer.add(_fact("a"))
    async with asyncio.timeout(60):
        while await _nodes(sqlite_database) != ["a"]:
            await asyncio.sleep(0.005)


async def test_fifty_calls_at_once_share_few_transactions(sqlite_url: str) -> None:
    database = Counting(sqlite_url)
    writer = JournalWriter(database)

    async def call(name: str) -> None:
        recorder = JournalRecorder(writer)
        for node in "abc":
            recorder.note(_fact(node, name))
            await asyncio.sleep(0)
        await recorder.close()

    await asyncio.gather(*(call(f"c{number}") for number in range(50)))
    assert len(await _nodes(database)) == 150
    for number in range(50):
        assert await _nodes(database, f"c{number}") == ["a", "b", "c"]
    assert database.transactions < 10
    await database.dispose()


async def test_a_dead_journal_holds_nobody_and_loses_nothing(sqlite_database: Database) -> None:
    writer = JournalWriter(Database(DEAD), retry_s=0.02)
    writer.add(_fact("a"))
    assert not await writer.flush(within_s=0.05)
    writer._database = sqlite_database
    writer.add(_fact("b"))
    assert await writer.flush(within_s=60)
    assert await _nodes(sqlite_database) == ["a", "b"]


async def test_a_fact_that_cannot_be_written_does_not_hold_the_others_for_ever(
    sqlite_database: Database,
) -> None:
    class Unwritable(MenuVisited):
        def model_dump_json(self, **_values: object) -> str:  # type: ignore[override]
            raise ValueError("never")

    writer = JournalWriter(sqlite_database, retry_s=0.0001)
    writer.add(Unwritable.model_construct(subject="call:1", node="x"))
    writer.add(_fact("b"))
    assert await writer.flush(within_s=60)
    assert await _nodes(sqlite_database) == ["b"]
