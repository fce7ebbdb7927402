"""The figures of a queue from its visits. Pure: the same visits give the same figures.

offered = answered + abandoned + other + waiting, at any moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

SHORT_S: Final = 5.0
"""Who gives up sooner than this did not wait: not held against the service level."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit of a caller to a queue; ``how`` None while they wait."""

    queue: str
    entered_at: datetime
    left_at: datetime | None = None
    how: str | None = None

    @property
    def wait_s(self) -> float:
        """How long it lasted; 0 for one that goes on."""
        return (self.left_at - self.entered_at).total_seconds() if self.left_at else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the callers of a queue."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    other: int = 0
    """Timed out, left by a key, nobody there, taken out."""
    waiting: int = 0
    longest_since: datetime | None = None
    """Since when the one who waits longest waits."""
    service_level: float | None = None
    asa_s: float | None = None
    """Average speed of answer."""
    longest_wait_s: float = 0.0

    @property
    def balanced(self) -> bool:
        """Nobody is lost between the figures."""
        return self.offered == self.answered + self.abandoned + self.other + self.waiting


def figures(stays: Sequence[Stay], level_s: float) -> Figures:
    """``level_s``: within how many seconds a call is to be answered."""
    waiting = [stay.entered_at for stay in stays if stay.how is None]
    answers = [stay.wait_s for stay in stays if stay.how == "answered"]
    given_up = [stay.wait_s for stay in stays if stay.how == "abandoned"]
    return Figures(
        offered=len(stays),
        answered=len(answers),
        abandoned=len(given_up),
        other=sum(stay.how not in {None, "answered", "abandoned"} for stay in stays),
        waiting=len(waiting),
        longest_since=min(waiting, default=None),
        service_level=_level(answers, given_up, level_s),
        asa_s=round(sum(answers) / len(answers), 1) if answers else None,
        longest_wait_s=max((stay.wait_s for stay in stays), default=0.0),
    )


def _level(answers: Sequence[float], given_up: Sequence[float], level_s: float) -> float | None:
    """Answered in time, of all that were answered or waited in vain for longer than a moment."""
    in_vain = sum(wait > min(SHORT_S, level_s) for wait in given_up)
    counted = len(answers) + in_vain
    in_time = sum(wait <= level_s for wait in answers)
    return round(in_time / counted, 4) if counted else None


def together(of_queues: Iterable[Figures], all_stays: Sequence[Stay]) -> Figures:
    """The day as a whole; the service level of each queue weighs as its calls do."""
    parts = list(of_queues)
    whole = figures(all_stays, 0)
    weighed = [(p.service_level, p.answered + p.abandoned) for p in parts]
    known = [(level, weight) for level, weight in weighed if level is not None and weight]
    total = sum(weight for _level, weight in known)
    level = round(sum(lv * weight for lv, weight in known) / total, 4) if total else None
    return Figures(
        offered=whole.offered, answered=whole.answered, abandoned=whole.abandoned,
        other=whole.other, waiting=whole.waiting, longest_since=whole.longest_since,
        service_level=level, asa_s=whole.asa_s, longest_wait_s=whole.longest_wait_s,
    )  # fmt: skip


def curve(
    stays: Sequence[Stay], start: datetime, now: datetime, step_s: int
) -> dict[str, list[int]]:
    """Callers by the step of the day in which they entered, and what became of them."""
    steps = int((now - start).total_seconds() // step_s) + 1
    drawn = {name: [0] * steps for name in ("offered", "answered", "abandoned")}
    for stay in stays:
        step = int((stay.entered_at - start).total_seconds() // step_s)
        if not 0 <= step < steps:
            continue
        drawn["offered"][step] += 1
        if stay.how in {"answered", "abandoned"}:
            drawn[stay.how][step] += 1
    return drawn
