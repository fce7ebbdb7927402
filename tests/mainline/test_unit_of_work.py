"""One edge, one transaction."""

import asyncio
import contextlib

import pytest
from sqlalchemy import Executable, Table, delete, func, insert, select, update

from mainline.db import Database, in_unit_of_work
from mainline.definitions.models import DefinitionVersion

TABLE: Table = DefinitionVersion.__table__  # type: ignore[assignment]


def row(name: str, version: int = 1) -> DefinitionVersion:
    return DefinitionVersion(kind="test", name=name, version=version, body="{}", author="t")


async def names(database: Database) -> list[str]:
    async with database.reading() as session:
        statement = select(DefinitionVersion.name).order_by(DefinitionVersion.name)
        return list(await session.scalars(statement))


async def test_leaving_the_block_commits(database: Database) -> None:
    async with database.unit_of_work() as session:
        session.add(row("kept"))
        assert in_unit_of_work()
    assert not in_unit_of_work()
    assert await names(database) == ["kept"]


async def test_an_error_rolls_everything_back(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.unit_of_work() as session:
            session.add(row("lost"))
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_fail()
    assert await names(database) == []
    assert not in_unit_of_work()


async def test_units_of_work_do_not_nest(database: Database) -> None:
    async with database.unit_of_work() as session:
        session.add(row("outer"))
        with pytest.raises(RuntimeError, match="do not nest"):
            async with database.unit_of_work():
                pass
    assert await names(database) == ["outer"]


async def test_what_a_task_starts_has_none_of_its_units_open(database: Database) -> None:
    """A web server reads on in the context of the request whose body had stopped the reading."""
    ended = asyncio.Event()

    async def next_request() -> bool:
        await ended.wait()
        if in_unit_of_work():
            return False
        async with database.unit_of_work() as session:
            session.add(row("next"))
        return True

    async with database.unit_of_work() as session:
        session.add(row("first"))
        following = asyncio.create_task(next_request())
    ended.set()
    assert await following
    assert await names(database) == ["first", "next"]


async def test_reading_keeps_nothing(database: Database) -> None:
    async with database.reading() as session:
        session.add(row("never"))
    assert await names(database) == []


async def test_what_is_changed_in_a_reading_is_not_written_by_what_is_asked_next(
    database: Database,
) -> None:
    async with database.unit_of_work() as session:
        session.add(row("before"))
    async with database.reading() as session:
        (known,) = await session.scalars(select(DefinitionVersion))
        known.name = "after"
        await session.scalar(select(func.count()).select_from(DefinitionVersion))
    assert await names(database) == ["before"]


@pytest.mark.parametrize("statement", [
    update(TABLE).values(name="after"), delete(TABLE),
    insert(TABLE).values(kind="test", name="more", version=1, body="{}", author="t"),
])  # fmt: skip
async def test_a_statement_that_writes_changes_nothing_in_a_reading(
    database: Database, statement: Executable
) -> None:
    async with database.unit_of_work() as session:
        session.add(row("before"))
    with contextlib.suppress(RuntimeError):  # refused, or taken back at the end
        async with database.reading() as session:
            await session.execute(statement)
    assert await names(database) == ["before"]


async def test_a_reading_of_one_moment_does_not_see_what_is_written_meanwhile(
    database: Database,
) -> None:
    count = select(func.count()).select_from(DefinitionVersion)
    async with database.reading_of_one_moment() as session:
        before = await session.scalar(count)
        async with database.unit_of_work() as other:
            other.add(row("meanwhile"))
        assert (before, await session.scalar(count)) == (0, 0)
    async with database.reading() as session:
        assert await session.scalar(count) == 1


async def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    async with database.unit_of_work() as session:
        session.add(row("half-way"))
        await session.flush()
        assert await asyncio.wait_for(names(database), 60) == []
    assert await names(database) == ["half-way"]


async def test_of_fifty_writers_at_once_none_is_lost(database: Database) -> None:
    async def write(number: int) -> None:
        for version in range(1, 5):
            async with database.unit_of_work() as session:
                found = await session.scalar(select(func.count()).select_from(DefinitionVersion))
                assert found is not None
                session.add(row(f"writer-{number:02}", version))

    await asyncio.gather(*(write(number) for number in range(50)))
    assert await names(database) == [f"writer-{n:02}" for n in range(50) for _ in range(4)]


async def test_many_who_read_and_write_something_down_beside_it_do_not_stop_one_another(
    database: Database,
) -> None:
    async def look(number: int) -> None:
        async with database.reading() as session:
            await session.scalar(select(func.count()).select_from(DefinitionVersion))
            async with database.unit_of_work() as beside:
                beside.add(row(f"reader-{number:02}"))

    await asyncio.gather(*(look(number) for number in range(60)))
    assert await names(database) == [f"reader-{n:02}" for n in range(60)]
