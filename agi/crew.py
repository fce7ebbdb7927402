"""Several endless jobs in one process: one that fails is told, and begun again after a pause."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from agi.running import pause
from mainline.log import get_logger

PAUSE_S: Final = 0.5
PAUSE_MAX_S: Final = 20.0
WELL_AFTER_S: Final = 30.0
"""A job that has run for so long has recovered."""

Job = Callable[[asyncio.Event], Awaitable[None]]
Told = Callable[[frozenset[str]], None]

log = get_logger("crew")


class Crew:
    """Runs jobs until told to stop; ``tell`` hears which ones fail, whenever that changes."""

    def __init__(self, jobs: Mapping[str, Job], tell: Told, *, pause_s: float = PAUSE_S) -> None:
        self._jobs, self._tell, self._pause_s = jobs, tell, pause_s
        self._failing: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Return when all jobs have ended after ``stop``."""
        self._tell(frozenset())
        async with asyncio.TaskGroup() as group:
            for name, job in self._jobs.items():
                group.create_task(self._keep_up(name, job, stop), name=name)

    async def _keep_up(self, name: str, job: Job, stop: asyncio.Event) -> None:
        loop, pause_s = asyncio.get_running_loop(), self._pause_s
        while not stop.is_set():
            begun = loop.time()
            try:
                async with _Recovery(loop, lambda: self._is(name, failing=False)):
                    await job(stop)
            except Exception:
                log.exception("crew.job_failed", job=name)
                self._is(name, failing=True)
            else:
                if not stop.is_set():
                    log.error("crew.job_returned", job=name)
                    self._is(name, failing=True)
            if loop.time() - begun > WELL_AFTER_S:
                pause_s = self._pause_s
            await pause(stop, pause_s)
            pause_s = min(pause_s * 2, PAUSE_MAX_S)

    def _is(self, name: str, *, failing: bool) -> None:
        before = frozenset(self._failing)
        (self._failing.add if failing else self._failing.discard)(name)
        if self._failing != before:
            self._tell(frozenset(self._failing))


class _Recovery:
    """Calls back when its block has run for a while."""

    def __init__(self, loop: asyncio.AbstractEventLoop, well: Callable[[], None]) -> None:
        self._loop, self._well = loop, well

    async def __aenter__(self) -> None:
        self._timer = self._loop.call_later(WELL_AFTER_S, self._well)

    async def __aexit__(self, *_: object) -> None:
        self._timer.cancel()
