"""Facts about alerts, subject ``alert:<id>``; about counters, subject ``queue:<name>``."""

from typing import Literal

from mainline.journal import Event, event_kind


def alert_subject(alert_id: int) -> str:
    """The journal's subject of an alert."""
    return f"alert:{alert_id}"


@event_kind("alert.raised")
class AlertRaised(Event):
    """Worker. A threshold is passed; ``about`` is a queue, an agent or nothing in particular."""

    measure: str
    about: str
    level: Literal["warn", "bad"]
    value: float
    limit: float


@event_kind("alert.changed")
class AlertChanged(Event):
    """Worker. It has grown worse, or eased; who acknowledged the milder one must look again."""

    level: Literal["warn", "bad"]
    value: float
    limit: float


@event_kind("alert.acknowledged")
class AlertAcknowledged(Event):
    """Leader. Somebody takes care of it."""

    by: str
    note: str = ""


@event_kind("alert.cleared")
class AlertCleared(Event):
    """Worker. It is over by itself."""


@event_kind("counters.differ")
class CountersDiffer(Event):
    """Worker. What boards show of a queue is not what the journal tells, or what Asterisk holds."""

    shown: dict[str, int]
    counted: dict[str, int]
    source: Literal["journal", "asterisk"] = "journal"
