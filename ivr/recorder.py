"""Facts of the menu on their way to the journal, without the caller waiting for the disk."""

from __future__ import annotations

import asyncio

from mainline.db import Database
from mainline.journal import Event, append_all
from mainline.log import get_logger

CLOSE_S = 1.5
"""How long the end of the menu waits for its last facts; the desk wants them when it rings."""
FACTS_MAX = 500
ATTEMPTS = 20
RETRY_S = 0.5
LINGER_S = 0.2
"""Facts that follow one another at once are written together, while the caller listens."""

_at_work: set[asyncio.Task[None]] = set()
"""Holds writers that outlive their call."""

log = get_logger("ivr")


class JournalRecorder:
    """Keeps facts in order and writes them in the background; one for each call."""

    def __init__(
        self, database: Database, *, linger_s: float = LINGER_S, retry_s: float = RETRY_S
    ) -> None:
        self._database = database
        self._linger_s, self._retry_s = linger_s, retry_s
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: list[Event] = []
        self._writing: asyncio.Task[None] | None = None

    def note(self, event: Event) -> None:
        """Take a fact; it is written in a moment, with those that come meanwhile."""
        if len(self._waiting) >= FACTS_MAX:
            log.error("ivr.fact_dropped", kind=event.kind)
            return
        self._waiting.append(event)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._linger_s, self._start)

    async def close(self, *, within_s: float = CLOSE_S) -> None:
        """Wait for what is still to be written, but not for ever: the call goes on.

        What is late is still tried in the background.
        """
        if self._waiting:
            await asyncio.wait({self._start()}, timeout=within_s)
        if self._waiting:
            log.warning("ivr.facts_late", facts=len(self._waiting))

    def _start(self) -> asyncio.Task[None]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
            _at_work.add(self._writing)
            self._writing.add_done_callback(_at_work.discard)
        return self._writing

    async def _write(self) -> None:
        failures = 0
        while self._waiting:
            batch = list(self._waiting)
            try:
                async with self._database.unit_of_work() as session:
                    await append_all(session, batch)
                del self._waiting[: len(batch)]
            except Exception as error:
                failures += 1
                log.warning("ivr.facts_delayed", error=type(error).__name__)
                if failures == ATTEMPTS:
                    return
                await asyncio.sleep(self._retry_s)
