"""The file of problems: one line each, precise to the cell, in both languages.

It is written beside the transactions; what a killed run left too much is cut off at the next.
"""

import csv
import io
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from crm.migration.headers import Header
from crm.migration.problems import PROBLEMS, Problem
from crm.migration.sources import Source
from crm.migration.tally import Tally

LISTED_MAX: Final = 200_000
"""More are counted, but not listed."""
NAME: Final = "problems.csv"
_HEADINGS: Final = (
    "file", "sheet", "row", "column", "field", "level", "code", "value", "hint",
    "说明", "what is wrong", "处理建议", "suggested repair",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write(folder: Path, source: Source, problems: Iterable[Problem], tally: Tally) -> None:
    """Add the problems of a batch behind those of the batches that count."""
    told = list(problems)
    path = folder / NAME
    if not told and path.exists() and tally.listed_bytes:
        return
    listed = told[: max(0, LISTED_MAX - tally.listed)]
    with path.open("ab") as file:
        file.truncate(tally.listed_bytes)
        file.seek(tally.listed_bytes)
        if not tally.listed_bytes:
            file.write("\ufeff".encode() + _lines([_HEADINGS]))
        file.write(_lines(_row(source, one) for one in listed))
        tally.listed_bytes = file.tell()
        file.flush()
        os.fsync(file.fileno())
    tally.listed += len(listed)


def _lines(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[_harmless(str(cell)) for cell in row] for row in rows])
    return text.getvalue().encode()


def _harmless(cell: str) -> str:
    """A spreadsheet computes nothing from what somebody typed into the old system."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _row(source: Source, one: Problem) -> tuple[object, ...]:
    kind = PROBLEMS[one.code]
    return (
        source.name, source.sheet, one.row, _heading(source.header, one.field), one.field,
        kind.level, one.code, one.value, one.hint, *_words(one.code),
    )  # fmt: skip


@cache
def _words(code: str) -> tuple[str, ...]:
    """What is wrong and what to do, in both languages."""
    kind = PROBLEMS[code]
    return kind.words.to("zh_CN"), kind.words, kind.repair.to("zh_CN"), kind.repair


def _heading(header: Header, field: str) -> str:
    return "+".join(header.names[place] for place in header.places.get(field, ()))
