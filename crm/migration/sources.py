"""Which files of a folder are which tables, each looked through before anything is written."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from crm.migration import books, texts
from crm.migration.books import Sheet
from crm.migration.fields import TABLES, Table
from crm.migration.headers import LOOK_ROWS, Header, find_header, missing
from crm.migration.mapping import ImportMapping, TableMapping
from crm.migration.refusals import (
    FileTooLarge,
    FileUnreadable,
    HeaderNotFound,
    NothingToImport,
)
from crm.migration.texts import Rows, Text

FILE_BYTES_MAX: Final = 8 << 30
FILES_MAX: Final = 500
LINES_MAX: Final = 50_000_000
_BOOKS: Final = frozenset({".xlsx", ".xlsm"})
_TEXTS: Final = frozenset({".csv", ".txt", ".tsv"})


@dataclass(frozen=True, slots=True)
class Source:
    """A text file or one sheet of a workbook, with the table that it holds."""

    table: Table
    file: Text | Sheet
    header: Header

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.path.name

    @property
    def sheet(self) -> str:
        """The sheet's name; empty for text files."""
        return self.file.name if isinstance(self.file, Sheet) else ""

    def batches(self, size: int, *, after: int = 0) -> Iterator[Rows]:
        """The rows below the header and behind that one."""
        start = max(after, self.header.row)
        if isinstance(self.file, Sheet):
            return books.batches(self.file, size, after=start)
        return texts.batches(self.file, size, after=start)


def find_sources(folder: Path, mapping: ImportMapping, name: str) -> list[Source]:
    """All sources in the order of the tables; refused when any of them cannot be read."""
    found = [source for path in _files(folder) for source in _of_file(path, mapping)]
    if not found:
        raise NothingToImport(mapping=name)
    order = list(TABLES)
    return sorted(found, key=lambda each: (order.index(each.table), each.name, each.sheet))


def key_of(sources: Sequence[Source], mapping: str, version: int) -> str:
    """The same files under the same mapping have the same key."""
    parts = [f"{mapping}/{version}"]
    parts += [f"{one.table}:{one.sheet}:{one.file.sha256}" for one in sources]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _files(folder: Path) -> list[Path]:
    paths = sorted(path for path in folder.iterdir() if path.is_file())[:FILES_MAX]
    return [path for path in paths if path.suffix.lower() in _BOOKS | _TEXTS]


def _of_file(path: Path, mapping: ImportMapping) -> Iterator[Source]:
    if not any(_belongs(path, "", mapped, loosely=True) for mapped in mapping.tables.values()):
        return
    if path.stat().st_size > FILE_BYTES_MAX:
        raise FileTooLarge(file=path.name, most=f"{FILE_BYTES_MAX >> 30} GB")
    for file in _inspected(path):
        sheet = file.name if isinstance(file, Sheet) else ""
        for table, mapped in mapping.tables.items():
            if _belongs(path, sheet, mapped):
                yield _source(table, mapped, file)
                break


def _inspected(path: Path) -> list[Text] | list[Sheet]:
    try:
        files = books.inspect(path) if path.suffix.lower() in _BOOKS else [texts.inspect(path)]
    except (ValueError, OSError) as error:
        raise FileUnreadable(file=path.name) from error
    if any(file.lines > LINES_MAX for file in files):
        raise FileTooLarge(file=path.name, most=f"{LINES_MAX:,}")
    return files


def _belongs(path: Path, sheet: str, mapped: TableMapping, *, loosely: bool = False) -> bool:
    """Whether a pattern names it; loosely: the file alone, whatever its sheets are."""
    for pattern in mapped.files:
        file, _, of_sheet = pattern.lower().partition("/")
        if fnmatch(path.name.lower(), file) and (
            loosely or not of_sheet or fnmatch(sheet.lower(), of_sheet)
        ):
            return True
    return False


def _source(table: Table, mapped: TableMapping, file: Text | Sheet) -> Source:
    if isinstance(file, Sheet):
        rows = books.first_rows(file, LOOK_ROWS + 1)
    else:
        rows = texts.first_rows(file, LOOK_ROWS + 1)
    header = find_header(rows, table, mapped)
    if header is None:
        shown = file.path.name + (f"/{file.name}" if isinstance(file, Sheet) else "")
        raise HeaderNotFound(file=shown, missing=", ".join(missing(rows, table, mapped)))
    return Source(table, file, header)
