"""Words that the desk's scripts show, and the keys, both in the language of the request."""

from collections.abc import Mapping, Sequence
from typing import Final

from mainline.i18n import Text, _

TEXTS: Final[Mapping[str, Text]] = {
    "state-closed": Text("Off duty"),
    "state-paused": Text("Paused"),
    "state-ready": Text("Ready for calls"),
    "state-ringing": Text("Ringing"),
    "state-talking": Text("Talking"),
    "state-held": Text("On hold"),
    "state-reserved": Text("Reserved"),
    "state-wrapup": Text("Wrap-up"),
    "pause-signed-in": Text("Signed in, not yet ready"),
    "pause-leader": Text("By the leader"),
    "pause-unreachable": Text("Your telephone was not reachable. Go ready again when it is back."),
    "pause-over": Text("longer than allowed"),
    "line-ringing": Text("Rings"),
    "line-dialling": Text("Dialling"),
    "line-talking": Text("Talking"),
    "line-held": Text("On hold"),
    "caller": Text("Caller"),
    "outside": Text("Number outside"),
    "yes": Text("Yes"),
    "no": Text("No"),
    "offline": Text("The server cannot be reached. Calls go on; please try again in a moment."),
    "microphone-bad": Text("No sound from the microphone. Allow it in the browser and unmute it."),
    "link-bad": Text("The telephone system does not answer."),
    "link-down": Text("No line to the telephone system. It is being restored."),
    "echo-bad": Text("The echo did not come back. Check the network, then try again."),
    "media-lost": Text("The sound connection was lost. Call the customer back, please."),
    "sound-blocked": Text("The browser blocks the sound. Click anywhere on the page."),
    "transferred": Text("The call was handed over."),
    "asked-in": Text("The third is being rung."),
    "parked": Text("Parked in slot"),
    "count-serving": Text("serving"),
    "count-idle": Text("idle"),
    "count-paused": Text("paused"),
    "count-closed": Text("off duty"),
    "waiting": Text("Waiting in your queues"),
    "waiting-urgent": Text("An emergency waits"),
    "longest": Text("longest"),
    "hold-refused": Text("The line did not react. Please press hold again."),
    "transfer-refused": Text("The call could not be handed over. It is still here."),
    "no-reason-found": Text("Nothing fits. Use fewer letters."),
    "reason-first": Text("Choose a reason first."),
    "fields-first": Text("Please fill in the marked fields."),
    "call-first": Text("Finish the call first."),
    "noted": Text("Noted."),
    "ready-after": Text("Ready as soon as this call is noted."),
    "reason-why": Text("Please say why."),
    "promised": Text("Promised for"),
    "raised": Text("Raised as matter"),
    "order-opened": Text("Work order opened:"),
    "request-made": Text("Request made; papers are handed in with this number:"),
}

KEYS: Final[tuple[tuple[str, Text], ...]] = (
    ("F2", Text("Answer")),
    ("F4", Text("Hang up")),
    ("F8", Text("Hold and resume")),
    ("F9", Text("Mute and unmute")),
    ("Alt+R", Text("Ready")),
    ("Alt+P", Text("Pause: choose a reason")),
    ("Alt+D", Text("Do not disturb, and back")),
    ("Alt+A", Text("Answer calls by themselves, or by hand")),
    ("Alt+Y", Text("Check microphone, line and echo")),
    ("Alt+Q", Text("Sign off")),
    ("Alt+T", Text("Transfer")),
    ("Alt+C", Text("Hand over after asking")),
    ("Alt+B", Text("Back to the caller")),
    ("Alt+S", Text("From the caller to whoever is asked, and back")),
    ("Alt+J", Text("Talk together with the colleague")),
    ("Alt+X", Text("Let the third go")),
    ("Alt+V", Text("Park the caller")),
    ("Alt+U", Text("Take the parked caller who waits longest")),
    ("Alt+L", Text("Call the leader")),
    ("Alt+M", Text("Missed calls")),
    ("Alt+H", Text("Call back the newest missed call")),
    ("Alt+K", Text("Keypad, then digits")),
    ("Alt+O", Text("Call out")),
    ("Alt+G", Text("Choose among several customers")),
    ("Alt+W", Text("Reason: type to find, Enter takes it")),
    ("Alt+E", Text("Knowledge: search; arrows go through the articles")),
    ("Alt+N", Text("Work order")),
    ("Alt+F", Text("Promise a time to the caller")),
    ("F6", Text("Matter: what cannot be settled here")),
    ("F10", Text("The number on the line is this customer's")),
    ("Alt+I", Text("Appointment for the newest order")),
    ("Alt+Enter", Text("Finish the call, ready again")),
    ("Alt+Z", Text("Finish the call, then pause")),
)


def texts() -> dict[str, str]:
    """All words of the scripts."""
    return {name: _(text) for name, text in TEXTS.items()}


def keys() -> list[tuple[str, str]]:
    """The keyboard overview."""
    return [(key, _(text)) for key, text in KEYS]


_HOUR_MIN: Final = 60


def within(minutes: Sequence[int]) -> list[tuple[int, str]]:
    """How soon, in words."""
    return [
        (each, _("within %(count)s h", count=each // _HOUR_MIN))
        if each >= _HOUR_MIN
        else (each, _("within %(count)s min", count=each))
        for each in minutes
    ]
