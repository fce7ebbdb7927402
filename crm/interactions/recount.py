"""Count a day anew, from the journal instead of the projections, and compare."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.board import day_of
from crm.interactions.half_hours import half_hours
from crm.interactions.metrics import Figures, Group, figures
from crm.interactions.models import Interaction
from crm.interactions.queries import SERVICE_LEVEL_S, entered, queue_figures
from crm.interactions.summary import Summary, summarise
from crm.interactions.visits import Visit
from crm.staff.recount import recount_times
from mainline.ids import call_subject
from mainline.journal import entries_after


async def recount(session: AsyncSession, moment: datetime, zone: ZoneInfo) -> list[str]:
    """What differs between the journal and what is shown of the day; empty when they agree."""
    since, until = day_of(moment, zone)
    wrong: list[str] = []
    counted: dict[str, list[Visit]] = {}
    async for call, summary in _calls(session, since, until):
        outcome = summary.columns["outcome"] if summary else "no call"
        if outcome != call.outcome:
            wrong.append(f"call {call.id}: shown {call.outcome}, counted {outcome}")
        for visit in summary.visits if summary else ():
            if since <= visit.entered_at < until:
                counted.setdefault(visit.queue, []).append(visit)
    return [
        *wrong,
        *await _queues(session, counted, since, until),
        *await _half_hours(session, counted, since, until),
        *await recount_times(session, since, until),
    ]


async def _calls(
    session: AsyncSession, since: datetime, until: datetime
) -> AsyncIterator[tuple[Interaction, Summary | None]]:
    shown = await session.scalars(
        select(Interaction)
        .where(Interaction.began_at < until)
        .where((Interaction.ended_at >= since) | Interaction.ended_at.is_(None))
    )
    for call in shown.all():
        entries = await entries_after(session, 0, subject=call_subject(call.id), limit=1000)
        yield call, summarise([entry.event for entry in entries])


async def _queues(
    session: AsyncSession, counted: dict[str, list[Visit]], since: datetime, until: datetime
) -> list[str]:
    shown = await queue_figures(session, since=since, until=until)
    wrong: list[str] = []
    for queue in sorted({*shown, *counted}):
        here = figures(_group(visit) for visit in counted.get(queue, ()))
        there = shown.get(queue, Figures())
        if not there.balanced:
            wrong.append(f"queue {queue}: does not balance: {there}")
        if _counts(here) != _counts(there):
            wrong.append(f"queue {queue}: shown {there}, counted {here}")
    return wrong


async def _half_hours(
    session: AsyncSession, counted: dict[str, list[Visit]], since: datetime, until: datetime
) -> list[str]:
    there = half_hours(await entered(session, since=since, until=until), since)
    here = half_hours(
        ((one.queue, one.entered_at, one.how) for stays in counted.values() for one in stays), since
    )
    return [
        f"queue {queue}: half hour {step}: {how or 'waiting'}: "
        f"shown {there[queue, step, how]}, counted {here[queue, step, how]}"
        for queue, step, how in sorted({*there, *here}, key=str)
        if there[queue, step, how] != here[queue, step, how]
    ]


def _group(visit: Visit) -> Group:
    waited = visit.wait_s or 0.0
    return Group(visit.how, 1, int(waited <= SERVICE_LEVEL_S), waited, waited)


def _counts(one: Figures) -> tuple[int, ...]:
    left = (one.answered, one.abandoned, one.overflow, one.called_back, one.withdrawn)
    return (one.offered, *left, one.waiting)
