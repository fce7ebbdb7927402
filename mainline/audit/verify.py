"""Walks along the whole chain and tells the first entry that is not as it was written."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.audit.chain import Bad, Link, Walk
from mainline.audit.models import AuditEntry
from mainline.db import Database

BATCH: Final = 1000
_COLUMNS: Final = [getattr(AuditEntry, name) for name in (*Link._fields, "hash")]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the chain holds."""

    entries: int
    """Good ones, from the beginning."""
    hash: str
    """Of the last good one."""
    bad: Bad | None


async def verify(database: Database, anchors: Mapping[int, str]) -> Verdict:
    """Read all of it, a batch at a time."""
    walk = Walk(dict(anchors))
    async with database.reading() as session:
        try:
            async for link, sealed in _entries(session, walk):
                if not walk.step(link, sealed):
                    break
        except SQLAlchemyError:  # bytes that are no text: the database cannot even show them
            walk.bad = Bad(await _unreadable(database, walk.id), "unreadable")
    return Verdict(walk.id, walk.hash, walk.end())


async def _entries(session: AsyncSession, walk: Walk) -> AsyncIterator[tuple[Link, str]]:
    """From where the walk has come to, in the order of the ids."""
    while True:
        found = await session.execute(_after(walk.id).limit(BATCH))
        rows = list(found)
        for row in rows:
            yield Link(*row[:-1]), row[-1]
        if len(rows) < BATCH:
            return


def _after(entry_id: int) -> Any:
    return select(*_COLUMNS).where(AuditEntry.id > entry_id).order_by(AuditEntry.id)


async def _unreadable(database: Database, good: int) -> int:
    """The first entry after the good one that cannot be read: the batch, one by one."""
    async with database.reading() as session:
        ids = await session.scalars(
            select(AuditEntry.id)
            .where(AuditEntry.id > good)
            .order_by(AuditEntry.id)
            .limit(BATCH + 1)
        )
        for entry_id in list(ids):
            try:
                await session.execute(select(*_COLUMNS).where(AuditEntry.id == entry_id))
            except SQLAlchemyError:
                return entry_id
    return good + 1
