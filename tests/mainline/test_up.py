"""``mainline up`` with programs that only sleep."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from crm.staff.demo import PASSWORD
from mainline.config import Settings
from mainline.process import pids
from mainline.process import up as module
from mainline.process.ports import PortTaken
from mainline.process.program import Program, environment
from mainline.process.up import AlreadyUp, NotPrepared, up

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
DEADLINE_S = 60.0


async def _yes() -> bool:
    return True


async def _no() -> bool:
    return False


@pytest.fixture
def ready() -> dict[str, Callable[[], Awaitable[bool]]]:
    return {"gateway": _yes, "web": _yes}


@pytest.fixture(autouse=True)
def _programs_that_sleep(
    monkeypatch: pytest.MonkeyPatch, ready: dict[str, Callable[[], Awaitable[bool]]]
) -> None:
    def programs(_settings: Settings) -> list[Program]:
        return [Program(name, SLEEP, is_ready) for name, is_ready in ready.items()]

    monkeypatch.setattr(module, "programs", programs)
    monkeypatch.setattr(module, "mainline_command", lambda *_words: (sys.executable, "-c", ""))


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[list[str]]:
    said: list[str] = []
    task = asyncio.create_task(up(settings, said.append))
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not any("Ctrl-C" in line for line in said):
                assert not task.done(), task.exception()
                await asyncio.sleep(0.01)
        yield said
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(task, DEADLINE_S)


def children(settings: Settings) -> dict[str, pids.Identity]:
    found = {path.stem: pids.read(path) for path in (settings.home / "run").glob("*.pid")}
    return {name: who for name, who in found.items() if who is not None}


async def test_it_says_where_to_look_and_stops_cleanly(settings: Settings) -> None:
    async with running(settings) as said:
        started = children(settings)
        assert set(started) == {"gateway", "web"}
        assert all(who.alive for who in started.values())
        words = "\n".join(said)
        assert f"http://localhost:{settings.http_port}/" in words
        assert "agent1" in words
        assert PASSWORD in words
        assert f"@127.0.0.1:{settings.sip_port}" in words
    assert not any(who.alive for who in started.values())
    assert children(settings) == {}
    assert said[-1] == "已全部停止。"


@pytest.mark.usefixtures("english")
async def test_without_the_demo_no_login_is_shown(make_settings: Callable[..., Settings]) -> None:
    async with running(make_settings(demo=False)) as said:
        words = "\n".join(said)
    assert "Mainline is up." in words
    assert "agent1" not in words
    assert "try" not in words


@pytest.mark.usefixtures("english")
async def test_who_is_not_ready_is_named(
    settings: Settings,
    ready: dict[str, Callable[[], Awaitable[bool]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready["web"] = _no
    monkeypatch.setattr(module, "READY_S", 0.2)
    async with running(settings) as said:
        words = "\n".join(said)
    assert f"Not ready yet: web. See {settings.home / 'log'}." in words
    assert "Mainline is up." not in words


async def test_a_second_supervisor_is_refused(settings: Settings) -> None:
    async with running(settings):
        before = children(settings)
        with pytest.raises(AlreadyUp):
            await up(settings, print)
        assert children(settings) == before
        assert all(who.alive for who in before.values())


async def test_nothing_is_started_when_a_port_is_taken(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.http_port))
        taken.listen()
        with pytest.raises(PortTaken, match="MAINLINE_HTTP_PORT"):
            await up(settings, print)
    assert children(settings) == {}


async def test_nothing_is_started_when_preparing_failed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = (sys.executable, "-c", "raise SystemExit(3)")
    monkeypatch.setattr(module, "mainline_command", lambda *_words: fails)
    with pytest.raises(NotPrepared):
        await up(settings, print)
    assert children(settings) == {}


async def test_stopping_while_still_preparing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "mainline_command", lambda *_words: SLEEP)
    task = asyncio.create_task(up(settings, print))
    async with asyncio.timeout(DEADLINE_S):
        while not (settings.home / "run" / "up.lock").exists():
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)
        await task
    assert children(settings) == {}


def test_children_get_every_setting(make_settings: Callable[..., Settings], tmp_path: Path) -> None:
    settings = make_settings(demo=False, pack="gas", tls_key=tmp_path / "key.pem")
    passed = environment(settings)
    assert passed["MAINLINE_HOME"] == str(settings.home)
    assert passed["MAINLINE_HTTP_PORT"] == str(settings.http_port)
    assert passed["MAINLINE_DEMO"] == "false"
    assert passed["MAINLINE_PACK"] == "gas"
    assert passed["MAINLINE_TLS_KEY"] == str(tmp_path / "key.pem")
    assert "MAINLINE_WRAPUP_S" not in passed
    assert passed["PATH"] == os.environ["PATH"]


def test_a_child_with_other_settings_gets_none_of_our_environment(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAINLINE_DATABASE_URL", "postgresql+asyncpg://the-company")
    monkeypatch.setenv("MAINLINE_DEMO", "false")
    passed = environment(make_settings(database_url="", demo=True))
    assert "MAINLINE_DATABASE_URL" not in passed
    assert "MAINLINE_DEMO" not in passed


def test_children_read_back_the_same_settings(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(demo=False, wrapup_s=30)
    for name, value in environment(settings).items():
        if name.startswith("MAINLINE_"):
            monkeypatch.setenv(name, value)
    assert Settings() == settings
