"""The day's callers by quarter of an hour. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

STEP_S: Final = 900
_DRAWN: Final = ("offered", "answered", "abandoned")
Entered = tuple[datetime, str | None]
"""When a caller came into a queue, and how that ended (None: not yet)."""


def curve(entered: Iterable[Entered], start: datetime, now: datetime) -> dict[str, list[int]]:
    """For each step of the day how many callers came, and what became of these."""
    steps = int((now - start).total_seconds() // STEP_S) + 1
    drawn = {name: [0] * steps for name in _DRAWN}
    for at, how in entered:
        step = int((at - start).total_seconds() // STEP_S)
        if 0 <= step < steps:
            drawn["offered"][step] += 1
            if how in drawn:
                drawn[how][step] += 1
    return drawn
