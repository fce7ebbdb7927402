"""The worker's live link: actions for the floor, and the end of calls that Asterisk has lost.

It listens to hold and resume only, which Asterisk's record leaves out. That record is looked at
fifty times a second, which is as prompt, and events cost more than the calls they tell of.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from agi.facts.follower import Follower
from agi.running import pause
from dialplan.render import system_name
from mainline.asterisk.ami import Ami, Listener
from mainline.asterisk.switchboard import Switchboard
from mainline.clock import now
from mainline.config import Settings
from mainline.errors import Unavailable
from mainline.log import get_logger
from mainline.secrets import Secrets

COMPARE_EVERY_S: Final = 5.0
LOOK_AGAIN_S: Final = 1.5
"""A call that has just ended is gone from Asterisk a moment before its end is written down."""

log = get_logger("live")


class LiveLink:
    """What counts is what Asterisk has written down; AMI tells what it holds now."""

    def __init__(
        self, settings: Settings, follower: Follower, *, listener: Listener | None = None
    ) -> None:
        self._follower = follower
        self._compare = asyncio.Event()
        self._missing: frozenset[str] = frozenset()
        self.ami = Ami(
            port=settings.ami_port,
            user="live",
            secret=Secrets.load_or_create(settings.home).ami_live,
            listener=listener,
            on_up=self._came_up,
        )
        self.switchboard = Switchboard(self.ami, key_prefix=system_name(settings))

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the link up."""
        await self.ami.run(stop)

    async def compare(self, stop: asyncio.Event) -> None:
        """Close the calls that Asterisk no longer has, soon after it is back and now and then."""
        while not stop.is_set():
            with suppress(Unavailable):
                await self.compare_once()
            await pause(stop, LOOK_AGAIN_S if self._missing else COMPARE_EVERY_S, self._compare)

    async def compare_once(self) -> int:
        """Close the calls that were missing at the last look too; how many."""
        if not self._follower.calls:
            return 0
        asked_at = now()
        alive = frozenset(leg.call_id for leg in await self.switchboard.channels())
        lost = self._missing - alive
        self._missing = self._follower.calls - alive
        if not lost:
            return 0
        closed = await self._follower.close_missing(lost, asked_at)
        self._missing &= self._follower.calls
        return closed

    async def _came_up(self) -> None:
        self._compare.set()
