"""What people fill in when they do something with an order, and whether they may do it now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from crm.catalog.fields import asked_at, checked
from crm.catalog.work_order_types import Transition, WorkOrderType, WorkOrderTypes
from crm.work_orders.flow import Act
from crm.work_orders.models import WorkOrder
from mainline.config import Settings
from mainline.errors import Forbidden, MainlineError
from mainline.i18n import Text

ALWAYS: Final = "admin"
"""The role that may do everything."""


class RoleNeeded(Forbidden):
    """Only some may do this."""

    code = "role-needed"
    words = Text("Only these roles may do this: %(roles)s.")


class ClosedNow(MainlineError):
    """Not at this time of the day."""

    code = "closed-hours"
    words = Text("This may not be done between %(begins)s and %(ends)s.")


@dataclass(frozen=True, slots=True)
class Filled:
    """Values by field, the files that exist (None: not looked at), the roles (None: all)."""

    values: Mapping[str, object]
    files: Collection[str] | None = None
    roles: Collection[str] | None = None


def fill_in(
    order: WorkOrder, types: WorkOrderTypes, act: Act, filled: Filled, at: datetime
) -> None:
    """Keep what the type asks for with this act; refused when it is missing or wrong."""
    kind, zone = types.type(order.type_code), Settings().zone
    ways = types.step(order.type_code, order.step).transitions
    way = next((one for one in ways if one.action == act.action), None)
    if way is None:
        return
    _may(way, filled.roles)
    _open_hours(kind, act.action, at, zone)
    asked = asked_at(kind.fields, act.action)
    kept = checked(asked, filled.values, known=order.fields, files=filled.files, zone=zone)
    if kept:
        order.fields = {**order.fields, **kept}


def _may(way: Transition, roles: Collection[str] | None) -> None:
    if way.roles and roles is not None and not {*way.roles, ALWAYS} & set(roles):
        raise RoleNeeded(roles=", ".join(way.roles))


def _open_hours(kind: WorkOrderType, action: str, at: datetime, zone: ZoneInfo) -> None:
    clock = f"{at.astimezone(zone):%H:%M}"
    for closed in kind.closed_hours:
        if closed.action == action and closed.hold(clock):
            raise ClosedNow(begins=closed.begins, ends=closed.ends)
