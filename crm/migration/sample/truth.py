"""What is true about a generated company: what must come in, what must be told, to the fen."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Truth:
    """Kept while the files are written."""

    rows: Counter[str] = field(default_factory=Counter)
    """By ``table.what``: read, imported, again, refused."""
    fen: Counter[str] = field(default_factory=Counter)
    """Money of the rows that must come in, by ``table.field``."""
    problems: Counter[str] = field(default_factory=Counter)
    """By ``table.code``."""
    told: list[tuple[str, int, str]] = field(default_factory=list)
    """File, row and code of each problem."""

    def row(self, table: str, file: str, number: int, codes: tuple[str, ...], verdict: str) -> None:
        """A row that was written, and what must become of it."""
        self.rows[f"{table}.read"] += 1
        self.rows[f"{table}.{verdict}"] += 1
        for code in codes:
            self.problems[f"{table}.{code}"] += 1
            self.told.append((file, number, code))

    def money(self, table: str, **fen: int) -> None:
        """What a row that must come in tells of."""
        for name, amount in fen.items():
            self.fen[f"{table}.{name}"] += amount
