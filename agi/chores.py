"""What the worker does again and again, each chore in its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from agi.running import pause
from crm.appointments import breaking as appointments
from crm.life_cycle import advance
from crm.matters import service as matters_service
from crm.promises import breaking as given
from crm.work_orders import limiting
from ivr.modes import give_back, over
from mainline.audit import anchors
from mainline.clock import now
from mainline.db import Database
from mainline.log import get_logger

LINES_EVERY_S: Final = 1.0
PROMISES_EVERY_S: Final = 10.0
REQUESTS_EVERY_S: Final = 60.0
LIMITS_EVERY_S: Final = 5.0
ANCHORS_EVERY_S: Final = 600.0

log = get_logger("chores")


async def again(every_s: float, work: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
    """Do it until told to stop, with a pause after each time."""
    while not stop.is_set():
        await work()
        await pause(stop, every_s)


async def lines(database: Database) -> None:
    """Lines that a leader switched until a certain time follow the calendar again."""
    async with database.reading() as session:
        if not await over(session):
            return
    async with database.unit_of_work() as session:
        for dnis in await give_back(session):
            log.info("chores.line_given_back", line=dnis)


async def promises(database: Database, read_record: Callable[[], Awaitable[object]]) -> None:
    """Appointments nobody came to, and promises nobody kept, are broken.

    Who has called a customer stands in Asterisk's record first: it is read before that is judged.
    """
    at = now()
    await read_record()
    if broken := await given.lapse(database, at):
        log.info("chores.promises_broken", promises=broken)
    for one in await appointments.lapse(database, at):
        log.info("chores.promise_broken", appointment=one)


async def limits(database: Database) -> None:
    """Limits of work orders warn, break, and call upon who watches over them."""
    if count := await limiting.run_out(database, now()):
        log.info("chores.limits", orders=count)


async def keep_anchor(database: Database, path: Path) -> None:
    """The end of the audit log is written down outside of the database."""
    async with database.reading() as session:
        entry_id, sealed = await anchors.head(session)
    await asyncio.to_thread(anchors.keep, path, entry_id, sealed)


async def requests(database: Database, zone: ZoneInfo) -> None:
    """Requests whose day has come take effect."""
    async with database.reading() as session:
        numbers = await advance.due(session, now(), zone)
    for number in numbers:
        async with database.unit_of_work() as session:
            await advance.take_effect(session, number, zone=zone)
            log.info("chores.request", request=number)


async def matters(database: Database, zone: ZoneInfo) -> None:
    """Matters whose time is over climb."""
    if count := await matters_service.run_out(database, now(), zone):
        log.info("chores.matters", matters=count)
