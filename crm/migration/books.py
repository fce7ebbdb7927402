"""Excel workbooks, read as a stream: every cell becomes the text a person would have typed."""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Final

from crm.migration.texts import BLOCK, Rows

SHEETS_MAX: Final = 50
UNPACKED_BYTES_MAX: Final = 4 << 30
STRINGS_BYTES_MAX: Final = 256 << 20
"""The words of a workbook are held in memory all at once."""
CELLS_MAX: Final = 200
_MIDNIGHT: Final = time()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook."""

    path: Path
    name: str
    sha256: str
    lines: int


def inspect(path: Path) -> list[Sheet]:
    """All sheets, each read through once; ValueError when it is no sound workbook."""
    sha256 = _hash(path)
    try:
        _check(path)
        from openpyxl import load_workbook  # only who reads or writes a workbook waits for it

        with closing(load_workbook(path, read_only=True, data_only=True)) as book:
            names = book.sheetnames[:SHEETS_MAX]
        return [Sheet(path, name, sha256, sum(1 for _ in _cells(path, name))) for name in names]
    except Exception as error:  # a broken file breaks the reader in any of many ways
        raise ValueError(f"no sound workbook: {type(error).__name__}") from error


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _check(path: Path) -> None:
    """Sound as an archive, and not a small file that becomes an endless one."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        strings = sum(each.file_size for each in parts if "sharedStrings" in each.filename)
        if sum(each.file_size for each in parts) > UNPACKED_BYTES_MAX:
            raise ValueError("too large")
        if strings > STRINGS_BYTES_MAX:
            raise ValueError("too many words")
        if archive.testzip() is not None:
            raise ValueError("damaged")


def first_rows(sheet: Sheet, count: int) -> list[list[str]]:
    """The first rows."""
    return [_texts(row) for row in islice(_cells(sheet.path, sheet.name), count)]


def batches(sheet: Sheet, size: int, *, after: int = 0) -> Iterator[Rows]:
    """All rows behind that one, some at a time."""
    cells = _cells(sheet.path, sheet.name)
    number = after
    for _ in islice(cells, after):
        pass
    while held := list(islice(cells, size)):
        rows = [_texts(row) for row in held]
        yield Rows(number + len(held), range(number + 1, number + len(held) + 1), rows, [])
        number += len(held)


def _cells(path: Path, name: str) -> Iterator[Sequence[object]]:
    from openpyxl import load_workbook  # only who reads or writes a workbook waits for it

    with closing(load_workbook(path, read_only=True, data_only=True)) as book:
        yield from book[name].iter_rows(max_col=CELLS_MAX, values_only=True)


def _texts(row: Sequence[object]) -> list[str]:
    texts = [_text(cell) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _text(cell: object) -> str:
    """Whole numbers without a point, days without a midnight."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    if isinstance(cell, datetime):
        clock = cell.replace(microsecond=0)
        return str(clock.date() if clock.time() == _MIDNIGHT else clock)
    if isinstance(cell, date | time):
        return str(cell)
    return str(cell)
