"""Many rows at once as each database likes it: COPY on PostgreSQL, one statement on SQLite."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, cast

from sqlalchemy import Column, Dialect, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from mainline.audit.capture import loaded
from mainline.clock import now
from mainline.db import Record

Columns = Mapping[str, Sequence[Any]]


async def insert(session: AsyncSession, of: type[Record], columns: Columns, **same: object) -> int:
    """Insert rows given as columns; ``same`` is the value of all rows. How many."""
    table = _table(of)
    count = len(next(iter(columns.values())))
    if not count:
        return 0
    same = {"created_at": now(), **_defaults(table, {*columns, *same}), **same}
    names = [*columns, *same]
    connection = await session.connection()
    values = _bound(connection.dialect, table, {**columns, **{k: (v,) for k, v in same.items()}})
    across = [values[name] for name in columns]
    across += [repeat(values[name][0], count) for name in same]  # type: ignore[misc]
    rows = list(zip(*across, strict=False))
    loaded(session.sync_session, of, count, _digest(values))
    if connection.dialect.name == "postgresql":
        await _copy(connection, table.name, names, rows)
    else:
        await connection.exec_driver_sql(_statement(table.name, names), rows)
    return count


def _digest(values: Columns) -> str:
    """Of the rows, column by column: texts joined cost a tenth of texts quoted."""
    digest = hashlib.sha256()
    for name in sorted(values):
        digest.update(f"\x1e{name}\x1f{_told(values[name])}".encode())
    return digest.hexdigest()


def _told(values: Sequence[Any]) -> str:
    try:
        return "\x1f".join(values)
    except TypeError:
        return repr(values)


def _table(of: type[Record]) -> Table:
    return cast(Table, of.__table__)


def _defaults(table: Table, given: set[str]) -> dict[str, Any]:
    """What a column holds that nothing is said about."""
    return {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in {*given, "created_at"}
        and isinstance(column.default, ScalarElementColumnDefault)
    }


async def _copy(
    connection: AsyncConnection, table: str, names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    raw = (await connection.get_raw_connection()).driver_connection
    await raw.copy_records_to_table(table, columns=list(names), records=rows)  # type: ignore[union-attr]


def _statement(table: str, names: Sequence[str]) -> str:
    places = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - our names


def _bound(dialect: Dialect, table: Table, columns: Columns) -> dict[str, Sequence[Any]]:
    """The values as the driver wants them; few differ, where they are days or times."""
    bound: dict[str, Sequence[Any]] = {}
    for name, values in columns.items():
        process = _processor(dialect, table.columns[name])
        if process is None:
            bound[name] = values
        else:
            told = {value: process(value) for value in set(values)}
            bound[name] = [told[value] for value in values]
    return bound


def _processor(dialect: Dialect, column: Column[Any]) -> Callable[[Any], Any] | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


async def take_ids(session: AsyncSession, of: type[Record], count: int) -> Sequence[int]:
    """Ids for rows that others will point to."""
    table = _table(of)
    if not count:
        return range(0)
    if session.get_bind().dialect.name == "postgresql":
        sequence = text(
            "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
        )
        found = await session.execute(sequence, {"name": table.name, "count": count})
        return list(found.scalars())
    last = await session.scalar(text(f"SELECT coalesce(max(id), 0) FROM {table.name}"))  # noqa: S608
    return range(int(last or 0) + 1, int(last or 0) + count + 1)


async def found(
    session: AsyncSession, statement: str, keys: Sequence[Any], **values: object
) -> list[tuple[Any, ...]]:
    """Rows of a statement that joins ``keys k``, whose only column is ``k.key``."""
    if not keys:
        return []
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        return await _found_on_postgresql(connection, statement, keys, values)
    of_json = "(SELECT value AS key FROM json_each(:keys))"
    raw = (await connection.get_raw_connection()).driver_connection
    rows = await raw.execute_fetchall(  # type: ignore[union-attr]
        statement.replace("keys k", f"{of_json} k"), {"keys": json.dumps(keys), **values}
    )
    return cast(list[tuple[Any, ...]], rows)


async def _found_on_postgresql(
    connection: AsyncConnection, statement: str, keys: Sequence[Any], values: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    kind = "bigint" if isinstance(keys[0], int) else "varchar"
    array = f"unnest(CAST(:keys AS {kind}[])) k(key)"
    bound = text(statement.replace("keys k", array))
    result = await connection.execute(bound, {"keys": list(keys), **values})
    return [tuple(row) for row in result.all()]


async def prepare(session: AsyncSession) -> None:
    """Statistics are old while millions of rows come in: look-ups by key go through the index.

    Nor does a run that goes on where it was wait for the disk (``Database``'s ``loads``).
    """
    if session.get_bind().dialect.name == "postgresql":
        for way in ("seqscan", "hashjoin", "mergejoin", "bitmapscan"):
            await session.execute(text(f"SET LOCAL enable_{way} = off"))
        await session.execute(text("SET LOCAL synchronous_commit = off"))
