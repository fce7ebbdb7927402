"""What is counted of a group of orders. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

By = Literal["branch", "team", "person", "type", "cause", "time"]
BY: Final[tuple[By, ...]] = ("branch", "team", "person", "type", "cause", "time")
Count = Literal[
    "opened", "unfinished", "late", "emergency", "paused", "done", "done_on_time",
    "answered", "answered_on_time", "arrived", "arrived_on_time", "closed",
]  # fmt: skip
COUNTS: Final[tuple[Count, ...]] = (
    "opened", "unfinished", "late", "emergency", "paused", "done", "done_on_time",
    "answered", "answered_on_time", "arrived", "arrived_on_time", "closed",
)  # fmt: skip
"""Each is a question to one order: see ``queries``."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of a group; ``key`` is empty where orders have none (no cause, no branch)."""

    key: str
    opened: int = 0
    unfinished: int = 0
    late: int = 0
    emergency: int = 0
    paused: int = 0
    done: int = 0
    done_on_time: int = 0
    answered: int = 0
    answered_on_time: int = 0
    arrived: int = 0
    arrived_on_time: int = 0
    closed: int = 0

    @property
    def on_time_percent(self) -> float | None:
        """Of those that are done or should be: how many were done in time."""
        return _percent(self.done_on_time, self.done + self.late)

    @property
    def answered_percent(self) -> float | None:
        """Of those that were answered: how many in time."""
        return _percent(self.answered_on_time, self.answered)

    @property
    def arrived_percent(self) -> float | None:
        """Of those at which somebody had to be by a time and came: how many in time."""
        return _percent(self.arrived_on_time, self.arrived)


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
