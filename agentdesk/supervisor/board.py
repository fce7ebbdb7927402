"""The picture of the floor: computed once for all leaders, free of any language."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.alerts.models import Alert
from crm.alerts.queries import standing
from crm.callbacks import queries as callbacks
from crm.callbacks.models import Callback
from crm.callbacks.queries import Promised
from crm.catalog import service as catalog
from crm.catalog.queues import QueueDefinition, Queues
from crm.customers.models import Customer
from crm.interactions import queries
from crm.interactions.board import day_of, figures_of
from crm.interactions.metrics import Figures, together
from crm.interactions.models import Interaction, QueueVisit
from crm.interactions.subscribers import CONSUMER, CONSUMERS
from crm.staff.queries import AgentView, agents
from ivr.lines import Line
from ivr.models import LineMode
from ivr.modes import by_hand
from mainline import definitions
from mainline.clock import now
from mainline.db import any_of
from mainline.errors import NotFound
from mainline.journal.lag import lag
from mainline.masking import BLIND, Eyes

CALLS_MAX: Final = 300
CALLBACKS_MAX: Final = 100
LONGEST: Final = timedelta(hours=6)
"""No call lasts longer."""
LATE_S: Final = 3.0
"""Figures older than this are said to be late."""
_IN_PROGRESS: Final = (
    select(Interaction)
    .where(Interaction.outcome == "in-progress", Interaction.began_at >= bindparam("since"))
    .order_by(Interaction.began_at)
    .limit(CALLS_MAX)
)
_CUSTOMERS: Final = select(Customer).where(Customer.id.in_(any_of("ids")))
_IN_CALL: Final = frozenset({"talking", "held", "ringing"})
_BUSY: Final = ("reserved", "ringing", "talking", "held", "wrapup")


@dataclass(frozen=True, slots=True)
class Floor:
    """What the picture is drawn from, read in one view."""

    at: datetime
    queues: Sequence[QueueDefinition]
    today: Mapping[str, Figures]
    waiting: Sequence[tuple[QueueVisit, Interaction]]
    calls: Mapping[str, Interaction]
    customers: Mapping[int, Customer]
    agents: Sequence[AgentView]
    lines: Sequence[Line] = ()
    by_hand: Mapping[str, LineMode] = field(default_factory=dict)
    alerts: Sequence[Alert] = ()
    callbacks: Sequence[Callback] = ()
    promised: Mapping[str, Promised] = field(default_factory=dict)
    behind_s: float = 0.0


async def read_floor(session: AsyncSession, zone: ZoneInfo) -> Floor:
    """Everything the board shows now."""
    at = now()
    since, until = day_of(at, zone)
    book = await _queues(session)
    waiting = await queries.waiting(session)
    calls = {call.id: call for call in await _calls(session, at)}
    promises = await callbacks.find(session, limit=CALLBACKS_MAX)
    seen: list[Interaction] = [*calls.values(), *(call for _, call in waiting)]
    return Floor(
        at=at,
        queues=book.queues if book else (),
        today=await figures_of(session, book, since, until) if book else {},
        waiting=waiting,
        calls=calls,
        customers=await _customers(session, seen, promises),
        agents=await agents(session),
        lines=await lines_of(session),
        by_hand={row.dnis: row for row in await by_hand(session)},
        alerts=await standing(session),
        callbacks=promises,
        promised=await callbacks.by_queue(session, at),
        behind_s=(await lag(session, CONSUMER, CONSUMERS[CONSUMER])).oldest_s,
    )


async def _queues(session: AsyncSession) -> Queues | None:
    try:
        return await catalog.queue_book(session)
    except NotFound:
        return None


async def _calls(session: AsyncSession, at: datetime) -> list[Interaction]:
    """Calls in progress; one left over from long ago is no longer in progress."""
    return list(await session.scalars(_IN_PROGRESS, {"since": at - LONGEST}))


async def _customers(
    session: AsyncSession, calls: Iterable[Interaction], promises: Iterable[Callback]
) -> dict[int, Customer]:
    ids = {call.customer_id for call in calls} | {each.customer_id for each in promises}
    known = [each for each in ids if each is not None]
    rows = await session.scalars(_CUSTOMERS, {"ids": known}) if known else ()
    return {row.id: row for row in rows}


async def lines_of(session: AsyncSession) -> list[Line]:
    """The hotline numbers in force."""
    names = await definitions.names(session, "line")
    return [(await definitions.current(session, "line", name)).body for name in names]


def picture(floor: Floor) -> dict[str, Any]:
    """What the page draws. Times are moments, so that durations tick in the page."""
    return {
        "today": {
            **_told(together(floor.today.values()), _stays(floor)),
            **_promised(floor.promised.values()),
        },
        "queues": [_queue(floor, queue) for queue in floor.queues],
        "waiting": [_waiting(floor, visit, call) for visit, call in floor.waiting],
        "agents": [_agent(floor, each) for each in floor.agents if _is_on_the_floor(each)],
        "calls": [_call(floor, call) for call in floor.calls.values()],
        "callbacks": [_callback(floor, each) for each in floor.callbacks],
        "alerts": [_alert(each) for each in floor.alerts],
        "lines": [_line(floor, line) for line in floor.lines],
        "sound": _sound(floor),
    }


def masked(drawn: Mapping[str, Any], sees: Eyes) -> dict[str, Any]:
    """The picture as this person may see it. Numbers are in it for nobody."""
    people = {
        part: [{**each, "customer": sees.name(each["customer"])} for each in drawn[part]]
        for part in ("waiting", "agents", "calls", "callbacks")
    }
    alerts = [{**each, "note": sees.text(each["note"])} for each in drawn["alerts"]]
    return {**drawn, **people, "alerts": alerts}


def _told(found: Figures, stays: Sequence[datetime]) -> dict[str, Any]:
    """What became of today's callers; who waits now may have come before midnight."""
    return {
        "offered": found.offered,
        "answered": found.answered,
        "abandoned": found.abandoned,
        "other": found.overflow + found.withdrawn,
        "called_back": found.called_back,
        "waiting": len(stays),
        "longest_since": min(stays, default=None),
        "service_level": found.service_level,
        "abandon_rate": found.abandon_rate,
        "asa_s": found.asa_s,
    }


def _stays(floor: Floor, queue: str | None = None) -> list[datetime]:
    """Since when each one waits who waits now."""
    return [visit.entered_at for visit, _call in floor.waiting if queue in {None, visit.queue}]


def _queue(floor: Floor, queue: QueueDefinition) -> dict[str, Any]:
    doing = Counter(agent.state for agent in floor.agents if queue.name in agent.queues)
    found = floor.today.get(queue.name, Figures())
    return {
        "name": queue.name,
        "label": queue.label.model_dump(),
        "goal": queue.service_level_goal,
        "level_s": queue.service_level_s,
        "ready": doing["ready"],
        "busy": sum(doing[state] for state in _BUSY),
        "paused": doing["paused"],
        **_told(found, _stays(floor, queue.name)),
        **_promised([floor.promised.get(queue.name, Promised())]),
    }


def _promised(found: Iterable[Promised]) -> dict[str, Any]:
    """Call-backs that are still to come, and since when the oldest of them that is due waits."""
    known = list(found)
    return {
        "promised": sum(each.open for each in known),
        "promised_since": min((each.oldest for each in known if each.oldest), default=None),
    }


def _waiting(floor: Floor, visit: QueueVisit, call: Interaction) -> dict[str, Any]:
    return {
        "call": visit.call_id,
        "queue": visit.queue,
        "since": visit.entered_at,
        "priority": visit.priority,
        **_caller(floor, call),
    }


def _caller(floor: Floor, call: Interaction) -> dict[str, Any]:
    customer = floor.customers.get(call.customer_id or 0)
    return {
        "customer": customer.name if customer else "",
        "class": customer.customer_class if customer else "",
        "elderly": bool(customer and customer.elderly),
        "medical": bool(customer and customer.medical),
        "number": BLIND.number(call.ani),
        "emergency": call.emergency is not None,
        "repeats": call.repeats,
    }


def _is_on_the_floor(agent: AgentView) -> bool:
    """Leaders have a telephone too, and answer no queue."""
    return bool(agent.queues) or agent.state != "closed"


def _agent(floor: Floor, agent: AgentView) -> dict[str, Any]:
    call = floor.calls.get(agent.call_id or "") if agent.state in _IN_CALL else None
    return {
        "number": agent.number,
        "name": agent.name,
        "state": agent.state,
        "reason": agent.reason,
        "over": agent.over,
        "since": agent.since,
        "queues": dict(agent.queues),
        "branch": agent.branch,
        "call": call.id if call else None,
        "queue": call.queue if call else None,
        "customer": _caller(floor, call)["customer"] if call else "",
    }


def _call(floor: Floor, call: Interaction) -> dict[str, Any]:
    return {
        "call": call.id,
        "since": call.began_at,
        "direction": call.direction,
        "stage": _stage(call),
        "queue": call.queue,
        "agent": call.agent,
        **_caller(floor, call),
    }


def _callback(floor: Floor, promise: Callback) -> dict[str, Any]:
    customer = floor.customers.get(promise.customer_id or 0)
    return {
        "id": promise.id,
        "queue": promise.queue,
        "since": promise.since,
        "next_at": promise.next_at,
        "state": promise.state,
        "agent": promise.agent,
        "attempts": promise.attempts,
        "priority": promise.priority,
        "customer": customer.name if customer else "",
        "number": BLIND.number(promise.number),
    }


def _stage(call: Interaction) -> str:
    if call.answered_at is not None:
        return "talking"
    return "waiting" if call.queued_at is not None else "menu"


def _line(floor: Floor, line: Line) -> dict[str, Any]:
    by_hand = floor.by_hand.get(line.dnis)
    return {
        "dnis": line.dnis,
        "name": line.name.model_dump(),
        "mode": by_hand.mode if by_hand else "auto",
        "until": by_hand.until if by_hand else None,
    }


def _alert(alert: Alert) -> dict[str, Any]:
    kind, _colon, name = alert.subject.partition(":")
    return {
        "id": alert.id,
        "measure": alert.measure,
        "level": alert.level,
        "queue": name if kind == "queue" else None,
        "agent": name if kind in {"agent", "staff"} else None,
        "value": alert.value,
        "since": alert.raised_at,
        "by": alert.acknowledged_by,
        "note": alert.note,
    }


def _sound(floor: Floor) -> dict[str, Any]:
    """Whether the figures can be trusted: the sums, no ghost in a queue, no late reader."""
    return {
        "balanced": all(found.balanced for found in floor.today.values()),
        "ghosts": sum(call.ended_at is not None for _visit, call in floor.waiting),
        "late": floor.behind_s > LATE_S,
    }
