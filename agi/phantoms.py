"""Whom the books have in a call that Asterisk does not know, and the reverse. Pure.

A reservation, a ring and a conversation are leases: the leg that they stand for must be there. The
books follow Asterisk's record, so a difference that lasts is a record that was lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from crm.staff.floor import IN_CALL
from crm.staff.queries import AgentView
from mainline.asterisk.snapshots import Channel

RESERVED_S: Final = 300.0
"""So long an agent is kept free for a caller who comes back from elsewhere."""
_LEASED: Final = frozenset({"ringing", *IN_CALL})


@dataclass(frozen=True, slots=True)
class Phantom:
    """A difference about one agent and one call; ``found`` is what Asterisk knows."""

    agent: str
    call_id: str
    was: str
    found: Literal["gone", "talking"]


def phantoms(agents: Iterable[AgentView], legs: Sequence[Channel]) -> list[Phantom]:
    """All differences at one moment."""
    own = _by_agent(legs)
    joined = {leg.bridge: leg.call_id for leg in legs if leg.is_customer and leg.bridge}
    found = (_of(agent, own.get(agent.number, ()), joined) for agent in agents)
    return [phantom for phantom in found if phantom is not None]


def _by_agent(legs: Sequence[Channel]) -> Mapping[str, Sequence[Channel]]:
    found: dict[str, list[Channel]] = defaultdict(list)
    for leg in legs:
        if leg.agent:
            found[leg.agent].append(leg)
    return found


def _of(agent: AgentView, own: Sequence[Channel], joined: Mapping[str, str]) -> Phantom | None:
    if agent.state in _LEASED and agent.call_id:
        if any(agent.call_id in {leg.call_id, joined.get(leg.bridge)} for leg in own):
            return None
        return Phantom(agent.number, agent.call_id, agent.state, "gone")
    talks = next((joined[leg.bridge] for leg in own if leg.bridge in joined), None)
    return Phantom(agent.number, talks, agent.state, "talking") if talks else None


def overdue(agents: Iterable[AgentView], at: datetime) -> list[AgentView]:
    """Agents who were kept free long enough."""
    limit = timedelta(seconds=RESERVED_S)
    return [
        each
        for each in agents
        if each.state == "reserved" and each.since is not None and at - each.since >= limit
    ]


class Lasting:
    """Lets through what was seen at each look for so long: facts travel for a moment."""

    def __init__(self, seconds: float) -> None:
        self._wanted = timedelta(seconds=seconds)
        self._since: dict[Phantom, datetime] = {}

    def due(self, found: Iterable[Phantom], at: datetime) -> list[Phantom]:
        """Those that have lasted; what is no longer found begins anew."""
        self._since = {each: self._since.get(each, at) for each in found}
        return [each for each, since in self._since.items() if at - since >= self._wanted]
