"""Deletion by rule. What goes leaves a tombstone: that it was there, its hash, when and why."""

from datetime import timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline import definitions
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import NotFound
from mainline.log import get_logger
from recordings.kinds import RETENTION, RetentionRule
from recordings.models import DELETED, STORED, Recording
from recordings.store import located

BATCH = 100
_log = get_logger("recordings")


async def rule(session: AsyncSession) -> RetentionRule:
    """The rule in force; the default until the company publishes its own."""
    try:
        found = await definitions.current(session, RETENTION.name, "default")
    except NotFound:
        return RetentionRule()
    assert isinstance(found.body, RetentionRule)  # noqa: S101 - tells the type
    return found.body


class Retention:
    """Deletes what is old enough."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._store = database, settings.recordings_store

    async def step(self) -> int:
        """Bury a batch; how many. Tombstone first: a crash leaves a file, never a false row."""
        async with self._database.reading() as session:
            in_force = await rule(session)
            due = list(await session.scalars(_due(in_force)))
        if not due:
            return 0
        async with self._database.unit_of_work() as session:
            for recording_id in due:
                row = await session.get_one(Recording, recording_id)
                days = in_force.answered_days if row.answered else in_force.other_days
                row.state, row.deleted_at = DELETED, now()
                row.deleted_why = f"rule: {days} days"
        await self._remove(due)
        _log.info("recordings.deleted_by_rule", count=len(due))
        return len(due)

    async def _remove(self, ids: list[int]) -> None:
        async with self._database.reading() as session:
            paths = await session.scalars(select(Recording.path).where(Recording.id.in_(ids)))
            for path in paths:
                located(self._store, path).unlink(missing_ok=True)


def _due(in_force: RetentionRule) -> Select[int]:
    moment = now()
    return (
        select(Recording.id)
        .where(Recording.state == STORED, Recording.kept.is_(False))
        .where(
            or_(
                Recording.started_at < moment - timedelta(days=in_force.answered_days),
                Recording.answered.is_(False)
                & (Recording.started_at < moment - timedelta(days=in_force.other_days)),
            )
        )
        .order_by(Recording.id)
        .limit(BATCH)
    )
