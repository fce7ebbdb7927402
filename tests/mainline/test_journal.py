"""The journal: order, cursors, crashes, waking up."""

import asyncio
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.db import Database
from mainline.definitions.models import DefinitionVersion
from mainline.journal import (
    Event,
    Tail,
    append,
    append_all,
    consume,
    entries_after,
    in_turn,
    last_id,
)
from mainline.journal.event import KINDS, event_kind
from mainline.journal.floor_events import AgentPaused, AgentReady
from mainline.journal.lag import known_until, lag
from mainline.journal.reading import rewind
from mainline.process.events import DemoLoaded
from tests.support.postgres import until_somebody_waits

NINE = datetime(2026, 1, 2, 9, tzinfo=UTC)


def ready(number: int | str) -> AgentReady:
    return AgentReady(subject=f"agent:{number}")


async def write(database: Database, *events: Event) -> None:
    async with database.unit_of_work() as session:
        await append_all(session, events)


async def subjects(database: Database, after: int = 0, **options: int | str) -> list[str]:
    async with database.reading() as session:
        found = await entries_after(session, after, **options)  # type: ignore[arg-type]
        return [entry.event.subject for entry in found]


class Reader:
    """A consumer that keeps what it saw in the database, as a projection does."""

    def __init__(self, database: Database, *, dies_at: str = "") -> None:
        self.database, self.dies_at = database, dies_at
        self.handled: list[str] = []

    async def _take(self, session: AsyncSession, event: Event) -> None:
        self.handled.append(event.subject)
        name = event.subject.partition(":")[2]
        session.add(DefinitionVersion(kind="seen", name=name, version=1, body="", author=""))
        await session.flush()
        if event.subject == self.dies_at:
            raise ConnectionError

    async def consume(self, limit: int = 100) -> int:
        handlers = {"agent.ready": self._take}
        return await consume(self.database, consumer="reader", handlers=handlers, limit=limit)

    async def kept(self) -> list[str]:
        async with self.database.reading() as session:
            found = select(DefinitionVersion.name).order_by(DefinitionVersion.id)
            return list(await session.scalars(found))


async def test_a_fact_comes_back_as_it_was_written(database: Database) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    fact = AgentPaused(subject="agent:8001", at=at, reason="午餐")
    await write(database, fact)
    async with database.reading() as session:
        [entry] = await entries_after(session, 0)
    assert entry.event == fact


async def test_facts_of_a_failed_change_are_not_written(database: Database) -> None:
    async def change() -> None:
        async with database.unit_of_work() as session:
            await append(session, ready(1))
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await change()
    assert await subjects(database) == []


async def test_entries_come_in_order_from_a_place_and_by_subject(database: Database) -> None:
    await write(database, ready(1), ready(2), ready(3), ready(1))
    async with database.reading() as session:
        first = (await entries_after(session, 0))[0].id
        assert await last_id(session) == first + 3
    assert await subjects(database, first) == ["agent:2", "agent:3", "agent:1"]
    assert await subjects(database, limit=2) == ["agent:1", "agent:2"]
    assert await subjects(database, subject="agent:1") == ["agent:1", "agent:1"]


async def test_a_consumer_takes_each_entry_once(database: Database) -> None:
    await write(database, ready(1), ready(2), ready(3))
    reader = Reader(database)
    assert await reader.consume(limit=2) == 2
    assert await reader.consume(limit=2) == 1
    assert await reader.consume() == 0
    assert reader.handled == ["agent:1", "agent:2", "agent:3"]


async def test_entries_of_other_kinds_are_not_handed_over(database: Database) -> None:
    await write(database, AgentPaused(subject="agent:9", reason="x"), ready(1))
    reader = Reader(database)
    assert await reader.consume() == 1
    assert reader.handled == ["agent:1"]


async def test_a_crash_repeats_entries_and_loses_none(database: Database) -> None:
    await write(database, ready(1), ready(2), ready(3))
    with pytest.raises(ConnectionError):
        await Reader(database, dies_at="agent:2").consume()
    survivor = Reader(database)
    assert await survivor.kept() == []
    assert await survivor.consume() == 3
    assert await survivor.kept() == ["1", "2", "3"]


async def test_cursor_and_effect_are_one(database: Database) -> None:
    await write(database, ready(1), ready(2))
    reader = Reader(database)
    assert await reader.consume(limit=1) == 1
    assert await reader.kept() == ["1"]
    with pytest.raises(ConnectionError):
        await Reader(database, dies_at="agent:2").consume()
    assert await reader.kept() == ["1"]
    await reader.consume()
    assert await reader.kept() == ["1", "2"]


async def test_a_rewound_consumer_begins_again(database: Database) -> None:
    await write(database, ready(1))
    handled: list[str] = []

    async def take(_session: AsyncSession, event: Event) -> None:
        handled.append(event.subject)

    handlers = {"agent.ready": take}
    assert await consume(database, consumer="again", handlers=handlers) == 1
    async with database.unit_of_work() as session:
        await rewind(session, "again")
    assert await consume(database, consumer="again", handlers=handlers) == 1
    assert handled == ["agent:1", "agent:1"]


async def test_consumers_do_not_disturb_one_another(database: Database) -> None:
    await write(database, *(ready(number) for number in range(5)))

    async def nothing(_session: AsyncSession, _event: Event) -> None:
        return None

    handlers = {"agent.ready": nothing}
    assert await consume(database, consumer="quick", handlers=handlers) == 5
    assert await consume(database, consumer="slow", handlers=handlers, limit=2) == 2
    assert await consume(database, consumer="slow", handlers=handlers) == 3


async def test_lag_counts_what_waits(database: Database) -> None:
    await write(database, ready(1), ready(2), AgentPaused(subject="agent:9", reason="x"))
    reader = Reader(database)
    async with database.reading() as session:
        before = await lag(session, "reader", ["agent.ready"])
    assert before.entries == 2
    assert 0 <= before.oldest_s < 60
    await reader.consume()
    async with database.reading() as session:
        assert (await lag(session, "reader", ["agent.ready"])).entries == 0


@pytest.mark.postgres
async def test_a_turn_that_was_taken_back_with_a_savepoint_is_taken_again(
    postgres_database: Database,
) -> None:
    async with postgres_database.unit_of_work() as session:
        savepoint = await session.begin_nested()
        await in_turn(session)
        await savepoint.rollback()
        await append(session, ready(1))
        other = asyncio.create_task(write(postgres_database, ready(2)))
        await until_somebody_waits(postgres_database)
    await other
    assert await subjects(postgres_database) == ["agent:1", "agent:2"]


async def test_readers_know_all_until_just_before_the_oldest_thing_they_have_not_read(
    database: Database,
) -> None:
    noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
    readers = {"reader": ["agent.ready"], "other": ["agent.paused"]}

    async def known(at: datetime) -> datetime:
        async with database.reading() as session:
            return await known_until(session, readers, at)

    assert await known(noon) == noon
    facts = [ready(number).model_copy(update={"at": at}) for number, at in ((1, noon), (2, NINE))]
    await write(database, *facts)
    assert await known(noon) == NINE - datetime.resolution
    assert await known(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)
    await Reader(database).consume()
    assert await known(noon) == noon
    await write(database, AgentPaused(subject="agent:9", reason="x", at=NINE))
    assert await known(noon) == NINE - datetime.resolution


@pytest.mark.postgres
async def test_a_slow_writer_with_a_lower_id_is_not_overtaken(postgres_database: Database) -> None:
    """Without the appenders' lock the quick writer would be seen first and the slow one never."""
    reader = Reader(postgres_database)
    slow_has_written, slow_may_commit = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with postgres_database.unit_of_work() as session:
            await append(session, ready("slow"))
            slow_has_written.set()
            await slow_may_commit.wait()

    async def quick() -> None:
        await slow_has_written.wait()
        await write(postgres_database, ready("quick"))

    writers = [asyncio.create_task(slow()), asyncio.create_task(quick())]
    await slow_has_written.wait()
    await until_somebody_waits(postgres_database)
    assert await reader.consume() == 0
    slow_may_commit.set()
    await asyncio.gather(*writers)
    await reader.consume()
    assert reader.handled == ["agent:slow", "agent:quick"]


@pytest.mark.postgres
async def test_a_reader_beside_many_writers_misses_nothing(postgres_database: Database) -> None:
    reader, writing = Reader(postgres_database), asyncio.Event()

    async def writer(number: int) -> None:
        for turn in range(10):
            async with postgres_database.unit_of_work() as session:
                if (number + turn) % 3 == 0:
                    await asyncio.sleep(0)
                await append(session, ready(f"{number}-{turn}"))

    async def read() -> None:
        while not writing.is_set():
            await reader.consume(limit=7)
        while await reader.consume():
            pass

    reading = asyncio.create_task(read())
    await asyncio.gather(*(writer(number) for number in range(10)))
    writing.set()
    await asyncio.wait_for(reading, 60)
    assert sorted(reader.handled) == sorted(f"agent:{n}-{t}" for n in range(10) for t in range(10))


async def test_the_tail_wakes_for_a_write_and_only_then(database: Database) -> None:
    async with Tail(database) as tail:
        assert await tail.changed(timeout_s=60)
        assert not await tail.changed(timeout_s=0.05)
        waiting = asyncio.create_task(tail.changed(timeout_s=60))
        await write(database, ready(1))
        assert await asyncio.wait_for(waiting, 60)
        assert tail.newest == 1
        assert not await tail.changed(timeout_s=0.05)


async def test_the_tail_wakes_when_a_reader_has_made_something_of_a_fact(
    database: Database,
) -> None:
    await write(database, ready(1))
    async with Tail(database) as tail:
        assert await tail.changed(timeout_s=60)
        assert not await tail.changed(timeout_s=0.05)
        await Reader(database).consume()
        assert await tail.changed(timeout_s=60)
        assert tail.newest == 1
        assert not await tail.changed(timeout_s=0.05)


def test_a_kind_cannot_be_taken_twice() -> None:
    before = dict(KINDS)
    with pytest.raises(ValueError, match="already taken"):
        event_kind("agent.ready")(type("Other", (Event,), {}))
    assert before == KINDS


def test_a_fact_needs_an_aware_time() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - on purpose
    with pytest.raises(ValueError, match="timezone"):
        AgentReady(subject="agent:1", at=naive)


async def test_a_fact_of_a_feature_not_used_so_far_can_be_read(sqlite_database: Database) -> None:
    """The web reads the whole journal, and imports by far not every feature's events."""
    code = """
import asyncio, sys
from mainline.db import Database
from mainline.journal import entries_after
async def read():
    database = Database(sys.argv[1])
    async with database.reading() as session:
        print([entry.event.kind for entry in await entries_after(session, 0)])
    await database.dispose()
asyncio.run(read())
"""
    await write(sqlite_database, DemoLoaded(subject="demo", pack="heat"), ready(1))
    command = [sys.executable, "-c", code, sqlite_database.url]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _nothing = await asyncio.wait_for(process.communicate(), 30)
    assert told.decode().split("'")[1::2] == ["demo.loaded", "agent.ready"]
