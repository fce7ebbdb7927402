"""Every reader keeps up; one that fails keeps its place and holds up nobody."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from agi.consumers import BATCH, Consumers, Readers, all_readers
from mainline.db import Database
from mainline.journal import (
    AtOnce,
    Event,
    Tail,
    append,
    append_all,
    entries_after,
    kinds_after,
    last_id,
    places,
)
from mainline.journal.call_events import CallDegraded, CallRefused
from mainline.journal.reading import rewind


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
    weak, strong = Reader(failures=2), Reader()  # with the others, and by itself
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
        await asyncio.wait_for(reader.grown.wait(), 60)
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


async def test_nobody_is_asked_when_nothing_concerns_them(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    async def never(*_: object, **__: object) -> int:
        raise AssertionError

    consumers = Consumers(sqlite_database, {"a": {"call.ended": Reader()}})
    await consumers.catch_up()
    await write(sqlite_database, facts(1))
    monkeypatch.setattr("agi.consumers.take_in_together", never)
    monkeypatch.setattr("agi.consumers.take_in", never)
    await consumers.catch_up()
    assert consumers.failing == frozenset()


async def test_a_new_reader_begins_at_the_first_fact_and_holds_up_nobody(
    sqlite_database: Database,
):
    old, new = Reader(), Reader()
    await write(sqlite_database, facts(BATCH + 1))
    await Consumers(sqlite_database, {"old": {"call.degraded": old}}).catch_up()
    await write(sqlite_database, facts(2))
    readers = {name: {"call.degraded": reader} for name, reader in (("old", old), ("new", new))}
    await Consumers(sqlite_database, readers).catch_up()
    assert len(old.seen) == len(new.seen) == BATCH + 3
    assert new.seen == old.seen


async def test_an_error_of_one_takes_back_what_it_wrote_and_nothing_of_the_others(
    database: Database,
):
    async def writes_then_fails(session: AsyncSession, event: Event) -> None:
        await append(session, CallRefused(subject=event.subject, reason="never"))
        raise ZeroDivisionError

    strong = Reader()
    readers: Readers = {
        "weak": {"call.degraded": writes_then_fails},
        "strong": {"call.degraded": strong},
    }
    await write(database, facts(2))
    await Consumers(database, readers).catch_up()
    async with database.reading() as session:
        assert {entry.event.kind for entry in await entries_after(session, 0)} == {"call.degraded"}
        assert await places(session, readers) == {"weak": 0, "strong": await last_id(session)}
    assert strong.seen == ["call:0", "call:1"]


async def test_a_reader_of_whole_batches_gets_its_kinds_in_order(database: Database):
    batches: list[list[str]] = []

    async def project(_session: AsyncSession, events: Sequence[Event]) -> None:
        batches.append([event.subject for event in events])

    readers: Readers = {"a": AtOnce(("call.degraded",), project), "b": {"call.refused": Reader()}}
    await write(database, [*facts(2), CallRefused(subject="call:x", reason="r"), *facts(1)])
    await Consumers(database, readers).catch_up()
    assert batches == [["call:0", "call:1", "call:0"]]


async def test_a_reader_that_stands_still_keeps_nobody_busy(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agi.consumers.ASK_ALL_S", 0.0)
    rounds: list[int] = []

    async def noted(*_: object, until: int, **__: object) -> int:
        rounds.append(until)
        return 0

    readers: Readers = {
        "weak": {"call.degraded": Reader(failures=99)},
        "strong": {"call.degraded": Reader()},
    }
    consumers = Consumers(sqlite_database, readers, pause_s=60.0)
    await write(sqlite_database, facts(3))
    await consumers.catch_up()
    assert consumers.failing == {"weak"}
    monkeypatch.setattr("agi.consumers.take_in_together", noted)
    await consumers.catch_up()
    assert rounds == []


async def test_a_writing_that_is_no_fact_is_not_looked_into(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agi.consumers.ASK_ALL_S", 3600.0)
    looks: list[int] = []
    woken: asyncio.Queue[bool] = asyncio.Queue()

    async def looked(session: AsyncSession, entry_id: int) -> tuple[int, frozenset[str]]:
        looks.append(entry_id)
        return await kinds_after(session, entry_id)

    async def changed(tail: Tail, *, timeout_s: float) -> bool:
        await woken.put(True)
        return await asked(tail, timeout_s=timeout_s)

    asked = Tail.changed
    monkeypatch.setattr("agi.consumers.kinds_after", looked)
    monkeypatch.setattr(Tail, "changed", changed)
    reader, stop = Reader(), asyncio.Event()
    await write(sqlite_database, facts(1))
    readers = {"a": {"call.degraded": reader}}
    task = asyncio.create_task(Consumers(sqlite_database, readers).run(stop))
    await asyncio.wait_for(reader.grown.wait(), 60)
    for _ in range(3):  # its own writing wakes it as well
        await asyncio.wait_for(woken.get(), 60)
    async with sqlite_database.unit_of_work() as session:
        await rewind(session, "another")
    await asyncio.wait_for(woken.get(), 60)
    stop.set()
    await task
    assert (looks, reader.seen) == ([0], ["call:0"])
