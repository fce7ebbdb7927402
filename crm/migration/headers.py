"""Find the header of a file: below titles, in one row or in two of which the upper is merged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crm.migration.cells import folded
from crm.migration.fields import TABLES, Table
from crm.migration.mapping import Column, TableMapping
from crm.migration.problems import Problem

LOOK_ROWS: Final = 20
"""So many rows may stand above the header."""


@dataclass(frozen=True, slots=True)
class Header:
    """``row`` is the last row of the header, from one; ``places`` the columns of each field."""

    row: int
    width: int
    places: Mapping[str, tuple[int, ...]]
    names: tuple[str, ...]


def find_header(rows: Sequence[Sequence[str]], table: Table, mapped: TableMapping) -> Header | None:
    """The likeliest header among the first rows; None when no row names all that is needed."""
    best: Header | None = None
    for number, names in _candidates(rows):
        places = _places(names, mapped.columns)
        if _enough(places, table, mapped) and (best is None or len(places) > len(best.places)):
            width = max(len(rows[number - 1]), 1)
            best = Header(number, width, places, tuple(_shown(names, at) for at in range(width)))
    return best


def missing(rows: Sequence[Sequence[str]], table: Table, mapped: TableMapping) -> list[str]:
    """Which needed fields the likeliest row does not name: what to tell the person."""
    found = [_places(names, mapped.columns) for _, names in _candidates(rows)]
    nearest = max(found, key=len, default={})
    needed = [name for name, field in TABLES[table].items() if field.required]
    return [name for name in needed if name not in nearest and not mapped.columns[name].default]


def unused(header: Header) -> list[Problem]:
    """Headings that the mapping knows nothing of: nothing is left out silently."""
    taken = {place for places in header.places.values() for place in places}
    return [
        Problem(header.row, "", "column-unused", name)
        for at, name in enumerate(header.names)
        if at not in taken and name
    ]


def _candidates(rows: Sequence[Sequence[str]]) -> Iterable[tuple[int, list[tuple[str, ...]]]]:
    """Row number and, for each column, the names it goes by."""
    for at, row in enumerate(rows[:LOOK_ROWS]):
        yield at + 1, [(_plain(cell),) for cell in row]
        if at:
            yield at + 1, _merged(rows[at - 1], row)


def _merged(upper: Sequence[str], lower: Sequence[str]) -> list[tuple[str, ...]]:
    """A cell of the upper row stands above all columns up to the next one."""
    names: list[tuple[str, ...]] = []
    above = ""
    for at, cell in enumerate(lower):
        own, over = _plain(cell), _plain(upper[at]) if at < len(upper) else ""
        above = over or above
        names.append((own, f"{above}/{own}") if own else (over,))
    return names


def _plain(cell: str) -> str:
    return "".join(folded(cell).split()).rstrip(":*").lower()


def _shown(names: Sequence[tuple[str, ...]], at: int) -> str:
    return names[at][-1] if at < len(names) else ""


def _places(
    names: Sequence[tuple[str, ...]], columns: Mapping[str, Column]
) -> dict[str, tuple[int, ...]]:
    """Where each field stands; joined ones in the order of the mapping."""
    at: dict[str, list[int]] = {}
    for place, own in enumerate(names):
        for name in own:
            at.setdefault(name, []).append(place)
    places = {}
    for field, column in columns.items():
        found = [place for name in column.names for place in at.get(_plain(name), ())]
        if found:
            places[field] = tuple(dict.fromkeys(found)) if column.join is not None else (found[0],)
    return places


def _enough(places: Mapping[str, object], table: Table, mapped: TableMapping) -> bool:
    needed = (name for name, field in TABLES[table].items() if field.required)
    return all(name in places or mapped.columns[name].default for name in needed) and bool(places)
