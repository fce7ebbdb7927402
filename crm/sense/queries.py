"""Suspicions with their evidence, outages with those who wait for their end."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.models import AreaPremise, ServiceArea
from crm.customers.merged import one_person
from crm.customers.models import Customer, Premise
from crm.interactions.models import Interaction
from crm.sense.models import OPEN, OutageCandidate, OutageRequest, OutageSignal
from crm.work_orders.models import WorkOrder
from mainline.db import any_of
from mainline.errors import NotFound

CALLS_MAX: Final = 200
SHOWN_MAX: Final = 50
_AROUND: Final = (
    select(AreaPremise.premise_id, OutageCandidate, ServiceArea)
    .join(OutageCandidate, OutageCandidate.area_id == AreaPremise.area_id)
    .join(ServiceArea, ServiceArea.id == OutageCandidate.area_id)
    .where(AreaPremise.premise_id.in_(any_of("premises")), OutageCandidate.state == OPEN)
    .order_by(OutageCandidate.raised_at)
)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A suspected outage and where."""

    candidate: OutageCandidate
    area: ServiceArea


@dataclass(frozen=True, slots=True)
class Evidence:
    """One of the calls it rests on."""

    signal: OutageSignal
    call: Interaction | None
    customer: Customer | None
    premise: Premise


async def suspicions(session: AsyncSession, *, states: Iterable[str] = (OPEN,)) -> list[Suspicion]:
    """Those in these states, the newest first."""
    rows = await session.execute(
        select(OutageCandidate, ServiceArea)
        .join(ServiceArea, ServiceArea.id == OutageCandidate.area_id)
        .where(OutageCandidate.state.in_(list(states)))
        .order_by(OutageCandidate.raised_at.desc(), OutageCandidate.id.desc())
        .limit(SHOWN_MAX)
    )
    return [Suspicion(candidate, area) for candidate, area in rows]


async def suspicion(session: AsyncSession, candidate_id: int) -> Suspicion:
    """One; NotFound if there is none."""
    candidate = await session.get(OutageCandidate, candidate_id)
    if candidate is None:
        raise NotFound("outage-candidate")
    return Suspicion(candidate, await session.get_one(ServiceArea, candidate.area_id))


async def suspected_at(session: AsyncSession, premise_id: int) -> list[Suspicion]:
    """What is suspected where a premise lies."""
    return (await suspected_around(session, [premise_id])).get(premise_id, [])


async def suspected_around(
    session: AsyncSession, premise_ids: Collection[int]
) -> dict[int, list[Suspicion]]:
    """The same of several, in one statement; where nothing is suspected is left out."""
    rows = await session.execute(_AROUND, {"premises": list(premise_ids)})
    found: dict[int, list[Suspicion]] = {}
    for premise, candidate, area in rows:
        found.setdefault(premise, []).append(Suspicion(candidate, area))
    return found


async def evidence(session: AsyncSession, candidate_id: int) -> list[Evidence]:
    """The calls it rests on, in their order."""
    rows = await session.execute(
        select(OutageSignal, Interaction, Customer, Premise)
        .outerjoin(Interaction, Interaction.id == OutageSignal.call_id)
        .outerjoin(Customer, Customer.id == OutageSignal.customer_id)
        .join(Premise, Premise.id == OutageSignal.premise_id)
        .where(OutageSignal.candidate_id == candidate_id)
        .order_by(OutageSignal.at, OutageSignal.id)
        .limit(CALLS_MAX)
    )
    return [Evidence(signal, call, customer, premise) for signal, call, customer, premise in rows]


async def moments(
    session: AsyncSession, area_id: int, class_code: str, since: datetime, until: datetime
) -> Sequence[datetime]:
    """When people called from an area about this, known or not."""
    rows = await session.scalars(
        select(OutageSignal.at)
        .where(OutageSignal.area_id == area_id, OutageSignal.class_code == class_code)
        .where(OutageSignal.at >= since, OutageSignal.at < until)
        .order_by(OutageSignal.at)
    )
    return rows.all()


async def callers_since(session: AsyncSession, since: datetime) -> dict[int, int]:
    """Different callers of each area, whatever they pointed to."""
    rows = await session.execute(
        select(OutageSignal.area_id, func.count(one_person(OutageSignal.customer_id).distinct()))
        .where(OutageSignal.at > since)
        .group_by(OutageSignal.area_id)
    )
    return {area: count for area, count in rows}  # noqa: C416 - rows are no pairs to mypy


async def asked(session: AsyncSession, outage_ids: Iterable[int]) -> dict[int, int]:
    """How many want to be called when each of these is over."""
    rows = await session.execute(
        select(OutageRequest.outage_id, func.count())
        .where(OutageRequest.outage_id.in_(list(outage_ids)))
        .group_by(OutageRequest.outage_id)
    )
    return {outage: count for outage, count in rows}  # noqa: C416 - rows are no pairs to mypy


async def orders_of(session: AsyncSession, outage_ids: Iterable[int]) -> Mapping[int, str]:
    """The number of the one work order of each of these outages."""
    rows = await session.execute(
        select(OutageCandidate.outage_id, WorkOrder.number)
        .join(WorkOrder, WorkOrder.id == OutageCandidate.work_order_id)
        .where(OutageCandidate.outage_id.in_(list(outage_ids)))
    )
    return {outage: number for outage, number in rows if outage is not None}
