"""One line for each figure, and the arithmetic behind it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """``bench NAME value V goal G``; ``met`` is None for figures without a goal."""

    name: str
    value: float
    goal: str = "none"
    unit: str = ""

    def line(self) -> str:
        """The line that `make bench` prints."""
        value = f"{self.value:.3g}" if abs(self.value) < 100 else f"{self.value:.0f}"
        return f"bench {self.name} value {value}{self.unit} goal {self.goal}"


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of all values do not exceed (nearest rank)."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[int(rank) - 1]
