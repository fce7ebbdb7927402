"""What an import has counted: rows, money, problems with a few examples. Kept with the run."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from crm.migration.batches import Batch
from crm.migration.problems import PROBLEMS, Level, Problem

EXAMPLES_MAX: Final = 5


@dataclass
class Tally:
    """``counts`` by ``table.what``: read, imported, again, refused, and money in fen."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    """By ``table.field.code``."""
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    told: dict[str, dict[str, int | None]] = field(default_factory=dict)
    """What the old system says it had: count and amount by item."""
    listed: int = 0
    """How many problems stand in the file beside the report, and how far it reaches."""
    listed_bytes: int = 0

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Tally":
        """As it was kept."""
        return cls(
            Counter(told.get("counts", {})), Counter(told.get("problems", {})),
            dict(told.get("examples", {})), dict(told.get("told", {})),
            told.get("listed", 0), told.get("listed_bytes", 0),
        )  # fmt: skip

    def kept(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "counts": dict(self.counts), "problems": dict(self.problems),
            "examples": self.examples, "told": self.told,
            "listed": self.listed, "listed_bytes": self.listed_bytes,
        }  # fmt: skip

    def add(self, batch: Batch) -> None:
        """The rows of a batch that was stored, and the money they tell of."""
        self.counts[f"{batch.table}.read"] += batch.read
        self.counts[f"{batch.table}.imported"] += len(batch)
        for name, fen in batch.sums.items():
            self.counts[f"{batch.table}.read.{name}"] += fen
            self.counts[f"{batch.table}.imported.{name}"] += sum(batch.columns[name])
        self.told |= batch.told

    def note(self, table: str, file: str, problems: Iterable[Problem]) -> None:
        """Problems of a batch, in the order of their rows."""
        kept_out: dict[int, Level] = {}
        for one in problems:
            key = f"{table}.{one.field}.{one.code}"
            self.problems[key] += 1
            examples = self.examples.setdefault(key, [])
            if len(examples) < EXAMPLES_MAX:
                examples.append(
                    {"file": file, "row": one.row, "value": one.value, "hint": one.hint}
                )
            level = PROBLEMS[one.code].level
            if level != "doubt":
                kept_out.setdefault(one.row, level)
        for level in kept_out.values():
            self.counts[f"{table}.{level}"] += 1
