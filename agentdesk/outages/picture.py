"""The town now: its areas, what is suspected and what is out. The same for all, in no language."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.areas import queries as areas
from crm.areas.models import BRANCH, ServiceArea
from crm.interactions.queries import waiting
from crm.outages.service import Placed, live
from crm.sense import queries, service
from crm.sense.queries import Suspicion
from crm.sense.rule import SenseRule
from mainline.clock import now

STATES: Final = ("normal", "planned", "suspected", "outage")
"""From the least to the most urgent: an area shows the most urgent it has."""


@dataclass(frozen=True, slots=True)
class Town:
    """What the picture is drawn from, read in one view."""

    at: datetime
    rule: SenseRule
    areas: Sequence[ServiceArea]
    suspected: Sequence[Suspicion]
    outages: Sequence[Placed]
    touched: Mapping[int, frozenset[int]]
    """Outage to the areas it is in."""
    callers: Mapping[int, int]
    waiting: Mapping[str, int]
    asked: Mapping[int, int]
    orders: Mapping[int, str]


async def read_town(session: AsyncSession) -> Town:
    """Everything the page shows now."""
    at, rule = now(), await service.rule(session)
    outages = await live(session)
    ids = [one.outage.id for one in outages]
    return Town(
        at=at,
        rule=rule,
        areas=await areas.areas(session),
        suspected=await queries.suspicions(session),
        outages=outages,
        touched={one.outage.id: await _touched(session, one) for one in outages},
        callers=await queries.callers_since(session, at - timedelta(minutes=rule.window_minutes)),
        waiting=await _waiting(session),
        asked=await queries.asked(session, ids),
        orders=await queries.orders_of(session, ids),
    )


async def _touched(session: AsyncSession, placed: Placed) -> frozenset[int]:
    if placed.outage.service_area_id is not None:
        return frozenset({placed.outage.service_area_id})
    node = await session.get(AddressNode, placed.outage.area_id)
    return frozenset(await areas.covered_by(session, node.path)) if node else frozenset()


async def _waiting(session: AsyncSession) -> Mapping[str, int]:
    """Callers in the queues by what supplies them."""
    calls = [call for _visit, call in await waiting(session)]
    by_account, by_customer = await areas.supplied_by(
        session,
        accounts=[call.account_id for call in calls if call.account_id is not None],
        customers=[call.customer_id for call in calls if call.customer_id is not None],
    )
    codes = [
        by_account.get(call.account_id or 0) or by_customer.get(call.customer_id or 0)
        for call in calls
    ]
    return Counter(code for code in codes if code is not None)


def picture(town: Town) -> dict[str, Any]:
    """What the page draws."""
    return {
        "areas": [_area(town, area) for area in town.areas],
        "suspected": [_suspicion(town, one) for one in town.suspected],
        "outages": [_outage(town, one) for one in town.outages],
        "window": town.rule.window_minutes,
    }


def _area(town: Town, area: ServiceArea) -> dict[str, Any]:
    return {
        "code": area.code,
        "kind": area.kind,
        "name": _both(area),
        "outline": area.outline,
        "premises": area.premises,
        "state": state_of(town, area),
        "callers": town.callers.get(area.id, 0),
        "waiting": town.waiting.get(area.code, 0),
        "candidate": next((o.candidate.id for o in town.suspected if o.area.id == area.id), None),
    }


def state_of(town: Town, area: ServiceArea) -> str:
    """The most urgent of what is known there. A branch is not out because a station of it is."""
    found = ["suspected"] if any(one.area.id == area.id for one in town.suspected) else []
    for placed in town.outages:
        outage = placed.outage
        here = area.id in town.touched[outage.id]
        if here and area.kind == BRANCH and outage.service_area_id != area.id:
            continue
        if here:
            running = outage.began_at <= town.at
            found.append("outage" if running and outage.kind == "fault" else "planned")
    return max(found, key=STATES.index, default="normal")


def _suspicion(town: Town, one: Suspicion) -> dict[str, Any]:
    kind = town.rule.named(one.candidate.class_code)
    return {
        "id": one.candidate.id,
        "area": _both(one.area),
        "label": kind.label.model_dump() if kind else {"zh": one.candidate.class_code,
                                                       "en": one.candidate.class_code},
        "callers": one.candidate.callers,
        "first_at": one.candidate.first_at,
        "raised_at": one.candidate.raised_at,
    }  # fmt: skip


def _outage(town: Town, placed: Placed) -> dict[str, Any]:
    outage = placed.outage
    return {
        "id": outage.id,
        "kind": outage.kind,
        "place": placed.place.model_dump(),
        "text": {"zh": outage.text_zh, "en": outage.text_en},
        "running": outage.began_at <= town.at,
        "began_at": outage.began_at,
        "expected_end_at": outage.expected_end_at,
        "asked": town.asked.get(outage.id, 0),
        "order": town.orders.get(outage.id, ""),
    }


def _both(area: ServiceArea) -> dict[str, str]:
    return {"zh": area.name_zh, "en": area.name_en}
