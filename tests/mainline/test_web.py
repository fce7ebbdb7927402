"""Deny by default, lists with a place to go on from, a commit before the answer."""

from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from sqlalchemy import event, func, select
from starlette.responses import JSONResponse
from starlette.routing import Route

from mainline.db import Database
from mainline.definitions.models import DefinitionVersion
from mainline.errors import Invalid, MainlineError
from mainline.permissions import Permission
from mainline.web import (
    Principal,
    ReadSession,
    Who,
    WriteSession,
    allow,
    cursor,
    declared,
    every_route,
    position,
    public,
    signed_in,
    undeclared,
)

AGENT = Principal(user_id=1, name="li", roles=frozenset({"agent"}))
LEADER = Principal(user_id=2, name="wang", roles=frozenset({"leader"}))


async def nothing() -> None:
    return None


def app_with(*routers: APIRouter, who: Principal | None = None) -> FastAPI:
    app = FastAPI(openapi_url=None)

    async def authenticate(_request: Request) -> Principal | None:
        return who

    async def refuse(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, MainlineError)
        return JSONResponse({"code": error.code}, error.status)

    app.state.authenticate = authenticate
    app.add_exception_handler(MainlineError, refuse)
    for router in routers:
        app.include_router(router, prefix="/api")
    return app


async def status(app: FastAPI, path: str) -> int:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://mainline") as client:
        return (await client.get(path)).status_code


def test_a_route_that_forgot_its_permission_is_found_however_deep() -> None:
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")
    inner.add_api_route("/forgotten", nothing)
    inner.add_api_route("/open", nothing, dependencies=[public])
    outer.include_router(inner)
    app = app_with(outer)
    app.add_api_route("/top", nothing, dependencies=[Depends(nothing)])
    app.router.routes.append(Route("/plain", nothing))
    assert sorted(undeclared(app.routes)) == ["/api/outer/inner/forgotten", "/plain", "/top"]


def test_a_routers_permission_counts_for_its_routes() -> None:
    inner = APIRouter(prefix="/inner")
    inner.add_api_route("/a", nothing)
    outer = APIRouter(dependencies=[allow(Permission.SEE_CALLS)])
    outer.include_router(inner)
    app = app_with(outer)
    assert undeclared(app.routes) == []
    [route] = every_route(app.routes)
    assert (route.path, declared(route)) == ("/api/inner/a", {Permission.SEE_CALLS})


@pytest.mark.parametrize(
    ("who", "board", "calls", "mine", "open_"),
    [(None, 401, 401, 401, 200), (AGENT, 403, 200, 200, 200), (LEADER, 200, 200, 200, 200)],
)
async def test_only_declared_access(
    who: Principal | None, board: int, calls: int, mine: int, open_: int
) -> None:
    router = APIRouter()
    router.add_api_route("/board", nothing, dependencies=[allow(Permission.SEE_BOARD)])
    either = allow(Permission.SEE_BOARD, Permission.SEE_CALLS)
    router.add_api_route("/calls", nothing, dependencies=[either])
    router.add_api_route("/mine", nothing, dependencies=[signed_in()])
    router.add_api_route("/open", nothing, dependencies=[public])
    app = app_with(router, who=who)
    found = [await status(app, f"/api/{path}") for path in ("board", "calls", "mine", "open")]
    assert found == [board, calls, mine, open_]


async def test_who_asks_is_looked_up_once_a_request() -> None:
    asked: list[str] = []

    async def me(who: Who, _again: Annotated[None, allow(Permission.SEE_CALLS)]) -> str:
        return who.name

    router = APIRouter()
    router.add_api_route("/me", me, dependencies=[signed_in()])
    app = app_with(router)

    async def authenticate(request: Request) -> Principal | None:
        asked.append(request.url.path)
        return AGENT

    app.state.authenticate = authenticate
    assert await status(app, "/api/me") == 200
    assert asked == ["/api/me"]


async def test_a_commit_that_fails_is_not_answered_with_success(sqlite_database: Database) -> None:
    async def change(session: WriteSession) -> str:
        session.add(DefinitionVersion(kind="x", name="x", version=1, body="", author=""))
        return "done"

    router = APIRouter(dependencies=[public])
    router.add_api_route("/change", change)
    app = app_with(router)
    app.state.database = sqlite_database

    def fail(_connection: object) -> None:
        raise Invalid("the disk is full")

    event.listen(sqlite_database.engine.sync_engine, "commit", fail)
    assert await status(app, "/api/change") == 422
    event.remove(sqlite_database.engine.sync_engine, "commit", fail)
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(DefinitionVersion)) == 0


async def test_a_read_session_keeps_nothing(sqlite_database: Database) -> None:
    async def change(session: ReadSession) -> None:
        session.add(DefinitionVersion(kind="x", name="x", version=1, body="", author=""))
        await session.flush()

    router = APIRouter(dependencies=[public])
    router.add_api_route("/change", change)
    app = app_with(router)
    app.state.database = sqlite_database
    assert await status(app, "/api/change") == 200
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(DefinitionVersion)) == 0


def test_a_place_in_a_list_goes_there_and_back() -> None:
    assert position(cursor("2026-11-23T02:00:00+00:00", 17), 2) == ["2026-11-23T02:00:00+00:00", 17]
    assert position(None, 2) is None
    assert position("", 2) is None


@pytest.mark.parametrize("forged", ["x", "//", "e30", cursor(1), cursor(1, 2, 3), "é", "=" * 600])
def test_a_forged_place_is_refused(forged: str) -> None:
    with pytest.raises(Invalid):
        position(forged, 2)
