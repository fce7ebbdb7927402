"""Words that the board's scripts show, in the language of the request."""

from collections.abc import Mapping
from typing import Final

from agentdesk.panels.terms import AGENT_STATES, PAUSES
from agentdesk.panels.words import CALLER_WORDS
from mainline.i18n import Text, _

_TEXTS: Final[Mapping[str, Text]] = {
    "stage-menu": Text("in the menu"),
    "stage-waiting": Text("waiting"),
    "stage-talking": Text("talking"),
    "direction-out": Text("outgoing"),
    "mode-auto": Text("by the calendar"),
    "mode-night": Text("night service"),
    "mode-emergency": Text("emergency announcement"),
    "unknown": Text("unknown"),
    "pause-over": Text("longer than allowed"),
    "elderly": Text("elderly"),
    "emergency": Text("emergency"),
    "repeats": Text("call no. {count} about this"),
    "medical": Text("medical need"),
    "none-waiting": Text("Nobody is waiting."),
    "no-agents": Text("No agents yet."),
    "no-calls": Text("No calls at the moment."),
    "offered": Text("offered"),
    "answered": Text("answered"),
    "abandoned": Text("abandoned"),
    "sound": Text("Figures add up"),
    "unsound": Text("Figures do not add up: some facts are still missing."),
    "late": Text("Figures are late: the worker is behind."),
    "link-down": Text("No connection. Figures stand still."),
    "listen": Text("You are listening to %s"),
    "whisper": Text("You whisper to %s"),
    "barge": Text("You are in the talk of %s"),
    "act-listen": Text("Listen"),
    "act-whisper": Text("Whisper"),
    "act-barge": Text("Barge in"),
    "act-pause": Text("Set paused"),
    "act-ready": Text("Ready"),
    "act-sign-out": Text("Sign out"),
    "phone-on": Text("Telephone ready"),
    "phone-away": Text("No line to the telephone system"),
    "microphone": Text("Allow the microphone to listen and speak."),
    "sign-out?": Text("Sign out %s? A call in progress goes on."),
    "night?": Text("Answer line %s as at night from the next call on?"),
    "emergency?": Text("Play the emergency announcement on line %s from the next call on?"),
}


def texts() -> dict[str, str]:
    """All of them by name."""
    found = {name: _(text) for name, text in _TEXTS.items()}
    found |= {f"state-{name}": _(text) for name, text in AGENT_STATES.items()}
    found |= {f"pause-{name}": _(text) for name, text in PAUSES.items()}
    found |= {f"class-{name}": _(text) for name, text in CALLER_WORDS["classes"].items()}
    return found
