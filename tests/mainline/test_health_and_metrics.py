"""``/health`` and ``/metrics`` over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from mainline.config import Settings
from mainline.db import Database
from mainline.errors import MainlineError
from mainline.process import http, metrics, probe
from mainline.process.health import Health
from mainline.process.heartbeat import Pulse
from mainline.process.metrics import Figure, exposition
from mainline.web import Principal, undeclared


class Greeter:
    """Listens where Asterisk's manager should, and greets as it does."""

    def __init__(self, words: bytes) -> None:
        self.words = words

    async def __call__(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.words)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def manager(
    port: int, words: bytes = b"Asterisk Call Manager/11.0.0\r\n"
) -> AsyncIterator[None]:
    async with await asyncio.start_server(Greeter(words), "127.0.0.1", port):
        yield


def client(
    settings: Settings,
    database: Database | None = None,
    *,
    who: Principal | None = None,
    address: str = "127.0.0.1",
) -> httpx.AsyncClient:
    app = FastAPI(openapi_url=None)
    app.state.settings, app.state.database = settings, database

    async def authenticate(_request: Request) -> Principal | None:
        return who

    async def refuse(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, MainlineError)
        return JSONResponse({"code": error.code}, error.status)

    app.state.authenticate = authenticate
    app.add_exception_handler(MainlineError, refuse)
    app.include_router(http.router)
    assert undeclared(app.routes) == []
    transport = httpx.ASGITransport(app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://mainline")


async def test_health_names_every_process_its_state_and_age(settings: Settings) -> None:
    for name in ("gateway", "web", "worker"):
        Pulse(settings.home, name).say("up")
    async with manager(settings.ami_port), client(settings) as browser:
        answer = await browser.get("/health")
    assert answer.status_code == 200
    found = answer.json()
    assert found["status"] == "ok"
    assert [(one["name"], one["state"]) for one in found["processes"]] == [
        ("asterisk", "up"),
        ("gateway", "up"),
        ("web", "up"),
        ("worker", "up"),
    ]
    assert all(0 <= one["age_s"] < 10 for one in found["processes"])


async def test_health_needs_no_database(settings: Settings) -> None:
    async with client(settings, database=None) as browser:
        answer = await browser.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "down"
    assert {one["state"] for one in answer.json()["processes"]} == {"down"}


async def test_a_dead_worker_degrades(settings: Settings) -> None:
    for name in ("gateway", "web"):
        Pulse(settings.home, name).say("up")
    pulse = json.loads((settings.home / "run" / "web.json").read_text())
    dead = {**pulse, "name": "worker", "started": 1}
    (settings.home / "run" / "worker.json").write_text(json.dumps(dead))
    async with manager(settings.ami_port), client(settings) as browser:
        answer = await browser.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    [worker] = [one for one in answer.json()["processes"] if one["name"] == "worker"]
    assert (worker["state"], worker["up_s"]) == ("down", None)
    assert worker["age_s"] is not None


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"SSH-2.0-OpenSSH_9.2p1\r\n"])
async def test_somebody_else_on_the_port_is_not_asterisk(settings: Settings, words: bytes) -> None:
    async with manager(settings.ami_port, words):
        assert not await probe.asterisk_answers(settings.ami_port)


async def test_a_silent_asterisk_does_not_hold_up_health(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "PROBE_S", 0.1)

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _reader.read()
        writer.close()

    async with (
        asyncio.timeout(60),
        await asyncio.start_server(silent, "127.0.0.1", settings.ami_port),
    ):
        assert not await probe.asterisk_answers(settings.ami_port)


@pytest.fixture
def reader_of_health() -> Callable[..., Principal]:
    def made(*roles: str) -> Principal:
        return Principal(user_id=1, name="x", roles=frozenset(roles))

    return made


async def test_metrics_on_this_host_need_no_token(
    settings: Settings, sqlite_database: Database
) -> None:
    async with client(settings, sqlite_database) as browser:
        answer = await browser.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'mainline_process_up{process="asterisk"} 0.0' in answer.text.splitlines()


@pytest.mark.parametrize(
    ("address", "headers"),
    [("192.0.2.7", {}), ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}), ("no address", {})],
)
async def test_metrics_from_elsewhere_need_the_right(
    settings: Settings,
    sqlite_database: Database,
    reader_of_health: Callable[..., Principal],
    address: str,
    headers: dict[str, str],
) -> None:
    for who, status in (
        (None, 401),
        (reader_of_health("agent"), 403),
        (reader_of_health("admin"), 200),
    ):
        async with client(settings, sqlite_database, who=who, address=address) as browser:
            answer = await browser.get("/metrics", headers=headers)
        assert answer.status_code == status
        assert ("mainline_" in answer.text) == (status == 200)


def test_figures_of_one_name_share_their_help() -> None:
    figures = [
        Figure("calls", "Calls by outcome.", 3, (("outcome", "answered"),)),
        Figure("calls", "Calls by outcome.", 1, (("outcome", 'so "called"\n'),)),
        Figure("spare", "Without labels.", 0.5),
    ]
    assert exposition(figures).decode().splitlines() == [
        "# HELP mainline_calls Calls by outcome.",
        "# TYPE mainline_calls gauge",
        'mainline_calls{outcome="answered"} 3.0',
        'mainline_calls{outcome="so \\"called\\"\\n"} 1.0',
        "# HELP mainline_spare Without labels.",
        "# TYPE mainline_spare gauge",
        "mainline_spare 0.5",
    ]


def test_processes_as_figures() -> None:
    figures = metrics.of_processes([Health("web", "up", 0.5, 60.0), Health("worker", "down", None)])
    assert [(one.name, one.labels[0][1], one.value) for one in figures] == [
        ("process_up", "web", 1),
        ("process_age_seconds", "web", 0.5),
        ("process_uptime_seconds", "web", 60.0),
        ("process_up", "worker", 0),
    ]
