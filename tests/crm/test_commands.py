import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner, Result

from crm.interactions.commands import app as calls
from crm.staff import auth, queries
from crm.staff.commands import app as staff
from mainline.db import Database
from tests.crm.calls import answered_call, take_in

T = TypeVar("T")
PASSWORD = "long enough"


@pytest.fixture
def url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MAINLINE_DATABASE_URL", sqlite_url)
    return sqlite_url


def run(app: object, *words: str) -> Result:
    return CliRunner().invoke(app, list(words))  # type: ignore[arg-type]


def ask(url: str, question: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def asking() -> T:
        database = Database(url)
        async with database.reading() as session:
            found = await question(session)
        await database.dispose()
        return found

    return asyncio.run(asking())


def test_a_token_is_printed_once_and_opens_the_api(url: str) -> None:
    printed = run(staff, "token", "--role", "leader", "--days", "1")
    assert printed.exit_code == 0
    token = printed.output.strip()
    who = ask(url, lambda session: auth.principal_of_bearer(session, token))
    assert who is not None
    assert who.roles == {"leader"}
    assert run(staff, "token", "--role", "emperor").exit_code != 0


def test_people_are_taken_on_listed_and_let_go(url: str) -> None:
    add = ("add", "anna", "--name", "安娜", "--role", "agent", "--password", PASSWORD)
    assert run(staff, *add, "--agent-number", "8001", "--queue", "service").exit_code == 0
    assert run(staff, *add).exit_code != 0
    double = run(staff, "add", "anna2", *add[2:])
    assert (double.exit_code, "staff-name-taken" in double.output) == (1, True)
    [agent] = ask(url, queries.agents)
    assert (agent.number, dict(agent.queues)) == ("8001", {"service": 0})
    assert run(staff, "password", "anna", "--password", "another long one").exit_code == 0
    assert run(staff, "remove", "anna").exit_code == 0
    assert "(gone)" in run(staff, "list").output
    assert ask(url, queries.agents) == []


def test_the_call_list_is_rebuilt_and_recounted_from_the_command_line(url: str) -> None:
    async def some_calls() -> None:
        database = Database(url)
        await take_in(database, *answered_call())
        await database.dispose()

    asyncio.run(some_calls())
    assert "facts" in run(calls, "rebuild").output
    agreed = run(calls, "recount", "2026-11-23")
    assert (agreed.exit_code, agreed.output.strip()) == (0, "流水与界面所示完全一致。")

    async def tamper() -> None:
        database = Database(url)
        async with database.unit_of_work() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("UPDATE interaction SET outcome = 'abandoned'")
        await database.dispose()

    asyncio.run(tamper())
    wrong = run(calls, "recount", "2026-11-23")
    assert wrong.exit_code == 1
    assert "call ml-1.1: shown abandoned, counted answered" in wrong.output
    nonsense = run(calls, "recount", "yesterday")
    assert nonsense.exit_code == 2
    assert nonsense.exception is None or isinstance(nonsense.exception, SystemExit)
