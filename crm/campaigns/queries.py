"""Which campaigns there are, how far they are, and what came of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.campaigns.models import Campaign, CampaignTask


@dataclass(slots=True)
class Progress:
    """A campaign and its tasks by state and by result."""

    campaign: Campaign
    states: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All its tasks."""
        return self.states.total()

    @property
    def open(self) -> int:
        """Those without an end."""
        return sum(self.states[one] for one in ("waiting", "leased", "dialling"))


async def campaigns(session: AsyncSession, *, limit: int = 100) -> list[Progress]:
    """The newest first, in two statements."""
    newest = select(Campaign).order_by(Campaign.id.desc()).limit(limit)
    found = {row.id: Progress(row) for row in await session.scalars(newest)}
    await _count(session, found)
    return list(found.values())


async def progress(session: AsyncSession, campaign: Campaign) -> Progress:
    """One campaign."""
    found = {campaign.id: Progress(campaign)}
    await _count(session, found)
    return found[campaign.id]


async def _count(session: AsyncSession, found: dict[int, Progress]) -> None:
    rows = await session.execute(
        select(CampaignTask.campaign_id, CampaignTask.state, CampaignTask.result, func.count())
        .where(CampaignTask.campaign_id.in_(found))
        .group_by(CampaignTask.campaign_id, CampaignTask.state, CampaignTask.result)
    )
    for campaign_id, state, result, count in rows:
        found[campaign_id].states[state] += count
        if result:
            found[campaign_id].results[result] += count


async def tasks(
    session: AsyncSession, campaign_id: int, *, state: str | None = None, limit: int = 200
) -> Sequence[CampaignTask]:
    """Tasks of a campaign, those that changed last first."""
    wanted = select(CampaignTask).where(CampaignTask.campaign_id == campaign_id)
    if state is not None:
        wanted = wanted.where(CampaignTask.state == state)
    newest = wanted.order_by(CampaignTask.done_at.desc(), CampaignTask.id.desc()).limit(limit)
    return (await session.scalars(newest)).all()


async def open_visits(session: AsyncSession) -> int:
    """How many customers wait for a call of an agent."""
    wanted = (
        select(func.count())
        .select_from(CampaignTask)
        .join(Campaign, Campaign.id == CampaignTask.campaign_id)
        .where(Campaign.state == "running", Campaign.purpose == "visit")
        .where(CampaignTask.state.in_(("waiting", "leased")))
    )
    return await session.scalar(wanted) or 0
