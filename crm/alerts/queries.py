"""Alerts that stand, and those there were."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.alerts.models import Alert

HISTORY_MAX = 500
_STANDING: Final = (
    select(Alert)
    .where(Alert.cleared_at.is_(None))
    .order_by(Alert.level, Alert.raised_at.desc(), Alert.id)
)


async def standing(session: AsyncSession) -> list[Alert]:
    """Those that are not over: the worst first, then the newest."""
    return list(await session.scalars(_STANDING))


async def history(
    session: AsyncSession,
    *,
    since: datetime | None = None,
    measure: str | None = None,
    limit: int = 100,
) -> list[Alert]:
    """All, the newest first."""
    statement = select(Alert)
    if since is not None:
        statement = statement.where(Alert.raised_at >= since)
    if measure is not None:
        statement = statement.where(Alert.measure == measure)
    newest = statement.order_by(Alert.raised_at.desc(), Alert.id.desc())
    return list(await session.scalars(newest.limit(min(limit, HISTORY_MAX))))
