"""Whole columns at once: what is written plainly is taken as it stands, the rest is read.

The plain forms are those for which ``cells`` gives back the text, or its figures, unchanged.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from crm.migration import cells
from crm.migration.fields import Field
from crm.migration.mapping import Column

Convert = Callable[[Sequence[str]], list[Any]]
Read = Callable[[str], Any]
_MONEY: Final = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3}){0,2}|[0-9]{4,11})\.[0-9]{2}").fullmatch
"""Less than a hundred thousand million yuan, with their fen."""
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}").fullmatch


def converter(field: Field, column: Column, read: Read) -> Convert:
    """What turns the cells of a column into its values; ``read`` knows every form."""
    remembered = cells.Memo(read).__getitem__
    if field.sort == "money" and column.unit == "yuan":
        return _money(read)
    if field.sort == "phones":
        return _phones(read)
    if field.sort == "number" and column.pad <= field.longest:
        return _as_written(f"[0-9A-Z]{{{max(column.pad, 1)},{field.longest}}}", read)
    if field.sort == "text" and not column.values:
        return _as_written(f"[0-9A-Za-z\u4e00-\u9fa5]{{1,{field.longest}}}", remembered)
    return lambda told: list(map(remembered, told))


def _as_written(form: str, read: Read) -> Convert:
    plain = re.compile(form).fullmatch
    return lambda told: [cell if plain(cell) else read(cell) for cell in told]


def _money(read: Read) -> Convert:
    def convert(told: Sequence[str]) -> list[Any]:
        return [
            int(bare.replace(",", "").replace(".", ""))
            if _MONEY(bare := cell.strip("¥￥元 "))
            else read(cell)
            for cell in told
        ]  # fmt: skip

    return convert


def _phones(read: Read) -> Convert:
    return lambda told: [(cell,) if _MOBILE(cell) else read(cell) for cell in told]
