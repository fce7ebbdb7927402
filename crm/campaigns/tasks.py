"""Preview dialling: an agent takes the next task, calls, notes the result. Tasks are lent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.campaigns import numbers, service, wishes
from crm.campaigns.events import TaskDone, TaskReturned, TaskTaken
from crm.campaigns.kinds import QUESTIONNAIRE
from crm.campaigns.models import Campaign, CampaignTask
from crm.campaigns.questionnaire import Questionnaire
from crm.campaigns.rules import next_attempt
from crm.catalog import service as catalog
from crm.catalog.fields import checked
from crm.work_orders import service as orders
from crm.work_orders.flow import NoteNeeded
from crm.work_orders.models import WorkOrder
from crm.work_orders.urging import urge
from mainline import definitions
from mainline.clock import now
from mainline.errors import MainlineError, NotFound
from mainline.i18n import Text
from mainline.journal import append

Result = Literal["satisfied", "not_satisfied", "not_reached", "refused", "wrong_number"]
NOTES_CHARS_MAX: Final = 2000
_LOOKED_AT: Final = 50


class NotYours(MainlineError):
    """The task is lent to somebody else, or to nobody."""

    code = "task-not-yours"
    words = Text("This task is not yours any more. Take the next one.")


class NumberBarred(MainlineError):
    """On the do-not-call list."""

    code = "number-barred"
    words = Text("This number is on the do-not-call list.")


class NotWished(MainlineError):
    """The customer wants no calls of ours."""

    code = "call-not-wished"
    words = Text("This customer does not want to be called.")


@dataclass(frozen=True, slots=True)
class Taken:
    """A task and what it is part of."""

    task: CampaignTask
    campaign: Campaign
    questionnaire: Questionnaire | None


async def present(session: AsyncSession, agent: str) -> Taken | None:
    """The task that is lent to this agent now."""
    mine = select(CampaignTask).where(
        CampaignTask.lease_agent == agent,
        CampaignTask.state == "leased",
        CampaignTask.lease_until > now(),
    )
    task = await session.scalar(mine.order_by(CampaignTask.id).limit(1))
    return None if task is None else await _taken(session, task)


async def take(session: AsyncSession, agent: str, *, zone: ZoneInfo) -> Taken | None:
    """The next task for this agent: the one they have, else the most urgent; None: no more."""
    mine = await present(session, agent)
    if mine is not None:
        return mine
    lease = timedelta(minutes=(await service.rules(session)).lease_min)
    for task, campaign in (await session.execute(_open(now()))).all():
        if campaign.agents and agent not in campaign.agents:
            continue
        if not await wishes.wanted_now(session, task, now(), zone):
            continue
        task.state, task.lease_agent, task.lease_until = "leased", agent, now() + lease
        await session.flush()
        await append(session, TaskTaken(subject=_subject(task), agent=agent))
        return await _taken(session, task)
    return None


def _open(at: datetime) -> Select[CampaignTask, Campaign]:
    """Who may be called by an agent, those first whose time is near. Returned leases among them."""
    over = (CampaignTask.state == "leased") & (CampaignTask.lease_until <= at)
    return (
        select(CampaignTask, Campaign)
        .join(Campaign, Campaign.id == CampaignTask.campaign_id)
        .where(Campaign.state == "running", Campaign.purpose == "visit")
        .where(or_(CampaignTask.state == "waiting", over), CampaignTask.next_at <= at)
        .order_by(
            case((CampaignTask.due_at.is_(None), 1), else_=0), CampaignTask.due_at, CampaignTask.id
        )
        .limit(_LOOKED_AT)
        .with_for_update(of=CampaignTask, skip_locked=True)
    )


async def give_back(session: AsyncSession, task_id: int, *, agent: str) -> None:
    """Somebody else may take it."""
    task = await _mine(session, task_id, agent)
    task.state, task.lease_agent, task.lease_until = "waiting", None, None
    await append(session, TaskReturned(subject=_subject(task), agent=agent))


async def any_expired(session: AsyncSession, at: datetime) -> bool:
    """Whether any lease has ended without a result."""
    over = CampaignTask.state == "leased", CampaignTask.lease_until <= at
    return await session.scalar(select(CampaignTask.id).where(*over).limit(1)) is not None


async def return_expired(session: AsyncSession, at: datetime) -> int:
    """Leases that have ended without a result; how many."""
    over = select(CampaignTask).where(
        CampaignTask.state == "leased", CampaignTask.lease_until <= at
    )
    found = (await session.scalars(over.limit(200).with_for_update())).all()
    for task in found:
        fact = TaskReturned(subject=_subject(task), agent=task.lease_agent or "")
        task.state, task.lease_agent, task.lease_until = "waiting", None, None
        await append(session, fact)
    return len(found)


async def number_to_call(session: AsyncSession, task_id: int, *, agent: str) -> CampaignTask:
    """The agent is about to call; the lease begins anew."""
    task = await _mine(session, task_id, agent)
    if await numbers.is_barred(session, task.number):
        raise NumberBarred
    if not (await wishes.of_task(session, task)).calls:
        raise NotWished
    lease = (await service.rules(session)).lease_min
    task.lease_until, task.attempts = now() + timedelta(minutes=lease), task.attempts + 1
    return task


async def called(session: AsyncSession, task_id: int, call_id: str) -> None:
    """The call that was placed for it."""
    task = await session.get_one(CampaignTask, task_id)
    task.call_id = call_id[:64]


async def finish(
    session: AsyncSession,
    task_id: int,
    *,
    agent: str,
    result: Result,
    answers: Mapping[str, object] | None = None,
    notes: str = "",
    zone: ZoneInfo,
) -> CampaignTask:
    """What came of it. Not satisfied: the order is worked on again, or a new one is opened."""
    task = await _mine(session, task_id, agent)
    campaign = await service.by_id(session, task.campaign_id)
    asked = await _questionnaire(session, task, campaign)
    spoke = result in {"satisfied", "not_satisfied"}
    if result == "not_satisfied" and not notes.strip():
        raise NoteNeeded
    if asked is not None and spoke:
        task.answers = checked(asked.questions, answers or {})
    task.notes, task.lease_agent, task.lease_until = notes.strip()[:NOTES_CHARS_MAX], None, None
    if result == "not_reached" and await _again(session, task):
        return task
    task.state = "unreached" if result == "not_reached" else "done"
    task.result, task.done_at, task.done_by = result, now(), agent
    if spoke and task.work_order_id is not None:
        await _tell_order(session, task, agent, satisfied=result == "satisfied", zone=zone)
    satisfied = result == "satisfied" if spoke else None
    fact = TaskDone(subject=_subject(task), result=result, by=agent, satisfied=satisfied)
    await append(session, fact)
    return task


async def _again(session: AsyncSession, task: CampaignTask) -> bool:
    """Nobody picked up: once more after a pause, unless it was tried often enough."""
    again = next_attempt(await service.rules(session), max(1, task.attempts), now())
    if again is None:
        return False
    task.state, task.next_at = "waiting", again
    return True


async def _tell_order(
    session: AsyncSession, task: CampaignTask, agent: str, *, satisfied: bool, zone: ZoneInfo
) -> None:
    order = await session.get(WorkOrder, task.work_order_id)
    if order is None:
        return
    action = "close" if satisfied else "reopen"
    types = (await catalog.work_order_types(session, order.type_version)).body
    if action in {one.action for one in orders.actions(types, order)}:
        await orders.move(session, order.number, action, by=agent, note=task.notes)
    elif not satisfied and not await urge(session, order.number, by=agent, note=task.notes):
        await _open_again(session, task, order, agent, zone)


async def _open_again(
    session: AsyncSession, task: CampaignTask, order: WorkOrder, agent: str, zone: ZoneInfo
) -> None:
    """A closed order stays closed: a new one of its type takes the matter up, once."""
    await orders.open_work_order(
        session,
        type_code=order.type_code,
        key=f"visit:{task.id}",
        by=agent,
        source="desk",
        customer_id=order.customer_id,
        account_id=order.account_id,
        premise_id=order.premise_id,
        summary=f"{order.number}: {task.notes}",
        contact=order.contact,
        fields=order.fields,
        zone=zone,
    )


async def _taken(session: AsyncSession, task: CampaignTask) -> Taken:
    campaign = await service.by_id(session, task.campaign_id)
    return Taken(task, campaign, await _questionnaire(session, task, campaign))


async def _questionnaire(
    session: AsyncSession, task: CampaignTask, campaign: Campaign
) -> Questionnaire | None:
    """What a campaign asks; about an order, what the order's type asks, if it names something."""
    order = await session.get(WorkOrder, task.work_order_id) if task.work_order_id else None
    own = (await orders.type_of(session, order)).survey if order is not None else ""
    if campaign.questionnaire and own in await definitions.names(session, QUESTIONNAIRE.name):
        return await service.questionnaire(session, own)
    return await service.questionnaire(session, campaign.questionnaire)


async def _mine(session: AsyncSession, task_id: int, agent: str) -> CampaignTask:
    task = await session.get(CampaignTask, task_id, with_for_update=True)
    if task is None:
        raise NotFound("task")
    until = task.lease_until
    if task.state != "leased" or task.lease_agent != agent or until is None or until <= now():
        raise NotYours
    return task


def _subject(task: CampaignTask) -> str:
    return f"campaign_task:{task.id}"
