"""Figures of a queue. Pure.

Every visit is in exactly one of the classes, so that at any minute
offered = answered + abandoned + overflow + called back + withdrawn + waiting.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

Class = Literal["answered", "abandoned", "overflow", "called_back", "withdrawn", "waiting"]
CLASSES: Final[dict[str | None, Class]] = {
    "answered": "answered",
    "abandoned": "abandoned",
    "timeout": "overflow",
    "empty": "overflow",
    "key": "overflow",
    "overflow": "overflow",
    "self-service": "overflow",
    "callback": "called_back",
    "withdrawn": "withdrawn",
    None: "waiting",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Visits that ended alike."""

    how: str | None
    visits: int
    in_time: int = 0
    """Of these, how many waited no longer than the service level allows."""
    wait_s: float = 0.0
    longest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the callers of a queue."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    overflow: int = 0
    called_back: int = 0
    """Chose to be called back: that call is a visit of its own."""
    withdrawn: int = 0
    waiting: int = 0
    in_time: int = 0
    answer_wait_s: float = 0.0
    longest_wait_s: float = 0.0

    @property
    def balanced(self) -> bool:
        """Nobody is counted twice or lost."""
        left = self.answered + self.abandoned + self.overflow + self.called_back + self.withdrawn
        return self.offered == left + self.waiting

    @property
    def service_level(self) -> float | None:
        """The part of callers who were answered in time; None while nobody called.

        Those who wait still, chose to be called back or were taken out by the leader do not count.
        """
        over = self.answered + self.abandoned + self.overflow
        return self.in_time / over if over else None

    @property
    def abandon_rate(self) -> float | None:
        """The part of callers who gave up."""
        over = self.answered + self.abandoned + self.overflow
        return self.abandoned / over if over else None

    @property
    def asa_s(self) -> float | None:
        """Average speed of answer."""
        return self.answer_wait_s / self.answered if self.answered else None


def figures(groups: Iterable[Group]) -> Figures:
    """The figures of a queue from its visits, grouped by how they ended."""
    found = Figures()
    for group in groups:
        kind = CLASSES[group.how]
        found = replace(
            found,
            offered=found.offered + group.visits,
            longest_wait_s=max(found.longest_wait_s, group.longest_s),
            **{kind: getattr(found, kind) + group.visits},
        )
        if kind == "answered":
            found = replace(
                found,
                in_time=found.in_time + group.in_time,
                answer_wait_s=found.answer_wait_s + group.wait_s,
            )
    return found


def together(parts: Iterable[Figures]) -> Figures:
    """All queues as one."""
    found = Figures()
    for part in parts:
        sums = {
            name: getattr(found, name) + getattr(part, name)
            for name in Figures.__slots__
            if name != "longest_wait_s"
        }
        longest = max(found.longest_wait_s, part.longest_wait_s)
        found = replace(found, longest_wait_s=longest, **sums)
    return found
