"""Figures of a queue. Pure.

Every visit is in exactly one of the classes, so that at any minute
offered = answered + abandoned + overflow + called back + withdrawn + waiting.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from crm.catalog.queues import PLAIN, Measure

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
BY_SYSTEM: Final = frozenset({"key", "self-service"})
"""Left the queue for something the system does: a message, self-service."""


@dataclass(frozen=True, slots=True)
class Group:
    """Visits that ended alike."""

    how: str | None
    visits: int
    in_time: int = 0
    """Of these, how many waited no longer than the service level allows."""
    wait_s: float = 0.0
    longest_s: float = 0.0
    short: int = 0
    """Of these, how many waited no longer than a short abandon."""


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
    due: int = 0
    """Callers whom the service level counts: not those who wait still, chose to be called back,
    were taken out, or gave up too soon by the company's definition."""
    met: int = 0
    """Of these, who was answered in time, by the company's definition."""
    given_up: int = 0
    """Of these, who gave up."""

    @property
    def balanced(self) -> bool:
        """Nobody is counted twice or lost."""
        left = self.answered + self.abandoned + self.overflow + self.called_back + self.withdrawn
        return self.offered == left + self.waiting

    @property
    def service_level(self) -> float | None:
        """The part of callers who were answered in time; None while nobody called."""
        return self.met / self.due if self.due else None

    @property
    def abandon_rate(self) -> float | None:
        """The part of callers who gave up."""
        return self.given_up / self.due if self.due else None

    @property
    def asa_s(self) -> float | None:
        """Average speed of answer."""
        return self.answer_wait_s / self.answered if self.answered else None


def figures(groups: Iterable[Group], measure: Measure = PLAIN) -> Figures:
    """The figures of a queue from its visits, grouped by how they ended."""
    found = Figures()
    for group in groups:
        kind = CLASSES[group.how]
        found = replace(
            found,
            offered=found.offered + group.visits,
            longest_wait_s=max(found.longest_wait_s, group.longest_s),
            **{kind: getattr(found, kind) + group.visits},
            **_judged(found, group, kind, measure),
        )
        if kind == "answered":
            found = replace(
                found,
                in_time=found.in_time + group.in_time,
                answer_wait_s=found.answer_wait_s + group.wait_s,
            )
    return found


def _judged(found: Figures, group: Group, kind: Class, measure: Measure) -> dict[str, int]:
    """What the group adds to the service level."""
    due, met, given_up = 0, 0, 0
    if kind == "answered":
        due, met = group.visits, group.in_time
    elif kind == "overflow":
        by_system = measure.answer == "system" and group.how in BY_SYSTEM
        due, met = group.visits, group.in_time if by_system else 0
    elif kind == "abandoned":
        short = 0 if measure.short_abandons == "count" else group.short
        given_up = group.visits - short
        met = short if measure.short_abandons == "answered" else 0
        due = given_up + met
    return {
        "due": found.due + due,
        "met": found.met + met,
        "given_up": found.given_up + given_up,
    }


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
