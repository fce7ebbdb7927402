"""The dispatcher's board now: orders with clocks, people, hot spots, all on the drawn map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas import queries as areas
from crm.areas.models import SUPPLY, AreaPremise, ServiceArea
from crm.catalog import service as catalog
from crm.catalog.work_order_types import WorkOrderTypes
from crm.customers.models import Premise
from crm.dispatch.crews import dispatch_rules, people
from crm.dispatch.drawing import Anchor, centre, drawn
from crm.dispatch.hot_spots import HotSpot, Spotted, hot_spots
from crm.dispatch.proposals import Person
from crm.field.models import FieldAct
from crm.field.places import Point, coordinates
from crm.staff.roles import house_name
from crm.work_orders import clocks
from crm.work_orders.flow import OVERSEER
from crm.work_orders.limits import gauge
from crm.work_orders.models import WorkOrder
from mainline.clock import now
from mainline.masking import Eyes

RANK: Final = {"emergency": 0, "urgent": 1}
SHOWN_MAX: Final = 300
"""Of the open orders those with the nearest limit."""
OUTLINE_CORNERS: Final = 3


@dataclass(frozen=True, slots=True)
class Drawing:
    """The drawn map, and what holds it to the ground."""

    areas: Sequence[ServiceArea]
    anchors: Sequence[Anchor]

    def place(self, point: Point | None) -> tuple[float, float] | None:
        """Where something lies on it."""
        return drawn(self.anchors, point) if point is not None else None


async def drawing(session: AsyncSession) -> Drawing:
    """The areas that are drawn; each is held by one of the places it supplies."""
    found = [one for one in await areas.areas(session) if len(one.outline) >= OUTLINE_CORNERS]
    held: dict[int, ServiceArea] = {}
    for area in found:
        if area.kind == SUPPLY:
            first = select(AreaPremise.premise_id).where(AreaPremise.area_id == area.id).limit(1)
            if (premise := await session.scalar(first)) is not None:
                held[premise] = area
    points = await coordinates(session, held)
    anchors = [Anchor(point, centre(held[premise].outline)) for premise, point in points.items()]
    return Drawing(found, anchors)


async def board(session: AsyncSession) -> dict[str, Any]:
    """Everything the page shows, in no language."""
    at, map_ = now(), await drawing(session)
    found = await _open(session)
    points = await coordinates(session, [one.premise_id for one in found if one.premise_id])
    places = await _addresses(session, found)
    disputed = await _disputed(session, [one.id for one in found])
    crew = await people(session, at)
    types = {
        version: _Types.of((await catalog.work_order_types(session, version)).body)
        for version in {one.type_version for one in found}
    }
    return {
        "at": at,
        "orders": [
            _order(one, types[one.type_version], places,
                   map_.place(points.get(one.premise_id or 0)), disputed.get(one.id, 0), at)
            for one in found
        ],
        "people": [_person(one, map_) for one in crew],
        "hot_spots": await _spots(session, await _hot(session, at), map_),
        "areas": [_area(one) for one in map_.areas],
    }  # fmt: skip


def masked(drawn: Mapping[str, Any], sees: Eyes) -> dict[str, Any]:
    """The board as this person may see it."""
    orders = [
        {**one, "summary": sees.text(one["summary"]), "address": _address(one["address"], sees)}
        for one in drawn["orders"]
    ]
    return {**drawn, "orders": orders}


def _address(address: Mapping[str, str] | None, sees: Eyes) -> dict[str, str] | None:
    return {lang: sees.address(each) for lang, each in address.items()} if address else None


async def _open(session: AsyncSession) -> Sequence[WorkOrder]:
    """Of those that somebody still has to do something for."""
    wanted = select(WorkOrder).where(
        WorkOrder.closed_at.is_(None), WorkOrder.completed_at.is_(None)
    )
    soonest = wanted.order_by(WorkOrder.due_complete_at, WorkOrder.id).limit(SHOWN_MAX)
    found = (await session.scalars(soonest)).all()
    return sorted(found, key=lambda one: (RANK.get(one.urgency, len(RANK)), one.due_complete_at))


async def _addresses(
    session: AsyncSession, found: Sequence[WorkOrder]
) -> Mapping[int, dict[str, str]]:
    ids = {one.premise_id for one in found if one.premise_id is not None}
    rows = await session.scalars(select(Premise).where(Premise.id.in_(ids)))
    return {row.id: {"zh": row.address_zh, "en": row.address_en} for row in rows}


async def _disputed(session: AsyncSession, ids: Sequence[int]) -> Mapping[int, int]:
    """Acts of the field that met a change and wait for a decision."""
    rows = await session.execute(
        select(FieldAct.work_order_id, func.count())
        .where(FieldAct.work_order_id.in_(ids), FieldAct.outcome == "conflict")
        .group_by(FieldAct.work_order_id)
    )
    return {order: number for order, number in rows if order is not None}


@dataclass(frozen=True, slots=True)
class _Types:
    """The types of one version, and their teams as the page shows them."""

    body: WorkOrderTypes
    teams: Mapping[str, dict[str, str]]

    @classmethod
    def of(cls, body: WorkOrderTypes) -> "_Types":
        """Read once for all the orders of the version."""
        return cls(body, {code: name.model_dump() for code, name in body.teams.items()})


def _order(
    order: WorkOrder, known: _Types, places: Mapping[int, dict[str, str]],
    place: tuple[float, float] | None, disputed: int, at: datetime,
) -> dict[str, Any]:  # fmt: skip
    types, teams = known.body, known.teams
    counts = gauge(clocks.of_order(order, types), clocks.running(order), at)
    step = types.step(order.type_code, order.step)
    unassigned = order.owner in teams
    late = counts is not None and counts.late
    return {
        "number": order.number,
        "column": "unassigned" if unassigned else "late" if late else "running",
        "type": types.type(order.type_code).name.model_dump(),
        "urgency": order.urgency,
        "step": step.label.model_dump(),
        "summary": order.summary,
        "address": places.get(order.premise_id or 0),
        "owner": order.owner,
        "owner_name": teams.get(order.owner) or _hand(order.owner),
        "due_at": counts.due_at if counts else order.due_complete_at,
        "limit": counts.limit if counts else "complete",
        "late": late, "warns": counts is not None and counts.warns,
        "paused": order.paused_at is not None,
        "drawn": place, "disputed": disputed,
    }  # fmt: skip


def _hand(name: str) -> dict[str, str]:
    """Who sits at dispatch by what they do there, everybody else by name."""
    role = house_name(OVERSEER) if name == OVERSEER else None
    return role.model_dump() if role else {"zh": name, "en": name}


def _person(one: Person, map_: Drawing) -> dict[str, Any]:
    return {
        "login": one.login, "name": one.name, "team": one.team, "skills": sorted(one.skills),
        "on_shift": one.on_shift, "age_min": one.age_min, "drawn": map_.place(one.point),
        "orders": one.orders, "late": one.late, "emergencies": one.emergencies,
    }  # fmt: skip


async def _hot(session: AsyncSession, at: datetime) -> Sequence[HotSpot]:
    """Of everything that was opened in that time, closed or not."""
    rule = (await dispatch_rules(session)).hot_spots
    rows = await session.execute(
        select(WorkOrder.number, WorkOrder.type_code, WorkOrder.premise_id)
        .where(WorkOrder.opened_at >= at - timedelta(hours=rule.hours))
        .where(WorkOrder.premise_id.is_not(None))
        .order_by(WorkOrder.opened_at.desc())
        .limit(2000)
    )
    orders = [(number, kind, premise) for number, kind, premise in rows if premise is not None]
    points = await coordinates(session, [premise for _number, _kind, premise in orders])
    return hot_spots(
        rule, [Spotted(number, kind, points[at_]) for number, kind, at_ in orders if at_ in points]
    )


async def _spots(
    session: AsyncSession, found: Sequence[HotSpot], map_: Drawing
) -> list[dict[str, Any]]:
    types = (await catalog.work_order_types(session)).body.types if found else ()
    names = {one.code: one.name.model_dump() for one in types}
    return [
        {
            "type": names.get(spot.type_code, {"zh": spot.type_code, "en": spot.type_code}),
            "drawn": map_.place(spot.point), "numbers": list(spot.numbers),
        }
        for spot in found
    ]  # fmt: skip


def _area(one: ServiceArea) -> dict[str, Any]:
    return {
        "code": one.code, "kind": one.kind, "outline": one.outline,
        "name": {"zh": one.name_zh, "en": one.name_en},
    }  # fmt: skip
