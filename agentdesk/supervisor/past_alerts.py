"""An alert as a row of the history. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agentdesk.panels.labels import Labels
from crm.alerts.models import Alert

_SECONDS: Final = frozenset({"longest-wait", "paused", "wrapup"})
_PERCENT: Final = frozenset({"service-level", "abandon-rate", "disk-free"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line; ``lasted_s`` None: it stands still."""

    raised_at: datetime
    measure: str
    level: str
    about: str
    value: str
    limit: str
    lasted_s: float | None
    by: str
    acknowledged_at: datetime | None
    note: str


def shown(alert: Alert, labels: Labels) -> Row:
    """The line of an alert."""
    over, (kind, _colon, name) = alert.cleared_at, alert.subject.partition(":")
    return Row(
        raised_at=alert.raised_at,
        measure=alert.measure,
        level=alert.level,
        about=labels.queue(name) if kind == "queue" else name,
        value=in_unit(alert.measure, alert.value),
        limit=in_unit(alert.measure, alert.limit),
        lasted_s=(over - alert.raised_at).total_seconds() if over else None,
        by=alert.acknowledged_by,
        acknowledged_at=alert.acknowledged_at,
        note=alert.note,
    )


def in_unit(measure: str, value: float) -> str:
    """The value as people read it: minutes and seconds, per cent, times the usual, or a count."""
    if measure in _SECONDS:
        return f"{int(value) // 60}:{int(value) % 60:02}"
    if measure == "unusual-reading":
        return f"×{value:.1f}"
    return f"{round(value)} %" if measure in _PERCENT else str(round(value))
