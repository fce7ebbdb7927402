"""The worker's job that places automatic calls, and ends the leases of agents' tasks."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from agi.running import pause
from crm.campaigns import dialling, tasks
from crm.campaigns.dialling import Dial
from mainline.asterisk.switchboard import Switchboard
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import MainlineError, Unavailable
from mainline.log import get_logger

EVERY_S: Final = 1.0
TRUNK: Final = "PJSIP/trunk-"

log = get_logger("dialler")


class Dialler:
    """One look a second. Asterisk is asked only after the attempt is written down."""

    def __init__(self, database: Database, switchboard: Switchboard, settings: Settings) -> None:
        self._database, self._switchboard = database, switchboard
        self._zone = settings.zone
        self._since = now()

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop. Without Asterisk nobody is called."""
        self._since = now()
        while not stop.is_set():
            with suppress(Unavailable):
                await self.step()
            await pause(stop, EVERY_S)

    async def step(self) -> list[Dial]:
        """Look once; the calls that were placed."""
        async with self._database.reading() as session:
            wanted = await dialling.anything(session, now())
        await self._return_leases()
        if not wanted:
            return []
        legs = await self._switchboard.channels()
        alive = {leg.call_id for leg in legs}
        busy = sum(leg.name.startswith(TRUNK) for leg in legs)
        async with self._database.unit_of_work() as session:
            await dialling.settle_lost(session, alive=alive, at=now(), since=self._since)
            dials = await dialling.reserve(
                session, at=now(), zone=self._zone, lines_busy=busy,
                new_call_id=self._switchboard.new_call_id,
            )  # fmt: skip
        for dial in dials:
            await self._place(dial)
        return dials

    async def _return_leases(self) -> None:
        async with self._database.reading() as session:
            over = await tasks.any_expired(session, now())
        if over:
            async with self._database.unit_of_work() as session:
                await tasks.return_expired(session, now())

    async def _place(self, dial: Dial) -> None:
        """Never twice: what is not known to have been refused may be ringing."""
        try:
            await self._switchboard.dial(
                dial.number, call_id=dial.call_id, purpose=dial.purpose,
                ring_s=dial.ring_s, detect=dial.detect,
            )  # fmt: skip
        except Unavailable:
            log.warning("dialler.not_known", call=dial.call_id)
        except MainlineError as refused:
            log.warning("dialler.refused", call=dial.call_id, why=refused.code)
            await self._failed(dial)

    async def _failed(self, dial: Dial) -> None:
        async with self._database.unit_of_work() as session:
            attempt = await dialling.by_call(session, dial.call_id)
            if attempt is not None:
                await dialling.settle(session, attempt, "failed", at=now())
