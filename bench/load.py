"""SIPp as the crowd: callers on the trunk, and one SIPp that answers for all agents."""

import asyncio
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from mainline.process.priority import TELEPHONE, put_first
from mainline.sip.g711 import ALAW, encode
from mainline.sip.sound import tone
from tests.support.ports import free_port, free_ports

LONGEST_S = 240
PATIENCE_S = 37.0
"""Who hears nothing of an end so long after the talk should be over has not been served."""
TALK_S = 3.0
MEDIA_PORTS = 4
"""SIPp sends sound from the first and pictures from the third, each with its RTCP."""
SIPP = Path(__file__).parent / "sipp"
PLAYED = (0, 1, 97)
"""All calls well, some not, or the time was over; anything else: it could not even begin."""


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
        self._patience_ms = str(int((PATIENCE_S + talk_s) * 1000))
        self._agents: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, hertz in (("caller", 440), ("agent", 1000)):
            (self._folder / f"{name}.al").write_bytes(encode(tone(hertz, 10), ALAW))
        self._agents = self._start(self._sipp("agent", self._agents_port, "-d", self._talk_ms))
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
        patience = ("-recv_timeout", self._patience_ms)
        good = await self._burst("caller", number, callers, rate, calls, port, *patience)
        return Result(calls, good, asyncio.get_running_loop().time() - begun)

    async def wait(
        self, number: str, callers: list[str], calls: int, *, rate: float, seconds: float
    ) -> None:
        """So many callers who wait for nobody, each for that time."""
        pause = str(int(seconds * 1000))
        await self._burst("waiter", number, callers, rate, calls, free_port(), "-d", pause)

    async def _burst(
        self,
        scenario: str,
        number: str,
        callers: list[str],
        rate: float,
        calls: int,
        port: int,
        *more: str,
    ) -> int:
        """How many calls went through to their last step."""
        log = self._folder / f"{scenario}.log"
        log.unlink(missing_ok=True)
        (self._folder / f"{scenario}.csv").write_text("SEQUENTIAL\n" + "\n".join(callers) + "\n")
        command = self._sipp(scenario, port, *more)
        command += ["-inf", f"{scenario}.csv", "-s", number, "-r", f"{rate:g}", "-m", str(calls)]
        command += ["-l", str(calls), "-timeout", f"{LONGEST_S}s"]
        command.append(f"{self._server[0]}:{self._server[1]}")
        process = self._start(command)
        try:
            code = await asyncio.to_thread(process.wait, LONGEST_S + 10)
        finally:
            process.kill()
        if code not in PLAYED:
            raise RuntimeError(f"SIPp did not play {scenario}: exit code {code}")
        return len(log.read_text("utf-8").split()) if log.exists() else 0

    def _sipp(self, scenario: str, port: int, *more: str) -> list[str]:
        return [
            "sipp", "-sf", str(SIPP / f"{scenario}.xml"), "-i", "127.0.0.1", "-p", str(port),
            "-mp", str(free_ports(MEDIA_PORTS)), "-nostdin", "-aa", "-trace_logs",
            "-log_file", f"{scenario}.log", *more,
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
            start_new_session=True,
        )
        put_first(process.pid, TELEPHONE)
        return process
