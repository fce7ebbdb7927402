"""For Prometheus: calls by outcome, callers waiting."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.models import Interaction, QueueVisit
from mainline.clock import now
from mainline.process.metrics import Figure


async def gauges(session: AsyncSession) -> list[Figure]:
    """Calls of the last 24 hours by outcome; who waits now, per queue."""
    return [*await _calls(session), *await _waiting(session)]


async def _calls(session: AsyncSession) -> list[Figure]:
    rows = await session.execute(
        select(Interaction.direction, Interaction.outcome, func.count())
        .where(Interaction.began_at >= now() - timedelta(days=1))
        .group_by(Interaction.direction, Interaction.outcome)
    )
    words = "Calls that began in the last 24 hours."
    return [
        Figure("calls_last_day", words, count, (("direction", direction), ("outcome", outcome)))
        for direction, outcome, count in rows
    ]


async def _waiting(session: AsyncSession) -> list[Figure]:
    rows = await session.execute(
        select(QueueVisit.queue, func.count(), func.min(QueueVisit.entered_at))
        .where(QueueVisit.how.is_(None))
        .group_by(QueueVisit.queue)
    )
    found = []
    for queue, count, oldest in rows:
        label = (("queue", queue),)
        wait_s = max(0.0, (now() - oldest).total_seconds())
        found.append(Figure("callers_waiting", "Callers waiting now.", count, label))
        found.append(Figure("longest_wait_seconds", "The longest present wait.", wait_s, label))
    return found
