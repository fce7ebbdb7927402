"""What the floor's books and Asterisk's queues must agree on, and what ends by itself. Pure.

The books say what an agent wants (the desk's word) and does; Asterisk says who is a member and who
is paused. The telephone follows the books.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from crm.staff.floor import IN_CALL
from crm.staff.queries import AgentView
from dialplan.contract import LAST_RESORT_PENALTY, QUEUE_SERVICE, branch_queue
from mainline.asterisk.snapshots import Member, Station
from mainline.asterisk.switchboard import RESERVED, RESERVED_S, WRAPUP

UNREACHABLE: Final = "unreachable"
"""Reason of the pause of somebody whose telephone has gone."""
UNREACHABLE_S: Final = 20.0
"""A page that is reloaded is back in two seconds, one whose network failed in eleven."""
SETTLE_S: Final = 3.0
"""A difference between books and Asterisk counts when it lasts: facts travel for a moment."""
LEASE_S: Final = 900.0
"""Somebody who has been unreachable that long has gone home."""

Kind = Literal[
    "join",
    "leave",
    "penalty",
    "pause",
    "unpause",
    "unreachable",
    "wrapup-over",
    "called-back",
    "sign-out",
    "let-go",
]
_WAIT_S: Final[Mapping[Kind, float]] = {
    "unreachable": UNREACHABLE_S,
    "wrapup-over": 0.0,
    "called-back": 0.0,
    "let-go": 0.0,
}
_ON_THE_LINE: Final = IN_CALL | {"ringing"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be done for an agent."""

    kind: Kind
    agent: str
    station: Station
    queue: str = ""
    penalty: int = 0
    reason: str = ""
    """Of a pause; of the end of wrap-up, the desk's word that shows again."""
    call_id: str = ""
    for_call: str = ""
    """The emergency that an agent's wrap-up is ended for."""


def findings(
    agents: Iterable[AgentView], members: Sequence[Member], at: datetime, *, wrapup_s: int
) -> list[Finding]:
    """All that is not as it should be."""
    found: list[Finding] = []
    for agent in agents:
        own = [member for member in members if member.agent == agent.number]
        found += _of(agent, own, at, wrapup_s)
    return found


def let_go(agents: Iterable[AgentView], members: Sequence[Member]) -> list[Finding]:
    """Who may sign in no more serves no queue, and their telephone is void: not while a caller is
    on it, who would be left alone with somebody unable to hang up."""
    found: list[Finding] = []
    for agent in agents:
        own = [member for member in members if member.agent == agent.number]
        found += [Finding("leave", agent.number, each.station, queue=each.queue) for each in own]
        if agent.state not in _ON_THE_LINE:
            station: Station = "phone" if agent.station == "phone" else "softphone"
            found.append(Finding("let-go", agent.number, station, reason=agent.word))
    return found


def _of(agent: AgentView, own: Sequence[Member], at: datetime, wrapup_s: int) -> Iterator[Finding]:
    station: Station = "phone" if agent.station == "phone" else "softphone"
    if agent.word == "closed":
        yield from (
            Finding("leave", agent.number, member.station, queue=member.queue) for member in own
        )
        return
    if agent.state == "wrapup" and _older(agent, at, wrapup_s):
        call_id = agent.call_id or ""
        yield Finding("wrapup-over", agent.number, station, reason=agent.word, call_id=call_id)
    elif agent.reason == UNREACHABLE and _older(agent, at, LEASE_S):
        yield Finding("sign-out", agent.number, station)
    elif agent.word == "ready":
        yield from _ready(agent, own, station, at)
    elif any(not member.paused for member in own):
        yield Finding("pause", agent.number, station, reason=agent.reason or "paused")


def _ready(
    agent: AgentView, own: Sequence[Member], station: Station, at: datetime
) -> Iterator[Finding]:
    here = [member for member in own if member.station == station]
    joined = {member.queue: member.penalty for member in here}
    wanted = {QUEUE_SERVICE: LAST_RESORT_PENALTY, **agent.queues, **_of_branch(agent)}
    for queue, penalty in wanted.items():
        if queue not in joined:
            yield Finding("join", agent.number, station, queue=queue, penalty=penalty)
        elif joined[queue] != penalty:
            yield Finding("penalty", agent.number, station, queue=queue, penalty=penalty)
    yield from (
        Finding("leave", agent.number, member.station, queue=member.queue)
        for member in own
        if member.station != station or member.queue not in wanted
    )
    if agent.state == "ready" and here and not any(member.reachable for member in here):
        yield Finding("unreachable", agent.number, station)
    elif agent.state == "ready" and any(_kept_from_calls(m, at) for m in here):
        yield Finding("unpause", agent.number, station)
    elif agent.state in {"wrapup", "reserved"} and any(not member.paused for member in here):
        yield Finding("pause", agent.number, station, reason=WRAPUP)


def _of_branch(agent: AgentView) -> dict[str, int]:
    """Where the agent is rung first for callers of the own branch. Not every queue has that: what
    Asterisk does not know, nobody joins."""
    named = {branch_queue(queue, agent.branch): at for queue, at in agent.queues.items()}
    return {name: penalty for name, penalty in named.items() if name}


def _kept_from_calls(member: Member, at: datetime) -> bool:
    """Paused without need; who is kept free for a customer who is being called back is needed."""
    reserved = member.reason == RESERVED and at.timestamp() - member.last_pause < RESERVED_S
    return member.paused and not member.busy and not reserved


def _older(agent: AgentView, at: datetime, seconds: float) -> bool:
    return agent.since is not None and at - agent.since >= timedelta(seconds=seconds)


@dataclass(slots=True)
class Patience:
    """Lets a finding through when it has lasted."""

    _since: dict[Finding, datetime] = field(default_factory=dict)

    def due(self, found: Sequence[Finding], at: datetime) -> list[Finding]:
        """Those that have lasted long enough; what is no longer found is forgotten."""
        self._since = {finding: self._since.get(finding, at) for finding in found}
        return [finding for finding in found if self._lasted(finding, at)]

    def _lasted(self, finding: Finding, at: datetime) -> bool:
        wanted = timedelta(seconds=_WAIT_S.get(finding.kind, SETTLE_S))
        return at - self._since[finding] >= wanted
