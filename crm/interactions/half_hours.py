"""The day's callers by half hour. Pure."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

STEP_S: Final = 1800
Entered = tuple[str, datetime, str | None]
"""A queue, when a caller came into it, and how that ended (None: not yet)."""
Counted = Counter[tuple[str, int, str | None]]


def half_hours(entered: Iterable[Entered], start: datetime) -> Counted:
    """How many came into each queue in each half hour since ``start``, by how it ended."""
    return Counter((queue, step_of(at, start), how) for queue, at, how in entered)


def step_of(at: datetime, start: datetime) -> int:
    """The half hour's number since ``start``; negative before."""
    return int((at - start).total_seconds() // STEP_S)
