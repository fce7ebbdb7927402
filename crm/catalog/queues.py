"""The queues of callers, as the company defines them. Pure."""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from crm.catalog import overflow
from crm.catalog.overflow import OverflowRule
from mainline.definitions import Problem
from mainline.i18n import Text
from mainline.text import LocalizedText


class QueueDefinition(BaseModel):
    """How callers wait, and how fast they are to be answered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{1,31}$")
    label: LocalizedText
    strategy: Literal["leastrecent", "fewestcalls", "random", "rrmemory", "linear", "wrandom"] = (
        "leastrecent"
    )
    ring_s: int = Field(default=20, ge=5, le=120)
    max_wait_s: int = Field(default=600, ge=10, le=7200)
    max_waiting: int = Field(default=0, ge=0, le=1000)
    """0: as many as come."""
    weight: int = Field(default=0, ge=0, le=100)
    branch_first_s: int = Field(default=0, ge=0, le=60)
    """So long the agents of the caller's own branch are rung before the others; 0: not at all."""
    service_level_s: int = Field(default=20, ge=1, le=600)
    service_level_goal: float = Field(default=0.8, gt=0, le=1)
    overflow: tuple[OverflowRule, ...] = Field(default=(), max_length=3)


class Measure(BaseModel):
    """What counts as answered, and how those count who give up at once.

    ``answer``: by a person; or ``system`` too, such as self-service or a message, chosen while
    waiting. Who hangs up within ``short_abandon_s`` counts like everybody, or not at all, or as
    answered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Literal["person", "system"] = "person"
    short_abandon_s: int = Field(default=0, ge=0, le=120)
    short_abandons: Literal["count", "ignore", "answered"] = "count"


PLAIN: Final = Measure()
"""Everybody who gives up counts."""


class Queues(BaseModel):
    """All queues, and how their service is measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: Measure = PLAIN
    queues: tuple[QueueDefinition, ...] = Field(min_length=1, max_length=100)


def problems(body: Queues) -> Sequence[Problem]:
    """Names used twice, the queue that plain dialplan falls back on missing, ways in a circle."""
    names = [queue.name for queue in body.queues]
    found = [
        Problem("error", "twice", name, Text("The name is used twice."))
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if "service" not in names:
        words = Text("The queue %(name)s must exist: calls go there when all else fails.")
        found.append(Problem("error", "no-service", "queues", words, (("name", "service"),)))
    heaviest = max(queue.weight for queue in body.queues)
    if any(queue.name == "emergency" and queue.weight < heaviest for queue in body.queues):
        words = Text("Another queue weighs more: its callers would be served before a leak.")
        found.append(Problem("error", "emergency-not-first", "emergency", words))
    rules = {queue.name: queue.overflow for queue in body.queues}
    longest = {queue.name: queue.max_wait_s for queue in body.queues}
    return [*found, *overflow.problems(rules, longest)]
