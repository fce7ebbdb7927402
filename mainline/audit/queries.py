"""Read the log: the newest first, by table, row, person and time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.audit.models import AuditEntry, microseconds

LIMIT_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; None does not matter."""

    table: str | None = None
    row: str | None = None
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def find(
    session: AsyncSession, wanted: Filter, *, limit: int = 50, before: int | None = None
) -> list[AuditEntry]:
    """Entries, the newest first; ``before`` is the last one of the page before."""
    statement = select(AuditEntry)
    for column, value in (
        (AuditEntry.table_name, wanted.table),
        (AuditEntry.row_key, wanted.row),
        (AuditEntry.by, wanted.by),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.since is not None:
        statement = statement.where(AuditEntry.at_us >= microseconds(wanted.since))
    if wanted.until is not None:
        statement = statement.where(AuditEntry.at_us < microseconds(wanted.until))
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    newest = statement.order_by(AuditEntry.id.desc()).limit(min(limit, LIMIT_MAX))
    return list(await session.scalars(newest))
