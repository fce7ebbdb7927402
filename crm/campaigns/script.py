"""What is to be said in an automatic call: read once when somebody has picked up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing import queries as billing
from crm.campaigns import dialling, service
from crm.campaigns.models import CampaignTask
from crm.customers.models import Customer, ServiceAccount
from crm.outages.models import Outage
from mainline.clock import now
from mainline.config import Settings
from mainline.text import LocalizedText


@dataclass(frozen=True, slots=True)
class Script:
    """The facts of one automatic call, not yet in words."""

    purpose: str
    queue: str
    language: Literal["zh", "en"] | None
    leads: bool = False
    """Everybody is led to an agent who does not want to be left alone."""
    text: LocalizedText | None = None
    """The company's own words, instead of the house phrases."""
    account_number: str = ""
    owed_fen: int = 0
    outage: Outage | None = None
    over: bool = False
    """The outage has ended while it rang: there is no news any more."""
    visit_from: datetime | None = None
    visit_until: datetime | None = None


async def script(session: AsyncSession, call_id: str, settings: Settings) -> Script | None:
    """What this call is about; None when it is none of ours, or has nothing to say any more."""
    attempt = await dialling.by_call(session, call_id)
    if attempt is None:
        return None
    task = await session.get_one(CampaignTask, attempt.task_id)
    campaign = await service.by_id(session, task.campaign_id)
    text = (campaign.text_zh, campaign.text_en)
    customer = await session.get(Customer, task.customer_id) if task.customer_id else None
    account = await session.get(ServiceAccount, task.account_id) if task.account_id else None
    return Script(
        purpose=campaign.purpose,
        queue=campaign.queue,
        language=_language(customer),
        leads=campaign.leads,
        text=LocalizedText(zh=text[0], en=text[1]) if all(text) else None,
        account_number=account.number if account else "",
        owed_fen=await _owed(session, account, settings),
        outage=await session.get(Outage, task.details.get("outage_id", 0)),
        over=await dialling.is_over(session, task, now()),
        visit_from=_moment(task, "visit_from"),
        visit_until=_moment(task, "visit_until"),
    )


def _language(customer: Customer | None) -> Literal["zh", "en"] | None:
    if customer is None or customer.language is None:
        return None
    return "en" if customer.language == "en" else "zh"


async def _owed(session: AsyncSession, account: ServiceAccount | None, settings: Settings) -> int:
    if account is None:
        return 0
    today = now().astimezone(settings.zone).date()
    return (await billing.arrears(session, account.id, today=today)).overdue_fen


def _moment(task: CampaignTask, name: str) -> datetime | None:
    told = task.details.get(name)
    return datetime.fromisoformat(told) if told else None
