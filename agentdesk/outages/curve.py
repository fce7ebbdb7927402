"""Calls about a suspicion over time, as bars. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

STEP: Final = timedelta(minutes=2)
BEFORE: Final = timedelta(minutes=30)
BARS_MAX: Final = 60
HEIGHT: Final = 90
WIDTH: Final = 12
"""Of a bar, with its gap."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Calls of two minutes; ``x``, ``y`` and ``height`` as they are drawn."""

    at: datetime
    calls: int
    x: int
    y: int
    height: int


def span(first_at: datetime, until: datetime) -> tuple[datetime, datetime]:
    """What is drawn: from half an hour before the first call, not more than two hours."""
    since = first_at - BEFORE
    return since, min(until, since + BARS_MAX * STEP)


def bars(moments: Iterable[datetime], since: datetime, until: datetime) -> list[Bar]:
    """A bar for each step; the highest fills the height."""
    counts = [0] * max(1, min(BARS_MAX, -((since - until) // STEP)))
    for at in moments:
        step = (at - since) // STEP
        if 0 <= step < len(counts):
            counts[step] += 1
    most = max(1, *counts)
    heights = [round(HEIGHT * count / most) for count in counts]
    return [
        Bar(since + step * STEP, count, step * WIDTH, HEIGHT - heights[step], heights[step])
        for step, count in enumerate(counts)
    ]
