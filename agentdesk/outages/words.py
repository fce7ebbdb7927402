"""Words that the map's scripts show, in the language of the request."""

from collections.abc import Mapping
from typing import Final

from mainline.i18n import Text, _

STATES: Final[Mapping[str, Text]] = {
    "normal": Text("normal"),
    "planned": Text("planned interruption"),
    "suspected": Text("suspected outage"),
    "outage": Text("outage"),
}
DECISIONS: Final[Mapping[str, Text]] = {
    "open": Text("Open: waits for a decision"),
    "confirmed": Text("Confirmed"),
    "rejected": Text("Rejected"),
    "over": Text("Ended by itself: the calls stopped"),
}
_TEXTS: Final[Mapping[str, Text]] = {
    "callers": Text("%s callers"),
    "since": Text("since %s"),
    "until": Text("expected until %s"),
    "from": Text("from %s"),
    "asked": Text("%s want to be called when it is over"),
    "decide": Text("Look and decide"),
    "end": Text("Supply is back"),
    "end?": Text("Is supply back at %s? Those who asked for it will be called."),
    "waiting": Text("%s waiting"),
    "order": Text("Work order %s"),
    "link-down": Text("No connection. The map stands still."),
    "fault": Text("Fault"),
    "planned": Text("Planned"),
}


def texts() -> dict[str, str]:
    """All of them by name."""
    found = {name: _(text) for name, text in _TEXTS.items()}
    return found | {f"state-{name}": _(text) for name, text in STATES.items()}
