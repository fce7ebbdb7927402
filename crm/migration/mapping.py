"""How an old system's files are read: which column is which field, in which unit, with what words.

A mapping is a definition: it has versions, and a run keeps the version it was begun under.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from crm.migration.fields import TABLES, Table

COLUMNS_MAX: Final = 40
_Words = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Part):
    """Where a field comes from. ``names`` are headings, any of which may stand there.

    With ``join`` all columns of these names count, in this order, put together by that text.
    """

    names: tuple[_Words, ...] = Field(min_length=1, max_length=20)
    join: str | None = Field(default=None, max_length=4)
    default: str = Field(default="", max_length=64)
    """What an empty cell means."""
    unit: Literal["yuan", "fen"] = "yuan"
    pad: int = Field(default=0, ge=0, le=20)
    """Numbers that lost their leading zeros get them back up to this width."""
    values: Mapping[str, str] = Field(default_factory=dict, max_length=500)
    """The old system's words and what they are here."""


class TableMapping(_Part):
    """Which files hold a table, and its columns."""

    files: tuple[_Words, ...] = Field(min_length=1, max_length=20)
    """Patterns of file names, or ``name/sheet``: ``*客户*``, ``all.xlsx/账单*``."""
    columns: Mapping[str, Column] = Field(max_length=COLUMNS_MAX)
    again: Literal["refuse", "keep"] = "refuse"
    """What becomes of a bill or payment that is there already, equal in everything."""


class ImportMapping(_Part):
    """Everything about one old system."""

    utility: Literal["heat", "gas", "water"]
    area_code: str = Field(default="", pattern=r"^(0\d{2,3})?$")
    """Completes local telephone numbers; empty: as the settings say."""
    phones_confirmed: bool = False
    """Whether the old system's numbers were proven to be the customers'."""
    unclear_addresses: Literal["hold", "refuse"] = "hold"
    """Hold: the customer comes in, the address as typed waits at a place of its own."""
    due_days: int = Field(default=30, ge=0, le=366)
    """When a bill is due that does not say so: so many days after its issue."""
    meter_unit: Literal["m3", "t", "kwh", "gj"] = "m3"
    tables: Mapping[Table, TableMapping] = Field(min_length=1)

    @model_validator(mode="after")
    def _fields_exist(self) -> "ImportMapping":
        for table, mapped in self.tables.items():
            fields = TABLES[table]
            if unknown := set(mapped.columns) - set(fields):
                raise ValueError(f"{table} has no field {', '.join(sorted(unknown))}")
            needed = {name for name, field in fields.items() if field.required}
            if missing := needed - set(mapped.columns):
                raise ValueError(f"{table} needs {', '.join(sorted(missing))}")
        return self

    def words(self) -> Iterator[tuple[Table, str, str, str]]:
        """Every word with a meaning: table, field, the old system's word, the word here."""
        for table, mapped in self.tables.items():
            for name, column in mapped.columns.items():
                for old, new in column.values.items():
                    yield table, name, old, new
