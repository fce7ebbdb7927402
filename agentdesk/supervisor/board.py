"""The picture of the floor: computed once for all leaders, free of any language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.supervisor.figures import Figures, Stay, curve, figures, together
from crm.catalog import service as catalog
from crm.catalog.queues import QueueDefinition
from crm.customers.models import Customer
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

STEP_S: Final = 900
CALLS_MAX: Final = 300
LATE_S: Final = 3.0
"""Figures older than this are said to be late."""
LONGEST: Final = timedelta(hours=6)
"""No call lasts longer."""
_TALKING: Final = frozenset({"talking", "ringing"})


@dataclass(frozen=True, slots=True)
class Floor:
    """What the picture is drawn from, read in one view."""

    at: datetime
    midnight: datetime
    visits: Sequence[QueueVisit]
    calls: Mapping[str, Interaction]
    customers: Mapping[int, Customer]
    agents: Sequence[AgentView]
    queues: Sequence[QueueDefinition]
    lines: Sequence[Line] = ()
    modes: Mapping[str, str] = field(default_factory=dict)
    behind_s: float = 0.0


async def read_floor(session: AsyncSession, zone: ZoneInfo) -> Floor:
    """Everything the board shows, as it is now."""
    at = now()
    midnight = datetime.combine(at.astimezone(zone).date(), time(), zone)
    calls = await _calls(session, midnight)
    return Floor(
        at=at,
        midnight=midnight,
        visits=list(
            await session.scalars(select(QueueVisit).where(QueueVisit.entered_at >= midnight))
        ),
        calls={call.id: call for call in calls},
        customers=await _customers(session, calls),
        agents=await agents(session),
        queues=await _queues(session),
        lines=await lines_of(session),
        modes=await modes(session),
        behind_s=(await lag(session, CONSUMER, CONSUMERS[CONSUMER])).oldest_s,
    )


async def _calls(session: AsyncSession, midnight: datetime) -> list[Interaction]:
    """Calls in progress; one left over from long before today is no longer in progress."""
    rows = await session.scalars(
        select(Interaction)
        .where(Interaction.outcome == "in-progress", Interaction.began_at >= midnight - LONGEST)
        .order_by(Interaction.began_at)
        .limit(CALLS_MAX)
    )
    return list(rows)


async def _customers(session: AsyncSession, calls: Sequence[Interaction]) -> dict[int, Customer]:
    ids = {call.customer_id for call in calls if call.customer_id is not None}
    rows = await session.scalars(select(Customer).where(Customer.id.in_(ids)))
    return {row.id: row for row in rows}


async def _queues(session: AsyncSession) -> list[QueueDefinition]:
    try:
        return await catalog.queues(session)
    except NotFound:
        return []


async def lines_of(session: AsyncSession) -> list[Line]:
    """The hotline numbers in force."""
    names = await definitions.names(session, "line")
    return [(await definitions.current(session, "line", name)).body for name in names]


def picture(floor: Floor) -> dict[str, Any]:
    """What the page draws. Times are moments, so that durations tick in the page."""
    by_queue = _stays(floor)
    told = {name: figures(stays, _level_s(floor, name)) for name, stays in by_queue.items()}
    everybody = [stay for stays in by_queue.values() for stay in stays]
    return {
        "today": _told(together(told.values(), everybody)),
        "queues": [_queue(floor, name, told[name]) for name in by_queue],
        "waiting": _waiting(floor),
        "agents": [_agent(floor, each) for each in floor.agents if _is_on_the_floor(each)],
        "calls": [_call(floor, call) for call in floor.calls.values()],
        "curve": {
            "start": floor.midnight.timestamp(),
            "step_s": STEP_S,
            **curve(everybody, floor.midnight, floor.at, STEP_S),
        },
        "lines": [_line(floor, line) for line in floor.lines],
        "sound": _sound(floor, told.values()),
    }


def _is_on_the_floor(agent: AgentView) -> bool:
    """Leaders have a telephone too, and answer no queue."""
    return bool(agent.queues) or agent.state != "closed"


def _stays(floor: Floor) -> dict[str, list[Stay]]:
    """By queue, in the order of the catalog; a queue that has left it comes at the end."""
    found: dict[str, list[Stay]] = {queue.name: [] for queue in floor.queues}
    for visit in floor.visits:
        stay = Stay(visit.queue, visit.entered_at, visit.left_at, visit.how)
        found.setdefault(visit.queue, []).append(stay)
    return found


def _level_s(floor: Floor, name: str) -> float:
    return next((q.service_level_s for q in floor.queues if q.name == name), 20)


def _told(found: Figures) -> dict[str, Any]:
    return {**asdict(found), "balanced": found.balanced}


def _queue(floor: Floor, name: str, found: Figures) -> dict[str, Any]:
    defined = next((queue for queue in floor.queues if queue.name == name), None)
    serving = [agent for agent in floor.agents if name in agent.queues]
    return {
        "name": name,
        "label": defined.label.model_dump() if defined else {"zh": name, "en": name},
        "goal": defined.service_level_goal if defined else 0.8,
        "level_s": _level_s(floor, name),
        "ready": sum(agent.state == "ready" for agent in serving),
        "busy": sum(agent.state in {*_TALKING, "wrapup"} for agent in serving),
        "paused": sum(agent.state == "paused" for agent in serving),
        **_told(found),
    }


def _waiting(floor: Floor) -> list[dict[str, Any]]:
    """Who is answered first stands first."""
    rows = [visit for visit in floor.visits if visit.how is None]
    rows.sort(key=lambda visit: (-visit.priority, visit.entered_at))
    return [
        {
            "call": visit.call_id,
            "queue": visit.queue,
            "since": visit.entered_at,
            "priority": visit.priority,
            **_caller(floor, visit.call_id),
        }
        for visit in rows
    ]


def _caller(floor: Floor, call_id: str | None) -> dict[str, Any]:
    call = floor.calls.get(call_id or "")
    customer = floor.customers.get(call.customer_id or 0) if call else None
    return {
        "customer": customer.name if customer else "",
        "class": customer.customer_class if customer else "",
        "elderly": bool(customer and customer.elderly),
        "medical": bool(customer and customer.medical),
        "number": mask(call.ani) if call else "",
    }


def _agent(floor: Floor, agent: AgentView) -> dict[str, Any]:
    call = floor.calls.get(agent.call_id or "")
    return {
        "number": agent.number,
        "name": agent.name,
        "state": agent.state,
        "reason": agent.reason,
        "since": agent.since,
        "queues": list(agent.queues),
        "call": agent.call_id if agent.state in _TALKING else None,
        "queue": call.queue if call else None,
        "customer": _caller(floor, agent.call_id)["customer"] if call else "",
    }


def _call(floor: Floor, call: Interaction) -> dict[str, Any]:
    return {
        "call": call.id,
        "since": call.began_at,
        "direction": call.direction,
        "stage": _stage(call),
        "queue": call.queue,
        "agent": call.agent,
        **_caller(floor, call.id),
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


def _sound(floor: Floor, told: Iterable[Figures]) -> dict[str, Any]:
    """Whether the figures can be trusted: the sums, no ghost in a queue, no late reader."""
    ghosts = sum(visit.how is None and visit.call_id not in floor.calls for visit in floor.visits)
    return {
        "balanced": all(found.balanced for found in told),
        "ghosts": ghosts,
        "late": floor.behind_s > LATE_S,
    }
