"""On hold and back: the one thing about a call that Asterisk's record leaves out and AMI tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from agi.facts.state import agent_of
from mainline.clock import now
from mainline.db import Database
from mainline.ids import call_subject
from mainline.journal import Event, append
from mainline.journal.talk_events import AgentHeld, AgentResumed

_KINDS: Final[Mapping[str, type[AgentHeld | AgentResumed]]] = {
    "Hold": AgentHeld,
    "Unhold": AgentResumed,
}
_MOMENT: Final = re.compile(r"(\d{9,11})\.(\d{6})")


class Holds:
    """Writes down who holds; an agent's leg only, a caller may hold as they like."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def heard(self, event: Mapping[str, str]) -> None:
        """An event of AMI."""
        fact = fact_of(event)
        if fact is not None:
            async with self._database.unit_of_work() as session:
                await append(session, fact)


def fact_of(event: Mapping[str, str]) -> Event | None:
    """What it means; None for all else."""
    kind, agent = _KINDS.get(event.get("Event", "")), agent_of(event.get("Channel", ""))
    call_id = event.get("Linkedid", "")
    if kind is None or not agent or not call_id:
        return None
    return kind(subject=call_subject(call_id), agent=agent, at=_moment(event))


def _moment(event: Mapping[str, str]) -> datetime:
    match = _MOMENT.fullmatch(event.get("Timestamp", ""))
    if match is None:
        return now()
    return datetime.fromtimestamp(int(match[1]), UTC).replace(microsecond=int(match[2]))
