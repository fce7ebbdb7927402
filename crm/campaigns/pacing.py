"""Campaigns that lead everybody to an agent ring no more people than agents are free for."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.campaigns.models import Campaign, CampaignTask, DialAttempt
from crm.interactions.models import QueueVisit
from crm.staff import queries as staff


async def free_agents(session: AsyncSession, queue: str) -> int:
    """How many agents of the queue could take a call now."""
    agents = await staff.agents(session)
    return sum(one.state == "ready" and queue in one.queues for one in agents)


async def room(session: AsyncSession, queue: str) -> int:
    """How many may be rung now who will all be led to that queue.

    Callers who wait there go before, and whoever is being rung has an agent already.
    """
    free = await free_agents(session, queue)
    if not free:
        return 0
    waiting = select(func.count()).where(QueueVisit.queue == queue, QueueVisit.how.is_(None))
    return free - (await session.scalar(waiting) or 0) - await _rung(session, queue)


async def _rung(session: AsyncSession, queue: str) -> int:
    """Those who will come to that queue if they pick up."""
    wanted = (
        select(func.count())
        .select_from(DialAttempt)
        .join(CampaignTask, CampaignTask.id == DialAttempt.task_id)
        .join(Campaign, Campaign.id == CampaignTask.campaign_id)
        .where(Campaign.leads, Campaign.queue == queue)
        .where(DialAttempt.ended_at.is_(None), DialAttempt.result == "")
    )
    return await session.scalar(wanted) or 0


async def without_agents(session: AsyncSession) -> list[int]:
    """Running campaigns that would lead people to nobody now."""
    rows = await session.execute(
        select(Campaign.id, Campaign.queue).where(Campaign.leads, Campaign.state == "running")
    )
    return [number for number, queue in rows.all() if await room(session, queue) <= 0]
