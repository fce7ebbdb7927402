import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from crm.demo import load_all
from mainline import features
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import MainlineError
from mainline.web import Principal, undeclared
from tests.support.clock import StandingClock

AsRole = Callable[[str], httpx.AsyncClient]
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


async def _role_of(request: Request) -> Principal | None:
    role = request.headers.get("role")
    return Principal(None, role, frozenset({role})) if role else None


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MainlineError)
    return JSONResponse({"code": error.code}, status_code=error.status)


@pytest.fixture(scope="session")
def town_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo town of the heating company as it is on the morning of ``clock``."""
    path = tmp_path_factory.mktemp("town") / "mainline.db"
    shutil.copyfile(sqlite_template, path)
    list(features.modules("kinds"))

    async def load() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await load_all(database, Settings())
        await database.dispose()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mainline.clock.datetime", StandingClock(MORNING))
        asyncio.run(load())
    return path


@pytest.fixture
async def town(
    town_template: Path, tmp_path: Path, clock: StandingClock
) -> AsyncIterator[Database]:
    """The demo town, a fresh copy."""
    assert clock.at == MORNING
    shutil.copyfile(town_template, tmp_path / "town.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/town.db")
    yield database
    await database.dispose()


@pytest.fixture
async def as_role(town: Database) -> AsyncIterator[AsRole]:
    """A client of the HTTP API who holds a role."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.database, app.state.settings = town, Settings()
    app.state.authenticate = _role_of
    app.add_exception_handler(MainlineError, _refused)
    for module in features.modules("api"):
        if module.__name__.startswith("crm."):
            app.include_router(module.router, prefix="/api")
    assert undeclared(app.routes) == []
    clients: list[httpx.AsyncClient] = []

    def client(role: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app)
        headers = {"role": role} if role else {}
        made = httpx.AsyncClient(
            transport=transport, base_url="http://crm.test/api", headers=headers
        )
        clients.append(made)
        return made

    yield client
    for one in clients:
        await one.aclose()
