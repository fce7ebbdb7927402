"""Who is called back from wrap-up for a leak when nobody else is free. Pure.

A wrap-up may be ended, for its disposition can be entered later; never a call, and never a pause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from agi.leases import Finding
from crm.staff.queries import AgentView
from dialplan.contract import PRIORITY_URGENT
from mainline.asterisk.snapshots import Member, Queues, Station, Waiting
from mainline.asterisk.switchboard import WRAPUP

RINGING: Final = 6


def called_back(agents: Sequence[AgentView], queues: Queues, at: datetime) -> list[Finding]:
    """One agent for each emergency that nobody is free for, the longest in wrap-up first."""
    found: list[Finding] = []
    for queue, waiting in _emergencies(queues).items():
        members = [member for member in queues.members if member.queue == queue]
        unserved = waiting[len([member for member in members if _will_take_it(member)]) :]
        taken = {finding.agent for finding in found}
        resting = [one for one in _resting(agents, members, at) if one.number not in taken]
        found += [
            _end(agent, queue, caller) for agent, caller in zip(resting, unserved, strict=False)
        ]
    return found


def _emergencies(queues: Queues) -> dict[str, list[Waiting]]:
    """Emergencies by queue, in the order in which they are served."""
    found: dict[str, list[Waiting]] = defaultdict(list)
    for caller in sorted(queues.waiting, key=lambda one: one.position):
        if caller.priority >= PRIORITY_URGENT:
            found[caller.queue].append(caller)
    return found


def _will_take_it(member: Member) -> bool:
    """Free, or rung already."""
    if member.paused or not member.reachable:
        return False
    return not member.busy or member.status == RINGING


def _resting(
    agents: Sequence[AgentView], members: Sequence[Member], at: datetime
) -> Iterator[AgentView]:
    """Who writes a call down and would be ready after it, the longest at it first."""
    here = {member.agent for member in members if _rests(member)}
    mine = [one for one in agents if one.number in here]
    for agent in sorted(mine, key=lambda one: one.since or at):
        if agent.state == "wrapup" and agent.word == "ready":
            yield agent


def _rests(member: Member) -> bool:
    return member.paused and member.reason == WRAPUP and member.reachable and not member.busy


def _end(agent: AgentView, queue: str, caller: Waiting) -> Finding:
    station: Station = "phone" if agent.station == "phone" else "softphone"
    return Finding(
        "called-back",
        agent.number,
        station,
        queue=queue,
        call_id=agent.call_id or "",
        for_call=caller.uniqueid,
    )
