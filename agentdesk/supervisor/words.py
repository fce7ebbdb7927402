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
    "mode-holiday": Text("holiday"),
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
    "act-take-over": Text("Take over"),
    "act-queues": Text("Queues"),
    "act-call": Text("Call"),
    "act-note": Text("Note"),
    "act-more": Text("All that can be done here"),
    "act-raise": Text("Let go ahead"),
    "act-fetch": Text("Put through to me"),
    "act-through": Text("Put through to an agent"),
    "act-note-call": Text("Note on the call"),
    "take-over": Text("You have taken over the call of %s"),
    "call": Text("You call %s"),
    "fetch": Text("You speak with %s"),
    "sign-out?": Text("Sign out %s? A call in progress goes on."),
    "pause?": Text("Pause %s?"),
    "ready?": Text("Make %s ready?"),
    "take-over?": Text("Take over the call of %s?"),
    "call?": Text("Call %s?"),
    "queues?": Text("Queues of %s, with penalty: 0 goes first, empty is not in it"),
    "note?": Text("Note on %s"),
    "raise?": Text("Let %s go before the others?"),
    "fetch?": Text("Speak with %s yourself?"),
    "through?": Text("Put %s through to an agent?"),
    "note-call?": Text("Note on the call of %s"),
    "auto?": Text("Answer line %s by the calendar again?"),
    "night?": Text("Answer line %s as at night from the next call on?"),
    "holiday?": Text("Answer line %s as on a holiday from the next call on?"),
    "emergency?": Text("Play the emergency announcement on line %s from the next call on?"),
    "why": Text("Why (optional)"),
    "note": Text("Note"),
    "agent": Text("Agent"),
    "until": Text("until %s"),
    "until-field": Text("Until (empty: until switched back)"),
    "all-queue": Text("all"),
    "all-branch": Text("all"),
    "expected": Text("expected"),
    "acknowledge": Text("Acknowledge"),
    "stands-for": Text("stands for"),
    "acknowledged-by": Text("%s takes care of it"),
    "alert-service-level": Text("Service level"),
    "alert-abandon-rate": Text("Abandon rate"),
    "alert-longest-wait": Text("Long wait"),
    "alert-waiting": Text("Many waiting"),
    "alert-paused": Text("Paused for long"),
    "alert-wrapup": Text("Wrap-up for long"),
    "alert-orders-overdue": Text("Orders overdue"),
    "alert-counters": Text("Figures do not add up"),
    "alert-disk-free": Text("Disk nearly full, free"),
    "alert-recording": Text("Recordings missing"),
}


def texts() -> dict[str, str]:
    """All of them by name."""
    found = {name: _(text) for name, text in _TEXTS.items()}
    found |= {f"state-{name}": _(text) for name, text in AGENT_STATES.items()}
    found |= {f"pause-{name}": _(text) for name, text in PAUSES.items()}
    found |= {f"class-{name}": _(text) for name, text in CALLER_WORDS["classes"].items()}
    return found
