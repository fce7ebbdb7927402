"""A call's stays in queues, from its facts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mainline.journal import Event
from mainline.journal.call_events import CallEnded, QueueEntered, QueueLeft
from mainline.journal.floor_events import CallerRaised
from mainline.journal.talk_events import AgentAnswered


@dataclass(slots=True)
class Visit:
    """One stay; ``how`` None while the caller waits."""

    queue: str
    entered_at: datetime
    priority: int = 0
    degraded: bool = False
    left_at: datetime | None = None
    how: str | None = None
    agent: str | None = None

    @property
    def wait_s(self) -> float | None:
        """How long the stay was; None while the caller waits."""
        return (self.left_at - self.entered_at).total_seconds() if self.left_at else None

    def close(self, at: datetime, how: str, agent: str | None = None) -> None:
        """The stay ended; what is closed stays closed."""
        if self.how is None:
            self.left_at, self.how, self.agent = at, how, agent


def visits(events: Sequence[Event]) -> list[Visit]:
    """All stays, from facts in order. A call waits in one queue at a time."""
    found: list[Visit] = []
    for event in events:
        waiting = found[-1] if found and found[-1].how is None else None
        if isinstance(event, QueueEntered):
            if waiting is not None:
                waiting.close(event.at, "withdrawn")
            found.append(Visit(event.queue, event.at, event.priority, event.degraded))
        elif waiting is not None:
            _leave(waiting, event)
    return found


def _leave(visit: Visit, event: Event) -> None:
    match event:
        case AgentAnswered(queue=queue) if queue in {"", visit.queue}:
            visit.close(event.at, "answered", event.agent)
        case QueueLeft(queue=queue, how=how) if queue == visit.queue:
            visit.close(event.at, how)
        case CallerRaised(queue=queue, priority=priority) if queue == visit.queue:
            visit.priority = priority
        case CallEnded():
            visit.close(event.at, "abandoned")
        case _:
            pass
