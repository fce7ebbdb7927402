"""Facts of the menu on their way to the journal, without a caller waiting for the disk.

One writer serves all calls of the gateway: what comes while a transaction is under way is written
by the next one, so that many calls at once cost few transactions.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic
from typing import Final

from mainline.db import Database
from mainline.journal import Event, append_all
from mainline.log import get_logger

CLOSE_S: Final = 1.5
"""How long the end of a menu waits for its last facts; the desk wants them when it rings."""
LINGER_S: Final = 0.1
"""Facts that follow one another at once are written together, while the callers listen."""
RETRY_S: Final = 0.5
ATTEMPTS: Final = 20
"""After so many failures the oldest fact is given up: it may be what cannot be written."""
FACTS_MAX: Final = 20_000

log = get_logger("ivr")


class JournalWriter:
    """Takes facts at once and writes them soon, in their order."""

    def __init__(
        self, database: Database, *, linger_s: float = LINGER_S, retry_s: float = RETRY_S
    ) -> None:
        self._database = database
        self._linger_s, self._retry_s = linger_s, retry_s
        self._waiting: deque[Event] = deque()
        self._taken = self._done = self._failures = 0
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def add(self, event: Event) -> None:
        """Take a fact."""
        if len(self._waiting) >= FACTS_MAX:
            log.error("ivr.fact_dropped", kind=event.kind)
            return
        self._waiting.append(event)
        self._taken += 1
        if self._timer is None and not self._busy():
            self._timer = asyncio.get_running_loop().call_later(self._linger_s, self._start)

    async def flush(self, *, within_s: float) -> bool:
        """Wait until all facts taken so far are written, or the time is over."""
        wanted, until = self._taken, monotonic() + within_s
        while self._done < wanted and (left := until - monotonic()) > 0:
            await asyncio.wait({self._start()}, timeout=left)
        return self._done >= wanted

    def _busy(self) -> bool:
        return self._writing is not None and not self._writing.done()

    def _start(self) -> asyncio.Task[None]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
            self._writing.add_done_callback(self._go_on)
        return self._writing

    def _go_on(self, written: asyncio.Task[None]) -> None:
        if self._waiting and not written.cancelled():
            self._start()

    async def _write(self) -> None:
        batch = list(self._waiting) if not self._failures else [self._waiting[0]]
        try:
            async with self._database.unit_of_work() as session:
                await append_all(session, batch)
        except Exception as error:
            await self._failed(error)
        else:
            self._failures = 0
            self._drop(len(batch))

    async def _failed(self, error: Exception) -> None:
        self._failures += 1
        log.warning("ivr.facts_delayed", error=type(error).__name__, facts=len(self._waiting))
        if self._failures >= ATTEMPTS:
            log.error("ivr.fact_given_up", kind=self._waiting[0].kind)
            self._failures = 1
            self._drop(1)
        await asyncio.sleep(self._retry_s)

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._waiting.popleft()
        self._done += count


class JournalRecorder:
    """The facts of one call."""

    def __init__(self, writer: JournalWriter) -> None:
        self._writer = writer

    def note(self, event: Event) -> None:
        """Take a fact; it is written in a moment."""
        self._writer.add(event)

    async def close(self) -> None:
        """Wait for what is still to be written, but not for ever: the call goes on."""
        if not await self._writer.flush(within_s=CLOSE_S):
            log.warning("ivr.facts_late")
