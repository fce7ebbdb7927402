"""The queues as they are now, for boards and the API."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.queues import QueueDefinition, Queues
from crm.interactions import queries
from crm.interactions.metrics import Figures
from crm.staff.queries import agents
from mainline.clock import now


@dataclass(frozen=True, slots=True)
class QueueNow:
    """A queue: who waits, who answers, what became of today's callers."""

    definition: QueueDefinition
    waiting: int
    longest_wait_s: float
    agents: Mapping[str, int]
    today: Figures


def day_of(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Beginning and end of the company's day, in UTC."""
    day = moment.astimezone(zone).date()
    begins = datetime.combine(day, time.min, tzinfo=zone)
    ends = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    return begins.astimezone(UTC), ends.astimezone(UTC)


async def figures_of(
    session: AsyncSession, book: Queues, since: datetime, until: datetime
) -> dict[str, Figures]:
    """What became of the callers of that time, by the company's definition of service."""
    levels = {queue.name: queue.service_level_s for queue in book.queues}
    return await queries.queue_figures(
        session, since=since, until=until, service_levels=levels, measure=book.measure
    )


async def queues_now(session: AsyncSession, zone: ZoneInfo) -> list[QueueNow]:
    """All queues of the company."""
    moment = now()
    since, until = day_of(moment, zone)
    book = await catalog.queue_book(session)
    defined = book.queues
    today = await figures_of(session, book, since, until)
    waits: dict[str, list[float]] = {}
    for visit, _ in await queries.waiting(session):
        waits.setdefault(visit.queue, []).append((moment - visit.entered_at).total_seconds())
    staff = await agents(session)
    return [
        QueueNow(
            queue,
            len(waits.get(queue.name, ())),
            round(max(waits.get(queue.name, [0.0])), 1),
            Counter(one.state for one in staff if queue.name in one.queues),
            today.get(queue.name, Figures()),
        )
        for queue in defined
    ]
