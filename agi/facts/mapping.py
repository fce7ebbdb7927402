"""From rows of one call to the facts they mean: a table and a small state. No I/O, no clock.

Only calls that pass a point of our dialplan are calls; announcements, consultations between
colleagues, echo tests and spies leave rows but no facts.
"""

from __future__ import annotations

from dataclasses import replace

from agi.facts.asterisk import EVENTS
from agi.facts.points import POINTS
from agi.facts.records import Row
from agi.facts.state import CallState
from dialplan import contract
from mainline.journal import Event
from mainline.journal.floor_events import DirectCallMissed


def alone(row: Row) -> list[Event]:
    """The facts of a row that belongs to no customer's call."""
    if row.user != contract.CEL_DIRECT:
        return []
    words = {name: row.extra.get(name, "") for name in ("caller", "why")}
    subject = f"agent:{row.extra.get('agent', '')}"
    return [DirectCallMissed(subject=subject, at=row.at, **words)]


def about(row: Row) -> Row:
    """Rows of a leg that has not become part of the call yet name the call they are about."""
    named = row.extra.get("call", "") if row.user == contract.CEL_CONFERENCE else ""
    return replace(row, call_id=named) if named else row


def begins(row: Row) -> bool:
    """Whether a call that is not known yet becomes one by this row."""
    return row.user in POINTS


def facts(state: CallState, row: Row) -> list[Event]:
    """The facts of this row; ``state`` takes it in."""
    tell = POINTS.get(row.user) if row.user else EVENTS.get(row.type)
    state.last_at = max(state.last_at, row.at)
    return tell(state, row) if tell else []
