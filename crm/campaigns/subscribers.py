"""Facts of calls become results of tasks; low ratings and answered complaints become tasks."""

from collections.abc import Sequence
from typing import Final, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks import service as callbacks
from crm.campaigns import dialling, numbers, promises, service
from crm.campaigns.events import TaskDone
from crm.campaigns.models import CampaignTask, DialAttempt
from crm.campaigns.rules import working_days_later
from crm.campaigns.targets import Target, of_order
from crm.work_orders.events import WorkOrderMoved
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note
from mainline.config import Settings
from mainline.errors import MainlineError
from mainline.ids import call_of
from mainline.journal import AtOnce, Event, Handler, Handlers, append, entries_after
from mainline.journal.call_events import (
    CallDialled,
    CallerIdentified,
    CallOffered,
    CallPlaced,
    CallReached,
    CallUnreached,
    OutreachAnswered,
)
from mainline.journal.talk_events import SurveyRated
from mainline.log import get_logger

CONSUMER: Final = "campaigns"
E = TypeVar("E", bound=Event)

log = get_logger("campaigns")


async def on_dialled(session: AsyncSession, event: Event) -> None:
    """The call is about a customer: the call list and the pop know whom."""
    attempt = await dialling.by_call(session, call_of(event.subject))
    if attempt is None:
        return
    task = await session.get_one(CampaignTask, attempt.task_id)
    if task.customer_id is None:
        return
    known = CallerIdentified(
        subject=event.subject, at=event.at, how="choice",
        customer_id=task.customer_id, account_id=task.account_id, candidates=1,
    )  # fmt: skip
    await append(session, known)


async def on_reached(session: AsyncSession, event: Event) -> None:
    """Somebody picked up."""
    attempt = await dialling.by_call(session, call_of(event.subject))
    if attempt is not None:
        attempt.reached = cast(CallReached, event).by


async def on_unreached(session: AsyncSession, event: Event) -> None:
    """Nobody picked up."""
    attempt = await dialling.by_call(session, call_of(event.subject))
    if attempt is not None:
        attempt.status = cast(CallUnreached, event).status[:16]


async def on_call_ended(session: AsyncSession, event: Event) -> None:
    """The attempt is over."""
    attempt = await dialling.by_call(session, call_of(event.subject))
    if attempt is not None:
        await dialling.ended(session, attempt, at=event.at)


async def on_answered(session: AsyncSession, event: Event) -> None:
    """A key was pressed: the task has its result, once, however often it is told."""
    attempt = await dialling.by_call(session, call_of(event.subject))
    if attempt is None or attempt.result:
        return
    said = cast(OutreachAnswered, event)
    attempt.result = said.result[:32]
    task = await session.get_one(CampaignTask, attempt.task_id)
    task.state, task.result, task.done_at = "done", attempt.result, said.at
    task.call_id, task.done_by = attempt.call_id, "keypad"
    fact = TaskDone(subject=f"campaign_task:{task.id}", result=task.result, by="keypad")
    await append(session, fact)
    await _consequences(session, task, attempt)


async def _consequences(session: AsyncSession, task: CampaignTask, attempt: DialAttempt) -> None:
    if attempt.result == "never":
        await numbers.bar(session, task.number, source="key", by=attempt.call_id)
    by = f"tel:{task.number[-4:]}"
    if task.work_order_id is not None and attempt.result in {"at_home", "other_time"}:
        order = await session.get_one(WorkOrder, task.work_order_id)
        await note(session, order, attempt.result, by=by)
    await promises.heard(session, task, attempt.result, by=by)
    if attempt.result in {"other_time", "callback"}:
        await _call_back(session, task, attempt)


async def _call_back(session: AsyncSession, task: CampaignTask, attempt: DialAttempt) -> None:
    """A person calls, to agree on another time, or because nobody was free."""
    campaign = await service.by_id(session, task.campaign_id)
    order = await session.get(WorkOrder, task.work_order_id) if task.work_order_id else None
    reason = f"{order.number} " if order else ""
    try:
        await callbacks.ask(
            session,
            number=task.number,
            queue=campaign.queue,
            reason=f"{reason}{campaign.name}",
            source="campaign",
            customer_id=task.customer_id,
            call_id=attempt.call_id if attempt.ended_at is None else None,
            by="keypad",
        )
    except MainlineError as refused:
        log.warning("campaign.no_callback", task=task.id, why=refused.code)


async def on_rated(session: AsyncSession, event: Event) -> None:
    """A low rating opens a return visit, once."""
    rated = cast(SurveyRated, event)
    if not rated.low:
        return
    told = [entry.event for entry in await entries_after(session, 0, subject=event.subject)]
    offered, known = _last(told, CallOffered), _last(told, CallerIdentified)
    placed = _last(told, CallPlaced) or _last(told, CallDialled)
    number = offered.ani if offered else placed.number if placed else ""
    campaign = await service.standing(session, "low_ratings", "visit", "low_rating")
    settings = Settings()
    days = (await service.rules(session)).visit_days
    found = Target(
        f"rating:{call_of(event.subject)}",
        known.customer_id if known else None,
        known.account_id if known else None,
        about_call=call_of(event.subject),
        number=number,
        due_at=working_days_later(await service.rules(session), rated.at, days, settings.zone),
        details={"agent": rated.agent, "scores": rated.scores},
    )
    await service.add(session, campaign, [found], at=rated.at)


async def on_moved(session: AsyncSession, event: Event) -> None:
    """A complaint that has been answered: its customer is asked within two working days."""
    moved = cast(WorkOrderMoved, event)
    order = await session.get(WorkOrder, int(event.subject.partition(":")[2]))
    rules = await service.rules(session)
    if order is None or order.type_code not in rules.complaints or order.completed_at is None:
        return
    due = working_days_later(rules, moved.at, rules.visit_days, Settings().zone)
    campaign = await service.standing(session, "complaints", "visit", "visit")
    await service.add(session, campaign, [of_order(order, due)], at=moved.at)


def _last(told: list[Event], kind: type[E]) -> E | None:
    found = [fact for fact in told if isinstance(fact, kind)]
    return found[-1] if found else None


async def take_in(session: AsyncSession, events: Sequence[Event]) -> None:
    """Most calls are nobody's attempt: one look tells for the whole batch."""
    calls = {call_of(event.subject) for event in events if event.kind in _OF_ATTEMPTS}
    attempts = await dialling.attempts_among(session, calls) if calls else set[str]()
    for event in events:
        if event.kind in _OTHERS:
            await _OTHERS[event.kind](session, event)
        elif call_of(event.subject) in attempts:
            await _OF_ATTEMPTS[event.kind](session, event)


_OF_ATTEMPTS: Final[dict[str, Handler]] = {
    "call.dialled": on_dialled,
    "call.reached": on_reached,
    "call.unreached": on_unreached,
    "call.ended": on_call_ended,
    "outreach.answered": on_answered,
}
_OTHERS: Final[dict[str, Handler]] = {"survey.rated": on_rated, "work_order.moved": on_moved}
CONSUMERS: dict[str, Handlers] = {
    CONSUMER: AtOnce((*_OF_ATTEMPTS, *_OTHERS), take_in),
    promises.CONSUMER: promises.HANDLERS,
}
