"""From rows of one call to the facts they mean: a table and a small state. No I/O, no clock.

Only calls that pass a point of our dialplan are calls; announcements, consultations between
colleagues, echo tests and spies leave rows but no facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from agi.facts.records import Row
from dialplan import contract
from mainline.ids import call_subject
from mainline.journal import Event
from mainline.journal.call_events import (
    AgentAnswered,
    AgentLeftCall,
    AgentMissed,
    AgentOffered,
    AgentReleased,
    AgentReserved,
    CallDegraded,
    CallDialled,
    CallEnded,
    CallOffered,
    CallParked,
    CallPlaced,
    CallReached,
    CallRefused,
    CallRejoined,
    CallTransferred,
    CallUnparked,
    CallUnreached,
    CallUrgent,
    ConferenceJoined,
    ConferenceLeft,
    DirectCallMissed,
    MessageLeft,
    QueueEntered,
    QueueLeft,
    RecordingStarted,
    ReturnedFromMenu,
    SentToMenu,
)

_AGENT_CHANNEL: Final = re.compile(r"PJSIP/(?:agent|phone)-(\d{3,5})-[0-9a-f]{8}")
_LEFT: Final[Mapping[str, str]] = {
    "": "answered",
    "ABANDON": "abandoned",
    "KEY": "key",
    "CALLBACK": "callback",
    "SELFSERVICE": "self-service",
    "OVERFLOW": "overflow",
    "WITHDRAW": "withdrawn",
    "JOINEMPTY": "empty",
    "LEAVEEMPTY": "empty",
    "JOINUNAVAIL": "empty",
    "LEAVEUNAVAIL": "empty",
}
"""QUEUESTATUS in our words; all others (TIMEOUT, FULL, CONTINUE) are ``timeout``: not served."""

Phase = Literal["ringing", "picked_up", "talking", "placing", "consulted"]


@dataclass(slots=True)
class Leg:
    """An agent's telephone in the call."""

    agent: str
    phase: Phase
    queue: str = ""
    channel: str = ""


def _values(one: Leg | CallState) -> dict[str, Any]:
    """What ``asdict`` would tell, without copying it: this is asked for each row of each call."""
    return {name: getattr(one, name) for name in one.__slots__}


@dataclass(slots=True)
class CallState:
    """What must be remembered of a call to understand its next rows."""

    call_id: str
    last_at: datetime
    queue: str = ""
    """The queue in which the caller waits."""
    legs: dict[str, Leg] = field(default_factory=dict)
    cause: int = 0
    urgent: bool = False
    """It was told already that this is an emergency."""
    attended: bool = False
    """An attended transfer was made: who comes into the call now was consulted before."""
    ended: bool = False

    @property
    def subject(self) -> str:
        """The journal's subject."""
        return call_subject(self.call_id)

    def copy(self) -> CallState:
        """To be changed while this one stays as it is."""
        return replace(self, legs={channel: replace(leg) for channel, leg in self.legs.items()})

    def plain(self) -> dict[str, Any]:
        """As data that can be stored."""
        legs = {channel: _values(leg) for channel, leg in self.legs.items()}
        return {**_values(self), "legs": legs, "last_at": self.last_at.isoformat()}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> CallState:
        """From stored data."""
        legs = {channel: Leg(**leg) for channel, leg in data["legs"].items()}
        return cls(**{**data, "legs": legs, "last_at": datetime.fromisoformat(data["last_at"])})


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
    return row.user in _POINTS


def facts(state: CallState, row: Row) -> list[Event]:
    """The facts of this row; ``state`` takes it in."""
    tell = _POINTS.get(row.user) if row.user else _EVENTS.get(row.type)
    state.last_at = max(state.last_at, row.at)
    return tell(state, row) if tell else []


def close(state: CallState, at: datetime) -> list[Event]:
    """The call is over: whatever was still open ends with it."""
    told = [fact for channel in list(state.legs) for fact in _gone(state, channel, at)]
    state.ended = True
    subject = state.subject
    return [
        *told,
        *_leave_queue(state, "abandoned", at),
        CallEnded(subject=subject, at=at, cause=state.cause),
    ]


def _leave_queue(state: CallState, how: str, at: datetime) -> list[Event]:
    if not state.queue:
        return []
    queue, state.queue = state.queue, ""
    fields = {"subject": state.subject, "at": at, "queue": queue, "how": how}
    return [QueueLeft.model_validate(fields)]


def _gone(state: CallState, channel: str, at: datetime) -> list[Event]:
    """An agent's leg ended. Of two telephones of one agent, the last one counts."""
    leg = state.legs.pop(channel, None)
    if leg is None or leg.phase == "consulted":
        return []
    if any(o.agent == leg.agent and o.phase != "consulted" for o in state.legs.values()):
        return []
    if leg.phase in {"talking", "placing"}:
        return [AgentLeftCall(subject=state.subject, at=at, agent=leg.agent)]
    taken = any(other.phase in {"picked_up", "talking"} for other in state.legs.values())
    words: dict[str, Any] = {"agent": leg.agent, "queue": leg.queue, "elsewhere": taken}
    return [AgentMissed(subject=state.subject, at=at, **words)]


# --- points of our dialplan ------------------------------------------------------------------


def _offered(state: CallState, row: Row) -> list[Event]:
    words = {name: row.extra.get(name, "") for name in ("ani", "dnis")}
    entry: Literal["trunk", "try"] = "try" if row.extra.get("entry") == "try" else "trunk"
    return [CallOffered(subject=state.subject, at=row.at, entry=entry, **words)]


def _placed(state: CallState, row: Row) -> list[Event]:
    agent = row.extra.get("agent", "")
    state.legs[row.uniqueid] = Leg(agent, "placing")
    number = row.extra.get("number", "")
    return [CallPlaced(subject=state.subject, at=row.at, agent=agent, number=number)]


def _called_back(state: CallState, row: Row) -> list[Event]:
    number, callback = row.extra.get("number", ""), _number(row.extra.get("callback"))
    return [
        CallPlaced(subject=state.subject, at=row.at, agent="", number=number, callback=callback)
    ]


def _dialled(state: CallState, row: Row) -> list[Event]:
    words = {name: row.extra.get(name, "") for name in ("number", "purpose")}
    return [CallDialled(subject=state.subject, at=row.at, **words)]


def _reached(state: CallState, row: Row) -> list[Event]:
    by: Literal["person", "machine"] = "machine" if row.extra.get("by") == "machine" else "person"
    why = row.extra.get("why", "")[:32]
    return [CallReached(subject=state.subject, at=row.at, by=by, why=why)]


def _unreached(state: CallState, row: Row) -> list[Event]:
    return [CallUnreached(subject=state.subject, at=row.at, status=row.extra.get("status", ""))]


def _degraded(state: CallState, row: Row) -> list[Event]:
    return [CallDegraded(subject=state.subject, at=row.at, reason=row.extra.get("reason", ""))]


def _refused(state: CallState, row: Row) -> list[Event]:
    return [CallRefused(subject=state.subject, at=row.at, reason=row.extra.get("reason", ""))]


def _urgent(state: CallState, row: Row) -> list[Event]:
    if state.urgent:
        return []
    state.urgent = True
    return [CallUrgent(subject=state.subject, at=row.at, fault=row.extra.get("fault", ""))]


def _queued(state: CallState, row: Row) -> list[Event]:
    before = _leave_queue(state, "withdrawn", row.at)
    state.queue = row.extra.get("queue", contract.QUEUE_SERVICE)
    entered = QueueEntered(
        subject=state.subject,
        at=row.at,
        queue=state.queue,
        priority=_number(row.extra.get("prio")),
        degraded=row.extra.get("degraded") == "1",
    )
    return [*before, entered]


def _unqueued(state: CallState, row: Row) -> list[Event]:
    return _leave_queue(state, _LEFT.get(row.extra.get("status", ""), "timeout"), row.at)


def _ring(state: CallState, row: Row) -> list[Event]:
    agent = row.extra.get("agent", "")
    rings_already = any(leg.agent == agent for leg in state.legs.values())
    state.legs[row.uniqueid] = Leg(agent, "ringing", state.queue)
    if rings_already:
        return []
    words = {"agent": agent, "queue": state.queue, "channel": row.channel}
    return [AgentOffered(subject=state.subject, at=row.at, **words)]


def _up(state: CallState, row: Row) -> list[Event]:
    leg = state.legs.get(row.uniqueid)
    return _talk(state, row, leg.queue if leg else state.queue, row.extra.get("agent", ""))


def _talk(state: CallState, row: Row, queue: str, agent: str) -> list[Event]:
    state.legs[row.uniqueid] = Leg(agent, "talking", queue)
    words = {"agent": agent, "queue": queue, "channel": row.channel}
    return [AgentAnswered(subject=state.subject, at=row.at, **words)]


def _recording(state: CallState, row: Row) -> list[Event]:
    segment = _number(row.extra.get("segment"))
    file = row.extra.get("file", "")
    return [RecordingStarted(subject=state.subject, at=row.at, file=file, segment=segment)]


def _message(state: CallState, row: Row) -> list[Event]:
    return [MessageLeft(subject=state.subject, at=row.at, file=row.extra.get("file", ""))]


def _transferred(state: CallState, row: Row) -> list[Event]:
    how: Literal["blind", "attended"] = (
        "attended" if row.extra.get("kind") == "attended" else "blind"
    )
    words = {name: row.extra.get(name, "") for name in ("agent", "target")}
    return [CallTransferred(subject=state.subject, at=row.at, how=how, **words)]


def _rejoined(state: CallState, row: Row) -> list[Event]:
    return [CallRejoined(subject=state.subject, at=row.at, agent=row.extra.get("agent", ""))]


def _to_menu(state: CallState, row: Row) -> list[Event]:
    agent, node = row.extra.get("agent", ""), row.extra.get("node", "")
    back = _one_of(row.extra.get("back"), "agent", "queue", "end", otherwise="queue")
    sent: dict[str, Any] = {"subject": state.subject, "at": row.at, "agent": agent, "node": node}
    told: list[Event] = [SentToMenu.model_validate({**sent, "back": back})]
    if back == "agent":
        told.append(AgentReserved(subject=state.subject, at=row.at, agent=agent))
    return told


def _from_menu(state: CallState, row: Row) -> list[Event]:
    agent = row.extra.get("agent", "")
    back = _one_of(row.extra.get("to"), "agent", "queue", otherwise="queue")
    words: dict[str, Any] = {"subject": state.subject, "at": row.at, "agent": agent}
    told: list[Event] = [ReturnedFromMenu.model_validate({**words, "to": back})]
    if back == "queue":
        told.append(AgentReleased(**words, by="return"))
    return told


def _parked(state: CallState, row: Row) -> list[Event]:
    agent, slot = row.extra.get("agent", ""), _number(row.extra.get("slot"))
    return [CallParked(subject=state.subject, at=row.at, agent=agent, slot=slot)]


def _unparked(state: CallState, row: Row) -> list[Event]:
    how = _one_of(row.extra.get("how"), "taken", "limit", otherwise="limit")
    words = {"subject": state.subject, "at": row.at, "agent": row.extra.get("agent", "")}
    return [CallUnparked.model_validate({**words, "how": how})]


def _conference(state: CallState, row: Row) -> list[Event]:
    """A colleague in a conference talks with the caller like any agent; nobody else is one."""
    agent, joins = row.extra.get("agent", ""), row.extra.get("does") == "joins"
    kind = ConferenceJoined if joins else ConferenceLeft
    told: list[Event] = [kind(subject=state.subject, at=row.at, agent=agent)]
    if not agent:
        return told
    changed = _talk(state, row, "", agent) if joins else _gone(state, row.uniqueid, row.at)
    return [*told, *changed]


def _one_of(word: str | None, *known: str, otherwise: str) -> str:
    return word if word in known else otherwise


# --- Asterisk's own events -------------------------------------------------------------------


def _picked_up(state: CallState, row: Row) -> list[Event]:
    leg = state.legs.get(row.uniqueid)
    if leg is not None and leg.phase == "ringing":
        leg.phase = "picked_up"
    return []


def _bridged(state: CallState, row: Row) -> list[Event]:
    """The customer of an outgoing call answered; or a colleague is there who was not rung by us."""
    leg, agent = state.legs.get(row.uniqueid), agent_of(row.channel)
    if leg is not None and leg.phase == "placing":
        return _talk(state, row, "", leg.agent)
    if leg is not None or not agent:
        return []
    if state.attended:
        return _talk(state, row, "", agent)
    state.legs[row.uniqueid] = Leg(agent, "consulted", channel=row.channel)
    return []


def _attended(state: CallState, row: Row) -> list[Event]:
    """Asterisk tells it just before or just after the colleague enters the customer's bridge."""
    target = agent_of(row.extra.get("transfer_target_channel_name", ""))
    if not target:
        return []
    state.attended = True
    words = {"agent": agent_of(row.channel), "target": target}
    told: list[Event] = [CallTransferred(subject=state.subject, at=row.at, how="attended", **words)]
    for leg in state.legs.values():
        if leg.phase == "consulted" and leg.agent == target:
            leg.phase = "talking"
            words = {"agent": target, "channel": leg.channel}
            told.append(AgentAnswered(subject=state.subject, at=row.at, **words))
    return told


def _hung_up(state: CallState, row: Row) -> list[Event]:
    if row.uniqueid == state.call_id:
        state.cause = _number(row.extra.get("hangupcause"))
    return _gone(state, row.uniqueid, row.at)


def _over(state: CallState, row: Row) -> list[Event]:
    return close(state, row.at)


def agent_of(channel: str) -> str:
    """The agent whose telephone this channel is; empty for all others."""
    match = _AGENT_CHANNEL.fullmatch(channel)
    return match[1] if match else ""


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004


_Tell = Callable[[CallState, Row], list[Event]]

_POINTS: Final[Mapping[str, _Tell]] = {
    contract.CEL_OFFERED: _offered,
    contract.CEL_PLACED: _placed,
    contract.CEL_CALLBACK: _called_back,
    contract.CEL_DIALLED: _dialled,
    contract.CEL_REACHED: _reached,
    contract.CEL_UNREACHED: _unreached,
    contract.CEL_DEGRADED: _degraded,
    contract.CEL_REFUSED: _refused,
    contract.CEL_QUEUED: _queued,
    contract.CEL_URGENT: _urgent,
    contract.CEL_UNQUEUED: _unqueued,
    contract.CEL_RING: _ring,
    contract.CEL_UP: _up,
    contract.CEL_RECORDING: _recording,
    contract.CEL_MESSAGE: _message,
    contract.CEL_TRANSFER: _transferred,
    contract.CEL_REJOINED: _rejoined,
    contract.CEL_MENU: _to_menu,
    contract.CEL_BACK: _from_menu,
    contract.CEL_PARKED: _parked,
    contract.CEL_UNPARKED: _unparked,
    contract.CEL_CONFERENCE: _conference,
}
_EVENTS: Final[Mapping[str, _Tell]] = {
    "ANSWER": _picked_up,
    "BRIDGE_ENTER": _bridged,
    "ATTENDEDTRANSFER": _attended,
    "HANGUP": _hung_up,
    "LINKEDID_END": _over,
}
