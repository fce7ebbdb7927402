"""The worker's part: look every few seconds; hand over those who wait for the end of an outage."""

import asyncio
from typing import Final

from crm.sense.handover import hand_over
from crm.sense.look import look
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.log import get_logger

EVERY_S: Final = 5.0

log = get_logger("outage sense")


async def step(database: Database, settings: Settings) -> int:
    """Look once; how many suspicions are new."""
    async with database.unit_of_work() as session:
        raised = await look(session, now(), settings.zone)
        for one in raised:
            log.info("outage.suspected", candidate=one.id, callers=one.callers)
        await hand_over(session)
    return len(raised)


async def run(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Look until told to stop."""
    while not stop.is_set():
        await step(database, settings)
        await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), EVERY_S)
    except TimeoutError:
        return
