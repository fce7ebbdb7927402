"""Automatic calls: chosen, written down before they are placed, settled once.

An attempt exists before Asterisk is asked. Whatever dies in between, it is over sooner or later and
counts: nobody is rung twice for one attempt, and nobody is forgotten.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing import queries as billing
from crm.campaigns import humane, numbers, pacing, service, wishes
from crm.campaigns.events import TaskAttempted, TaskDialled
from crm.campaigns.models import Campaign, CampaignTask, DialAttempt
from crm.campaigns.rules import (
    Load,
    OutboundRules,
    Outcome,
    may_dial,
    next_attempt,
    outcome,
    permitted,
)
from crm.outages import service as outages
from crm.outages.models import Outage
from mainline.journal import append

LOST_S: Final = 20.0
"""An attempt of which Asterisk knows nothing after so long is over: it was lost on the way."""
_BATCH: Final = 20
_AUTOMATIC: Final = ("reminder", "outage", "home")


@dataclass(frozen=True, slots=True)
class Dial:
    """A call to be placed; its attempt is written down."""

    call_id: str
    number: str
    purpose: str
    ring_s: int
    detect: bool


async def anything(session: AsyncSession, at: datetime) -> bool:
    """Whether there is somebody to be called, or an attempt to be settled."""
    due = await session.scalar(_due(at, 1))
    return due is not None or bool(await open_attempts(session))


async def reserve(
    session: AsyncSession,
    *,
    at: datetime,
    zone: ZoneInfo,
    lines_busy: int,
    new_call_id: Callable[[], str],
) -> list[Dial]:
    """The calls that may be placed now, written down."""
    rules = await service.rules(session)
    if not permitted(rules, at, zone):
        return []
    room = may_dial(rules, await _load(session, at, lines_busy))
    dials: list[Dial] = []
    due = _due(at, _BATCH).where(Campaign.id.not_in(await pacing.without_agents(session)))
    for task, campaign in (await session.execute(due)).all() if room else ():
        if len(dials) == room:
            break
        if campaign.leads and await pacing.room(session, campaign.queue) <= 0:
            continue
        if await _may_be_called(session, rules, task, campaign, at, zone):
            dials.append(await _begin(session, rules, task, campaign, at, new_call_id()))
    return dials


def _due(at: datetime, limit: int) -> Select[CampaignTask, Campaign]:
    return (
        select(CampaignTask, Campaign)
        .join(Campaign, Campaign.id == CampaignTask.campaign_id)
        .where(Campaign.state == "running", Campaign.purpose.in_(_AUTOMATIC))
        .where(CampaignTask.state == "waiting", CampaignTask.next_at <= at)
        .order_by(CampaignTask.next_at, CampaignTask.id)
        .limit(limit)
        .with_for_update(of=CampaignTask, skip_locked=True)
    )


async def _load(session: AsyncSession, at: datetime, lines_busy: int) -> Load:
    lately = select(func.count()).where(DialAttempt.begun_at > at - timedelta(minutes=1))
    return Load(
        under_way=len(await open_attempts(session)),
        last_minute=await session.scalar(lately) or 0,
        lines_busy=lines_busy,
    )


async def _may_be_called(
    session: AsyncSession,
    rules: OutboundRules,
    task: CampaignTask,
    campaign: Campaign,
    at: datetime,
    zone: ZoneInfo,
) -> bool:
    """Not barred or too late, no old news, as they wish; no reminder of money at a bad moment."""
    if await numbers.is_barred(session, task.number):
        task.state = "barred"
        return False
    if task.due_at is not None and task.due_at <= at:
        task.state = "unreached"
        return False
    if await is_over(session, task, at):
        _end(task, "over", at)
        return False
    wanted = await wishes.wanted_now(session, task, at, zone)
    if campaign.purpose != "reminder" or not wanted:
        return wanted
    if not await _owes(session, task, at, zone):
        _end(task, "paid", at)
        return False
    task.held = await humane.held(
        session, rules, customer_id=task.customer_id, premise_id=task.premise_id, at=at
    )
    if task.held:
        task.next_at = at + timedelta(hours=rules.held_h)
    return not task.held


async def is_over(session: AsyncSession, task: CampaignTask, at: datetime) -> bool:
    """Whether the outage that was to be announced has ended: nobody is to hear of it any more."""
    if "outage_id" not in task.details:
        return False
    outage = await session.get(Outage, task.details["outage_id"])
    return outage is None or outages.is_over(outage, at)


def _end(task: CampaignTask, result: str, at: datetime) -> None:
    """There is no reason to call any more."""
    task.state, task.result, task.done_at = "done", result, at


async def _owes(session: AsyncSession, task: CampaignTask, at: datetime, zone: ZoneInfo) -> bool:
    """Whether there is still something to be reminded of."""
    if task.account_id is None:
        return True
    today = at.astimezone(zone).date()
    return (await billing.arrears(session, task.account_id, today=today)).overdue_fen > 0


async def _begin(
    session: AsyncSession,
    rules: OutboundRules,
    task: CampaignTask,
    campaign: Campaign,
    at: datetime,
    call_id: str,
) -> Dial:
    task.state, task.attempts = "dialling", task.attempts + 1
    attempt = DialAttempt(task_id=task.id, number=task.attempts, call_id=call_id, begun_at=at)
    session.add(attempt)
    await session.flush()
    subject = f"campaign_task:{task.id}"
    await append(session, TaskDialled(subject=subject, attempt=task.attempts, call_id=call_id))
    return Dial(call_id, task.number, campaign.purpose, rules.ring_s, rules.detect_machine)


async def open_attempts(session: AsyncSession) -> Sequence[DialAttempt]:
    """Calls that are being made."""
    found = select(DialAttempt).where(DialAttempt.ended_at.is_(None)).order_by(DialAttempt.id)
    return (await session.scalars(found)).all()


async def by_call(session: AsyncSession, call_id: str) -> DialAttempt | None:
    """The attempt that this call is."""
    found: DialAttempt | None = await session.scalar(
        select(DialAttempt).where(DialAttempt.call_id == call_id)
    )
    return found


async def attempts_among(session: AsyncSession, calls: Collection[str]) -> set[str]:
    """Which of these calls are attempts."""
    wanted = select(DialAttempt.call_id).where(DialAttempt.call_id.in_(calls))
    return set(await session.scalars(wanted))


async def settle_lost(
    session: AsyncSession, *, alive: Collection[str], at: datetime, since: datetime
) -> int:
    """Attempts of which Asterisk knows nothing: over, and not repeated at once; how many.

    ``since`` is when we began to look: facts of the time before are read first.
    """
    lost = [
        attempt
        for attempt in await open_attempts(session)
        if attempt.call_id not in alive
        and at - max(attempt.begun_at, since) >= timedelta(seconds=LOST_S)
    ]
    for attempt in lost:
        await settle(session, attempt, "unknown", at=at)
    return len(lost)


async def ended(session: AsyncSession, attempt: DialAttempt, *, at: datetime) -> None:
    """The call is over."""
    came = outcome(reached=attempt.reached, status=attempt.status)
    await settle(session, attempt, came, at=at)


async def settle(
    session: AsyncSession, attempt: DialAttempt, came: Outcome, *, at: datetime
) -> None:
    """The attempt is over, once; its task is done, waits for the next one, or is given up."""
    if attempt.ended_at is not None:
        return
    attempt.ended_at, attempt.outcome = at, came
    task = await session.get_one(CampaignTask, attempt.task_id)
    if task.state == "dialling":
        await _after(session, task, attempt, at)
    fact = TaskAttempted(
        subject=f"campaign_task:{task.id}", attempt=attempt.number, call_id=attempt.call_id,
        outcome=came,
    )  # fmt: skip
    await append(session, fact)


async def _after(
    session: AsyncSession, task: CampaignTask, attempt: DialAttempt, at: datetime
) -> None:
    """A call that was listened to but not answered by a key is tried again like one unanswered."""
    if await is_over(session, task, at):
        _end(task, "over", at)
        return
    again = next_attempt(await service.rules(session), task.attempts, at)
    task.state = "waiting" if again is not None else "unreached"
    task.next_at = again or task.next_at
    if again is None:
        task.result, task.done_at = attempt.outcome, at
