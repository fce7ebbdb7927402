"""Rows and lists as they stood at a past moment: today's rows with every later change undone.

What comes back are rows of the same class that belong to no session: pages and schemas read them as
they read today's, and nothing that is done to them is ever written.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, inspect, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapper

from mainline.audit.models import DELETE, INSERT, AuditEntry, AuditLeft, microseconds
from mainline.audit.rows import HIDDEN, columns, key_of, key_part, original, table_name
from mainline.db import Base

R = TypeVar("R", bound=Base)
Values = dict[str, Any]
AT_ONCE: Final = 400
"""So many rows are asked for in one statement."""
TABLE_MAX: Final = 10_000
"""More than a company has people or areas."""


async def row_as_of(session: AsyncSession, kind: type[R], key: str, moment: datetime) -> R | None:
    """One row; None when there was none then."""
    return (await rows_as_of(session, kind, [key], moment)).get(key)


async def rows_as_of(
    session: AsyncSession, kind: type[R], keys: Collection[str], moment: datetime
) -> dict[str, R]:
    """These rows, by key; those that were not there then are left out."""
    mapper, found = inspect(kind), dict[str, R]()
    for some in _pieces(sorted(set(keys))):
        values = await rows_now(session, mapper, some)
        await _undo(session, mapper, values, some, moment)
        found |= {key: kind(**each) for key, each in values.items() if _was_there(each, moment)}
    return found


async def rows_where_as_of(
    session: AsyncSession,
    column: InstrumentedAttribute[Any],
    values: Collection[int],
    moment: datetime,
) -> list[Any]:
    """Rows that pointed to one of these then, whatever they point to now; ``column`` ends in _id.

    In the order of their keys.
    """
    kind: Any = column.class_
    mapper = inspect(kind)
    keys = {
        *[_text(mapper, row) for row in await session.execute(
            select(*mapper.primary_key).where(column.in_(values)))],
        *await _left(session, mapper, column.key, values, moment),
    }  # fmt: skip
    rows = await rows_as_of(session, kind, keys, moment)
    then = [row for row in rows.values() if getattr(row, column.key) in values]
    names = [mapper.get_property_by_column(each).key for each in mapper.primary_key]
    return sorted(then, key=lambda row: tuple(getattr(row, name) for name in names))


async def table_as_of(
    session: AsyncSession, kind: type[R], moment: datetime, *, limit: int = TABLE_MAX
) -> list[R]:
    """All rows of a small table, those that are gone by now too; at most the first ``limit``."""
    mapper = inspect(kind)
    there = await session.execute(select(*mapper.primary_key).limit(limit))
    keys = {
        *[_text(mapper, row) for row in there],
        *await keys_changed_since(session, kind, moment, limit=limit),
    }
    return list((await rows_as_of(session, kind, keys, moment)).values())


async def keys_changed_since(
    session: AsyncSession, kind: type[Base], moment: datetime, *, limit: int
) -> list[str]:
    """Rows that were changed or deleted after the moment: who may have been in a list then."""
    after = select(AuditEntry.row_key).where(
        AuditEntry.table_name == kind.__tablename__,
        AuditEntry.at_us > microseconds(moment),
        AuditEntry.action != INSERT,
        AuditEntry.row_key != "",
    )
    return list(await session.scalars(after.distinct().limit(limit)))


async def rows_now(
    session: AsyncSession, mapper: Mapper[Any], keys: Collection[str]
) -> dict[str, Any]:
    """These rows as they stand, by key."""
    wanted = select(*(column.label(name) for name, column in columns(mapper)))
    rows = await session.execute(wanted.where(_are(mapper, keys)))
    return {key_of(mapper, row): dict(row) for row in map(dict, rows.mappings())}


async def _undo(
    session: AsyncSession,
    mapper: Mapper[Any],
    values: dict[str, Any],
    keys: Collection[str],
    moment: datetime,
) -> None:
    """Take back what was written after the moment, the newest first."""
    later = (
        select(AuditEntry.action, AuditEntry.row_key, AuditEntry.changes)
        .where(AuditEntry.table_name == table_name(mapper))
        .where(AuditEntry.row_key.in_(keys), AuditEntry.at_us > microseconds(moment))
        .order_by(AuditEntry.id.desc())
    )
    for action, key, changes in await session.execute(later):
        if action == INSERT:
            values.pop(key, None)
        else:
            before = _originals(mapper, json.loads(changes)["old"], whole=action == DELETE)
            values[key] = {**values.get(key, {}), **before}


def _originals(mapper: Mapper[Any], old: Mapping[str, Any], *, whole: bool) -> Values:
    """What stood there, as the row's class has it; secrets stay as they are."""
    return {
        name: original(column, old.get(column.name))
        for name, column in columns(mapper)
        if (whole or column.name in old) and old.get(column.name) != HIDDEN
    }


def _was_there(values: Values, moment: datetime) -> bool:
    """Rows that were loaded in bulk have no entry of their own; their time of making has."""
    made = values.get("created_at")
    return made is None or made <= moment


async def _left(
    session: AsyncSession, mapper: Mapper[Any], name: str, values: Collection[int], moment: datetime
) -> list[str]:
    column = getattr(mapper.columns, name).name
    gone = (
        select(AuditLeft.row_key)
        .join(AuditEntry, AuditEntry.id == AuditLeft.entry_id)
        .where(AuditLeft.table_name == table_name(mapper))
        .where(AuditLeft.column_name == column, AuditLeft.value.in_(values))
        .where(AuditEntry.at_us > microseconds(moment))
    )
    return list(await session.scalars(gone.distinct()))


def _text(mapper: Mapper[Any], row: Any) -> str:
    names = [mapper.get_property_by_column(each).key for each in mapper.primary_key]
    return key_of(mapper, dict(zip(names, row, strict=True)))


def _are(mapper: Mapper[Any], keys: Collection[str]) -> ColumnElement[bool]:
    """The rows of these keys; what can be nobody's key is nobody's."""
    parts = [key.split("/") for key in keys]
    wanted = [
        tuple(key_part(column, text) for column, text in zip(mapper.primary_key, each, strict=True))
        for each in parts
        if len(each) == len(mapper.primary_key)
    ]
    return tuple_(*mapper.primary_key).in_([each for each in wanted if None not in each])


def _pieces(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
