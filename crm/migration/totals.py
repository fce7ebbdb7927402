"""Held against the old system's own totals, to the fen. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

_Counts = Mapping[str, int]
_ROWS: Final = ("places", "customers", "meters", "bills", "payments", "orders")


@dataclass(frozen=True, slots=True)
class Line:
    """One total: what the old system says, what its files hold, what came in."""

    item: str
    what: Literal["count", "amount"]
    old: int
    files: int
    imported: int

    @property
    def difference(self) -> int:
        """What is missing here; 0: agreed."""
        return self.old - self.imported

    @property
    def kept_out(self) -> int:
        """Of the difference, what the rows that did not come in account for."""
        return self.files - self.imported

    @property
    def unexplained(self) -> int:
        """What the old system claims and its files do not hold."""
        return self.old - self.files


def reconcile(told: Mapping[str, Mapping[str, int | None]], counts: _Counts) -> list[Line]:
    """Each total that the old system told."""
    lines = []
    for item, values in told.items():
        for what in ("count", "amount"):
            old, files = values.get(what), _known(item, what, "read", counts)
            imported = _known(item, what, "imported", counts)
            if old is not None and files is not None and imported is not None:
                lines.append(Line(item, what, old, files, imported))
    return lines


def agreed(lines: list[Line]) -> bool | None:
    """Whether all agree; None when there was nothing to hold against."""
    return all(line.difference == 0 for line in lines) if lines else None


def _known(item: str, what: str, side: str, counts: _Counts) -> int | None:
    if what == "count":
        return counts.get(f"{item}.{side}", 0) if item in _ROWS else None
    amount = counts.get(f"bills.{side}.amount", 0)
    paid = counts.get(f"bills.{side}.paid", 0)
    sums = {
        "bills": amount, "paid": paid, "open": amount - paid,
        "payments": counts.get(f"payments.{side}.amount", 0),
    }  # fmt: skip
    return sums.get(item)
