"""SIPp as the crowd: callers on the trunk, and one SIPp that answers for all agents."""

import asyncio
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from mainline.sip.g711 import ALAW, encode
from mainline.sip.sound import tone
from tests.calls.instance import as_in_production
from tests.support.ports import free_port

LONGEST_S = 90
TALK_S = 3.0
SIPP = Path(__file__).parent / "sipp"
_COUNT = re.compile(r"(Successful call)\s*\|[^|]*\|\s*(\d+)")


@dataclass(frozen=True)
class Result:
    """What a burst of calls came to."""

    offered: int
    good: int
    seconds: float

    @property
    def share_good(self) -> float:
        """Share of calls that went as they should."""
        return self.good / max(1, self.offered)


class Crowd:
    """Works in a folder of its own; ends what it started."""

    def __init__(
        self, folder: Path, server: tuple[str, int], agents_port: int, talk_s: float = TALK_S
    ) -> None:
        self._folder, self._server, self._agents_port = folder, server, agents_port
        self._talk_ms = str(int(talk_s * 1000))
        self._agents: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, hertz in (("caller", 440), ("agent", 1000)):
            (self._folder / f"{name}.al").write_bytes(encode(tone(hertz, 10), ALAW))
        self._agents = self._start(
            self._sipp("agent", self._agents_port, "-mp", "14000", "-d", self._talk_ms)
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._agents:
            self._agents.kill()
            await asyncio.to_thread(self._agents.wait)

    async def call(
        self, number: str, callers: list[str], *, rate: float, calls: int, port: int
    ) -> Result:
        """So many calls to the number at this rate; returns when the last has ended."""
        begun = asyncio.get_running_loop().time()
        await self._burst("caller", number, callers, rate, calls, port, "-mp", "12000")
        seconds = asyncio.get_running_loop().time() - begun
        return Result(calls, self._counts().get("Successful call", 0), seconds)

    async def wait(self, number: str, callers: list[str], calls: int, *, seconds: float) -> None:
        """So many callers who wait for nobody, each for that time; they come twenty a second."""
        pause = str(int(seconds * 1000))
        more = ("-mp", "20000", "-d", pause)
        await self._burst("waiter", number, callers, 20.0, calls, free_port(), *more)

    async def _burst(
        self,
        scenario: str,
        number: str,
        callers: list[str],
        rate: float,
        calls: int,
        port: int,
        *more: str,
    ) -> None:
        (self._folder / f"{scenario}.screen").unlink(missing_ok=True)
        (self._folder / f"{scenario}.csv").write_text("RANDOM\n" + "\n".join(callers) + "\n")
        command = self._sipp(scenario, port, *more)
        command += ["-inf", f"{scenario}.csv", "-s", number, "-r", f"{rate:g}", "-m", str(calls)]
        command += ["-l", str(calls), "-timeout", f"{LONGEST_S}s"]
        command.append(f"{self._server[0]}:{self._server[1]}")
        process = self._start(command)
        try:
            await asyncio.to_thread(process.wait, LONGEST_S + 10)
        finally:
            process.kill()

    def _sipp(self, scenario: str, port: int, *more: str) -> list[str]:
        return [
            "sipp", "-sf", str(SIPP / f"{scenario}.xml"), "-i", "127.0.0.1", "-p", str(port),
            "-nostdin", "-aa", "-trace_screen", "-screen_file", f"{scenario}.screen",
            "-screen_overwrite", "true", *more,
        ]  # fmt: skip

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        """People's telephones do not wait for this machine."""
        process = subprocess.Popen(
            command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TERM": "xterm"},
        )
        as_in_production(process)
        return process

    def _counts(self) -> dict[str, int]:
        screen = self._folder / "caller.screen"
        text = screen.read_text("utf-8", "replace") if screen.exists() else ""
        return {name: int(number) for name, number in _COUNT.findall(text)}
