"""What states and steps of matters are called."""

from collections.abc import Callable
from typing import Any, Final

from crm.matters import events
from crm.matters.rules import Ladder
from mainline.i18n import Text, _, current_locale
from mainline.journal import Event

STATES: Final[dict[str, Text]] = {
    "waiting": Text("nobody has it yet"),
    "taken": Text("in work"),
    "settled": Text("Settled"),
}
TONES: Final[dict[str, str]] = {"waiting": "live", "taken": "", "settled": "good"}


def line(event: Event, ladder: Ladder) -> str:
    """One step of a matter's history."""
    for kind, say in _LINES.items():
        if isinstance(event, kind):
            return say(event, ladder)
    return event.kind


def _rung(event: Any, ladder: Ladder) -> str:
    name: str = ladder.rungs[event.level].name.to(current_locale())
    return name


def _climbed(event: Any, ladder: Ladder) -> str:
    rung = _rung(event, ladder)
    if event.why == "time":
        return _("time was over, it climbs to: %(rung)s", rung=rung)
    words = _("%(by)s passes it on to: %(rung)s", by=event.by, rung=rung)
    return f"{words} · {event.note}" if event.note else words


_LINES: Final[dict[type[Event], Callable[[Any, Ladder], str]]] = {
    events.MatterRaised: lambda e, _l: _("%(by)s raised it", by=e.by),
    events.MatterClimbed: _climbed,
    events.MatterTaken: lambda e, ladder: _(
        "%(by)s takes it as %(rung)s", by=e.by, rung=_rung(e, ladder)
    ),
    events.MatterLate: lambda _e, _l: _("the last time is over"),
    events.MatterSettled: lambda e, _l: _("%(by)s settled it", by=e.by),
}
