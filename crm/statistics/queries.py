"""Counts straight from the orders: nothing is kept beside them that could differ.

An order belongs to a period by its opening. What is unfinished, late or paused is as of now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas.models import BRANCH, AreaPremise, ServiceArea
from crm.statistics.figures import COUNTS, By, Count, Figures
from crm.statistics.period import Period
from crm.work_orders.models import WorkOrder

GROUPS_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which orders; empty does not matter."""

    period: Period
    branch: str = ""
    team: str = ""
    type_code: str = ""
    as_of: datetime | None = None
    """As everything stood at that moment; None: as it stands."""


async def grouped(session: AsyncSession, asked: Asked, by: By, *, at: datetime) -> list[Figures]:
    """The figures of each group: in the order of time, else the largest first."""
    inner = _orders(asked, by, at).subquery()
    sums = [func.sum(inner.c[name]).label(name) for name in COUNTS]
    wanted = select(inner.c.key, *sums).group_by(inner.c.key).limit(GROUPS_MAX)
    rows = (await session.execute(wanted)).mappings().all()
    found = [_figures(dict(row)) for row in rows]
    if by == "time":
        return gapless(asked.period, found)
    return sorted(found, key=lambda one: (-one.opened, one.key))


async def total(session: AsyncSession, asked: Asked, *, at: datetime) -> Figures:
    """All of them together."""
    inner = _orders(asked, "type", at).subquery()
    sums = [func.coalesce(func.sum(inner.c[name]), 0).label(name) for name in COUNTS]
    row = (await session.execute(select(literal("").label("key"), *sums))).mappings().one()
    return _figures(dict(row))


async def orders_behind(
    session: AsyncSession,
    asked: Asked,
    by: By | None,
    key: str,
    what: Count,
    *,
    at: datetime,
    limit: int,
) -> list[WorkOrder]:
    """The orders that one figure counts, the newest first; without ``by``, of all groups."""
    wanted = _within(select(WorkOrder), asked).where(_counts(at)[what])
    if by is not None:
        wanted = wanted.where(_key(by, asked.period) == key)
    newest = wanted.order_by(WorkOrder.opened_at.desc(), WorkOrder.id.desc()).limit(limit)
    return list(await session.scalars(newest))


def _orders(asked: Asked, by: By, at: datetime) -> Select[Any]:
    ones = [case((asks, 1), else_=0).label(name) for name, asks in _counts(at).items()]
    return _within(select(_key(by, asked.period).label("key"), *ones), asked)


def _within(statement: Select[Any], asked: Asked) -> Select[Any]:
    period = asked.period
    found = statement.select_from(WorkOrder).where(
        WorkOrder.opened_at >= period.begins, WorkOrder.opened_at < period.ends
    )
    for column, value in (
        (WorkOrder.team, asked.team), (WorkOrder.type_code, asked.type_code),
        (_branch(), asked.branch),
    ):  # fmt: skip
        if value:
            found = found.where(column == value)
    return found


def _counts(at: datetime) -> Mapping[Count, ColumnElement[bool]]:
    order = WorkOrder
    unfinished = order.closed_at.is_(None)
    to_do = and_(unfinished, order.completed_at.is_(None))
    return {
        "opened": order.id.is_not(None),
        "unfinished": unfinished,
        "late": and_(to_do, order.paused_at.is_(None), order.due_complete_at < at),
        "emergency": and_(unfinished, order.urgency == "emergency"),
        "paused": and_(unfinished, order.paused_at.is_not(None)),
        "done": order.completed_at.is_not(None),
        "done_on_time": order.completed_at <= order.due_complete_at,
        "answered": order.responded_at.is_not(None),
        "answered_on_time": order.responded_at <= order.due_respond_at,
        "arrived": and_(order.arrived_at.is_not(None), order.due_arrive_at.is_not(None)),
        "arrived_on_time": order.arrived_at <= order.due_arrive_at,
        "closed": order.closed_at.is_not(None),
    }


def _key(by: By, period: Period) -> ColumnElement[str]:
    match by:
        case "branch":
            return func.coalesce(_branch(), "")
        case "team":
            return WorkOrder.team.expression
        case "person":
            return WorkOrder.owner.expression
        case "type":
            return WorkOrder.type_code.expression
        case "cause":
            return func.coalesce(WorkOrder.fields["cause"].as_string(), "")
        case "time":
            return _step(period)


def _branch() -> ColumnElement[Any]:
    """The branch that serves the order's place; the first by name if there are several."""
    return (
        select(func.min(ServiceArea.code))
        .join(AreaPremise, AreaPremise.area_id == ServiceArea.id)
        .where(AreaPremise.premise_id == WorkOrder.premise_id, ServiceArea.kind == BRANCH)
        .correlate(WorkOrder)
        .scalar_subquery()
    )


def _step(period: Period) -> ColumnElement[str]:
    moments = period.moments()
    before = pairwise(moments)
    whens = [(WorkOrder.opened_at < ends, name) for (name, _begins), (_next, ends) in before]
    last = literal(moments[-1][0])
    return case(*whens, else_=last) if whens else last


def _figures(row: dict[str, Any]) -> Figures:
    counts = {name: int(row[name] or 0) for name in COUNTS}
    return Figures(key=str(row["key"] or ""), **counts)


def gapless(period: Period, found: list[Figures]) -> list[Figures]:
    """Steps without orders as well."""
    by_step = {one.key: one for one in found}
    return [by_step.get(name, Figures(name)) for name, _begins in period.moments()]
