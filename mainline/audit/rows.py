"""Rows as plain values, and back: what the log keeps of them.

Everything is kept unless a model says why not (``__unaudited__``), or names the only columns whose
changes count (``__audited__``). Columns with ``info=SECRET`` are told of, not shown.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Date, Integer
from sqlalchemy.orm import Mapper

from mainline.db import Base, Moment

HIDDEN: Final = "***"
DIGITS_MAX: Final = 18


def audited(mapper: Mapper[Any]) -> bool:
    """Whether changes of these rows are kept."""
    return not hasattr(mapper.class_, "__unaudited__")


@cache
def mapper_of(table: str) -> Mapper[Any] | None:
    """Whose table it is."""
    named = (each for each in Base.registry.mappers if table_name(each) == table)
    return next(named, None)


def table_name(mapper: Mapper[Any]) -> str:
    """The table's name."""
    return str(mapper.local_table.name)  # type: ignore[attr-defined]


def audited_tables() -> dict[str, Mapper[Any]]:
    """Every table whose changes are kept."""
    return {table_name(each): each for each in Base.registry.mappers if audited(each)}


def counts(mapper: Mapper[Any], column: Column[Any]) -> bool:
    """Whether a change of this column is kept."""
    only: frozenset[str] | None = getattr(mapper.class_, "__audited__", None)
    return only is None or column.name in only


def columns(mapper: Mapper[Any]) -> list[tuple[str, Column[Any]]]:
    """Attribute and column, in the order of the table."""
    return [(each.key, each.columns[0]) for each in mapper.column_attrs]  # type: ignore[misc]


def plain(column: ColumnElement[Any], value: Any) -> Any:
    """A value as the log keeps it."""
    if value is None:
        return None
    if getattr(column, "info", {}).get("secret"):
        return HIDDEN
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def original(column: ColumnElement[Any], value: Any) -> Any:
    """The value again, of what ``plain`` made of it."""
    if isinstance(value, str) and isinstance(column.type, Moment):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(column.type, Date):
        return date.fromisoformat(value)
    return value


def key_part(column: ColumnElement[Any], text: str) -> Any:
    """A part of a key again, of its text; None when it can be nobody's."""
    if isinstance(column.type, Integer):
        return int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else None
    try:
        return original(column, text)
    except ValueError:
        return None


def plain_row(mapper: Mapper[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A whole row, by names of columns; what is empty is left out."""
    told = ((column, values.get(key)) for key, column in columns(mapper))
    return {column.name: plain(column, value) for column, value in told if value is not None}


def key_of(mapper: Mapper[Any], values: Mapping[str, Any]) -> str:
    """The row's key as text; ``/`` between the parts."""
    names = [mapper.get_property_by_column(each).key for each in mapper.primary_key]
    return "/".join(str(plain(column, values[name])) for name, column in zip(
        names, mapper.primary_key, strict=True
    ))  # fmt: skip


def canonical(value: Any) -> str:
    """One way to write it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def pointers(mapper: Mapper[Any], old: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    """Which other rows it pointed to, by column."""
    for column in mapper.local_table.columns:
        value = old.get(column.name)
        if column.name.endswith("_id") and isinstance(value, int):
            yield column.name, value
