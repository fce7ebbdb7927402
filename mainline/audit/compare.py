"""Holds the rows against the log: whoever changed one behind its back, with SQL by hand, is seen.

A value that the log never told of (empty when the row was made) is not compared.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper

from mainline.audit.as_of import AT_ONCE, rows_now
from mainline.audit.models import DELETE, AuditEntry
from mainline.audit.rows import audited_tables, plain_row, table_name
from mainline.db import Database

SHOWN_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not as the log tells; ``column`` is empty when the row is gone or came back."""

    table: str
    row: str
    column: str


async def differences(database: Database) -> list[Difference]:
    """The first of them, by table and row."""
    found: list[Difference] = []
    async with database.reading() as session:
        for _name, mapper in sorted(audited_tables().items()):
            async for keys in _keys(session, mapper):
                found += await _differing(session, mapper, keys)
                if len(found) >= SHOWN_MAX:
                    return found[:SHOWN_MAX]
    return found


async def _keys(session: AsyncSession, mapper: Mapper[Any]) -> AsyncIterator[Sequence[str]]:
    """Every row the log tells of, some at a time."""
    last = ""
    while True:
        wanted = select(AuditEntry.row_key).where(
            AuditEntry.table_name == table_name(mapper), AuditEntry.row_key > last
        )
        ordered = wanted.distinct().order_by(AuditEntry.row_key).limit(AT_ONCE)
        keys = (await session.scalars(ordered)).all()
        if not keys:
            return
        yield keys
        last = keys[-1]


async def _differing(
    session: AsyncSession, mapper: Mapper[Any], keys: Sequence[str]
) -> list[Difference]:
    table, told = table_name(mapper), await _told(session, mapper, keys)
    stored = {
        key: json.loads(json.dumps(plain_row(mapper, row), default=str))
        for key, row in (await rows_now(session, mapper, keys)).items()
    }
    found: list[Difference] = []
    for key in keys:
        expected, row = told[key], stored.get(key)
        if expected is None or row is None:
            found += [Difference(table, key, "")] if (expected is None) != (row is None) else []
        else:
            wrong = [name for name, value in expected.items() if row.get(name) != value]
            found += [Difference(table, key, name) for name in wrong]
    return found


async def _told(
    session: AsyncSession, mapper: Mapper[Any], keys: Sequence[str]
) -> dict[str, dict[str, Any] | None]:
    """What each row must be, of all that was ever told of it; None: it was deleted."""
    entries = await session.execute(
        select(AuditEntry.action, AuditEntry.row_key, AuditEntry.changes)
        .where(AuditEntry.table_name == table_name(mapper), AuditEntry.row_key.in_(keys))
        .order_by(AuditEntry.id)
    )
    told: dict[str, dict[str, Any] | None] = {}
    for action, key, changes in entries:
        new = json.loads(changes)["new"]
        told[key] = None if action == DELETE else {**(told.get(key) or {}), **new}
    return told
