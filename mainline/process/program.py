"""What is run: the four processes of Mainline and Asterisk, each as a command of its own."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from mainline.asterisk.install import asterisk_command
from mainline.config import Settings
from mainline.process.heartbeat import last_beat
from mainline.process.probe import asterisk_answers

Ready = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Program:
    """One process: how it is started, and when it is ready.

    ``last`` marks the one that is stopped after the others, to take in what they left.
    """

    name: str
    command: tuple[str, ...]
    ready: Ready
    last: bool = False


def programs(settings: Settings) -> list[Program]:
    """All of them, in the order of starting."""
    return [
        Program(
            "asterisk",
            tuple(asterisk_command(settings)),
            partial(asterisk_answers, settings.ami_port),
        ),
        Program("gateway", mainline_command("gateway"), _beats_up(settings, "gateway")),
        Program("worker", mainline_command("worker"), _beats_up(settings, "worker"), last=True),
        Program("web", mainline_command("web"), partial(_answers_http, settings)),
    ]


def mainline_command(*words: str) -> tuple[str, ...]:
    """A command line that runs ``mainline`` with this very Python."""
    return (sys.executable, "-m", "mainline.cli", *words)


def environment(settings: Settings) -> dict[str, str]:
    """Our environment, and every setting that is not the default, for a child process.

    Settings of our own environment do not reach a child that is to have others.
    """
    ours = {f"MAINLINE_{name.upper()}" for name in Settings.model_fields}
    around = {name: value for name, value in os.environ.items() if name not in ours}
    given = settings.model_dump(mode="json", exclude_defaults=True)
    values = {f"MAINLINE_{name.upper()}": _as_text(value) for name, value in given.items()}
    return {**around, **values, "PYTHONUNBUFFERED": "1"}


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _beats_up(settings: Settings, name: str) -> Ready:
    async def ready() -> bool:
        beat = last_beat(settings.home, name)
        return beat is not None and beat.state == "up" and beat.who.alive

    return ready


async def _answers_http(settings: Settings) -> bool:
    """Whether the web process answers, whatever it says."""
    writer: asyncio.StreamWriter | None = None
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection(host, settings.http_port)
            writer.write(b"HEAD /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return (await reader.read(5)) == b"HTTP/"
    except (OSError, TimeoutError):
        return False
    finally:
        if writer is not None:
            writer.close()
