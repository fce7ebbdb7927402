"""The second ledger: queue visits counted from the journal while the day goes on.

What boards show is a projection. Each minute this ledger reads what was written since, counts it by
itself, and says where the two differ. It is kept in memory and begins anew with the process.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.board import day_of
from crm.interactions.facts import in_order
from crm.interactions.metrics import CLASSES
from crm.interactions.queries import entered
from crm.interactions.subscribers import CONSUMER
from crm.interactions.visits import Visit, visits
from mainline.clock import now
from mainline.journal import entries_after
from mainline.journal.journal import first_id_since, subjects_between
from mainline.journal.reading import place_of

KINDS: Final = frozenset(
    {"queue.entered", "queue.left", "agent.answered", "call.ended", "caller.raised"}
)
FACTS_MAX: Final = 1000
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """A queue of which boards show something else than the journal tells."""

    queue: str
    shown: Counts
    counted: Counts


@dataclass(slots=True)
class Ledger:
    """Visits of the company's present day, by call."""

    zone: ZoneInfo
    _read: int | None = None
    _day: datetime | None = None
    _stays: dict[str, list[Visit]] = field(default_factory=dict)

    async def differences(self, session: AsyncSession) -> list[Difference]:
        """Read on, count, compare. Both sides are seen in one view and up to the same entry."""
        since, until = day_of(now(), self.zone)
        await self._read_on(session, since)
        counted = _by_queue(
            (visit.queue, visit.how)
            for stays in self._stays.values()
            for visit in stays
            if since <= visit.entered_at < until
        )
        rows = await entered(session, since=since, until=until)
        shown = _by_queue((queue, how) for queue, _at, how in rows)
        return [
            Difference(queue, shown.get(queue, {}), counted.get(queue, {}))
            for queue in sorted({*shown, *counted})
            if shown.get(queue, {}) != counted.get(queue, {})
        ]

    async def _read_on(self, session: AsyncSession, since: datetime) -> None:
        """As far as the projection has read; on a new day what is over is forgotten."""
        if self._read is None:
            self._read = await first_id_since(session, since) - 1
        if self._day != since:
            self._day = since
            self._stays = {
                call: stays
                for call, stays in self._stays.items()
                if any(visit.entered_at >= since or visit.how is None for visit in stays)
            }
        place = await place_of(session, CONSUMER)
        for subject in await subjects_between(session, self._read, place, KINDS):
            entries = await entries_after(session, 0, subject=subject, limit=FACTS_MAX)
            told = in_order([entry.event for entry in entries if entry.id <= place])
            self._stays[subject] = visits(told)
        self._read = max(self._read, place)


def _by_queue(found: Iterable[tuple[str, str | None]]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for queue, how in found:
        counts.setdefault(queue, Counter())[CLASSES[how]] += 1
    return counts
