"""Short statements run where they are awaited; what is long or may wait never holds up the rest."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.db import Database, in_place
from mainline.db.in_place import InPlace, is_short

LONG = (
    "SELECT count(*) FROM (WITH RECURSIVE n(x) AS"
    " (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300000) SELECT x FROM n)"
)
ROWS = LONG.replace("count(*)", "x")
TURNS = 40
MISSED = 30


@pytest.fixture
async def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Only what a test calls too long is so, however slow the machine is."""
    monkeypatch.setattr(in_place, "LONGEST_S", 3600.0)
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}")
    async with made.unit_of_work() as session:
        await session.execute(text("CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT)"))
    yield made
    await made.dispose()


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went to the thread."""
    seen: list[str] = []
    real = InPlace._in_thread

    async def watched(self: InPlace, fn: Callable[..., Any], *args: Any, **named: Any) -> Any:
        seen.append(str(args[0]) if args and isinstance(args[0], str) else fn.__name__)
        return await real(self, fn, *args, **named)

    monkeypatch.setattr(InPlace, "_in_thread", watched)
    return seen


@pytest.fixture
def at_once_too_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question that is looked at even once takes too long."""
    monkeypatch.setattr(in_place, "LONGEST_S", -1.0)


async def said(session: AsyncSession) -> list[str]:
    return [*(await session.scalars(text("SELECT said FROM word ORDER BY id")))]


async def put(session: AsyncSession, word: str) -> None:
    await session.execute(text("INSERT INTO word (said) VALUES (:word)"), {"word": word})


async def test_reading_hands_nothing_over(database: Database, handed_over: list[str]) -> None:
    async with database.reading() as session:
        assert await said(session) == []
    assert handed_over == []


async def test_writing_hands_over_only_its_end(database: Database, handed_over: list[str]) -> None:
    async with database.unit_of_work() as session:
        await put(session, "a")
        await session.execute(text("UPDATE word SET said = 'b' WHERE id = :id"), {"id": 1})
    assert handed_over == ["commit"]
    async with database.reading() as session:
        assert await said(session) == ["b"]


async def test_who_begins_while_another_process_writes_waits_elsewhere_until_that_one_has_ended(
    database: Database, handed_over: list[str]
) -> None:
    other = sqlite3.connect(database.engine.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO word (said) VALUES ('theirs')")

    async def ours() -> list[str]:
        async with database.unit_of_work() as session:
            await put(session, "ours")
            return await said(session)

    writing = asyncio.create_task(ours())
    while "_in_turn" not in handed_over:
        await asyncio.sleep(0)
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    assert await writing == ["theirs", "ours"]
    assert handed_over == ["_in_turn", "commit"]


async def test_who_waits_to_write_looks_all_the_time_and_misses_no_short_pause(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[float] = []
    with closing(_held(database)) as other:

        def pause(length_s: float) -> None:
            looked.append(length_s)
            if len(looked) == MISSED:
                other.execute("COMMIT")

        monkeypatch.setattr(in_place, "sleep", pause)
        async with database.unit_of_work() as session:
            await put(session, "ours")
    assert looked == [in_place.LOOK_S] * MISSED
    async with database.reading() as session:
        assert await said(session) == ["ours"]


async def test_who_waits_too_long_to_write_is_told_so_and_writes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_place, "BUSY_MS", -1)
    with closing(_held(database)) as other:
        with pytest.raises(OperationalError, match="database is locked"):
            async with database.unit_of_work() as session:
                await put(session, "ours")
        other.execute("ROLLBACK")
    async with database.unit_of_work() as session:
        assert await said(session) == []


def _held(database: Database) -> sqlite3.Connection:
    """Another process that is writing."""
    path = database.engine.url.database or ""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


@pytest.mark.parametrize(("rows", "there"), [(100, []), (101, ["INSERT"])])
async def test_a_few_rows_are_written_at_once_and_many_elsewhere(
    database: Database, handed_over: list[str], rows: int, there: list[str]
) -> None:
    async with database.unit_of_work() as session:
        words = [{"word": str(number)} for number in range(rows)]
        await session.execute(text("INSERT INTO word (said) VALUES (:word)"), words)
        assert await said(session) == [str(number) for number in range(rows)]
    assert [what.split()[0] for what in handed_over] == [*there, "commit"]


@pytest.mark.parametrize("question", [LONG, f"SELECT max(x) FROM ({ROWS})"])
async def test_a_long_question_is_asked_again_elsewhere_and_answered_rightly(
    database: Database, handed_over: list[str], at_once_too_long: None, question: str
) -> None:
    async with database.reading() as session:
        assert await session.scalar(text(question)) == 300_000
    assert handed_over[0] == "_again"


async def test_a_long_answer_is_whole_and_in_order(
    database: Database, handed_over: list[str], at_once_too_long: None
) -> None:
    async with database.reading() as session:
        assert [*(await session.scalars(text(ROWS)))] == [*range(1, 300_001)]
    assert handed_over[0] == "_again"


async def test_a_question_broken_off_in_a_unit_of_work_loses_nothing_written_before(
    database: Database, handed_over: list[str], at_once_too_long: None
) -> None:
    async with database.unit_of_work() as session:
        await put(session, "before")
        assert await session.scalar(text(LONG)) == 300_000
        await put(session, "after")
    assert "_again" in handed_over
    async with database.reading() as session:
        assert await said(session) == ["before", "after"]


async def test_what_is_written_is_never_broken_off(
    database: Database, at_once_too_long: None
) -> None:
    rows = ", ".join(f"('{place}')" for place in range(20_000))
    async with database.unit_of_work() as session:
        await session.execute(text(f"INSERT INTO word (said) VALUES {rows}"))
    async with database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM word")) == 20_000


async def test_an_error_is_the_askers_and_is_not_asked_again(
    database: Database, handed_over: list[str]
) -> None:
    async with database.reading() as session:
        with pytest.raises(Exception, match="no such table: nowhere"):
            await session.scalar(text("SELECT 1 FROM nowhere"))
    assert "_again" not in handed_over


async def test_others_have_their_turn_between_short_statements(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_place, "TURN_S", -1.0)
    await database.dispose()  # a connection that was used just now has a turn of before
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with database.reading() as session:
        task = asyncio.create_task(other())
        for _ in range(TURNS):
            await said(session)
        task.cancel()
    assert turns >= TURNS


async def test_whoever_gives_up_a_long_question_leaves_a_whole_connection(
    database: Database, at_once_too_long: None, handed_over: list[str]
) -> None:
    async with database.unit_of_work() as session:
        await put(session, "kept")

    async def ask() -> None:
        async with database.reading() as session:
            await session.scalar(text(LONG))

    for _ in range(20):
        asked = asyncio.create_task(ask())
        while "_again" not in handed_over:
            await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        handed_over.clear()
        async with database.reading() as session:
            assert await said(session) == ["kept"]


@pytest.mark.parametrize(
    ("statement", "short"),
    [
        ("SELECT 1", True),
        ("BEGIN", True),
        ("SAVEPOINT sa_savepoint_1", True),
        ("INSERT INTO word (said) VALUES (?)", True),
        ("UPDATE word SET said=? WHERE word.id = ?", True),
        ("DELETE FROM word WHERE word.id = ?", True),
        ("UPDATE word SET said=? WHERE word.id = ? AND word.said IS NULL", True),
        ("UPDATE word SET said=? WHERE word.id = ? AND word.said = ? RETURNING id", True),
        ("DELETE FROM word WHERE word.id IN (?, ?, ?)", True),
        (f"DELETE FROM word WHERE word.id IN ({', '.join('?' * 100)})", True),
        (f"DELETE FROM word WHERE word.id IN ({', '.join('?' * 101)})", False),
        ("UPDATE word SET said=? WHERE word.said IS NULL", False),
        ("DELETE FROM word WHERE word.id = ? OR word.id < ?", False),
        ("DELETE FROM word WHERE word.id IN (SELECT id FROM word)", False),
        ("BEGIN IMMEDIATE", False),
        ("COMMIT", False),
        ("UPDATE word SET said = ?", False),
        ("DELETE FROM word", False),
        ("DELETE FROM word WHERE word.id < 5", False),
        ("INSERT INTO word (said) SELECT said FROM word", False),
        ("PRAGMA wal_checkpoint", False),
        ("VACUUM", False),
        ("WITH n AS (SELECT 1) DELETE FROM word", False),
    ],
)
def test_what_may_wait_or_names_no_key_counts_as_long(statement: str, short: bool) -> None:
    connection = sqlite3.connect(":memory:")
    assert is_short(connection.cursor().execute, statement) is short
    assert not is_short(connection.commit)
    assert not is_short(connection.close)
    assert not is_short(connection.cursor().executemany, "SELECT 1")
    connection.close()
