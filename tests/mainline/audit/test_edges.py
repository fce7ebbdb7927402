"""Who may read the log, what it tells, and the command that proves it."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from sqlalchemy import text
from starlette.responses import JSONResponse
from typer.testing import CliRunner

from agi.chores import keep_anchor
from crm.customers.models import Customer
from mainline.audit import anchors
from mainline.audit.api import router
from mainline.audit.compare import Difference, differences
from mainline.clock import now
from mainline.db import Database
from mainline.errors import Invalid, MainlineError
from mainline.permissions import ROLES, Permission, permitted
from mainline.web import Principal, WriteSession, signed_in
from tests.support.clock import StandingClock


async def _role_of(request: Request) -> Principal | None:
    role = request.headers.get("role")
    return Principal(1, role, frozenset({role}), "8001") if role else None


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MainlineError)
    return JSONResponse({"code": error.code}, status_code=error.status)


def client(database: Database, role: str) -> httpx.AsyncClient:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.database, app.state.authenticate = database, _role_of
    app.add_exception_handler(MainlineError, _refused)
    app.include_router(router, prefix="/api")

    @app.post("/customers/{name}", dependencies=[signed_in()])
    async def add(name: str, session: WriteSession) -> None:
        session.add(Customer(name=name))

    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://mainline", headers={"role": role}
    )


async def test_whoever_asks_stands_beside_what_they_changed(sqlite_database: Database) -> None:
    async with client(sqlite_database, "admin") as admin:
        for name in ("王芳", "李强", "赵磊"):
            assert (await admin.post(f"/customers/{name}")).status_code == 200
        first = (await admin.get("/api/audit", params={"limit": 2})).json()
        rest = (await admin.get("/api/audit", params={"next": first["next"]})).json()
        head = (await admin.get("/api/audit/head")).json()
        found = [*first["items"], *rest["items"]]
        assert [(each["id"], each["by"], each["new"]["name"]) for each in found] == [
            (3, "8001", "赵磊"), (2, "8001", "李强"), (1, "8001", "王芳"),
        ]  # fmt: skip
        assert rest["next"] is None
        assert head == {"id": 3, "hash": found[0]["hash"]}
        for name, value, count in (
            ("table", "customer", 3), ("table", "meter", 0), ("row", "2", 1), ("by", "8002", 0),
            ("from", (now() + timedelta(days=1)).isoformat(), 0), ("to", now().isoformat(), 3),
        ):  # fmt: skip
            answer = (await admin.get("/api/audit", params={name: value})).json()
            assert len(answer["items"]) == count, (name, value)


async def test_any_record_is_read_as_it_stood(
    sqlite_database: Database, clock: StandingClock
) -> None:
    async with sqlite_database.unit_of_work() as session:
        session.add(Customer(id=7, name="王芳", id_tail="sealed"))
    then = now()
    clock.forward(seconds=60)
    async with sqlite_database.unit_of_work() as session:
        (await session.get_one(Customer, 7)).name = "王方"
    async with client(sqlite_database, "admin") as admin:
        path = "/api/audit/customer/7"
        past = (await admin.get(path, params={"as_of": then.isoformat()})).json()["values"]
        assert (past["name"], past["id_tail"]) == ("王芳", "***")
        assert (await admin.get(path)).json()["values"]["name"] == "王方"
        early = {"as_of": (then - timedelta(days=1)).isoformat()}
        assert (await admin.get(path, params=early)).status_code == 404
        assert (await admin.get("/api/audit/journal_entry/1")).status_code == 404
        assert (await admin.get("/api/audit", params={"next": "WyJ4Il0"})).status_code == 422
        assert (await admin.get(path, params={"as_of": "yesterday"})).status_code == 422


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_only_who_may_reads_the_log(sqlite_database: Database, role: str) -> None:
    expected = 200 if Permission.SEE_AUDIT in permitted({role}) else 403
    assert expected == (200 if role == "admin" else 403)
    async with client(sqlite_database, role) as somebody:
        for path in ("/api/audit", "/api/audit/head"):
            assert (await somebody.get(path)).status_code == expected
        missing = (await somebody.get("/api/audit/customer/1")).status_code
        assert missing == (404 if expected == 200 else 403)


def test_the_command_names_the_first_bad_entry_and_leaves_with_its_code(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MAINLINE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MAINLINE_HOME", str(tmp_path / "home"))
    anchor = tmp_path / "home" / anchors.FILE

    async def fill(damage: str = "") -> None:
        database = Database(sqlite_url)
        async with database.unit_of_work() as session:
            if damage:
                await session.execute(text(damage))
            else:
                session.add_all([Customer(name="王芳"), Customer(name="李强")])
        if not damage:
            await keep_anchor(database, anchor)
            await keep_anchor(database, anchor)
        await database.dispose()

    import asyncio

    from mainline.cli import app

    asyncio.run(fill())
    assert len(anchor.read_text().splitlines()) == 1
    run = CliRunner()
    whole = run.invoke(app, ["audit", "verify", "--rows"])
    assert (whole.exit_code, whole.output.split()[0]) == (0, "2")
    asyncio.run(fill("UPDATE customer SET name = 'x' WHERE id = 1"))
    changed = run.invoke(app, ["audit", "verify", "--rows"])
    assert changed.exit_code == 25
    assert "customer 1 name" in changed.output
    asyncio.run(fill("DELETE FROM audit_entry WHERE id = 2"))
    cut = run.invoke(app, ["audit", "verify"])
    assert cut.exit_code == 24
    assert "[audit-broken]" in cut.output
    assert "the first bad entry is 2 (missing)" in cut.output


async def test_rows_that_were_changed_behind_the_logs_back_are_named(database: Database) -> None:
    async with database.unit_of_work() as session:
        session.add_all(Customer(id=each, name="王芳", id_tail="x") for each in (1, 2, 3, 4))
    async with database.unit_of_work() as session:
        (await session.get_one(Customer, 1)).elderly = True
        await session.delete(await session.get_one(Customer, 4))
    assert await differences(database) == []
    async with database.unit_of_work() as session:
        await session.execute(text("UPDATE customer SET priority = 9 WHERE id = 2"))
        await session.execute(text("DELETE FROM customer WHERE id = 3"))
    assert await differences(database) == [
        Difference("customer", "2", "priority"), Difference("customer", "3", ""),
    ]  # fmt: skip


def test_a_line_that_is_no_anchor_is_refused(tmp_path: Path) -> None:
    path = tmp_path / anchors.FILE
    path.write_text("1 abc 2026\nrubbish\n")
    with pytest.raises(Invalid, match=r"audit\.anchors:2"):
        anchors.read(path)
