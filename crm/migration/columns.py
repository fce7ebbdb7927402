"""Whole columns at once: what is written plainly is taken as it stands, the rest is read.

The plain forms are those for which ``cells`` gives back the text, or its figures, unchanged.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, Final

from crm.migration import cells
from crm.migration.fields import Field
from crm.migration.mapping import Column

Convert = Callable[[Sequence[str]], list[Any]]
Read = Callable[[str], Any]
_MONEY: Final = re.compile(
    r"^(?:((?:[0-9]{1,3}(?:,[0-9]{3}){0,2}|[0-9]{4,11})\.[0-9]{2})|.*)$", re.MULTILINE
).findall
"""Of each line less than a hundred thousand million yuan, with their fen; of others nothing."""
_MOBILE: Final = r"(?:\+?86 ?|0)?(1[3-9][0-9])[ -]?([0-9]{4})[ -]?([0-9]{4})"
_LANDLINE: Final = r"(0(?:10|2[0-9]|[3-9][0-9]{2}))[ -]?([2-8][0-9]{6,7})"
_PHONE: Final = re.compile(f"(?:{_MOBILE}|{_LANDLINE})").fullmatch


def converter(field: Field, column: Column, read: Read) -> Convert:
    """What turns the cells of a column into its values; ``read`` knows every form."""
    remembered = cells.Memo(read).__getitem__
    if field.sort == "money" and column.unit == "yuan":
        return _money(read)
    if field.sort == "phones":
        return _phones(read)
    if field.sort == "identity":  # none is like another, and none is to be remembered
        return lambda told: list(map(read, told))
    if field.sort == "number" and column.pad <= field.longest:
        return _as_written(f"[0-9A-Z]{{{max(column.pad, 1)},{field.longest}}}", read)
    if field.sort == "text" and not column.values:
        return _as_written(f"[-0-9A-Za-z\u4e00-\u9fa5]{{1,{field.longest}}}", remembered)
    return lambda told: list(map(remembered, told))


def _as_written(form: str, read: Read) -> Convert:
    plain, all_plain = re.compile(form).fullmatch, re.compile(f"(?:{form}\n)*{form}").fullmatch

    def convert(told: Sequence[str]) -> list[Any]:
        lines = "\n".join(told)
        if all_plain(lines) and lines.count("\n") == len(told) - 1:
            return list(told)
        return [cell if plain(cell) else read(cell) for cell in told]

    return convert


def _money(read: Read) -> Convert:
    def convert(told: Sequence[str]) -> list[Any]:
        lines = unicodedata.normalize("NFKC", "\n".join(told))
        found = _MONEY(lines.replace("¥", "").replace("元", ""))
        if len(found) != len(told):
            return list(map(read, told))
        figures = "\n".join(found).replace(",", "").replace(".", "").split("\n")
        return [int(fen) if fen else read(cell) for fen, cell in zip(figures, told, strict=True)]

    return convert


def _phones(read: Read) -> Convert:
    """Nearly all have one number or two, and few ways to write it."""

    def of(cell: str, narrow: str) -> Any:
        found = [_PHONE(one) for one in narrow.replace(",", "/").split("/")]
        if None in found:
            return read(cell)
        numbers = ("".join(filter(None, one.groups())) for one in found if one)
        return tuple(dict.fromkeys(numbers))[: cells.PHONES_MAX]

    def convert(told: Sequence[str]) -> list[Any]:
        narrow = unicodedata.normalize("NFKC", "\n".join(told)).split("\n")
        return list(map(of, told, narrow if len(narrow) == len(told) else told))

    return convert
