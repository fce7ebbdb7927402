"""The features' readers of the journal, all in this process, each with its own cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from agi.running import pause
from mainline import features
from mainline.db import Database
from mainline.journal import Handler, Tail, consume, kinds_after, last_id, take_in
from mainline.log import get_logger

BATCH: Final = 20
"""Small enough that a phone that rings does not wait long for the database."""
GATHER_S: Final = 0.1
"""After each round: what is written meanwhile is one batch, not many."""
LOOK_S: Final = 1.0
ASK_ALL_S: Final = 2.0
PAUSE_S: Final = 0.5
PAUSE_MAX_S: Final = 20.0

log = get_logger("consumers")

Readers = Mapping[str, Mapping[str, Handler]]


class Take(Protocol):
    """How a batch is taken in."""

    async def __call__(
        self, database: Database, *, consumer: str, handlers: Mapping[str, Handler], limit: int
    ) -> int:
        """How many entries there were."""


def all_readers() -> dict[str, Mapping[str, Handler]]:
    """Of all features: consumer to handlers."""
    found: dict[str, Mapping[str, Handler]] = {}
    for module in features.modules("subscribers"):
        found.update(module.CONSUMERS)
    return found


class Consumers:
    """Brings every reader up to date whenever the journal grows.

    A reader that fails keeps its place and is tried again after a pause; the others go on.
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
                await self.catch_up(stop)
                await pause(stop, GATHER_S)

    async def catch_up(self, stop: asyncio.Event | None = None) -> None:
        """A batch for each reader in turn, until none has anything left."""
        everybody = await self._is_time_for_all()
        behind = list(self._readers) if everybody else await self._behind()
        take: Take = consume if everybody else take_in
        while behind and not (stop and stop.is_set()):
            behind = [name for name in behind if await self._step(name, take)]

    async def _is_time_for_all(self) -> bool:
        """Now and then all are asked: one may have been rewound, to build its picture again."""
        moment = asyncio.get_running_loop().time()
        if moment < self._ask_all_at:
            return False
        self._ask_all_at = moment + ASK_ALL_S
        async with self._database.reading() as session:
            self._seen = await last_id(session)
        return True

    async def _behind(self) -> list[str]:
        """Readers for whom something was written since the last look, or who failed then."""
        async with self._database.reading() as session:
            self._seen, kinds = await kinds_after(session, self._seen)
        return [
            name
            for name, handlers in self._readers.items()
            if name in self._pauses or not kinds.isdisjoint(handlers)
        ]

    async def _step(self, name: str, take: Take) -> bool:
        """One batch; whether there may be more."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._not_before.get(name, 0.0):
            return False
        try:
            handlers = self._readers[name]
            taken = await take(self._database, consumer=name, handlers=handlers, limit=BATCH)
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
