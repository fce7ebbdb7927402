"""Interruptions: whom they concern, and how they begin and end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import bindparam, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.areas.models import AreaPremise, ServiceArea
from crm.customers.models import Premise
from crm.outages.models import Outage
from mainline.clock import now
from mainline.db import Moment, any_of
from mainline.errors import Invalid, NotFound
from mainline.text import LocalizedText

LIVE = ("announced", "running")
SHOWN_MAX: Final = 20
_PATHS: Final = select(Premise.id, Premise.path).where(Premise.id.in_(any_of("premises")))
_SERVING: Final = select(AreaPremise.premise_id, AreaPremise.area_id).where(
    AreaPremise.premise_id.in_(any_of("premises"))
)
_LIVE_AT: Final = (
    select(Outage)
    .where(or_(Outage.area_id.in_(any_of("places")), Outage.service_area_id.in_(any_of("areas"))))
    .where(Outage.status.in_(LIVE))
    .order_by(
        case((Outage.began_at <= bindparam("at", type_=Moment()), 0), else_=1),
        Outage.began_at, Outage.id,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """An interruption and the name of its place."""

    outage: Outage
    place: LocalizedText


async def for_premise(session: AsyncSession, premise_id: int) -> list[Outage]:
    """Running and announced interruptions at a premise, the running first; NotFound if unknown.

    Of the place itself, of any place above it, and of the areas that serve it.
    """
    found = await for_premises(session, [premise_id])
    if premise_id not in found:
        raise NotFound("premise")
    return found[premise_id]


async def for_premises(
    session: AsyncSession, premise_ids: Collection[int]
) -> dict[int, list[Outage]]:
    """The same of several that are known, in three statements however many they are."""
    places = {
        premise: {int(part) for part in path.split("/") if part}
        for premise, path in await session.execute(_PATHS, {"premises": list(premise_ids)})
    }
    serving: dict[int, set[int]] = {premise: set() for premise in places}
    for premise, area in await session.execute(_SERVING, {"premises": list(places)}):
        serving[premise].add(area)
    around, served = set().union(*places.values()), set().union(*serving.values())
    live = await _live_at(session, around, served)
    return {
        premise: [
            one for one in live if one.area_id in inside or one.service_area_id in serving[premise]
        ][:SHOWN_MAX]
        for premise, inside in places.items()
    }


async def _live_at(
    session: AsyncSession, places: Collection[int], areas: Collection[int]
) -> list[Outage]:
    moment = now()
    asked = {"places": list(places), "areas": list(areas), "at": moment}
    found = await session.scalars(_LIVE_AT, asked)
    return [one for one in found if not is_over(one, moment)]


def is_over(outage: Outage, moment: datetime) -> bool:
    """A planned interruption whose end has passed needs nobody to say so."""
    end = outage.expected_end_at
    past = outage.kind == "planned" and end is not None and end <= moment
    return past or outage.ended_at is not None or outage.status not in LIVE


async def live(session: AsyncSession, *, limit: int = 100) -> list[Placed]:
    """All running and announced interruptions with their places."""
    rows = await session.execute(
        select(Outage, AddressNode, ServiceArea)
        .outerjoin(AddressNode, AddressNode.id == Outage.area_id)
        .outerjoin(ServiceArea, ServiceArea.id == Outage.service_area_id)
        .where(Outage.status.in_(LIVE))
        .order_by(Outage.began_at, Outage.id)
        .limit(limit)
    )
    moment = now()
    return [
        Placed(outage, _name(area or node)) for outage, node, area in rows
        if not is_over(outage, moment)
    ]  # fmt: skip


def _name(place: AddressNode | ServiceArea | None) -> LocalizedText:
    return LocalizedText(zh=place.name_zh if place else "", en=place.name_en if place else "")


async def announce(
    session: AsyncSession,
    *,
    area_id: int | None = None,
    service_area_id: int | None = None,
    kind: Literal["planned", "fault"],
    text_zh: str,
    text_en: str,
    began_at: datetime,
    expected_end_at: datetime | None = None,
) -> Outage:
    """Tell of an interruption, running or to come: of a place, or of a service area."""
    await _check_place(session, area_id, service_area_id)
    if expected_end_at is not None and expected_end_at <= began_at:
        raise Invalid("expected_end_at")
    outage = Outage(
        area_id=area_id,
        service_area_id=service_area_id,
        kind=kind,
        text_zh=text_zh[:2000],
        text_en=text_en[:2000],
        began_at=began_at,
        expected_end_at=expected_end_at,
        status="running" if began_at <= now() else "announced",
    )
    session.add(outage)
    await session.flush()
    return outage


async def _check_place(
    session: AsyncSession, area_id: int | None, service_area_id: int | None
) -> None:
    if (area_id is None) == (service_area_id is None):
        raise Invalid("area")
    if area_id is not None and await session.get(AddressNode, area_id) is None:
        raise NotFound("area")
    if service_area_id is not None and await session.get(ServiceArea, service_area_id) is None:
        raise NotFound("area")


async def end(session: AsyncSession, outage_id: int) -> Outage:
    """Supply is back; ending twice changes nothing."""
    outage = await session.get(Outage, outage_id)
    if outage is None:
        raise NotFound("outage")
    if outage.ended_at is None:
        outage.ended_at, outage.status = now(), "ended"
    return outage
