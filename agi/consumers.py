"""The features' readers of the journal, all in this process, each with its own cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from agi.running import pause
from mainline import features
from mainline.db import Database
from mainline.journal import Handlers, Tail, kinds_after, places, take_in, take_in_together
from mainline.log import get_logger

BATCH: Final = 40
"""Small enough that a phone that rings does not wait long for the database."""
GATHER_S: Final = 0.2
"""After each round: what is written meanwhile is one batch, not many."""
GATHER_MAX_S: Final = 0.5
"""Boards stay live."""
GATHER_TIMES: Final = 25
"""So many times as long as the round took: where much happens, or the machine is busy, fewer and
larger rounds are cheaper."""
LOOK_S: Final = 1.0
ASK_ALL_S: Final = 2.0
PAUSE_S: Final = 0.5
PAUSE_MAX_S: Final = 20.0

log = get_logger("consumers")

Readers = Mapping[str, Handlers]


def all_readers() -> dict[str, Handlers]:
    """Of all features: consumer to handlers."""
    found: dict[str, Handlers] = {}
    for module in features.modules("subscribers"):
        found.update(module.CONSUMERS)
    return found


class Consumers:
    """Brings every reader up to date whenever the journal grows.

    All read together, in one transaction. When one fails, each goes on by itself: the failing one
    keeps its place and is tried again after a pause.
    """

    def __init__(
        self,
        database: Database,
        readers: Readers,
        *,
        tell: Callable[[frozenset[str]], None] = lambda _failing: None,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._database, self._readers = database, readers
        self._tell, self._pause_s = tell, pause_s
        self._pauses: dict[str, float] = {}
        self._not_before: dict[str, float] = {}
        self._kinds = frozenset(kind for handlers in readers.values() for kind in handlers)
        self._seen = 0
        self._ask_all_at = 0.0

    @property
    def failing(self) -> frozenset[str]:
        """Readers whose last attempt failed."""
        return frozenset(self._pauses)

    async def run(self, stop: asyncio.Event) -> None:
        """Read on until told to stop."""
        async with Tail(self._database) as tail:
            while not stop.is_set():
                await tail.changed(timeout_s=LOOK_S)
                if self._is_idle(tail.newest):
                    continue
                begun = asyncio.get_running_loop().time()
                await self.catch_up(stop)
                took_s = asyncio.get_running_loop().time() - begun
                await pause(stop, min(max(GATHER_S, GATHER_TIMES * took_s), GATHER_MAX_S))

    def _is_idle(self, newest: int) -> bool:
        """Whether there is nothing to read, nobody to be tried again and nobody to be asked."""
        asked = asyncio.get_running_loop().time() < self._ask_all_at
        return newest <= self._seen and asked and not self._pauses

    async def catch_up(self, stop: asyncio.Event | None = None) -> None:
        """A batch for all readers, again and again until none has anything left."""
        until = await self._news()
        while until and not (stop and stop.is_set()):
            if not await self._round(until):
                return

    async def _news(self) -> int:
        """Up to where there is something to read; 0 when there is nothing.

        Now and then all are asked: one may have been rewound, to build its picture again.
        """
        moment = asyncio.get_running_loop().time()
        awake = [name for name in self._readers if self._not_before.get(name, 0.0) <= moment]
        async with self._database.reading() as session:
            if moment >= self._ask_all_at or not self._pauses.keys().isdisjoint(awake):
                self._ask_all_at = moment + ASK_ALL_S
                self._seen = min((await places(session, awake)).values(), default=self._seen)
            self._seen, kinds = await kinds_after(session, self._seen)
        return 0 if kinds.isdisjoint(self._kinds) else self._seen

    async def _round(self, until: int) -> bool:
        """One batch; whether there may be more."""
        able = {name: at for name, at in self._readers.items() if name not in self._pauses}
        try:
            taken = await take_in_together(self._database, able, until=until, limit=BATCH)
        except Exception:
            log.warning("consumers.not_together", exc_info=True)
            alone, more = frozenset(able), False
        else:
            alone, more = taken.behind, taken.entries == BATCH
        found = [await self._step(name, until) for name in sorted({*alone, *self._pauses})]
        return more or any(found)

    async def _step(self, name: str, until: int) -> bool:
        """One batch for this reader; whether there may be more."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._not_before.get(name, 0.0):
            return False
        handlers = self._readers[name]
        try:
            taken = await take_in(
                self._database, consumer=name, handlers=handlers, until=until, limit=BATCH
            )
        except Exception:
            log.exception("consumers.failed", consumer=name)
            pause_s = self._pauses.get(name, self._pause_s / 2) * 2
            self._pauses[name] = min(pause_s, PAUSE_MAX_S)
            self._not_before[name] = loop.time() + self._pauses[name]
            self._tell(self.failing)
            return False
        if self._pauses.pop(name, None) is not None:
            self._tell(self.failing)
        return taken == BATCH
