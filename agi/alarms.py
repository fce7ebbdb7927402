"""Looks after thresholds and counters: the alerts that leaders see."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Final

from agi.running import pause
from crm.alerts.events import CountersDiffer
from crm.alerts.rules import Key
from crm.alerts.service import apply, changed
from crm.interactions import queries
from crm.interactions.ledger import Difference, Ledger
from dialplan.contract import CONTEXT_QUEUE, CONTEXTS_BESIDE_QUEUE, whole_queue
from mainline.asterisk.snapshots import Channel
from mainline.asterisk.switchboard import Switchboard
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import Unavailable
from mainline.journal import append_all
from mainline.log import get_logger
from recordings.store import free_share

EVERY_S: Final = 5.0
COUNTERS_EVERY: Final = 12
"""Looks from one check of the counters to the next: a minute."""
SETTLE_S: Final = 3.0
"""Facts travel for a moment: what Asterisk holds is asked twice."""
_QUEUE: Final = "Queue"

log = get_logger("alarms")


class Alarms:
    """One look each five seconds; each minute the counters are proven."""

    def __init__(self, database: Database, settings: Settings, switchboard: Switchboard) -> None:
        self._database, self._settings, self._switchboard = database, settings, switchboard
        self._ledger = Ledger(settings.zone)
        self._looks = 0
        self._differing: frozenset[str] = frozenset()

    async def run(self, stop: asyncio.Event) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            if self._looks % COUNTERS_EVERY == 0:
                await self.prove(stop)
            self._looks += 1
            await self.look()
            await pause(stop, EVERY_S)

    async def look(self) -> int:
        """Hold the values against the thresholds; how many alerts changed."""
        others = {("disk-free", ""): round(free_share(self._settings.recordings_store) * 100, 1)}
        async with self._database.reading() as session:
            found = await changed(session, self._settings.zone, {**others, **self._counters()})
        if found:
            async with self._database.unit_of_work() as session:
                await apply(session, found)
        return len(found)

    def _counters(self) -> dict[Key, float]:
        return {("counters", f"queue:{queue}"): 1.0 for queue in sorted(self._differing)}

    async def prove(self, stop: asyncio.Event) -> frozenset[str]:
        """Count again; the queues of which something else is shown. Told once, while it lasts."""
        async with self._database.reading() as session:
            found = await self._ledger.differences(session)
        facts = [_fact(one) for one in found if one.queue not in self._differing]
        for fact in await self._against_asterisk(stop):
            if fact.subject.removeprefix("queue:") not in self._differing:
                facts.append(fact)
            found.append(Difference(fact.subject.removeprefix("queue:"), fact.shown, fact.counted))
        if facts:
            log.error("alarms.counters_differ", queues=[fact.subject for fact in facts])
            async with self._database.unit_of_work() as session:
                await append_all(session, facts)
        self._differing = frozenset(one.queue for one in found)
        return self._differing

    async def _against_asterisk(self, stop: asyncio.Event) -> list[CountersDiffer]:
        """Who waits by the books and who waits in Asterisk, differing twice in the same way."""
        try:
            first = await self._waiting_differs()
            if not first:
                return []
            await pause(stop, SETTLE_S)
            again = await self._waiting_differs()
        except Unavailable:
            return []
        return [
            CountersDiffer(
                subject=f"queue:{queue}",
                source="asterisk",
                shown={"waiting": again[queue][0]},
                counted={"waiting": again[queue][1]},
            )
            for queue in sorted(first.keys() & again.keys())
            if first[queue] == again[queue]
        ]

    async def _waiting_differs(self) -> dict[str, tuple[int, int]]:
        """Queue to how many wait by the books and in Asterisk, where that differs."""
        held = Counter(whole_queue(one.queue) for one in (await self._switchboard.queues()).waiting)
        beside = {leg.call_id for leg in await self._switchboard.channels() if _beside_queue(leg)}
        async with self._database.reading() as session:
            visits = [visit for visit, _call in await queries.waiting(session)]
        held.update(visit.queue for visit in visits if visit.call_id in beside)
        shown = Counter(visit.queue for visit in visits)
        return {
            queue: (shown[queue], held[queue])
            for queue in {*shown, *held}
            if shown[queue] != held[queue]
        }


def _beside_queue(leg: Channel) -> bool:
    """The visit goes on while the caller is asked, told or led to one telephone."""
    if not leg.is_customer or leg.application == _QUEUE:
        return False
    return leg.context in {CONTEXT_QUEUE, *CONTEXTS_BESIDE_QUEUE}


def _fact(one: Difference) -> CountersDiffer:
    return CountersDiffer(
        subject=f"queue:{one.queue}", shown=dict(one.shown), counted=dict(one.counted)
    )
