"""The trade's words on all desks: states of agents, outcomes of calls."""

from typing import Final

from mainline.i18n import Text, _

AGENT_STATES: Final[dict[str, Text]] = {
    "closed": Text("signed out"),
    "paused": Text("paused"),
    "ready": Text("ready"),
    "ringing": Text("ringing"),
    "talking": Text("talking"),
    "held": Text("on hold"),
    "reserved": Text("reserved"),
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
PAUSES: Final[dict[str, Text]] = {
    "signed-in": Text("not ready yet"),
    "break": Text("break"),
    "lunch": Text("meal"),
    "meeting": Text("meeting"),
    "training": Text("training"),
    "paperwork": Text("paperwork"),
    "dnd": Text("do not disturb"),
    "other": Text("other"),
    "leader": Text("by the leader"),
    "unreachable": Text("telephone unreachable"),
}


def _words(table: dict[str, Text], name: str | None) -> str:
    return _(table[name]) if name in table else (name or "")


def agent_words(state: str | None) -> str:
    """What an agent does."""
    return _words(AGENT_STATES, state)


def outcome_words(outcome: str | None) -> str:
    """What became of a call."""
    return _words(OUTCOMES, outcome)


def pause_words(reason: str | None) -> str:
    """Why an agent is paused."""
    return _words(PAUSES, reason)
