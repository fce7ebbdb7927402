"""Words that the board's scripts show, in the language of the request."""

from collections.abc import Mapping
from typing import Final

from mainline.i18n import Text, _

_TEXTS: Final[Mapping[str, Text]] = {
    "late": Text("late by %s"),
    "left": Text("%s left"),
    "days": Text("%s days"),
    "hours": Text("%s h"),
    "minutes": Text("%s min"),
    "paused": Text("Clock stopped"),
    "disputed": Text("Changed meanwhile"),
    "emergency": Text("Emergency"),
    "urgent": Text("Urgent"),
    "normal": Text("Normal"),
    "on-shift": Text("on shift"),
    "off-shift": Text("off shift"),
    "orders": Text("%s open"),
    "late-orders": Text("%s late"),
    "seen": Text("seen %s min ago"),
    "unseen": Text("position not known"),
    "track": Text("Way of today"),
    "no-track": Text("Nothing is known of today's way."),
    "choose": Text("Whom to send?"),
    "send": Text("Send"),
    "sent": Text("%s was sent."),
    "score": Text("%s points"),
    "unfit": Text("cannot be sent"),
    "reason-distance": Text("%s km away"),
    "reason-no-place": Text("distance not known"),
    "reason-age": Text("position %s min old"),
    "reason-load": Text("%s open orders"),
    "reason-late": Text("%s of them late"),
    "reason-emergency": Text("busy with an emergency"),
    "reason-skill": Text("can do %s"),
    "reason-lacks": Text("lacks %s"),
    "reason-team": Text("of the order's team"),
    "reason-other-team": Text("of another team"),
    "reason-on-shift": Text("on shift"),
    "reason-off-shift": Text("off shift"),
    "spot": Text("%s orders of one kind here"),
    "link-down": Text("No connection. The board stands still."),
    "live": Text("live"),
}


def texts() -> dict[str, str]:
    """All of them by name."""
    return {name: _(text) for name, text in _TEXTS.items()}
