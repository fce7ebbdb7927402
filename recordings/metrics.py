"""Figures for Prometheus."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.config import Settings
from mainline.process.metrics import Figure
from recordings.models import DELETED, MISSING, PENDING, STORED, Recording
from recordings.store import free_share


async def figures(session: AsyncSession) -> list[Figure]:
    """How many recordings there are in each state, how many are short, and the room left."""
    rows = await session.execute(select(Recording.state, func.count()).group_by(Recording.state))
    counts = {row[0]: row[1] for row in rows}
    found = [
        Figure("recordings", "Recordings.", counts.get(state, 0), (("state", state),))
        for state in (PENDING, STORED, MISSING, DELETED)
    ]
    short = await session.scalar(select(func.count()).where(Recording.short.is_(True)))
    free = free_share(Settings().recordings_store)
    return [
        *found,
        Figure("recordings_short", "Recordings shorter than their call.", short or 0),
        Figure("recordings_disk_free_ratio", "Free share of the recordings' disk.", free),
    ]
