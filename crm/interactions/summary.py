"""A call in one row, from its facts. Pure: the same facts give the same row, in any order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from crm.interactions.facts import every, first, in_order, last
from crm.interactions.outcome import Facts, outcome
from crm.interactions.passages import Passage, passages
from crm.interactions.visits import Visit, visits
from mainline.journal import Event
from mainline.journal.call_events import (
    CallContextTold,
    CallDegraded,
    CallDialled,
    CallDisposed,
    CallEnded,
    CallerIdentified,
    CallOffered,
    CallPlaced,
    CallReached,
    CallRefused,
    CallRepeated,
    CallUrgent,
    FlowFinished,
    KeyPressed,
    MenuStarted,
    MenuVisited,
    MessageLeft,
    OutreachAnswered,
    QueueEntered,
    RecordingStarted,
    RecordingStored,
)
from mainline.journal.talk_events import AgentAnswered, AgentLeftCall, CallTransferred
from mainline.phone import TAIL

IDENTIFYING: Final = frozenset({"identify"})
"""Flows that find out who calls: no service yet."""
EVIDENCE: Final = (
    CallOffered,
    CallPlaced,
    CallDialled,
    QueueEntered,
    CallerIdentified,
    MenuStarted,
)
"""Without one of these it was an echo test or a call between colleagues, not one for the list."""


@dataclass(slots=True)
class Summary:
    """``columns`` are those of ``Interaction`` by name."""

    columns: dict[str, Any]
    visits: list[Visit] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    """Of a call that is over."""


def summarise(events: Sequence[Event]) -> Summary | None:
    """The row of a call; None while nothing shows that it is one."""
    told = in_order(events)
    if not any(isinstance(event, EVIDENCE) for event in told):
        return None
    stays = visits(told)
    columns = {
        "began_at": told[0].at,
        **_ends(told),
        **_who(told),
        **_menu(told),
        **_people(told, stays),
        **_sound(told),
        "degraded": first(told, CallDegraded) is not None or any(s.degraded for s in stays),
        **_standing_out(told),
        "outcome": outcome(_facts(told)),
    }
    walked = passages(told, columns["outcome"]) if columns["ended_at"] else []
    return Summary(columns, stays, walked)


def _at(event: Event | None) -> datetime | None:
    return event.at if event else None


def _ends(told: Sequence[Event]) -> dict[str, Any]:
    offered = first(told, CallOffered)
    placed = first(told, CallPlaced) or first(told, CallDialled)
    number = (offered.ani if offered else placed.number if placed else "")[:64]
    return {
        "direction": "out" if placed and not offered else "in",
        "ani": number,
        "ani_tail": number[-TAIL:],
        "dnis": offered.dnis[:32] if offered else "",
        "offered_at": _at(offered or placed),
        "queued_at": _at(first(told, QueueEntered)),
        "answered_at": _at(first(told, AgentAnswered)),
        "ended_at": _at(last(told, CallEnded)),
    }


def _who(told: Sequence[Event]) -> dict[str, Any]:
    found = every(told, CallerIdentified)
    known = [fact for fact in found if fact.customer_id is not None]
    helpful = [fact for fact in found if fact.customer_id is not None or fact.candidates]
    latest = known[-1] if known else found[-1] if found else None
    return {
        "identified_at": helpful[0].at if helpful else None,
        "identified_how": latest.how if latest else None,
        "customer_id": latest.customer_id if latest else None,
        "account_id": latest.account_id if latest else None,
        "candidates": max((fact.candidates for fact in found), default=0),
    }


def _menu(told: Sequence[Event]) -> dict[str, Any]:
    started = last(told, MenuStarted)
    return {
        "menu": started.menu if started else None,
        "menu_version": started.version if started else None,
        "language": started.language if started else None,
        "menu_path": [fact.node for fact in every(told, MenuVisited)],
        "keys": [fact.keys for fact in every(told, KeyPressed)],
        "flows": [f"{fact.flow}:{fact.result}" for fact in every(told, FlowFinished)],
    }


def _standing_out(told: Sequence[Event]) -> dict[str, Any]:
    """Why a leader looks at this call."""
    urgent, again = first(told, CallUrgent), last(told, CallRepeated)
    return {
        "emergency": urgent.fault if urgent else None,
        "repeats": again.count if again else 0,
    }


def _people(told: Sequence[Event], stays: Sequence[Visit]) -> dict[str, Any]:
    answered, disposed = last(told, AgentAnswered), last(told, CallDisposed)
    placed = first(told, CallPlaced)
    return {
        "queue": stays[-1].queue if stays else None,
        "agent": answered.agent if answered else (placed.agent or None) if placed else None,
        "transfers": len(every(told, CallTransferred)),
        "wait_s": _waited(stays),
        "talk_s": _talked(told),
        "reason": disposed.reason if disposed else None,
        "disposed_at": _at(disposed),
    }


def _sound(told: Sequence[Event]) -> dict[str, Any]:
    stored = every(told, RecordingStored)
    longest = max(stored, key=lambda fact: (fact.duration_s, fact.recording_id), default=None)
    message = last(told, MessageLeft)
    return {
        "recording_started_at": _at(first(told, RecordingStarted)),
        "recording_id": longest.recording_id if longest else None,
        "message_file": message.file if message else None,
    }


def _facts(told: Sequence[Event]) -> Facts:
    flows = every(told, FlowFinished)
    return Facts(
        ended=last(told, CallEnded) is not None,
        incoming=first(told, CallOffered) is not None
        or (first(told, CallPlaced) or first(told, CallDialled)) is None,
        heard=first(told, OutreachAnswered) is not None,
        answered=first(told, AgentAnswered) is not None or _met(told),
        transferred=first(told, CallTransferred) is not None,
        message=first(told, MessageLeft) is not None,
        refused=first(told, CallRefused) is not None,
        served=any(f.result == "done" and f.flow not in IDENTIFYING for f in flows)
        or _hung_up_informed(told),
        queued=first(told, QueueEntered) is not None,
    )


def _hung_up_informed(told: Sequence[Event]) -> bool:
    """What was said first was all that the caller wanted to know: they went no further."""
    context, visited = last(told, CallContextTold), last(told, MenuVisited)
    return context is not None and (visited is None or visited.at <= context.at)


def _met(told: Sequence[Event]) -> bool:
    """Field staff picked up to be joined with a customer."""
    dialled = first(told, CallDialled)
    return (
        dialled is not None and dialled.purpose == "meet" and first(told, CallReached) is not None
    )


def _waited(stays: Sequence[Visit]) -> float | None:
    """Seconds in queues, of stays that are over."""
    over = [stay.wait_s for stay in stays if stay.wait_s is not None]
    return round(sum(over), 3) if over else None


def _talked(told: Sequence[Event]) -> float | None:
    """Seconds in which at least one agent was on the line; None while they talk, or never did."""
    total, began, talking = 0.0, None, set[str]()
    for event in told:
        if isinstance(event, AgentAnswered):
            began = event.at if began is None else began
            talking.add(event.agent)
        elif isinstance(event, AgentLeftCall):
            talking.discard(event.agent)
        elif isinstance(event, CallEnded):
            talking.clear()
        if began is not None and not talking:
            total, began = total + (event.at - began).total_seconds(), None
    answered = first(told, AgentAnswered) is not None
    return round(total, 3) if answered and began is None else None
