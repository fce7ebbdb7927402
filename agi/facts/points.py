"""What the points of our dialplan tell: each row names its point, and carries its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from agi.facts.changes import Tell, gone, leave_queue, talk
from agi.facts.records import Row, number
from agi.facts.state import CallState, Leg
from dialplan import contract
from mainline.journal import Event
from mainline.journal.call_events import (
    CallDegraded,
    CallDialled,
    CallOffered,
    CallPlaced,
    CallReached,
    CallRefused,
    CallUnreached,
    CallUrgent,
    MessageLeft,
    QueueEntered,
    RecordingStarted,
)
from mainline.journal.talk_events import (
    AgentOffered,
    AgentReleased,
    AgentReserved,
    CallParked,
    CallRejoined,
    CallTransferred,
    CallUnparked,
    ConferenceJoined,
    ConferenceLeft,
    ReturnedFromMenu,
    SentToMenu,
)

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
    called, callback = row.extra.get("number", ""), number(row.extra.get("callback"))
    return [
        CallPlaced(subject=state.subject, at=row.at, agent="", number=called, callback=callback)
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
    before = leave_queue(state, "withdrawn", row.at)
    state.queue = row.extra.get("queue", contract.QUEUE_SERVICE)
    entered = QueueEntered(
        subject=state.subject,
        at=row.at,
        queue=state.queue,
        priority=number(row.extra.get("prio")),
        degraded=row.extra.get("degraded") == "1",
    )
    return [*before, entered]


def _unqueued(state: CallState, row: Row) -> list[Event]:
    return leave_queue(state, _LEFT.get(row.extra.get("status", ""), "timeout"), row.at)


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
    return talk(state, row, leg.queue if leg else state.queue, row.extra.get("agent", ""))


def _recording(state: CallState, row: Row) -> list[Event]:
    segment = number(row.extra.get("segment"))
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
    agent, slot = row.extra.get("agent", ""), number(row.extra.get("slot"))
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
    changed = talk(state, row, "", agent) if joins else gone(state, row.uniqueid, row.at)
    return [*told, *changed]


def _one_of(word: str | None, *known: str, otherwise: str) -> str:
    return word if word in known else otherwise


POINTS: Final[Mapping[str, Tell]] = {
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
