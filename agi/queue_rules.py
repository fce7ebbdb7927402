"""Has Asterisk go by the queues' rules in force: how long callers wait, when they are sent on.

The rules are in Asterisk's files as they were at its start. A mark beside them tells which ones it
has: it differs when the company has changed them, and again when Asterisk was started anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Protocol

from agi.prepare import queues_in_force
from agi.running import pause
from dialplan.queue_rules import MARK, globals_of, mark
from mainline import definitions
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


class QueueRules:
    """One look every two seconds."""

    def __init__(self, database: Database, board: Board) -> None:
        self._database, self._board = database, board
        self._stamp = ""
        self._rules: Mapping[str, str] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop. Without Asterisk there is nobody to tell."""
        while not stop.is_set():
            with suppress(Unavailable):
                await self.step()
            await pause(stop, EVERY_S)

    async def step(self) -> bool:
        """Look once; whether Asterisk had other rules. The mark is set last."""
        rules = await self._in_force()
        wanted = mark(rules)
        if not rules or await self._board.rule(MARK) == wanted:
            return False
        for name, value in rules.items():
            await self._board.set_rule(name, value)
        await self._board.set_rule(MARK, wanted)
        log.info("queue_rules.set", rules=len(rules))
        return True

    async def _in_force(self) -> Mapping[str, str]:
        """Nothing while the company has none yet."""
        async with self._database.reading() as session:
            stamp = await definitions.stamp(session)
            if stamp != self._stamp:
                with suppress(NotFound):
                    self._rules = globals_of(await queues_in_force(session))
                self._stamp = stamp
        return self._rules
