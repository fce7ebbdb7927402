"""CSV as old systems write it: UTF-8 or GB18030, any delimiter, damaged lines told one by one."""

import codecs
import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from crm.migration.problems import Problem

BLOCK: Final = 1 << 20
LINE_CHARS_MAX: Final = 20_000
_JUDGED_LINES: Final = 100_000
_DELIMITERS: Final = ",\t;|"
csv.field_size_limit(LINE_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class Text:
    """What a text file is: its hash, encoding, delimiter, and how many lines it has."""

    path: Path
    sha256: str
    lines: int
    encoding: str
    damaged: bool
    """Some bytes are no text in that encoding: then line by line, which is slower."""
    delimiter: str


def inspect(path: Path) -> Text:
    """Read it through once; ValueError when it is no file of lines."""
    digest, lines, last = hashlib.sha256(), 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            lines += block.count(b"\n")
            last = block[-1:]
            if len(block) == BLOCK and not (b"\n" in block or b"\r" in block):
                raise ValueError("a line without end")
    encoding, damaged = _encoding(path)
    lines += last != b"\n"
    return Text(path, digest.hexdigest(), lines, encoding, damaged, _delimiter(path, encoding))


def _encoding(path: Path) -> tuple[str, bool]:
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", False
    for encoding in ("utf-8-sig", "gb18030"):
        if _is_clean(path, encoding):
            return encoding, False
    return _likelier(path), True


def _is_clean(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _likelier(path: Path) -> str:
    """Text in GB18030 is hardly ever UTF-8 by chance; so half of the lines settle it."""
    told = valid = 0
    with path.open("rb") as file:
        for line in islice(file, _JUDGED_LINES):
            if not line.isascii():
                told += 1
                valid += _decoded(line, "utf-8") is not None
    return "utf-8-sig" if 2 * valid >= told else "gb18030"


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _delimiter(path: Path, encoding: str) -> str:
    """The sign that the first lines have most of."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        start = "".join(islice(file, 20))[:BLOCK]
    return max(_DELIMITERS, key=start.count)


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a file, one after another; damaged ones apart."""

    last: int
    """The number of the last row that was read."""
    numbers: Sequence[int]
    rows: list[list[str]]
    damaged: list[Problem]


def first_rows(text: Text, count: int) -> list[list[str]]:
    """The first rows, as far as they can be read."""
    batch = next(batches(text, count), None)
    if batch is None:
        return []
    told: list[list[str]] = [[] for _ in range(batch.last)]
    for number, row in zip(batch.numbers, batch.rows, strict=True):
        told[number - 1] = row
    return told


def batches(text: Text, size: int, *, after: int = 0) -> Iterator[Rows]:
    """All rows behind that one, some at a time; a row is a line."""
    lines = _lines(text)
    for _ in islice(lines, after):
        pass
    number = after
    while held := list(islice(lines, size)):
        yield _read(text, held, number)
        number += len(held)


def _lines(text: Text) -> Iterator[str]:
    """Lines; of damaged ones what is legible, with the sign that stands for the rest."""
    if not text.damaged:
        with text.path.open(encoding=text.encoding, newline=None) as file:
            yield from file
        return
    plain = text.encoding.removesuffix("-sig")
    with text.path.open("rb") as raw:
        for at, line in enumerate(raw):
            bare = line.removeprefix(codecs.BOM_UTF8) if at == 0 else line
            yield bare.decode(plain, "replace").replace("\r\n", "\n")


def _read(text: Text, lines: list[str], before: int) -> Rows:
    """All at once when each line is a row, which is nearly always so; else line by line."""
    last = before + len(lines)
    if not text.damaged:
        try:
            rows = list(csv.reader(lines, delimiter=text.delimiter, strict=True))
        except csv.Error:
            rows = []
        if len(rows) == len(lines):
            return Rows(last, range(before + 1, last + 1), rows, [])
    return _one_by_one(text, lines, before)


def _one_by_one(text: Text, lines: list[str], before: int) -> Rows:
    numbers, rows, damaged = [], [], []
    for number, line in enumerate(lines, before + 1):
        code = "encoding" if "\ufffd" in line or "\0" in line else ""
        try:
            row = next(csv.reader([line], delimiter=text.delimiter, strict=True), [])
        except csv.Error:
            code = code or "quote"
        if code:
            damaged.append(Problem(number, "", code))
        else:
            numbers.append(number)
            rows.append(row)
    return Rows(before + len(lines), numbers, rows, damaged)
