"""What is measured: the values that thresholds are held against."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.alerts.rules import Key, Rule
from crm.interactions.board import QueueNow, queues_now
from crm.interactions.models import Interaction
from crm.privacy.queries import unusual
from crm.staff.queries import AgentView, agents
from crm.work_orders.models import WorkOrder
from mainline.clock import now
from mainline.errors import NotFound

JOINED_WITHIN: Final = timedelta(minutes=10)
"""A recording is joined seconds after its call; what is missing so long after is lost or stuck."""
LOOK_BACK: Final = timedelta(days=1)

Values = dict[Key, float]


async def measured(session: AsyncSession, zone: ZoneInfo, rules: Iterable[Rule]) -> Values:
    """All values now that can be read from the books."""
    at = now()
    least: dict[str, int] = {rule.measure: rule.least for rule in rules}
    try:
        queues = await queues_now(session, zone)
    except NotFound:
        queues = []
    return {
        **of_queues(queues, least),
        **of_agents(await agents(session), at),
        ("orders-overdue", ""): float(await _overdue(session, at)),
        ("recording", ""): float(await _without_recording(session, at)),
        **{("unusual-reading", who): times for who, times in (await unusual(session)).items()},
    }


def of_queues(queues: Iterable[QueueNow], least: dict[str, int]) -> Values:
    """Waits now, rates of the day; rates only where enough callers were there. Pure."""
    found: Values = {}
    for one in queues:
        subject = f"queue:{one.definition.name}"
        found["waiting", subject] = float(one.waiting)
        found["longest-wait", subject] = one.longest_wait_s
        rates = {"service-level": one.today.service_level, "abandon-rate": one.today.abandon_rate}
        for measure, rate in rates.items():
            if rate is not None and one.today.offered >= least.get(measure, 0):
                found[measure, subject] = round(rate * 100, 1)
    return found


def of_agents(floor: Iterable[AgentView], at: datetime) -> Values:
    """How long each has been paused or in wrap-up. Pure."""
    return {
        (agent.state, f"agent:{agent.number}"): round((at - agent.since).total_seconds(), 1)
        for agent in floor
        if agent.state in {"paused", "wrapup"} and agent.since is not None
    }


async def _overdue(session: AsyncSession, at: datetime) -> int:
    late = (
        WorkOrder.closed_at.is_(None),
        WorkOrder.completed_at.is_(None),
        WorkOrder.paused_at.is_(None),
        WorkOrder.due_complete_at < at,
    )
    return await session.scalar(select(func.count()).select_from(WorkOrder).where(*late)) or 0


async def _without_recording(session: AsyncSession, at: datetime) -> int:
    """Answered calls that are over for a while and have no recording."""
    missing = (
        Interaction.answered_at.is_not(None),
        Interaction.recording_id.is_(None),
        Interaction.recording_started_at.is_not(None),
        Interaction.ended_at < at - JOINED_WITHIN,
        Interaction.began_at > at - LOOK_BACK,
    )
    return await session.scalar(select(func.count()).select_from(Interaction).where(*missing)) or 0
