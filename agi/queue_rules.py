"""Has Asterisk go by the queues in force: which there are, how agents are rung, how long callers
wait, when they are sent on.

Asterisk has them from its files as they were at its start. Marks beside them tell which ones it
has: they differ when the company has changed something, and again when Asterisk was started anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Protocol

from agi.prepare import queues_in_force
from agi.running import pause
from dialplan.queue_rules import FILE_MARK, MARK, globals_of, mark, mark_of
from dialplan.render import render_queues, write_queues
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import NotFound, Unavailable
from mainline.log import get_logger

EVERY_S: Final = 2.0

log = get_logger("queue_rules")


class Board(Protocol):
    """What is needed of the switchboard."""

    async def rule(self, name: str) -> str:
        """What the dialplan goes by."""

    async def set_rule(self, name: str, value: str) -> None:
        """What it goes by from now on."""

    async def reload_queues(self) -> None:
        """Have ``queues.conf`` read again."""


class QueueRules:
    """One look every two seconds."""

    def __init__(self, database: Database, settings: Settings, board: Board) -> None:
        self._database, self._settings, self._board = database, settings, board
        self._stamp = ""
        self._file = ""
        self._rules: Mapping[str, str] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop. Without Asterisk there is nobody to tell."""
        while not stop.is_set():
            with suppress(Unavailable):
                await self.step()
            await pause(stop, EVERY_S)

    async def step(self) -> bool:
        """Look once; whether Asterisk had others. A queue is there before its rules are."""
        await self._look()
        queues = bool(self._file) and await self._tell_queues(self._file)
        return await self._tell_rules(self._rules) or queues

    async def _tell_queues(self, text: str) -> bool:
        """The mark is set last: what broke off is done again."""
        if await self._board.rule(FILE_MARK) == (wanted := mark_of(text)):
            return False
        await asyncio.to_thread(write_queues, self._settings, text)
        await self._board.reload_queues()
        await self._board.set_rule(FILE_MARK, wanted)
        log.info("queues.reloaded")
        return True

    async def _tell_rules(self, rules: Mapping[str, str]) -> bool:
        wanted = mark(rules)
        if not rules or await self._board.rule(MARK) == wanted:
            return False
        for name, value in rules.items():
            await self._board.set_rule(name, value)
        await self._board.set_rule(MARK, wanted)
        log.info("queue_rules.set", rules=len(rules))
        return True

    async def _look(self) -> None:
        """What is in force; nothing while the company has no queues yet."""
        async with self._database.reading() as session:
            if (stamp := await definitions.stamp(session)) == self._stamp:
                return
            with suppress(NotFound):
                floor = await queues_in_force(session)
                self._file, self._rules = render_queues(floor), globals_of(floor.queues)
            self._stamp = stamp
