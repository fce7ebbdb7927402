"""A bounded stretch of an index: what several rows share there, and where the next one begins."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.duplicates.blocks import BLOCK_MAX

ROWS_MAX: Final = 10_000
"""So many lines of an index are read in one look, and what shares the last one's key."""
KEYS_MAX: Final = 100
"""So many telephones, homes or rooms that several share are looked into in one look."""

Key = SQLColumnExpression[Any]


@dataclass(frozen=True, slots=True)
class Shared:
    """What several rows share, in the order of its index; ``ends`` names the row of each."""

    keys: list[Any]
    ends: dict[Any, int]
    last: Any
    """The key with which the stretch ended; None: nothing lies behind it."""


def ending(key: Key, before: Any) -> Select[Any]:
    """The key with which the stretch behind this one ends; none where the index ends first."""
    return _behind(select(key), key, before).order_by(key).offset(ROWS_MAX - 1).limit(1)


def several(key: Key, before: Any, end: Any) -> Select[Any]:
    """Keys with several rows in the stretch: read from the index alone, in its order."""
    wanted = _behind(select(key), key, before)
    if end is not None:
        wanted = wanted.where(key <= end)
    some = wanted.group_by(key).having((func.count() > 1) & (func.count() <= BLOCK_MAX))
    return some.order_by(key).limit(KEYS_MAX)


def _behind(wanted: Select[Any], key: Key, before: Any) -> Select[Any]:
    return wanted if before is None else wanted.where(key > before)


async def shared(session: AsyncSession, table: Any, key: Key, after: int) -> Shared:
    """Keys with several rows behind the row ``after``; a row that is gone begins anew."""
    before = await session.scalar(select(key).where(table.id == after)) if after else None
    end = await session.scalar(ending(key, before))
    keys = list(await session.scalars(several(key, before, end)))
    last = keys[-1] if len(keys) == KEYS_MAX else end
    named = [*keys, last] if last is not None else keys
    return Shared(keys, await _rows_of(session, table, key, named) if named else {}, last)


async def _rows_of(session: AsyncSession, table: Any, key: Key, keys: list[Any]) -> dict[Any, int]:
    """A row of each: it names the place without saying anything private."""
    rows = await session.execute(select(key, func.max(table.id)).where(key.in_(keys)).group_by(key))
    return {row[0]: row[1] for row in rows}
