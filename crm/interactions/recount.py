"""Count a day anew, from the journal instead of the projections, and compare."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.board import day_of
from crm.interactions.half_hours import half_hours
from crm.interactions.metrics import Figures, Group, figures
from crm.interactions.models import Interaction
from crm.interactions.queries import SERVICE_LEVEL_S, entered, queue_figures
from crm.interactions.subscribers import CONSUMER
from crm.interactions.summary import EVIDENCE, Summary, summarise
from crm.interactions.visits import Visit
from crm.staff.recount import NOTICED_S, recount_times
from mainline.ids import call_subject
from mainline.journal import entries_after
from mainline.journal.journal import subjects_told
from mainline.journal.reading import place_of

_NO_CALL: Final = "no call"
_EVIDENCE: Final = frozenset(each.kind for each in EVIDENCE)


async def recount(session: AsyncSession, moment: datetime, zone: ZoneInfo) -> list[str]:
    """What differs between the journal and what is shown of the day; empty when they agree."""
    since, until = day_of(moment, zone)
    wrong: list[str] = []
    counted: dict[str, list[Visit]] = {}
    async for call_id, shown, summary in _calls(session, since, until):
        outcome = summary.columns["outcome"] if summary else _NO_CALL
        if outcome != shown:
            wrong.append(f"call {call_id}: shown {shown}, counted {outcome}")
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
) -> AsyncIterator[tuple[str, str, Summary | None]]:
    """Each call of the day that is shown or of which the journal tells: its id, the outcome shown,
    and what the journal makes of it, as far as the call list has read.
    """
    rows = await session.execute(
        select(Interaction.id, Interaction.outcome)
        .where(Interaction.began_at < until)
        .where((Interaction.ended_at >= since) | Interaction.ended_at.is_(None))
    )
    shown = {call_subject(call_id): outcome for call_id, outcome in rows}
    place = await place_of(session, CONSUMER)
    told = await subjects_told(session, since, until, _EVIDENCE, upto=place)
    for subject in sorted({*shown, *told}):
        entries = await entries_after(session, 0, subject=subject, limit=1000)
        summary = summarise([entry.event for entry in entries if entry.id <= place])
        call_id = subject.removeprefix(call_subject(""))
        yield call_id, shown.get(subject) or await _outcome(session, call_id), summary


async def _outcome(session: AsyncSession, call_id: str) -> str:
    """Of a call whose row stands in another day, or nowhere."""
    call = await session.get(Interaction, call_id)
    return call.outcome if call else _NO_CALL


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
        if not _same(here, there):
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


def _same(here: Figures, there: Figures) -> bool:
    """The same callers, and the same waits as far as sums of fractions can be."""
    pairs = ((getattr(here, name), getattr(there, name)) for name in Figures.__slots__)
    return all(abs(one - other) < NOTICED_S for one, other in pairs)
