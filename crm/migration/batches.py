"""A batch of rows, column by column: what each cell came to, and which rows cannot come in."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from crm.migration import cells
from crm.migration.columns import converter
from crm.migration.fields import TABLES, Field, Table
from crm.migration.headers import Header
from crm.migration.mapping import Column, ImportMapping
from crm.migration.problems import PROBLEMS, Bad, Problem
from crm.migration.texts import Rows

Values = list[Any]
"""The values of a column: what they are depends on the field."""
_SHOWN_CHARS_MAX: Final = 120
_HIDDEN: Final = {"phones": re.compile(r"(?<=\d)\d"), "identity": re.compile(r"[\dA-Za-z]")}
"""Of a telephone number only the first digit is shown, of an identity card's none."""


@dataclass
class Batch:
    """Rows that can come in, as columns; the problems found so far; what money the rows tell."""

    table: Table
    numbers: Sequence[int]
    columns: dict[str, Values]
    raw: Mapping[str, Sequence[str]]
    """The cells as they were read, also of rows that cannot come in."""
    places: Sequence[int] = ()
    """Where among them each row stands."""
    problems: list[Problem] = field(default_factory=list)
    read: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    """Fen that the file tells of, also in rows that cannot come in."""
    told: dict[str, dict[str, int | None]] = field(default_factory=dict)
    """What the old system says it had, by item: count and amount."""

    def __len__(self) -> int:
        return len(self.numbers)

    def copy(self) -> "Batch":
        """To be tried with: what is dropped or found there is not so here."""
        return replace(self, columns=dict(self.columns), problems=list(self.problems))

    def found(self, at: int, field: str, code: str, hint: str = "") -> None:
        """A problem with the at-th row."""
        cells = self.raw.get(field)
        value = cells[self.places[at]][:_SHOWN_CHARS_MAX] if cells else ""
        hidden = _HIDDEN.get(field)
        shown = hidden.sub("*", value) if hidden else value
        self.problems.append(Problem(self.numbers[at], field, code, shown, hint))

    def drop(self, indexes: Sequence[int]) -> None:
        """These rows do not go on; the indexes rise."""
        if indexes:
            self.numbers = without(self.numbers, indexes)
            self.places = without(self.places, indexes)
            self.columns = {name: without(each, indexes) for name, each in self.columns.items()}


def without(values: Sequence[Any], indexes: Sequence[int]) -> list[Any]:
    """The others; few go, so what lies between them is taken in pieces."""
    kept: list[Any] = []
    begin = 0
    for at in indexes:
        kept += values[begin:at]
        begin = at + 1
    kept += values[begin:]
    return kept


class Reader:
    """Turns rows of one source into batches; remembers what cells came to."""

    def __init__(self, table: Table, header: Header, mapping: ImportMapping, where: "Where"):
        self._table, self._header = table, header
        self._columns = mapping.tables[table].columns
        told = {name: field for name, field in TABLES[table].items() if name in self._columns}
        self._convert = {
            name: converter(field, column, cell_reader(field, column, where))
            for name, field in told.items()
            for column in (self._columns[name],)
        }

    def read(self, rows: Rows) -> Batch:
        """Everything about these rows that needs no database."""
        batch = Batch(self._table, rows.numbers, {}, {}, problems=list(rows.damaged))
        batch.read = len(rows.rows) + len(rows.damaged)
        batch.raw = self._cells(batch, rows.rows)
        batch.places = range(len(batch))
        gone: set[int] = set()
        for name, convert in self._convert.items():
            batch.columns[name] = convert(batch.raw[name])
            self._look(batch, name, gone)
        batch.sums = {
            name: sum([value for value in batch.columns[name] if value.__class__ is int])
            for name, each in TABLES[self._table].items()
            if each.sort == "money" and name in batch.columns
        }
        batch.drop(sorted(gone))
        return batch

    def _cells(self, batch: Batch, rows: list[list[str]]) -> dict[str, Sequence[str]]:
        """The cells of each field; empty rows are none, rows of a wrong width are refused."""
        width = self._header.width
        if set(map(len, rows)) != {width}:
            rows = self._widened(batch, rows, width)
        across = list(zip(*rows, strict=True)) or [()] * width
        nothing = ("",) * len(rows)
        picked: dict[str, Sequence[str]] = {}
        for name, column in self._columns.items():
            places = self._header.places.get(name, ())
            if not places:
                picked[name] = nothing
            elif column.join is None:
                picked[name] = across[places[0]]
            else:
                parts = zip(*(across[place] for place in places), strict=True)
                picked[name] = [column.join.join(filter(None, each)) for each in parts]
        return picked

    def _widened(self, batch: Batch, rows: list[list[str]], width: int) -> list[list[str]]:
        numbers, kept = [], []
        for number, row in zip(batch.numbers, rows, strict=True):
            if not any(map(str.strip, row)):
                batch.read -= 1
            elif any(map(str.strip, row[width:])):
                batch.problems.append(Problem(number, "", "columns", f"{len(row)} ≠ {width}"))
            else:
                numbers.append(number)
                kept.append([*row[:width], *[""] * (width - len(row))])
        batch.numbers = numbers
        return kept

    def _look(self, batch: Batch, name: str, gone: set[int]) -> None:
        """Cells that could not be read keep their rows out."""
        values = batch.columns[name]
        if Bad not in map(type, values):
            return
        for at in [at for at, value in enumerate(values) if value.__class__ is Bad]:
            batch.found(at, name, values[at].code, values[at].hint)
            if PROBLEMS[values[at].code].level == "refused":
                gone.add(at)


@dataclass(frozen=True, slots=True)
class Where:
    """What the town settles: its clock and area code."""

    zone: ZoneInfo
    area_code: str


def cell_reader(field: Field, column: Column, where: Where) -> Callable[[str], Any]:
    """From a cell to a value, an empty one to the default."""
    convert = _plain_converter(field, column, where)

    def read(cell: str) -> Any:
        text = cell.strip() or column.default
        if text:
            return convert(text)
        return Bad("empty") if field.required else _NOTHING[field.sort]

    return read


_NOTHING: Final[Mapping[str, Any]] = {
    "number": "", "text": "", "word": "", "phones": (), "identity": "",
    "day": None, "moment": None, "money": None, "count": None,
}  # fmt: skip


def _plain_converter(field: Field, column: Column, where: Where) -> Callable[[str], Any]:
    translated = column.values

    def text(cell: str) -> Any:
        return cells.text_of(translated.get(cell, cell), field.longest)

    converters: dict[str, Callable[[str], Any]] = {
        "number": lambda cell: cells.number_of(cell, field.longest, column.pad),
        "text": text,
        "day": cells.day_of,
        "moment": lambda cell: cells.moment_of(cell, where.zone),
        "money": lambda cell: cells.fen_of(cell, column.unit),
        "count": cells.count_of,
        "word": lambda cell: cells.word_of(cell, column.values, field.words),
        "phones": lambda cell: cells.phones_of(cell, where.area_code),
        "identity": cells.identity_of,
    }
    return converters[field.sort]
