"""Runs of the import as they stand."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.migration.models import ImportRun
from mainline.errors import NotFound

RUNS_MAX: Final = 50


async def runs(session: AsyncSession) -> Sequence[ImportRun]:
    """The newest first."""
    newest = select(ImportRun).order_by(ImportRun.id.desc()).limit(RUNS_MAX)
    return (await session.scalars(newest)).all()


async def run(session: AsyncSession, run_id: int) -> ImportRun:
    """One of them."""
    found = await session.get(ImportRun, run_id)
    if found is None:
        raise NotFound("import")
    return found
