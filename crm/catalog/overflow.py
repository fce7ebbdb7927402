"""When a queue sends its callers on, and where to. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mainline.definitions import Problem
from mainline.i18n import Text


class OverflowRule(BaseModel):
    """One reason to send callers on. Whoever declines an offered call-back stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Literal["absence", "length", "wait"]
    """Nobody signed in; ``at`` callers wait already; ``at`` seconds waited."""
    at: int = Field(default=0, ge=0, le=7200)
    to: str = Field(pattern=r"^(message|callback|queue:[a-z][a-z0-9_-]{1,31})$")

    @property
    def queue(self) -> str:
        """The other queue; empty for the other ways."""
        return self.to.partition("queue:")[2]


Rules = Mapping[str, Sequence[OverflowRule]]


def problems(rules: Rules, longest: Mapping[str, int]) -> Iterator[Problem]:
    """Mistakes in the rules of all queues; ``longest``: the seconds after which each gives up."""
    for name, own in rules.items():
        yield from _of(name, own, longest[name])
        for rule in own:
            if rule.queue and (rule.queue == name or rule.queue not in rules):
                words = Text("Leads to a queue that does not exist, or to itself.")
                yield Problem("error", "overflow-nowhere", name, words)
    for name in rules:
        if name in _reached(rules, name):
            words = Text("Callers who are sent on would come back here.")
            yield Problem("error", "overflow-circle", name, words)


def _of(name: str, own: Sequence[OverflowRule], longest_s: int) -> Iterator[Problem]:
    reasons = [rule.when for rule in own]
    if len(set(reasons)) != len(reasons):
        yield Problem("error", "overflow-twice", name, Text("A reason is given twice."))
    for rule in own:
        if (rule.at == 0) != (rule.when == "absence"):
            words = Text("Length and wait need a number, absence has none.")
            yield Problem("error", "overflow-number", name, words)
        elif rule.when == "wait" and rule.at >= longest_s:
            words = Text("The longest wait of the queue ends before.")
            yield Problem("error", "overflow-late", name, words)


def _reached(rules: Rules, start: str) -> set[str]:
    """Every queue to which callers of that one may be sent, one after the other."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        targets = {rule.queue for rule in rules.get(waiting.pop(), ()) if rule.queue}
        waiting += targets - found
        found |= targets
    return found
