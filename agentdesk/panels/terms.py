"""The trade's words on all desks: states of agents, outcomes of calls, queues."""

from typing import Final

from mainline.i18n import Text, _

AGENT_STATES: Final[dict[str, Text]] = {
    "closed": Text("signed out"),
    "paused": Text("paused"),
    "ready": Text("ready"),
    "ringing": Text("ringing"),
    "talking": Text("talking"),
    "wrapup": Text("wrap-up"),
}
OUTCOMES: Final[dict[str, Text]] = {
    "in-progress": Text("in progress"),
    "answered": Text("answered"),
    "transferred": Text("transferred"),
    "message": Text("left a message"),
    "refused": Text("refused"),
    "self-served": Text("self-served"),
    "abandoned": Text("abandoned"),
    "failed": Text("failed"),
}
QUEUES: Final[dict[str, Text]] = {
    "service": Text("Service"),
    "repair": Text("Repairs"),
    "billing": Text("Bills"),
    "emergency": Text("Emergency"),
}
PAUSES: Final[dict[str, Text]] = {
    "signed-in": Text("not ready yet"),
    "break": Text("break"),
    "meal": Text("meal"),
    "meeting": Text("meeting"),
    "training": Text("training"),
    "paperwork": Text("paperwork"),
    "leader": Text("by the leader"),
}


def _words(table: dict[str, Text], name: str | None) -> str:
    return _(table[name]) if name in table else (name or "")


def agent_words(state: str | None) -> str:
    """What an agent does."""
    return _words(AGENT_STATES, state)


def outcome_words(outcome: str | None) -> str:
    """What became of a call."""
    return _words(OUTCOMES, outcome)


def queue_words(queue: str | None) -> str:
    """A queue; one the company added shows its own name."""
    return _words(QUEUES, queue)


def pause_words(reason: str | None) -> str:
    """Why an agent is paused."""
    return _words(PAUSES, reason)
