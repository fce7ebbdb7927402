"""Who writes for minutes leaves SQLite's log to a thread, and it stays as short as it should."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from mainline.db import Database, write_ahead

TRANSACTIONS = 60
WORD = "x" * 20_000


@pytest.fixture
async def loading(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", loads=True)
    async with opened.unit_of_work() as session:
        await session.execute(text("CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT)"))
    yield opened
    await opened.dispose()


async def put(database: Database, word: str = WORD) -> None:
    async with database.unit_of_work() as session:
        await session.execute(text("INSERT INTO word (said) VALUES (:word)"), {"word": word})


def log_bytes(folder: Path) -> int:
    return (folder / "a.db-wal").stat().st_size


def in_the_file(folder: Path) -> list[str]:
    """What whoever has only the file without its log would read."""
    alone = folder / "alone.db"
    shutil.copyfile(folder / "a.db", alone)
    with closing(sqlite3.connect(alone)) as connection:
        return [said for (said,) in connection.execute("SELECT said FROM word ORDER BY id")]


async def test_what_was_written_is_read_by_others_at_once(
    loading: Database, tmp_path: Path
) -> None:
    await put(loading, "a")
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        assert other.execute("SELECT said FROM word").fetchall() == [("a",)]


async def test_settled_everything_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        for pragma in ("journal_mode=WAL", *write_ahead.PRAGMAS):
            writer.execute(f"PRAGMA {pragma}")
        writer.execute("CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT)")
        await write_ahead.WriteAhead(str(path)).settle()
        writer.execute("INSERT INTO word (said) VALUES ('a')")
        assert in_the_file(tmp_path) == []
        await write_ahead.WriteAhead(str(path)).settle()
        assert in_the_file(tmp_path) == ["a"]


async def test_a_log_that_has_become_long_begins_anew(
    loading: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_ahead, "PAGES_MAX", -1)
    for _ in range(TRANSACTIONS):
        await put(loading)
    assert log_bytes(tmp_path) < TRANSACTIONS * len(WORD) / 10
    assert in_the_file(tmp_path) == [WORD] * TRANSACTIONS


async def test_a_disk_that_fails_beside_the_writer_is_told_to_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(write_ahead.WriteAhead, "_bring_in", fails)
    log = write_ahead.WriteAhead(str(tmp_path / "a.db"))

    async def writes() -> None:
        while True:
            await log.written()
            await asyncio.sleep(0.01)

    with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
        await asyncio.wait_for(writes(), 60)


async def test_while_somebody_reads_an_older_state_writing_goes_on_and_loses_nothing(
    loading: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_ahead, "PAGES_MAX", -1)
    await put(loading, "before")
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM word").fetchone() == (1,)
        for _ in range(TRANSACTIONS):
            await put(loading)
        assert reader.execute("SELECT count(*) FROM word").fetchone() == (1,)
    await loading.dispose()
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        assert other.execute("SELECT count(*) FROM word").fetchone() == (TRANSACTIONS + 1,)
