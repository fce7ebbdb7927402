"""What rows of several kinds do to a call: its legs, its place in the queue, its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from agi.facts.records import Row
from agi.facts.state import CallState, Leg
from mainline.journal import Event
from mainline.journal.call_events import CallEnded, QueueLeft
from mainline.journal.talk_events import AgentAnswered, AgentLeftCall, AgentMissed

Tell = Callable[[CallState, Row], list[Event]]
"""What one kind of row means; the state takes it in."""


def leave_queue(state: CallState, how: str, at: datetime) -> list[Event]:
    """The visit of the queue ends in this way, if there is one."""
    if not state.queue:
        return []
    queue, state.queue = state.queue, ""
    fields = {"subject": state.subject, "at": at, "queue": queue, "how": how}
    return [QueueLeft.model_validate(fields)]


def gone(state: CallState, channel: str, at: datetime) -> list[Event]:
    """An agent's leg ended. Of two telephones of one agent, the last one counts."""
    leg = state.legs.pop(channel, None)
    if leg is None or leg.phase == "consulted":
        return []
    if any(o.agent == leg.agent and o.phase != "consulted" for o in state.legs.values()):
        return []
    if leg.phase in {"talking", "placing"}:
        return [AgentLeftCall(subject=state.subject, at=at, agent=leg.agent)]
    taken = any(other.phase in {"picked_up", "talking"} for other in state.legs.values())
    words: dict[str, Any] = {"agent": leg.agent, "queue": leg.queue, "elsewhere": taken}
    return [AgentMissed(subject=state.subject, at=at, **words)]


def talk(state: CallState, row: Row, queue: str, agent: str) -> list[Event]:
    """Caller and agent talk on this leg."""
    state.legs[row.uniqueid] = Leg(agent, "talking", queue)
    words = {"agent": agent, "queue": queue, "channel": row.channel}
    return [AgentAnswered(subject=state.subject, at=row.at, **words)]


def close(state: CallState, at: datetime) -> list[Event]:
    """The call is over: whatever was still open ends with it."""
    told = [fact for channel in list(state.legs) for fact in gone(state, channel, at)]
    state.ended = True
    subject = state.subject
    return [
        *told,
        *leave_queue(state, "abandoned", at),
        CallEnded(subject=subject, at=at, cause=state.cause),
    ]
