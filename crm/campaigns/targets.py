"""Whom a selection finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.areas.models import AreaPremise
from crm.billing.models import Bill
from crm.campaigns.rules import OutboundRules, working_days_later
from crm.campaigns.selection import Selection, sample
from crm.customers.addressed import below
from crm.customers.models import Premise, ServiceAccount
from crm.interactions.models import Interaction
from crm.outages.models import Outage
from crm.surveys.models import CallRating
from crm.work_orders.models import WorkOrder
from mainline.errors import NotFound

TARGETS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody to be called, and about what."""

    key: str
    customer_id: int | None
    account_id: int | None = None
    premise_id: int | None = None
    work_order_id: int | None = None
    about_call: str | None = None
    number: str = ""
    """When known already; else the customer's."""
    due_at: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is asked, and by which rules."""

    at: datetime
    zone: ZoneInfo
    rules: OutboundRules
    seed: int = 1


async def targets(session: AsyncSession, wanted: Selection, moment: Moment) -> list[Target]:
    """All that the selection finds now, each once."""
    match wanted.source:
        case "arrears":
            return await _arrears(session, wanted, moment)
        case "outage":
            return await _outage(session, wanted)
        case "low_ratings":
            return await _low_ratings(session, wanted, moment)
        case _:
            return await _orders(session, wanted, moment)


def of_order(order: WorkOrder, due_at: datetime | None = None) -> Target:
    """A return visit about an order."""
    return Target(
        f"order:{order.id}", order.customer_id, order.account_id, order.premise_id,
        work_order_id=order.id, number=order.contact, due_at=due_at,
    )  # fmt: skip


async def _orders(session: AsyncSession, wanted: Selection, moment: Moment) -> list[Target]:
    """Orders that were completed; of random ones a share."""
    rules = moment.rules
    since = moment.at - timedelta(days=wanted.days)
    query = select(WorkOrder).where(WorkOrder.completed_at >= since)
    types = rules.complaints if wanted.source == "complaints" else wanted.types
    if types:
        query = query.where(WorkOrder.type_code.in_(types))
    found = (await session.scalars(query.order_by(WorkOrder.id).limit(TARGETS_MAX))).all()
    if wanted.source == "random":
        chosen = set(sample((one.id for one in found), wanted.percent, moment.seed))
        found = [one for one in found if one.id in chosen]
    return [of_order(one, _due(one, moment)) for one in found]


def _due(order: WorkOrder, moment: Moment) -> datetime | None:
    """All complaints are asked about within the working days of the rules."""
    if order.type_code not in moment.rules.complaints or order.completed_at is None:
        return None
    days = moment.rules.visit_days
    return working_days_later(moment.rules, order.completed_at, days, moment.zone)


async def _low_ratings(session: AsyncSession, wanted: Selection, moment: Moment) -> list[Target]:
    since = moment.at - timedelta(days=wanted.days)
    rows = await session.execute(
        select(CallRating.call_id, Interaction)
        .join(Interaction, Interaction.id == CallRating.call_id)
        .where(CallRating.low, CallRating.asked_at >= since)
        .order_by(CallRating.asked_at)
        .limit(TARGETS_MAX)
    )
    return [
        Target(
            f"rating:{call_id}", call.customer_id, call.account_id,
            about_call=call_id, number=call.ani,
        )
        for call_id, call in rows
    ]  # fmt: skip


async def _arrears(session: AsyncSession, wanted: Selection, moment: Moment) -> list[Target]:
    today = moment.at.astimezone(moment.zone).date()
    open_fen = func.sum(Bill.amount_fen - Bill.paid_fen)
    rows = await session.execute(
        select(ServiceAccount)
        .join(Bill, Bill.account_id == ServiceAccount.id)
        .where(Bill.due_on < today, Bill.amount_fen > Bill.paid_fen)
        .group_by(ServiceAccount.id)
        .having(open_fen >= wanted.least_fen)
        .order_by(ServiceAccount.id)
        .limit(TARGETS_MAX)
    )
    return [_of_account(account) for (account,) in rows]


async def _outage(session: AsyncSession, wanted: Selection) -> list[Target]:
    outage = await session.get(Outage, wanted.outage_id)
    if outage is None:
        raise NotFound("outage")
    area = await session.get(AddressNode, outage.area_id) if outage.area_id else None
    served = select(AreaPremise.premise_id).where(AreaPremise.area_id == outage.service_area_id)
    concerned: list[ColumnElement[bool]] = [Premise.id.in_(served)]
    if area is not None:
        concerned.append(below(Premise.path, area.path))
    rows = await session.execute(
        select(ServiceAccount)
        .join(Premise, Premise.id == ServiceAccount.premise_id)
        .where(or_(*concerned), ServiceAccount.status != "closed")
        .order_by(ServiceAccount.id)
        .limit(TARGETS_MAX)
    )
    return [_of_account(account, outage_id=outage.id) for (account,) in rows]


def _of_account(account: ServiceAccount, **details: Any) -> Target:
    return Target(
        f"account:{account.id}", account.customer_id, account.id, account.premise_id,
        details=details,
    )  # fmt: skip


def customers(found: Sequence[Target]) -> set[int]:
    """Whose numbers are needed."""
    return {one.customer_id for one in found if one.customer_id is not None}
