"""Keep programs running: start, restart with growing pauses, stop; leave no process behind."""

import asyncio
import contextlib
import ctypes
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from mainline.clock import now
from mainline.i18n import _
from mainline.process import pids
from mainline.process.health import STALE_S
from mainline.process.heartbeat import last_beat
from mainline.process.priority import NICE, put_first
from mainline.process.program import Program

PAUSES_S: Final = (0.1, 0.5, 1.0, 2.0, 4.0)
"""Before the first, second … start after a death; the last one from then on."""
STEADY_S: Final = 30.0
"""Having run so long, a process is forgiven its earlier deaths."""
HUNG_S: Final = 3 * STALE_S
STOP_S: Final = 6.0
LOG_BYTES_MAX: Final = 20_000_000
_PR_SET_PDEATHSIG: Final = 1

Say = Callable[[str, str], None]
"""Called with a program's name and what happened to it: started, died, hung."""

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """In the child, before its program starts: end when the supervisor is killed."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Keeper:
    """Keeps one program running until told to stop."""

    def __init__(
        self, program: Program, home: Path, environment: Mapping[str, str], say: Say
    ) -> None:
        self.program = program
        self._home, self._environment, self._say = home, environment, say
        self._stopping = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        """The running process, None between two lives."""
        process = self._process
        return None if process is None or process.returncode is not None else process.pid

    async def keep(self) -> None:
        """Start it again whenever it ends, until ``stop``."""
        while not self._stopping.is_set():
            started = asyncio.get_running_loop().time()
            try:
                await self._live()
            except OSError as error:
                self._say(
                    self.program.name, _("cannot be started: %(error)s", error=error.strerror)
                )
            if self._stopping.is_set():
                return
            lived_s = asyncio.get_running_loop().time() - started
            self._deaths = 1 if lived_s > STEADY_S else self._deaths + 1
            await self._pause()

    async def _live(self) -> None:
        """One life, from start to end."""
        with _log_file(self._home, self.program.name).open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *self.program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self._process = process
        put_first(process.pid, NICE.get(self.program.name, 0))
        self._remember(process.pid)
        watch = asyncio.create_task(self._kill_when_hung(process))
        try:
            code = await process.wait()
        finally:
            watch.cancel()
            signal_group(process.pid, signal.SIGKILL)
        if not self._stopping.is_set():
            self._say(self.program.name, _("died (%(how)s)", how=_how(code)))

    def _remember(self, pid: int) -> None:
        who = pids.identify(pid)
        if who is not None:
            pids.write(_pid_file(self._home, self.program.name), who)

    async def _kill_when_hung(self, process: asyncio.subprocess.Process) -> None:
        """A process that beat once and then stopped for long is of no use to anybody.

        Looked at twice: after a leap of the clock every beat seems old, until the next one.
        """
        before = None
        while True:
            await asyncio.sleep(STALE_S / 2)
            beat = last_beat(self._home, self.program.name)
            mine = beat is not None and beat.who.pid == process.pid
            if beat and mine and beat == before and (now() - beat.at).total_seconds() > HUNG_S:
                self._say(self.program.name, _("hung"))
                signal_group(process.pid, signal.SIGKILL)
            before = beat

    async def _pause(self) -> None:
        pause_s = PAUSES_S[min(self._deaths, len(PAUSES_S)) - 1]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause_s)

    async def stop(self) -> None:
        """Ask it to end; make it end when it does not."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        signal_group(process.pid, signal.SIGCONT)
        signal_group(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            self._say(self.program.name, _("did not end and was killed"))
        finally:
            signal_group(process.pid, signal.SIGKILL)
        _pid_file(self._home, self.program.name).unlink(missing_ok=True)


async def stop_all(keepers: Sequence[Keeper]) -> None:
    """Stop everything; the ``last`` ones when the others are gone."""
    await asyncio.gather(*(keeper.stop() for keeper in keepers if not keeper.program.last))
    await asyncio.gather(*(keeper.stop() for keeper in keepers if keeper.program.last))


async def stop_leftovers(home: Path, names: Sequence[str]) -> list[str]:
    """End what a killed supervisor left running; the names of what was found."""
    found = {name: pids.read(_pid_file(home, name)) for name in names}
    left = {name: who for name, who in found.items() if who is not None and who.alive}
    for who in left.values():
        signal_group(who.pid, signal.SIGCONT)
        signal_group(who.pid, signal.SIGTERM)
    for who in left.values():
        await _gone(who)
    return list(left)


async def _gone(who: pids.Identity) -> None:
    deadline = asyncio.get_running_loop().time() + STOP_S
    while who.alive:
        if asyncio.get_running_loop().time() > deadline:
            signal_group(who.pid, signal.SIGKILL)
        await asyncio.sleep(0.05)


def signal_group(pid: int, number: signal.Signals) -> None:
    """To the process and its children; they are a group of their own.

    Not asyncio's own way: before Python 3.13 that also collects the end of a process, and who waits
    for it then reads 255 instead of how it ended (https://github.com/python/cpython/issues/87744).
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def _pid_file(home: Path, name: str) -> Path:
    path = home / "run" / f"{name}.pid"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _log_file(home: Path, name: str) -> Path:
    """Where the process writes; begun anew when it has grown long."""
    path = home / "log" / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
        path.replace(path.with_suffix(".log.1"))
    return path


def _how(code: int) -> str:
    if code < 0:
        return _("signal %(number)s", number=-code)
    return _("exit code %(number)s", number=code)
