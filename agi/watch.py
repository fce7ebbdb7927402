"""Watches leases and limits: calls that only the books know, pauses and reservations that last too
long, and who is not to be disturbed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from agi.phantoms import Lasting, Phantom, overdue, phantoms
from agi.running import pause
from crm.staff.pauses import PauseReasons
from crm.staff.queries import AgentView, agents
from crm.staff.rules import pause_reasons
from crm.staff.subscribers import CONSUMER, CONSUMERS
from mainline.asterisk.ari import Ari
from mainline.asterisk.switchboard import Switchboard
from mainline.clock import now
from mainline.db import Database
from mainline.errors import NotFound, Unavailable
from mainline.ids import call_subject
from mainline.journal import Event, append_all
from mainline.journal.floor_events import AgentPauseOverrun
from mainline.journal.lag import lag
from mainline.journal.talk_events import AgentCorrected, AgentReleased
from mainline.log import get_logger

EVERY_S: Final = 3.0
PHANTOM_S: Final = 5.0
"""A difference between books and Asterisk that lasts longer is no fact on its way."""
BEHIND_S: Final = 1.0
"""Books that are further behind are not compared with the present."""

log = get_logger("watch")


class Watch:
    """One look every three seconds."""

    def __init__(self, database: Database, switchboard: Switchboard, ari: Ari) -> None:
        self._database, self._switchboard, self._ari = database, switchboard, ari
        self._lasting = Lasting(PHANTOM_S)

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop; what Asterisk must be asked for waits while it is away."""
        while not stop.is_set():
            with suppress(Unavailable):
                await self.step()
            await pause(stop, EVERY_S)

    async def step(self) -> list[Event]:
        """Look once; what was told."""
        async with self._database.reading() as session:
            floor, reasons = await agents(session), await _reasons(session)
            behind_s = (await lag(session, CONSUMER, CONSUMERS[CONSUMER])).oldest_s
        if behind_s > BEHIND_S:
            return []
        told = [*overruns(floor, reasons), *_released(floor)]
        try:
            told += [_corrected(each) for each in await self._phantoms(floor)]
        finally:
            await self._tell(told)
        await self._keep_quiet(floor, reasons)
        return told

    async def _phantoms(self, floor: Sequence[AgentView]) -> list[Phantom]:
        found = phantoms(floor, await self._switchboard.channels())
        due = self._lasting.due(found, now())
        for each in due:
            log.warning("watch.phantom", agent=each.agent, call=each.call_id, found=each.found)
        return due

    async def _keep_quiet(self, floor: Sequence[AgentView], reasons: PauseReasons | None) -> None:
        """Asterisk refuses direct calls to those who are not to be disturbed."""
        silent = reasons.silent() if reasons else frozenset()
        wanted = {each.number for each in floor if is_quiet(each, silent)}
        present = await self._ari.quiet()
        for number in sorted(wanted ^ present):
            await self._ari.keep_quiet(number, on=number in wanted)

    async def _tell(self, facts: Sequence[Event]) -> None:
        if facts:
            async with self._database.unit_of_work() as session:
                await append_all(session, facts)


async def _reasons(session: AsyncSession) -> PauseReasons | None:
    try:
        return await pause_reasons(session)
    except NotFound:
        return None


def is_quiet(agent: AgentView, silent: frozenset[str]) -> bool:
    """Whether colleagues are kept away from this agent."""
    return agent.word == "paused" and agent.word_reason in silent


def overruns(floor: Sequence[AgentView], reasons: PauseReasons | None) -> list[Event]:
    """Pauses that have just become too long; the books remember which were told."""
    limits = reasons.limits() if reasons else {}
    return [
        AgentPauseOverrun(
            subject=f"agent:{each.number}",
            reason=each.reason,
            limit_s=limits[each.reason],
            began_at=each.since,
        )
        for each in floor
        if each.state == "paused" and each.reason in limits and not each.over and each.since
        and now() - each.since >= timedelta(seconds=limits[each.reason])
    ]  # fmt: skip


def _released(floor: Sequence[AgentView]) -> list[Event]:
    return [
        AgentReleased(subject=call_subject(each.call_id or ""), agent=each.number, by="timeout")
        for each in overdue(floor, now())
    ]


def _corrected(phantom: Phantom) -> Event:
    return AgentCorrected(
        subject=call_subject(phantom.call_id),
        agent=phantom.agent,
        was=phantom.was,
        found=phantom.found,
    )
