"""What Asterisk tells by itself: who picked up, who met whom, who hung up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agi.facts.changes import Tell, close, gone, talk
from agi.facts.records import Row, number
from agi.facts.state import CallState, Leg, agent_of
from mainline.journal import Event
from mainline.journal.talk_events import AgentAnswered, CallTransferred


def _picked_up(state: CallState, row: Row) -> list[Event]:
    leg = state.legs.get(row.uniqueid)
    if leg is not None and leg.phase == "ringing":
        leg.phase = "picked_up"
    return []


def _bridged(state: CallState, row: Row) -> list[Event]:
    """The customer of an outgoing call answered; or a colleague is there who was not rung by us."""
    leg, agent = state.legs.get(row.uniqueid), agent_of(row.channel)
    if leg is not None and leg.phase == "placing":
        return talk(state, row, "", leg.agent)
    if leg is not None or not agent:
        return []
    if state.attended:
        return talk(state, row, "", agent)
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
        state.cause = number(row.extra.get("hangupcause"))
    return gone(state, row.uniqueid, row.at)


def _over(state: CallState, row: Row) -> list[Event]:
    return close(state, row.at)


EVENTS: Final[Mapping[str, Tell]] = {
    "ANSWER": _picked_up,
    "BRIDGE_ENTER": _bridged,
    "ATTENDEDTRANSFER": _attended,
    "HANGUP": _hung_up,
    "LINKEDID_END": _over,
}
