"""Rows written whole: what is there under their key is written over."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.db.base import Base


async def write_over(
    session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]
) -> None:
    """All in one statement, without asking which of them exist. All rows name the same columns.

    Objects of the session that stand for such rows do not learn of it.
    """
    if rows:
        dialect = session.get_bind().dialect.name
        connection = await session.connection()
        await connection.execute(_statement(table, dialect, tuple(rows[0])), list(rows))


@lru_cache
def _statement(table: type[Base], dialect: str, columns: tuple[str, ...]) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = insert(table)
    keys = [column.name for column in table.__table__.primary_key]
    values = {name: row.excluded[name] for name in columns if name not in keys}
    return row.on_conflict_do_update(index_elements=keys, set_=values)
