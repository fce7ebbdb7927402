"""Campaigns: made, filled, started, paused, ended."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, Literal, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks.rules import ordinary
from crm.campaigns import numbers, wishes
from crm.campaigns.events import CampaignChanged
from crm.campaigns.kinds import HOUSE, QUESTIONNAIRE, RULES
from crm.campaigns.models import Campaign, CampaignTask
from crm.campaigns.questionnaire import Questionnaire
from crm.campaigns.rules import OutboundRules
from crm.campaigns.selection import Selection, within_quota
from crm.campaigns.targets import Moment, Target, customers, targets
from mainline import definitions
from mainline.clock import now
from mainline.errors import Invalid, MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append
from mainline.phone import normalise

Purpose = Literal["visit", "reminder", "outage", "home"]
PURPOSES: Final[dict[str, Purpose]] = {"arrears": "reminder", "outage": "outage"}
_MOVES: Final = {
    "start": ({"draft", "paused"}, "running"),
    "pause": ({"running"}, "paused"),
    "end": ({"draft", "running", "paused"}, "ended"),
}


class NotNow(MainlineError):
    """The campaign's state does not allow this."""

    code = "campaign-refused"
    words = Text("This cannot be done with the campaign in its present state.")


async def rules(session: AsyncSession) -> OutboundRules:
    """How the company calls people who have not asked for it."""
    return await definitions.rules(session, RULES, OutboundRules())


async def questionnaire(session: AsyncSession, name: str) -> Questionnaire | None:
    """What is asked; None when nothing is."""
    if not name:
        return None
    return cast(Questionnaire, (await definitions.current(session, QUESTIONNAIRE.name, name)).body)


def house() -> dict[str, Any]:
    """Rules and questionnaires as they come with Mainline."""
    return cast("dict[str, Any]", definitions.content(HOUSE))


async def install(session: AsyncSession) -> None:
    """Publish them, unless the company has its own."""
    content = house()
    first = content["rules"]
    await definitions.install(session, RULES.name, definitions.COMPANY, first, by="house")
    for name, body in content["questionnaires"].items():
        await definitions.install(session, QUESTIONNAIRE.name, name, body, by="house")


async def create(
    session: AsyncSession,
    *,
    name: str,
    selection: Selection,
    by: str,
    theme: str = "",
    quota: int = 0,
    seed: int = 1,
    questionnaire_name: str = "",
    text_zh: str = "",
    text_en: str = "",
    queue: str = "service",
    leads: bool = False,
    agents: Sequence[str] = (),
) -> Campaign:
    """A draft: whom it would call is chosen when it starts."""
    if not name.strip():
        raise Invalid("name")
    if bool(text_zh.strip()) != bool(text_en.strip()):
        raise Invalid("text: zh, en")
    await questionnaire(session, questionnaire_name)
    row = Campaign(
        name=name.strip()[:64],
        purpose=PURPOSES.get(selection.source, "visit"),
        theme=theme.strip()[:200],
        selection=selection.model_dump(mode="json"),
        quota=max(0, quota),
        seed=seed,
        questionnaire=questionnaire_name,
        text_zh=text_zh.strip()[:1000],
        text_en=text_en.strip()[:1000],
        queue=queue,
        leads=leads and selection.automatic,
        agents=list(agents),
        created_by=by[:64],
    )
    session.add(row)
    await session.flush()
    await _tell(session, row, "draft", by)
    return row


async def move(
    session: AsyncSession,
    campaign_id: int,
    action: Literal["start", "pause", "end"],
    *,
    by: str,
    zone: ZoneInfo,
) -> Campaign:
    """Start it (whom it calls is chosen now), pause it, end it (who waits is dropped)."""
    row = await by_id(session, campaign_id, lock=True)
    allowed, state = _MOVES[action]
    if row.state not in allowed:
        raise NotNow
    if row.state == "draft" and action == "start":
        await fill(session, row, at=now(), zone=zone)
    row.state = state
    if state == "ended":
        row.ended_at = now()
        await _drop(session, row.id)
    await _tell(session, row, state, by)
    return row


async def fill(session: AsyncSession, row: Campaign, *, at: datetime, zone: ZoneInfo) -> int:
    """Tasks for everybody its selection finds and who is not in it yet; how many."""
    wanted = Selection.model_validate(row.selection)
    moment = Moment(at, zone, await rules(session), row.seed)
    found = await targets(session, wanted, moment)
    kept = within_quota(range(len(found)), row.quota, row.seed)
    return await add(session, row, [found[place] for place in kept], at=at)


async def add(
    session: AsyncSession, row: Campaign, found: Sequence[Target], *, at: datetime
) -> int:
    """These people; nobody twice about one thing, nobody who cannot or must not be called."""
    known = set(await session.scalars(_keys(row.id)))
    phones = await numbers.of_customers(session, customers(found))
    wished = await wishes.of_customers(session, customers(found))
    added = 0
    for one in found:
        number = _callable(one.number) or phones.get(one.customer_id or 0, "")
        if one.key in known or not number:
            continue
        unwanted = one.customer_id in wished and not wished[one.customer_id].calls
        barred = unwanted or await numbers.is_barred(session, number)
        state = "barred" if barred else "waiting"
        fields = {**asdict(one), "number": number, "state": state}
        session.add(CampaignTask(campaign_id=row.id, next_at=at, **fields))
        known.add(one.key)
        added += 1
    await session.flush()
    return added


async def standing(session: AsyncSession, key: str, purpose: Purpose, asks: str = "") -> Campaign:
    """The campaign of that key, which is always there and running."""
    row = await session.scalar(select(Campaign).where(Campaign.standing == key))
    if row is None:
        row = Campaign(standing=key, name=key, purpose=purpose, state="running", created_by="house")
        row.questionnaire = asks
        session.add(row)
        await session.flush()
    return row


async def by_id(session: AsyncSession, campaign_id: int, *, lock: bool = False) -> Campaign:
    """The campaign; NotFound if there is none."""
    row = await session.get(Campaign, campaign_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("campaign")
    return row


async def task_by_key(session: AsyncSession, campaign_id: int, key: str) -> CampaignTask:
    """The task about that; NotFound if there is none."""
    wanted = CampaignTask.campaign_id == campaign_id, CampaignTask.key == key
    task = await session.scalar(select(CampaignTask).where(*wanted))
    if task is None:
        raise NotFound("task")
    return task


def _keys(campaign_id: int) -> Any:
    return select(CampaignTask.key).where(CampaignTask.campaign_id == campaign_id)


def _callable(raw: str) -> str:
    number = normalise(raw).number or ""
    return number if ordinary(number) else ""


async def _drop(session: AsyncSession, campaign_id: int) -> None:
    waiting = select(CampaignTask).where(
        CampaignTask.campaign_id == campaign_id, CampaignTask.state.in_(("waiting", "leased"))
    )
    for task in await session.scalars(waiting):
        task.state, task.lease_agent, task.lease_until = "dropped", None, None


async def _tell(session: AsyncSession, row: Campaign, state: str, by: str) -> None:
    await append(session, CampaignChanged(subject=f"campaign:{row.id}", state=state, by=by))
