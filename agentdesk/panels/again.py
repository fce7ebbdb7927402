"""One more call about the same matter: what the agent is told while it rings."""

from collections.abc import Sequence
from dataclasses import dataclass

from mainline.journal import Event
from mainline.journal.call_events import CallContextTold, CallRepeated


@dataclass(frozen=True, slots=True)
class Again:
    """``count`` is how often they call about it, this call included."""

    count: int
    order: str = ""
    agent: str = ""
    """Who was tried first, because they talked before."""
    escalated: bool = False
    said: bool = True
    """They said that it is about this; else it is only likely."""


def again(events: Sequence[Event]) -> Again | None:
    """From the call's facts."""
    for fact in reversed(events):
        if isinstance(fact, CallRepeated):
            return Again(fact.count, fact.order, fact.agent, fact.escalated)
        if isinstance(fact, CallContextTold) and fact.reason == "repeat":
            return Again(fact.calls + 1, fact.order, said=False)
    return None
