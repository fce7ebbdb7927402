"""What states and steps of messages are called."""

from collections.abc import Callable
from typing import Any, Final

from crm.messages import events
from mainline.i18n import Text, _
from mainline.journal import Event

STATES: Final[dict[str, Text]] = {
    "new": Text("new"),
    "taken": Text("in work"),
    "settled": Text("to be told"),
    "done": Text("done"),
}
ABOUT: Final[dict[str, Text]] = {"message": Text("Message"), "complaint": Text("Complaint")}
WHICH: Final[dict[str, Text]] = {
    "open": Text("To do"),
    "overdue": Text("Overdue"),
    "to-tell": Text("To be told"),
    "mine": Text("Mine"),
    "done": Text("Done"),
}
OWNERS: Final[dict[str, Text]] = {
    "leader": Text("Team leader"),
    "service": Text("Customer service"),
    "repair": Text("Repair desk"),
}
"""Teams to whom a rule may give a message; people stand with their own names."""


def owner_words(owner: str | None) -> str:
    """Whose task it is."""
    return _(OWNERS[owner]) if owner in OWNERS else owner or ""


def told_words(told: str) -> str:
    """How the caller was told."""
    words = {
        "told": Text("the caller was told"),
        "waived": Text("nobody had to be told"),
        "unreached": Text("the call-back reached nobody"),
    }
    return _(words[told]) if told in words else ""


def line(event: Event) -> str:
    """One step of a message's history."""
    for kind, say in _LINES.items():
        if isinstance(event, kind):
            return say(event)
    return event.kind


def _settled(event: Any) -> str:
    words = {
        "call-back": Text("%(by)s wrote down the outcome and promised a call-back"),
        "self": Text("%(by)s wrote down the outcome and tells it"),
        "none": Text("%(by)s closed it without a call"),
    }
    return _(words[event.tell], by=event.by)


_LINES: Final[dict[type[Event], Callable[[Any], str]]] = {
    events.MessageOpened: lambda e: _("is given to %(owner)s", owner=owner_words(e.owner)),
    events.MessageTaken: lambda e: (
        _("%(by)s takes it", by=e.by)
        if e.owner == e.by
        else _("%(by)s gives it to %(owner)s", by=e.by, owner=owner_words(e.owner))
    ),
    events.MessageSorted: lambda e: _(
        "%(by)s sorts it as: %(about)s", by=e.by, about=_(ABOUT[e.about])
    ),
    events.MessageLinked: lambda e: _(
        "%(by)s links the work order %(number)s", by=e.by, number=e.work_order
    ),
    events.MessageSettled: _settled,
    events.MessageTold: lambda e: (
        _("%(by)s told the caller", by=e.by) if e.how == "told" else _("is closed")
    ),
    events.MessageUnreached: lambda _e: _("the call-back reached nobody"),
}
