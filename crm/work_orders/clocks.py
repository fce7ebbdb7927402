"""The clocks of a stored order: started, stopped, started again, and when they speak next."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from crm.catalog.work_order_types import WorkOrderTypes
from crm.work_orders.flow import Act, State
from crm.work_orders.limits import Limits, Running, limits_of, moments, resumed
from crm.work_orders.models import WorkOrder
from mainline.config import zone_here

REASON_CHARS_MAX: Final = 400
_WITHOUT_ANSWER: Final = frozenset(
    {"reassign", "supervise", "urge", "pause", "resume", "join", "part", "escalate"}
)
"""Done with an order that nobody has taken on yet."""


def of_order(order: WorkOrder, types: WorkOrderTypes, zone: ZoneInfo | None = None) -> Limits:
    """The limits an order was opened under."""
    return limits_of(types, order.type_code, order.urgency, zone or zone_here())


def running(order: WorkOrder) -> Running:
    """Its clocks as they stand."""
    return Running(
        order.due_respond_at, order.due_complete_at, order.responded_at, order.completed_at,
        order.paused_at, order.closed_at is not None, order.due_arrive_at, order.arrived_at,
    )  # fmt: skip


def start(order: WorkOrder, types: WorkOrderTypes, zone: ZoneInfo | None) -> None:
    """They begin when the order is opened."""
    limits = of_order(order, types, zone)
    order.due_respond_at = limits.add(order.opened_at, limits.respond)
    order.due_arrive_at = _arrival(limits, order.opened_at)
    order.due_complete_at = limits.add(order.opened_at, limits.complete)
    order.limits_told, order.escalation = [], 0
    look_ahead(order, limits)


def turn(order: WorkOrder, types: WorkOrderTypes, act: Act, after: State, at: datetime) -> None:
    """What an act does to them."""
    limits = of_order(order, types)
    if after.paused and order.paused_at is None:
        order.paused_at, order.pause_reason = at, act.note.strip()[:REASON_CHARS_MAX]
    elif order.paused_at is not None and not after.paused:
        _go_on(order, limits, order.paused_at, at)
    if act.action not in _WITHOUT_ANSWER:
        _answered(order, types, after, limits, at)
    look_ahead(order, limits)


def _go_on(order: WorkOrder, limits: Limits, paused_at: datetime, at: datetime) -> None:
    if order.responded_at is None:
        order.due_respond_at = resumed(limits, order.due_respond_at, paused_at, at)
    if order.due_arrive_at is not None and order.arrived_at is None:
        order.due_arrive_at = resumed(limits, order.due_arrive_at, paused_at, at)
    order.due_complete_at = resumed(limits, order.due_complete_at, paused_at, at)
    order.paused_at, order.pause_reason = None, ""


def _answered(
    order: WorkOrder, types: WorkOrderTypes, after: State, limits: Limits, at: datetime
) -> None:
    """Somebody has taken it on; it is done, closed, or begins again with a new limit."""
    target = types.step(order.type_code, after.step)
    order.responded_at = order.responded_at or at
    if target.stage in {"on_site", "done"}:
        order.arrived_at = order.arrived_at or at
    if target.stage == "done":
        order.completed_at = order.completed_at or at
    elif not target.is_final:
        if order.completed_at is not None:
            _again(order, limits, at)
        order.completed_at = None
    order.closed_at = at if target.is_final else None


def _again(order: WorkOrder, limits: Limits, at: datetime) -> None:
    order.due_complete_at, order.due_arrive_at = (
        limits.add(at, limits.complete), _arrival(limits, at),
    )  # fmt: skip
    order.first_arrived_at = order.first_arrived_at or order.arrived_at
    order.arrived_at = None
    order.limits_told = [one for one in order.limits_told if one.startswith("respond")]


def _arrival(limits: Limits, start: datetime) -> datetime | None:
    return None if limits.arrive is None else limits.add(start, limits.arrive)


def look_ahead(order: WorkOrder, limits: Limits) -> None:
    """When something happens next by itself."""
    ahead = moments(limits, running(order), order.limits_told)
    order.next_limit_at = ahead[0].at if ahead else None
