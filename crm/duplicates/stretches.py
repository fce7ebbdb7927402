"""A bounded stretch of an index: what several rows share there, and where the next one begins."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.duplicates.blocks import BLOCK_MAX

ROWS_MAX: Final = 50_000
"""So many lines of an index are read in one look."""
KEYS_MAX: Final = 100
"""So many telephones, homes or rooms that several share are looked into in one look."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What several rows share, in the order of its index; ``ends`` names the row of each."""

    keys: list[Any]
    ends: dict[Any, int]
    last: Any
    """The key with which the stretch ended; None: nothing lies behind it."""


def stretch(table: Any, key: SQLColumnExpression[Any], before: Any) -> Select[Any, int]:
    """The lines of the index behind this key; None: its first ones."""
    wanted = select(key.label("key"), table.id.label("id")).order_by(key).limit(ROWS_MAX)
    return wanted if before is None else wanted.where(key > before)


async def shared(
    session: AsyncSession, table: Any, key: SQLColumnExpression[Any], after: int
) -> Shared:
    """Keys with several rows behind the row ``after``; the last one may be cut, and counts too."""
    rows = stretch(
        table, key, await session.scalar(select(key).where(table.id == after))
    ).subquery()
    grouped = (
        select(rows.c.key, func.max(rows.c.id), func.count())
        .group_by(rows.c.key)
        .order_by(rows.c.key)
    )
    whole = await session.scalar(select(func.count()).select_from(rows)) or 0
    end = await session.scalar(select(func.max(rows.c.key))) if whole == ROWS_MAX else None
    several = (func.count() > 1) & (func.count() <= BLOCK_MAX)
    wanted = grouped.having(several | (rows.c.key == end) if end is not None else several)
    found = (await session.execute(wanted.limit(KEYS_MAX))).all()
    keys = [row[0] for row in found]
    last = keys[-1] if len(keys) == KEYS_MAX else end
    return Shared(keys, {row[0]: row[1] for row in found}, last)
