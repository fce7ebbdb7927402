"""The picture of the floor: computed once for all leaders, free of any language."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.supervisor.curve import STEP_S, Entered, curve
from crm.catalog import service as catalog
from crm.catalog.queues import QueueDefinition
from crm.customers.models import Customer
from crm.interactions import queries
from crm.interactions.board import day_of
from crm.interactions.metrics import Figures, together
from crm.interactions.models import Interaction, QueueVisit
from crm.interactions.subscribers import CONSUMER, CONSUMERS
from crm.staff.queries import AgentView, agents
from ivr.lines import Line
from ivr.modes import modes
from mainline import definitions
from mainline.clock import now
from mainline.errors import NotFound
from mainline.journal.lag import lag
from mainline.phone import mask

CALLS_MAX: Final = 300
LONGEST: Final = timedelta(hours=6)
"""No call lasts longer."""
LATE_S: Final = 3.0
"""Figures older than this are said to be late."""
_IN_CALL: Final = frozenset({"talking", "held", "ringing"})
_BUSY: Final = ("reserved", "ringing", "talking", "held", "wrapup")


@dataclass(frozen=True, slots=True)
class Floor:
    """What the picture is drawn from, read in one view."""

    at: datetime
    midnight: datetime
    queues: Sequence[QueueDefinition]
    today: Mapping[str, Figures]
    entered: Sequence[Entered]
    waiting: Sequence[tuple[QueueVisit, Interaction]]
    calls: Mapping[str, Interaction]
    customers: Mapping[int, Customer]
    agents: Sequence[AgentView]
    lines: Sequence[Line] = ()
    modes: Mapping[str, str] = field(default_factory=dict)
    behind_s: float = 0.0


async def read_floor(
    session: AsyncSession, zone: ZoneInfo, entered: Sequence[Entered] | None = None
) -> Floor:
    """Everything the board shows now; ``entered`` when the curve may be a little older."""
    at = now()
    since, until = day_of(at, zone)
    defined = await _queues(session)
    levels = {queue.name: queue.service_level_s for queue in defined}
    waiting = await queries.waiting(session)
    calls = {call.id: call for call in await _calls(session, at)}
    return Floor(
        at=at,
        midnight=since,
        queues=defined,
        today=await queries.queue_figures(session, since=since, until=until, service_levels=levels),
        entered=await entered_today(session, zone) if entered is None else entered,
        waiting=waiting,
        calls=calls,
        customers=await _customers(session, [*calls.values(), *(call for _, call in waiting)]),
        agents=await agents(session),
        lines=await lines_of(session),
        modes=await modes(session),
        behind_s=(await lag(session, CONSUMER, CONSUMERS[CONSUMER])).oldest_s,
    )


async def _queues(session: AsyncSession) -> list[QueueDefinition]:
    try:
        return await catalog.queues(session)
    except NotFound:
        return []


async def entered_today(session: AsyncSession, zone: ZoneInfo) -> list[Entered]:
    """Every visit of the day: the one part of the picture that grows with the day."""
    since, _until = day_of(now(), zone)
    rows = await session.execute(
        select(QueueVisit.entered_at, QueueVisit.how).where(QueueVisit.entered_at >= since)
    )
    return [(row[0], row[1]) for row in rows]


async def _calls(session: AsyncSession, at: datetime) -> list[Interaction]:
    """Calls in progress; one left over from long ago is no longer in progress."""
    rows = await session.scalars(
        select(Interaction)
        .where(Interaction.outcome == "in-progress", Interaction.began_at >= at - LONGEST)
        .order_by(Interaction.began_at)
        .limit(CALLS_MAX)
    )
    return list(rows)


async def _customers(session: AsyncSession, calls: Iterable[Interaction]) -> dict[int, Customer]:
    ids = {call.customer_id for call in calls if call.customer_id is not None}
    rows = await session.scalars(select(Customer).where(Customer.id.in_(ids)))
    return {row.id: row for row in rows}


async def lines_of(session: AsyncSession) -> list[Line]:
    """The hotline numbers in force."""
    names = await definitions.names(session, "line")
    return [(await definitions.current(session, "line", name)).body for name in names]


def picture(floor: Floor) -> dict[str, Any]:
    """What the page draws. Times are moments, so that durations tick in the page."""
    return {
        "today": _told(together(floor.today.values()), _longest(floor)),
        "queues": [_queue(floor, queue) for queue in floor.queues],
        "waiting": [_waiting(floor, visit, call) for visit, call in floor.waiting],
        "agents": [_agent(floor, each) for each in floor.agents if _is_on_the_floor(each)],
        "calls": [_call(floor, call) for call in floor.calls.values()],
        "curve": {
            "start": floor.midnight.timestamp(),
            "step_s": STEP_S,
            **curve(floor.entered, floor.midnight, floor.at),
        },
        "lines": [_line(floor, line) for line in floor.lines],
        "sound": _sound(floor),
    }


def _told(found: Figures, longest_since: datetime | None) -> dict[str, Any]:
    return {
        "offered": found.offered,
        "answered": found.answered,
        "abandoned": found.abandoned,
        "other": found.overflow + found.withdrawn,
        "called_back": found.called_back,
        "waiting": found.waiting,
        "longest_since": longest_since,
        "service_level": found.service_level,
        "abandon_rate": found.abandon_rate,
        "asa_s": found.asa_s,
    }


def _longest(floor: Floor, queue: str | None = None) -> datetime | None:
    """Since when the one who waits longest waits."""
    since = [visit.entered_at for visit, _call in floor.waiting if queue in {None, visit.queue}]
    return min(since, default=None)


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
        **_told(found, _longest(floor, queue.name)),
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
        "number": mask(call.ani),
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
        "queues": list(agent.queues),
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


def _stage(call: Interaction) -> str:
    if call.answered_at is not None:
        return "talking"
    return "waiting" if call.queued_at is not None else "menu"


def _line(floor: Floor, line: Line) -> dict[str, Any]:
    return {
        "dnis": line.dnis,
        "name": line.name.model_dump(),
        "mode": floor.modes.get(line.dnis, "auto"),
    }


def _sound(floor: Floor) -> dict[str, Any]:
    """Whether the figures can be trusted: the sums, no ghost in a queue, no late reader."""
    return {
        "balanced": all(found.balanced for found in floor.today.values()),
        "ghosts": sum(call.ended_at is not None for _visit, call in floor.waiting),
        "late": floor.behind_s > LATE_S,
    }
