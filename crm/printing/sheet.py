"""What stands on a printed form, without how it is drawn. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Pairs:
    """Label and value, two beside one another; an empty value is room to write."""

    label: str
    items: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole list; ``widths`` are shares of the page."""

    label: str
    heads: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One order's form."""

    heading: str
    title: str
    number: str
    code: Literal["qr", "bars", "both"]
    parts: Sequence[Pairs | Table]
    signatures: Sequence[str]
    notes: str
    footer: str
