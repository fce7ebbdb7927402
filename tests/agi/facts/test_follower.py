"""Rows become facts exactly once: killed, rotated, truncated, overtaken, or cut off."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from agi.facts import follower as module
from agi.facts.books import Overtaken
from agi.facts.follower import Follower
from agi.models import CelCursor, LiveCall
from mainline.clock import now
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal import Event, entries_after

ROWS = Path(__file__).parent / "rows"
BLIND = (ROWS / "blind_transfer.csv").read_bytes()
CALL = b"1795429834.8"
FACTS_OF_BLIND = 14
LOST = frozenset({"ml6ec1cf2a-1795429834.8"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "cel-custom"
    path.mkdir()
    return path


def append(folder: Path, data: bytes) -> None:
    with (folder / "mainline.csv").open("ab") as file:
        file.write(data)


def call_number(number: int) -> bytes:
    """The same call as another one."""
    return BLIND.replace(CALL, f"17954{number:05d}.8".encode())


async def journal(database: Database) -> list[Event]:
    async with database.reading() as session:
        return [entry.event for entry in await entries_after(session, 0, limit=100_000)]


async def test_a_call_is_told_once(database: Database, folder: Path):
    append(folder, BLIND)
    follower = Follower(database, folder)
    await follower.catch_up()
    await follower.catch_up()
    await Follower(database, folder).catch_up()
    assert len(await journal(database)) == FACTS_OF_BLIND
    assert follower.calls == frozenset()
    async with database.reading() as session:
        assert (await session.scalars(select(LiveCall))).all() == []
        (cursor,) = await session.scalars(select(CelCursor))
        assert cursor.offset == len(BLIND)


async def test_a_follower_born_in_mid_call_goes_on_where_the_last_one_died(
    sqlite_database: Database, folder: Path
):
    lines = BLIND.splitlines(keepends=True)
    for line in lines:
        append(folder, line)
        await Follower(sqlite_database, folder).catch_up()
    kinds = [event.kind for event in await journal(sqlite_database)]
    assert len(kinds) == FACTS_OF_BLIND
    assert kinds[-2:] == ["agent.left_call", "call.ended"]


async def test_a_half_written_row_is_read_when_it_is_whole(sqlite_database: Database, folder: Path):
    follower = Follower(sqlite_database, folder)
    append(folder, BLIND[:200])
    await follower.catch_up()
    assert await journal(sqlite_database) == []
    append(folder, BLIND[200:])
    await follower.catch_up()
    assert len(await journal(sqlite_database)) == FACTS_OF_BLIND
    assert follower.garbage == 0


async def test_garbage_is_skipped_and_counted(sqlite_database: Database, folder: Path):
    follower = Follower(sqlite_database, folder)
    append(folder, b"garbage\n\x00\xff\n" + BLIND)
    await follower.catch_up()
    assert follower.garbage == 2
    assert len(await journal(sqlite_database)) == FACTS_OF_BLIND


async def test_a_line_without_end_does_not_stop_the_rest(
    sqlite_database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "CHUNK", 20_000)
    append(folder, BLIND.splitlines(keepends=True)[0] + b"x" * 90_000 + b"\n" + BLIND)
    await Follower(sqlite_database, folder).catch_up()
    assert len(await journal(sqlite_database)) == FACTS_OF_BLIND


async def test_rotation_by_rename_loses_nothing_and_keeps_the_order(
    sqlite_database: Database, folder: Path
):
    follower = Follower(sqlite_database, folder)
    lines = BLIND.splitlines(keepends=True)
    append(folder, b"".join(lines[:10]))
    await follower.catch_up()
    append(folder, b"".join(lines[10:12]))
    (folder / "mainline.csv").rename(folder / "mainline.csv.1")
    append(folder, b"".join(lines[12:]))
    while await follower.step():
        pass
    kinds = [event.kind for event in await journal(sqlite_database)]
    assert len(kinds) == FACTS_OF_BLIND
    assert kinds[-1] == "call.ended"


async def test_rotation_by_copy_and_truncation_repeats_nothing(
    sqlite_database: Database, folder: Path
):
    follower = Follower(sqlite_database, folder)
    append(folder, BLIND)
    await follower.catch_up()
    (folder / "mainline.csv.1").write_bytes(BLIND)
    (folder / "mainline.csv").write_bytes(b"")
    append(folder, call_number(1))
    await follower.catch_up()
    assert len(await journal(sqlite_database)) == 2 * FACTS_OF_BLIND


async def test_two_followers_cannot_both_tell(sqlite_database: Database, folder: Path):
    old, new = Follower(sqlite_database, folder), Follower(sqlite_database, folder)
    await old.open()
    await new.open()
    append(folder, call_number(1))
    await new.catch_up()
    append(folder, call_number(2))
    with pytest.raises(Overtaken):
        await old.step()
    await old.catch_up()
    assert len(await journal(sqlite_database)) == 2 * FACTS_OF_BLIND


async def test_a_call_that_asterisk_no_longer_has_is_closed(
    sqlite_database: Database, folder: Path
):
    """Killed in mid-talk: no row says that the call ended."""
    append(folder, b"".join(BLIND.splitlines(keepends=True)[:13]))
    follower = Follower(sqlite_database, folder)
    assert await follower.close_missing(LOST, now()) == 1
    told = await journal(sqlite_database)
    assert [event.kind for event in told[-2:]] == ["agent.left_call", "call.ended"]
    assert told[-1].at == datetime(2026, 11, 23, 10, 30, 38, 54532, tzinfo=UTC)
    assert follower.calls == frozenset()
    assert await follower.close_missing(LOST, now()) == 0
    assert len(await journal(sqlite_database)) == len(told)


async def test_a_call_that_asterisk_still_has_stays_open(sqlite_database: Database, folder: Path):
    append(folder, b"".join(BLIND.splitlines(keepends=True)[:13]))
    follower = Follower(sqlite_database, folder)
    assert await follower.close_missing(frozenset(), now()) == 0
    assert follower.calls == LOST


async def test_a_call_younger_than_the_question_stays_open(sqlite_database: Database, folder: Path):
    append(folder, b"".join(BLIND.splitlines(keepends=True)[:13]))
    follower = Follower(sqlite_database, folder)
    asked = datetime(2026, 11, 23, 10, 30, 38, tzinfo=UTC) - timedelta(seconds=1)
    assert await follower.close_missing(LOST, asked) == 0
    assert len(follower.calls) == 1


async def test_facts_are_held_a_moment_and_a_telephone_that_rings_is_told_at_once(
    sqlite_database: Database, folder: Path
):
    follower, told = Follower(sqlite_database, folder), []
    for line in BLIND.splitlines(keepends=True):
        append(folder, line)
        await follower.step(hold_s=3600)
        told.append([event.kind for event in await journal(sqlite_database)])
    writings = [after for before, after in pairwise(told) if after != before]
    assert [kinds[-1] for kinds in writings] == ["agent.offered"] * len(writings)
    assert 1 <= len(writings) <= writings[-1].count("agent.offered")
    await follower.catch_up()
    assert len(await journal(sqlite_database)) == FACTS_OF_BLIND


async def test_what_was_held_when_the_follower_died_is_read_again(
    sqlite_database: Database, folder: Path
):
    append(folder, b"".join(BLIND.splitlines(keepends=True)[:10]))
    held = Follower(sqlite_database, folder)
    await held.step(hold_s=3600)
    append(folder, b"".join(BLIND.splitlines(keepends=True)[10:]))
    await Follower(sqlite_database, folder).catch_up()
    assert len(await journal(sqlite_database)) == FACTS_OF_BLIND


async def test_running_it_tells_what_is_written_as_it_is_written(
    sqlite_database: Database, folder: Path
):
    follower, stop = Follower(sqlite_database, folder), asyncio.Event()
    await follower.catch_up()
    task = asyncio.create_task(follower.run(stop))
    for number in range(5):
        append(folder, call_number(number))
        while follower.rows < (number + 1) * 33:
            await asyncio.sleep(0.002)
    stop.set()
    await task


async def _follow_and_kill(url: str, folder: Path, after_s: float | None) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.agi.facts.following", url, str(folder), cwd=PROJECT
    )
    if after_s is None:
        assert await asyncio.wait_for(process.wait(), 600) == 0
        return
    await asyncio.sleep(after_s)
    if process.returncode is None:
        os.kill(process.pid, signal.SIGKILL)
    await process.wait()


@pytest.mark.timeout(900)
async def test_killed_at_random_while_calls_come_in_each_fact_is_there_once(
    sqlite_url: str, folder: Path
):
    seed = random.SystemRandom().randrange(10**6)
    dice, calls = random.Random(seed), 300
    url = sqlite_url

    async def asterisk() -> None:
        for number in range(calls):
            data = call_number(number)
            cut = dice.randrange(len(data))
            append(folder, data[:cut])
            await asyncio.sleep(0.004)
            append(folder, data[cut:])
            if number in {120, 220}:
                (folder / "mainline.csv").rename(folder / f"mainline.csv.{number}")
            await asyncio.sleep(0.004)

    writing = asyncio.create_task(asterisk())
    for _ in range(4):
        await _follow_and_kill(url, folder, dice.uniform(0.9, 1.4))
    await writing
    (folder / "done").touch()
    await _follow_and_kill(url, folder, None)

    database = Database(url)
    told = await journal(database)
    await database.dispose()
    each = Counter((event.subject, event.kind, event.at) for event in told)
    assert set(each.values()) == {1}, f"seed {seed}"
    assert len(told) == calls * FACTS_OF_BLIND, f"seed {seed}"
