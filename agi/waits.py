"""Keeps what waiting callers hear of their wait up to date, without taking them out of the queue.

app_queue plays ``queue-patience`` now and then; which sound that is depends on the caller's
language, and ``zh_w3`` is Chinese with "about 3 minutes" in it (dialplan.render.VARIANTS). Nothing
is lost when the worker is dead: the last estimate, or none, is heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol

from agi.running import pause
from crm.interactions.estimate import expected_s, pace_of, whole_minutes
from dialplan.contract import LANGUAGES_SPOKEN
from mainline.asterisk.snapshots import Member, Queues, Waiting
from mainline.db import Database
from mainline.errors import MainlineError, Unavailable

EVERY_S: Final = 10.0


class Board(Protocol):
    """What is needed of the switchboard."""

    async def queues(self) -> Queues:
        """Members and callers now."""

    async def language(self, channel: str) -> str:
        """A caller's language with its variant."""

    async def set_language(self, channel: str, language: str) -> None:
        """Another variant from the next announcement on."""


class Waits:
    """One look every ten seconds."""

    def __init__(self, database: Database, board: Board) -> None:
        self._database, self._board = database, board
        self._told: dict[str, str] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            with suppress(Unavailable):
                await self.step()
            await pause(stop, EVERY_S)

    async def step(self) -> None:
        """Look once; only what has changed is said to Asterisk."""
        queues = await self._board.queues()
        paces = await self._paces({one.queue for one in queues.waiting})
        wanted = variants(queues, paces)
        self._told = {channel: told for channel, told in self._told.items() if channel in wanted}
        for channel, variant in wanted.items():
            if self._told.get(channel) != variant:
                await self._tell(channel, variant)

    async def _paces(self, names: set[str]) -> dict[str, float | None]:
        if not names:
            return {}
        async with self._database.reading() as session:
            return {name: await pace_of(session, name) for name in sorted(names)}

    async def _tell(self, channel: str, variant: str) -> None:
        """Who is served by plain dialplan alone keeps what that can offer."""
        with suppress(MainlineError):  # the caller may have gone a moment ago
            language, _, now = (await self._board.language(channel)).partition("_")
            if language in LANGUAGES_SPOKEN and now not in {"plain", variant}:
                spoken = f"{language}_{variant}" if variant else language
                await self._board.set_language(channel, spoken)
            self._told[channel] = variant


def variants(queues: Queues, paces: Mapping[str, float | None]) -> dict[str, str]:
    """Channel to ``w<minutes>``; empty where nobody can tell. Pure."""
    return {one.channel: _variant(one, queues.members, paces) for one in queues.waiting}


def _variant(one: Waiting, members: Sequence[Member], paces: Mapping[str, float | None]) -> str:
    own = [member for member in members if member.queue == one.queue]
    seconds = expected_s(
        paces.get(one.queue),
        ahead=one.position - 1,
        free=sum(m.reachable and not m.paused and not m.busy for m in own),
        there=sum(m.reachable and (m.busy or not m.paused) for m in own),
    )
    return "" if seconds is None else f"w{whole_minutes(seconds)}"
