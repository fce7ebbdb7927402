"""Rows that may be there already: left as they are, raised, or written over."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from mainline.db.base import Base

Insert = postgresql.Insert | sqlite.Insert


def insert_into(session: AsyncSession, table: type[Base]) -> Insert:
    """An INSERT that knows ON CONFLICT, in the words of this session's database."""
    return insert_for(table, session.get_bind().dialect.name)


def insert_for(table: type[Base], dialect: str) -> Insert:
    """The same, in the words of a database by name: for statements put together once."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


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
    row = insert_for(table, dialect)
    keys = [column.name for column in table.__table__.primary_key]
    values = {name: row.excluded[name] for name in columns if name not in keys}
    return row.on_conflict_do_update(index_elements=keys, set_=values)
