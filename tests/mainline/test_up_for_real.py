"""The one command, on real processes: up, killed, stopped, up again."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mainline.config import Settings
from mainline.process import pids
from mainline.process.health import PROCESSES
from mainline.process.program import environment, mainline_command

pytestmark = [pytest.mark.call, pytest.mark.timeout(900)]
FIRST_S, AGAIN_S, STOP_S, BACK_S = 600.0, 30.0, 10.0, 30.0
"""With room; the ten seconds of a second start are measured by hand (docs/performance.md)."""


def patience(seconds: float) -> float:
    """The promise, stretched as far as other work stretches everything on this machine now."""
    return seconds * max(1.0, 2 * os.getloadavg()[0] / (os.cpu_count() or 1))


class Up:
    """A running ``mainline up``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.output = settings.home / "up.txt"
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                mainline_command("up"),
                env={**environment(settings), "MAINLINE_LOCALE": "en"},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    async def until(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        while not condition():
            assert clock() - began < patience(seconds), f"{what}: not in {seconds} s\n{self.said()}"
            assert self.process.poll() is None, self.said()
            await asyncio.sleep(0.05)

    async def until_up(self, seconds: float) -> None:
        await self.until(lambda: "Mainline is up." in self.said(), seconds, "up")

    def said(self) -> str:
        return self.output.read_text("utf-8")

    def health(self) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.settings.http_port}/health"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except OSError:
            return {"status": "no answer", "processes": []}

    def states(self) -> dict[str, str]:
        return {one["name"]: one["state"] for one in self.health()["processes"]}

    def pid(self, name: str) -> int:
        who = pids.read(self.settings.home / "run" / f"{name}.pid")
        assert who is not None
        return who.pid

    async def kill_and_await(self, name: str) -> None:
        before = self.pid(name)
        os.kill(before, signal.SIGKILL)
        await self.until(lambda: self.pid(name) != before, BACK_S, f"another {name}")
        await self.until(lambda: set(self.states().values()) == {"up"}, BACK_S, f"{name} up")

    async def stop(self, number: signal.Signals = signal.SIGINT) -> float:
        clock = asyncio.get_running_loop().time
        began = clock()
        self.process.send_signal(number)
        await asyncio.to_thread(self.process.wait, 60)
        return clock() - began


@contextmanager
def started(settings: Settings) -> Iterator[Up]:
    up = Up(settings)
    try:
        yield up
    finally:
        if up.process.poll() is None:
            up.process.send_signal(signal.SIGTERM)
            up.process.wait(60)


def processes_of(home: Path) -> list[int]:
    """Every process of this machine that knows of this data folder."""
    wanted = f"MAINLINE_HOME={home}\0".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            known = wanted in (entry / "environ").read_bytes() + b"\0"
        except OSError:
            continue
        if known and pids.identify(int(entry.name)) is not None:
            found.append(int(entry.name))
    return found


def customers(settings: Settings) -> int:
    with sqlite3.connect(settings.home / "mainline.db") as connection:
        [count] = connection.execute("SELECT count(*) FROM customer").fetchone()
    connection.close()
    return int(count)


async def test_up_killed_stopped_and_up_again(settings: Settings) -> None:
    with started(settings) as up:
        await up.until_up(FIRST_S)
        everything = dict.fromkeys(PROCESSES, "up")
        await up.until(lambda: up.states() == everything, BACK_S, "every process up")
        await up.until(lambda: up.health()["status"] == "ok", BACK_S, "all well")
        assert re.search(r"agent1\s+agent", up.said())
        assert f"http://localhost:{settings.http_port}/try" in up.said()
        assert customers(settings) > 0
        for name in ("gateway", "worker", "web", "asterisk"):
            await up.kill_and_await(name)
        assert await up.stop() < patience(STOP_S)
        assert "Everything has stopped." in up.said()
        assert up.process.returncode == 0
    assert processes_of(settings.home) == []
    first = customers(settings)
    with started(settings) as up:
        await up.until_up(AGAIN_S)
        assert customers(settings) == first
        os.kill(up.process.pid, signal.SIGKILL)
        up.process.wait(10)
    with started(settings) as up:
        await up.until_up(2 * AGAIN_S)
        await up.until(lambda: up.health()["status"] == "ok", BACK_S, "all well")
        assert await up.stop(signal.SIGTERM) < patience(STOP_S)
    assert processes_of(settings.home) == []
