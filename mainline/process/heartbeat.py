"""Each process says every second that its event loop still turns.

Small files instead of a table: health must be told also when the database is busy or gone.
"""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from mainline.clock import now
from mainline.log import get_logger
from mainline.process import pids

State = Literal["starting", "up", "degraded", "stopping"]
BEAT_S = 1.0
DETAIL_CHARS_MAX = 200

_log = get_logger("heartbeat")


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of a process."""

    name: str
    who: pids.Identity
    state: State
    at: datetime
    detail: str = ""


class Pulse:
    """What a process uses to say how it is."""

    def __init__(self, home: Path, name: str) -> None:
        self.name = name
        self._path = _path(home, name)
        self._who = pids.myself()
        self._state: State = "starting"
        self._detail = ""

    def say(self, state: State, detail: str = "") -> None:
        """How the process is from now on; ``detail`` must be free of private data."""
        self._state, self._detail = state, detail[:DETAIL_CHARS_MAX]
        self.beat()
        if state == "up":
            _tell_systemd("READY=1")

    def beat(self) -> None:
        """Leave a sign of life. A full disk must not stop the process."""
        found = {
            "name": self.name,
            "pid": self._who.pid,
            "started": self._who.started,
            "state": self._state,
            "at": now().isoformat(),
            "detail": self._detail,
        }
        try:
            _replace(self._path, json.dumps(found))
        except OSError as error:
            _log.warning("no sign of life could be written", error=error.strerror)
        _tell_systemd("WATCHDOG=1")


@asynccontextmanager
async def beating(home: Path, name: str) -> AsyncIterator[Pulse]:
    """Signs of life as long as the block runs; ``pulse.say("up")`` when the work has begun."""
    pulse = Pulse(home, name)
    pulse.beat()
    task = asyncio.create_task(_beat_on(pulse), name=f"heartbeat of {name}")
    try:
        yield pulse
    finally:
        pulse.say("stopping")
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _beat_on(pulse: Pulse) -> None:
    while True:
        await asyncio.sleep(BEAT_S)
        pulse.beat()


def last_beat(home: Path, name: str) -> Beat | None:
    """The last sign of life of that process, None when there never was one."""
    try:
        found = json.loads(_path(home, name).read_text("utf-8"))
        at = datetime.fromisoformat(found["at"])
        who = pids.Identity(int(found["pid"]), int(found["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    state = found.get("state")
    if state not in get_args(State) or at.tzinfo is None:
        return None
    return Beat(name, who, state, at, str(found.get("detail", ""))[:DETAIL_CHARS_MAX])


def _path(home: Path, name: str) -> Path:
    return home / "run" / f"{name}.json"


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def _tell_systemd(message: str) -> None:
    """systemd's readiness and watchdog, when it started us and wants to know."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.connect(address.replace("@", "\0", 1))
        sender.send(message.encode())
