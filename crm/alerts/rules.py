"""When an alert is raised, grows worse and clears by itself. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mainline.definitions import Problem
from mainline.i18n import Text

Name = Literal[
    "service-level",
    "abandon-rate",
    "longest-wait",
    "waiting",
    "paused",
    "wrapup",
    "orders-overdue",
    "counters",
    "disk-free",
    "recording",
    "unusual-reading",
]
NAMES: Final[tuple[Name, ...]] = get_args(Name)
LOW_IS_BAD: Final = frozenset({"service-level", "disk-free"})
OF_QUEUES: Final = frozenset({"service-level", "abandon-rate", "longest-wait", "waiting"})
Level = Literal["warn", "bad"]
Key = tuple[str, str]
"""The measure, and what it was taken of: ``queue:repair``, ``agent:8001``, or nothing."""


class Rule(BaseModel):
    """Two limits of one measure. Past ``warn`` an alert is raised, past ``bad`` it turns red.

    It clears when the value is back within ``warn`` by ``margin`` of it, so that a value at the
    limit does not ring at each breath.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: Name
    warn: float = Field(ge=0, le=100_000)
    bad: float = Field(ge=0, le=100_000)
    margin: float = Field(default=0.1, ge=0, le=0.9)
    queues: tuple[str, ...] = Field(default=(), max_length=100)
    """Of these queues; of all when none is named."""
    least: int = Field(default=10, ge=0, le=10_000)
    """Rates count from so many callers on."""

    @model_validator(mode="after")
    def _forward(self) -> "Rule":
        if _worse(self.measure, self.warn, self.bad):
            raise ValueError("bad is reached before warn")
        return self

    def covers(self, key: Key) -> bool:
        """Whether the rule speaks of this."""
        measure, subject = key
        queue = subject.removeprefix("queue:")
        return measure == self.measure and (not self.queues or queue in self.queues)


class AlertRules(BaseModel):
    """All thresholds of the company."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[Rule, ...] = Field(max_length=100)


def problems(body: AlertRules) -> Sequence[Problem]:
    """Rules that can never speak, because one before them speaks of the same."""
    found = []
    for place, rule in enumerate(body.rules):
        if rule.queues and rule.measure not in OF_QUEUES:
            words = Text("This measure is not one of queues.")
            found.append(Problem("error", "no-queues", f"rules.{place}", words))
        if any(
            earlier.measure == rule.measure and not earlier.queues for earlier in body.rules[:place]
        ):
            words = Text("An earlier rule speaks of all queues already.")
            found.append(Problem("warning", "never", f"rules.{place}", words))
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """An alert is raised (``before`` None), changes its level, or clears (``level`` None)."""

    key: Key
    before: Level | None
    level: Level | None
    value: float | None
    limit: float | None


def changes(
    rules: Iterable[Rule], values: Mapping[Key, float], standing: Mapping[Key, Level]
) -> list[Change]:
    """What has changed since the last look. What is no longer measured is over."""
    known = tuple(rules)
    found = []
    for key in sorted({*values, *standing}):
        rule = next((rule for rule in known if rule.covers(key)), None)
        before, value = standing.get(key), values.get(key)
        level = judged(rule, value, before) if rule and value is not None else None
        if level != before:
            limit = getattr(rule, level) if rule and level else None
            found.append(Change(key, before, level, value, limit))
    return found


def judged(rule: Rule, value: float, before: Level | None) -> Level | None:
    """The level now; an alert that stands falls back only when the value is well within."""
    if _past(rule, value, rule.bad):
        return "bad"
    if before == "bad" and not _well_within(rule, value, rule.bad):
        return "bad"
    if _past(rule, value, rule.warn):
        return "warn"
    if before is not None and not _well_within(rule, value, rule.warn):
        return "warn"
    return None


def _past(rule: Rule, value: float, limit: float) -> bool:
    return value == limit or _worse(rule.measure, value, limit)


def _well_within(rule: Rule, value: float, limit: float) -> bool:
    room = limit * rule.margin
    eased = limit + room if rule.measure in LOW_IS_BAD else limit - room
    return _worse(rule.measure, eased, value) or value == eased


def _worse(measure: str, one: float, other: float) -> bool:
    return one < other if measure in LOW_IS_BAD else one > other
