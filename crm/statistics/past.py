"""The same counts as of a past moment: of the orders as they stood then, by the log of changes.

An order that was not in the books then is not counted, whenever it says that it was opened.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.areas import queries as areas
from crm.areas.models import AreaPremise
from crm.statistics.figures import COUNTS, By, Count, Figures
from crm.statistics.queries import GROUPS_MAX, Asked, gapless
from crm.work_orders.models import WorkOrder
from mainline.audit.as_of import AT_ONCE, rows_as_of, rows_where_as_of
from mainline.errors import MainlineError
from mainline.i18n import Text

ORDERS_MAX: Final = 20_000
"""Each one is put together of its changes."""


class TooManyOrders(MainlineError):
    """The past of so many orders takes too long."""

    code = "too-many-orders"
    status = 422
    words = Text(
        "More than %(limit)s orders were opened in these days: as of a past moment, choose fewer."
    )


@dataclass(frozen=True, slots=True)
class Past:
    """The orders that are asked for, as they stood."""

    asked: Asked
    at: datetime
    orders: Sequence[WorkOrder]
    branches: Mapping[int, str]
    """Which branch served a premise then."""

    async def grouped(self, by: By) -> list[Figures]:
        """The figures of each group: in the order of time, else the largest first."""
        groups = defaultdict[str, list[WorkOrder]](list)
        for order in self.orders:
            groups[self._key(order, by)].append(order)
        found = [self._figures(key, mine) for key, mine in groups.items()]
        if by == "time":
            return gapless(self.asked.period, found)
        return sorted(found, key=lambda one: (-one.opened, one.key))[:GROUPS_MAX]

    async def total(self) -> Figures:
        """All of them together."""
        return self._figures("", self.orders)

    async def behind(self, by: By | None, key: str, what: Count, *, limit: int) -> list[WorkOrder]:
        """The orders that one figure counts, the newest first; without ``by``, of all groups."""
        found = [
            order
            for order in self.orders
            if counts(order, self.at)[what] and (by is None or self._key(order, by) == key)
        ]
        return sorted(found, key=lambda one: (one.opened_at, one.id), reverse=True)[:limit]

    def _figures(self, key: str, orders: Sequence[WorkOrder]) -> Figures:
        each = [counts(order, self.at) for order in orders]
        return Figures(key, **{name: sum(one[name] for one in each) for name in COUNTS})

    def _key(self, order: WorkOrder, by: By) -> str:
        match by:
            case "branch":
                return self.branches.get(order.premise_id or 0, "")
            case "team":
                return order.team
            case "person":
                return order.owner
            case "type":
                return order.type_code
            case "cause":
                return str(order.fields.get("cause") or "")
            case "time":
                moments = self.asked.period.moments()
                return moments[bisect_right([at for _name, at in moments], order.opened_at) - 1][0]


def counts(order: WorkOrder, at: datetime) -> Mapping[Count, bool]:
    """What an order counts for at that moment. Pure."""
    unfinished = order.closed_at is None
    to_do = unfinished and order.completed_at is None
    return {
        "opened": True,
        "unfinished": unfinished,
        "late": to_do and order.paused_at is None and order.due_complete_at < at,
        "emergency": unfinished and order.urgency == "emergency",
        "paused": unfinished and order.paused_at is not None,
        "done": order.completed_at is not None,
        "done_on_time": _by(order.completed_at, order.due_complete_at),
        "answered": order.responded_at is not None,
        "answered_on_time": _by(order.responded_at, order.due_respond_at),
        "arrived": order.arrived_at is not None and order.due_arrive_at is not None,
        "arrived_on_time": _by(order.arrived_at, order.due_arrive_at),
        "closed": not unfinished,
    }


def _by(done: datetime | None, due: datetime | None) -> bool:
    return done is not None and due is not None and done <= due


async def as_it_stood(session: AsyncSession, asked: Asked, moment: datetime) -> Past:
    """The orders of these days, teams, types and branches at that moment."""
    period = asked.period
    of_the_days = select(WorkOrder.id).where(
        WorkOrder.opened_at >= period.begins, WorkOrder.opened_at < period.ends
    )
    ids = list(await session.scalars(of_the_days.limit(ORDERS_MAX + 1)))
    if len(ids) > ORDERS_MAX:
        raise TooManyOrders(limit=ORDERS_MAX)
    found = (await rows_as_of(session, WorkOrder, list(map(str, ids)), moment)).values()
    orders = [one for one in found if _is_asked_for(one, asked)]
    branches = await _branches(session, orders, moment)
    if asked.branch:
        orders = [one for one in orders if branches.get(one.premise_id or 0) == asked.branch]
    return Past(asked, moment, orders, branches)


def _is_asked_for(order: WorkOrder, asked: Asked) -> bool:
    team_fits = not asked.team or order.team == asked.team
    return team_fits and (not asked.type_code or order.type_code == asked.type_code)


async def _branches(
    session: AsyncSession, orders: Sequence[WorkOrder], moment: datetime
) -> dict[int, str]:
    """Of each premise the first by name, if there are several."""
    codes = {one.id: one.code for one in await areas.branches(session, moment)}
    premises = sorted({one.premise_id for one in orders if one.premise_id is not None})
    found: dict[int, str] = {}
    for start in range(0, len(premises), AT_ONCE):
        some = premises[start : start + AT_ONCE]
        for row in await rows_where_as_of(session, AreaPremise.premise_id, some, moment):
            code = codes.get(row.area_id)
            if code is not None:
                found[row.premise_id] = min(code, found.get(row.premise_id, code))
    return found
