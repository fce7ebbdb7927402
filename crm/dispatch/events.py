"""Facts of dispatch, subject ``work_order:<id>``. The assignment itself is a fact of the order."""

from mainline.journal import Event, event_kind


@event_kind("dispatch.assigned")
class DispatchAssigned(Event):
    """Somebody was sent: by the rule for emergencies, or by a dispatcher who saw the reasons."""

    number: str
    to: str
    by: str
    automatic: bool
    score: float
    reasons: list[str]
    """Codes with their values, as they were shown."""


@event_kind("dispatch.nobody")
class DispatchNobody(Event):
    """The rule for emergencies found nobody who could be sent."""

    number: str
    reasons: list[str]
