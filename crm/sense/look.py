"""One look at the last minutes: what is unusual is suspected, what has become quiet is dropped."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas import queries as areas
from crm.areas.models import BRANCH, ServiceArea
from crm.customers.merged import one_person
from crm.sense.events import OutageSuspected, OutageSuspicionEnded
from crm.sense.models import OPEN, OutageCandidate, OutageSignal
from crm.sense.rule import SenseRule, normal, surge, unusual
from crm.sense.service import rule, subject
from mainline.journal import append

SIGNALS_MAX: Final = 5000
HOURS_ALIKE: Final = 3
"""The hour itself and its neighbours."""

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Town:
    """What all areas are measured by in one look."""

    at: datetime
    zone: ZoneInfo
    rule: SenseRule
    areas: Mapping[int, ServiceArea]
    signals: Mapping[Key, Sequence[OutageSignal]]


async def look(session: AsyncSession, at: datetime, zone: ZoneInfo) -> list[OutageCandidate]:
    """Take in what has come since; the suspicions that are new."""
    body = await rule(session)
    await _drop_quiet(session, body, at)
    signals = await _recent(session, body, at)
    if not signals:
        return []
    places = {area.id: area for area in await areas.areas(session)}
    town = _Town(at, zone, body, places, _by_key(signals))
    taken = {(one.call_id, one.class_code) for one in signals if one.candidate_id is not None}
    raised = []
    for key in sorted(town.signals, key=lambda key: _smallest_first(town, key)):
        found = await _look_at(session, town, key, taken)
        raised += [found] if found else []
    return raised


async def _recent(session: AsyncSession, body: SenseRule, at: datetime) -> list[OutageSignal]:
    since = at - timedelta(minutes=body.window_minutes)
    known = [one.code for one in body.classes]
    rows = await session.scalars(
        select(OutageSignal)
        .where(OutageSignal.at > since, OutageSignal.at <= at, OutageSignal.told.is_(False))
        .where(OutageSignal.class_code.in_(known))
        .order_by(OutageSignal.at, OutageSignal.id)
        .limit(SIGNALS_MAX)
    )
    return list(rows)


def _by_key(signals: Iterable[OutageSignal]) -> dict[Key, list[OutageSignal]]:
    found: dict[Key, list[OutageSignal]] = defaultdict(list)
    for one in signals:
        found[one.area_id, one.class_code].append(one)
    return dict(found)


def _smallest_first(town: _Town, key: Key) -> tuple[bool, int, Key]:
    """A station explains its calls before the branch it lies in."""
    area = town.areas[key[0]]
    return area.kind == BRANCH, area.premises, key


async def _look_at(
    session: AsyncSession, town: _Town, key: Key, taken: set[tuple[str, str]]
) -> OutageCandidate | None:
    fresh = [
        one for one in town.signals[key]
        if one.candidate_id is None and (one.call_id, one.class_code) not in taken
    ]  # fmt: skip
    if not fresh:
        return None
    candidate = await _open_candidate(session, key)
    is_new = candidate is None
    if candidate is None:
        candidate = await _suspect(session, town, key, fresh, taken)
    if candidate is None:
        return None
    taken |= {(one.call_id, one.class_code) for one in fresh}
    await _attach(session, candidate, fresh)
    return candidate if is_new else None


async def _open_candidate(session: AsyncSession, key: Key) -> OutageCandidate | None:
    return await session.scalar(
        select(OutageCandidate).where(
            OutageCandidate.area_id == key[0],
            OutageCandidate.class_code == key[1],
            OutageCandidate.state == OPEN,
        )
    )


async def _suspect(
    session: AsyncSession,
    town: _Town,
    key: Key,
    fresh: Sequence[OutageSignal],
    taken: Set[tuple[str, str]],
) -> OutageCandidate | None:
    """A new suspicion, if so many callers are more than chance and no leader has just said no."""
    callers = _callers(fresh)
    if callers < _least(town, key) or await _just_rejected(session, town, key):
        return None
    expected = max(await _learned(session, town, key), _surge(town, key, taken))
    if not unusual(town.rule, callers, expected):
        return None
    candidate = OutageCandidate(
        area_id=key[0], class_code=key[1], first_at=fresh[0].at, raised_at=town.at,
        last_at=fresh[-1].at, callers=callers, expected=round(expected, 4),
    )  # fmt: skip
    try:
        async with session.begin_nested():
            session.add(candidate)
    except IntegrityError:  # another worker was faster
        return None
    told = OutageSuspected(
        subject=subject(candidate.id), area=town.areas[key[0]].code, class_code=key[1],
        callers=callers, expected=candidate.expected,
    )  # fmt: skip
    await append(session, told)
    return candidate


def _least(town: _Town, key: Key) -> int:
    """A branch is many stations: chance finds somebody in one of them more easily."""
    return town.rule.callers_min * (2 if town.areas[key[0]].kind == BRANCH else 1)


def _callers(signals: Sequence[OutageSignal]) -> int:
    """Different people at different places: neither counts twice."""
    return min(len({one.customer_id for one in signals}), len({one.premise_id for one in signals}))


async def _just_rejected(session: AsyncSession, town: _Town, key: Key) -> bool:
    since = town.at - timedelta(minutes=town.rule.rejected_minutes)
    found = await session.scalar(
        select(OutageCandidate.id)
        .where(OutageCandidate.area_id == key[0], OutageCandidate.class_code == key[1])
        .where(OutageCandidate.state == "rejected", OutageCandidate.decided_at > since)
        .limit(1)
    )
    return found is not None


async def _learned(session: AsyncSession, town: _Town, key: Key) -> float:
    """This area's normal at this hour, from its past without the outages in it."""
    until = town.at - timedelta(minutes=town.rule.window_minutes)
    since = max(until - timedelta(days=town.rule.history_days), await _first(session) or until)
    rows = await session.execute(
        select(OutageSignal.at, one_person(OutageSignal.customer_id))
        .outerjoin(OutageCandidate, OutageCandidate.id == OutageSignal.candidate_id)
        .where(OutageSignal.area_id == key[0], OutageSignal.class_code == key[1])
        .where(OutageSignal.at >= since, OutageSignal.at <= until, OutageSignal.told.is_(False))
        .where(or_(OutageCandidate.id.is_(None), OutageCandidate.state != "confirmed"))
    )
    hour = town.at.astimezone(town.zone).hour
    local = ((at.astimezone(town.zone), customer) for at, customer in rows)
    alike = {(at.date(), customer) for at, customer in local if _near(at.hour, hour)}
    return normal(
        town.rule,
        callers=len(alike),
        learned_days=(until - since) / timedelta(days=1),
        hours=HOURS_ALIKE,
        premises=town.areas[key[0]].premises,
    )


def _near(hour: int, other: int) -> bool:
    return (hour - other) % 24 in {0, 1, 23}


async def _first(session: AsyncSession) -> datetime | None:
    """Since when anything has been learned at all."""
    return await session.scalar(select(func.min(OutageSignal.at)))


def _surge(town: _Town, key: Key, taken: Set[tuple[str, str]]) -> float:
    """What the rest of the town says; calls that another suspicion explains say nothing."""
    kind = town.areas[key[0]].kind
    elsewhere = []
    for area in town.areas.values():
        if area.kind == kind and area.id != key[0]:
            group = town.signals.get((area.id, key[1]), ())
            free = [one for one in group if (one.call_id, one.class_code) not in taken]
            elsewhere.append((_callers(free), area.premises))
    return surge(town.rule, town.areas[key[0]].premises, elsewhere)


async def _attach(
    session: AsyncSession, candidate: OutageCandidate, fresh: Sequence[OutageSignal]
) -> None:
    for one in fresh:
        one.candidate_id = candidate.id
    await session.flush()
    mine = OutageSignal.candidate_id == candidate.id
    people = func.count(one_person(OutageSignal.customer_id).distinct())
    places = func.count(OutageSignal.premise_id.distinct())
    row = (await session.execute(select(people, places).where(mine))).one()
    candidate.callers = max(candidate.callers, min(row))
    candidate.last_at = max(candidate.last_at, fresh[-1].at)


async def _drop_quiet(session: AsyncSession, body: SenseRule, at: datetime) -> None:
    since = at - timedelta(minutes=body.quiet_minutes)
    quiet = OutageCandidate.state == OPEN, OutageCandidate.last_at < since
    for candidate in (await session.scalars(select(OutageCandidate).where(*quiet))).all():
        candidate.state, candidate.decided_at = "over", at
        area = await session.get_one(ServiceArea, candidate.area_id)
        told = OutageSuspicionEnded(
            subject=subject(candidate.id), area=area.code, class_code=candidate.class_code
        )
        await append(session, told)
