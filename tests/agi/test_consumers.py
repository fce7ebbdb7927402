"""Every reader keeps up; one that fails keeps its place and holds up nobody."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from agi.consumers import BATCH, Consumers, all_readers
from mainline.db import Database
from mainline.journal import Event, append_all
from mainline.journal.call_events import CallDegraded
from mainline.journal.journal import rewind


def facts(number: int) -> list[Event]:
    return [CallDegraded(subject=f"call:{n}", reason=str(n)) for n in range(number)]


async def write(database: Database, events: list[Event]) -> None:
    async with database.unit_of_work() as session:
        await append_all(session, events)


class Reader:
    """Keeps what it is told; fails ``failures`` times at the beginning."""

    def __init__(self, failures: int = 0) -> None:
        self.seen: list[str] = []
        self.failures = failures
        self.grown = asyncio.Event()

    async def __call__(self, _session: AsyncSession, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError
        self.seen.append(event.subject)
        self.grown.set()


async def test_all_readers_get_everything_in_order(sqlite_database: Database):
    one, other = Reader(), Reader()
    readers = {name: {"call.degraded": reader} for name, reader in (("a", one), ("b", other))}
    await write(sqlite_database, facts(BATCH * 2 + 1))
    await Consumers(sqlite_database, readers).catch_up()
    assert one.seen == other.seen == [f"call:{n}" for n in range(BATCH * 2 + 1)]


async def test_a_failing_reader_holds_up_nobody_and_loses_nothing(sqlite_database: Database):
    weak, strong = Reader(failures=1), Reader()
    told: list[frozenset[str]] = []
    readers = {"weak": {"call.degraded": weak}, "strong": {"call.degraded": strong}}
    consumers = Consumers(sqlite_database, readers, tell=told.append, pause_s=0.01)
    await write(sqlite_database, facts(3))
    await consumers.catch_up()
    assert (weak.seen, len(strong.seen)) == ([], 3)
    assert consumers.failing == {"weak"}
    await asyncio.sleep(0.02)  # its pause
    await consumers.catch_up()
    assert weak.seen == ["call:0", "call:1", "call:2"]
    assert told == [frozenset({"weak"}), frozenset()]


async def test_running_it_takes_in_what_is_written_meanwhile(sqlite_database: Database):
    reader, stop = Reader(), asyncio.Event()
    consumers = Consumers(sqlite_database, {"a": {"call.degraded": reader}})
    task = asyncio.create_task(consumers.run(stop))
    for number in (1, 2):
        reader.grown.clear()
        await write(sqlite_database, facts(1))
        await asyncio.wait_for(reader.grown.wait(), 5)
        assert len(reader.seen) == number
    stop.set()
    await task


def test_the_readers_of_all_features_are_found():
    readers = all_readers()
    assert {"interactions", "floor", "recordings"} <= readers.keys()
    assert "call.ended" in readers["interactions"]


async def test_a_reader_that_is_rewound_reads_again(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("agi.consumers.ASK_ALL_S", 0.0)
    reader = Reader()
    consumers = Consumers(sqlite_database, {"a": {"call.degraded": reader}})
    await write(sqlite_database, facts(2))
    await consumers.catch_up()
    async with sqlite_database.unit_of_work() as session:
        await rewind(session, "a")
    await consumers.catch_up()
    assert reader.seen == ["call:0", "call:1"] * 2


async def test_readers_of_other_kinds_are_not_asked(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    asked: list[str] = []

    async def noted(*_: object, consumer: str, **__: object) -> int:
        asked.append(consumer)
        return 0

    readers = {"a": {"call.degraded": Reader()}, "b": {"call.ended": Reader()}}
    consumers = Consumers(sqlite_database, readers)
    await consumers.catch_up()
    await write(sqlite_database, facts(1))
    monkeypatch.setattr("agi.consumers.take_in", noted)
    await consumers.catch_up()
    assert asked == ["a"]
