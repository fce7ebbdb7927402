"""Send somebody: by hand after a look at the reasons, or by the rule for emergencies."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from crm.catalog import service as catalog
from crm.catalog.work_order_types import WorkOrderTypes
from crm.dispatch.crews import dispatch_rules, people
from crm.dispatch.events import DispatchAssigned, DispatchNobody
from crm.dispatch.proposals import Proposal, Task, automatic, propose
from crm.field.places import coordinates
from crm.work_orders import service as orders
from crm.work_orders.flow import Act, SomebodyNeeded
from crm.work_orders.models import WorkOrder
from mainline.errors import MainlineError
from mainline.i18n import Text
from mainline.journal import append

AUTOMATIC = "dispatch"
"""Who did it, where the rule did."""


class ChangedMeanwhile(MainlineError):
    """Somebody else was faster."""

    code = "changed-meanwhile"
    words = Text("Somebody else has changed this order meanwhile. Nothing was done.")


async def task_of(session: AsyncSession, order: WorkOrder) -> Task:
    """What somebody would be sent for."""
    place = order.premise_id
    points = await coordinates(session, [place]) if place is not None else {}
    urgent = order.urgency == "emergency"
    return Task(order.type_code, order.team, urgent, points.get(place or 0))


async def proposals(session: AsyncSession, order: WorkOrder, at: datetime) -> list[Proposal]:
    """Everybody, the best first, with all reasons."""
    rules = await dispatch_rules(session)
    return propose(rules, await task_of(session, order), await people(session, at))


async def assign(
    session: AsyncSession, number: str, login: str, *, by: str, owner: str, at: datetime
) -> WorkOrder:
    """Send somebody; refused if the order is not ``owner``'s any more."""
    order = await orders.by_number(session, number, lock=True)
    if order.owner != owner:
        raise ChangedMeanwhile
    found = await proposals(session, order, at)
    chosen = next((one for one in found if one.person.login == login), None)
    if chosen is None:
        raise SomebodyNeeded(login)
    await _send(session, order, chosen, by=by, at=at, by_rule=False)
    return order


async def emergency(session: AsyncSession, order_id: int, at: datetime) -> None:
    """What the company's rule does with a new order; nothing if it is none of its business."""
    rules = await dispatch_rules(session)
    rule = rules.emergencies
    order = await session.get(WorkOrder, order_id, with_for_update=True)
    if order is None or not rule.enabled or order.urgency not in rule.urgencies:
        return
    types = (await catalog.work_order_types(session, order.type_version)).body
    if not _new(types, order) or at - order.opened_at > timedelta(minutes=rule.within_min):
        return
    chosen, found = automatic(rules, await task_of(session, order), await people(session, at))
    if chosen is not None:
        await _send(session, order, chosen, by=AUTOMATIC, at=at, by_rule=True)
    if chosen is not None or not found:
        return  # a company without people in the field misses none
    fact = DispatchNobody(
        subject=f"work_order:{order.id}", number=order.number, reasons=_told(found[:5])
    )
    await append(session, fact)


def _new(types: WorkOrderTypes, order: WorkOrder) -> bool:
    """Whether nobody has touched it, and it can be given to somebody."""
    first = types.first_step(order.type_code)
    untouched = order.step == first.code and order.owner in types.teams
    return untouched and order.paused_at is None and any(way.hands for way in first.transitions)


async def _send(
    session: AsyncSession, order: WorkOrder, chosen: Proposal, *, by: str, at: datetime,
    by_rule: bool,
) -> None:  # fmt: skip
    """Through the order's own flow: its way of handing over, else as any order is handed over."""
    types = (await catalog.work_order_types(session, order.type_version)).body
    step = types.step(order.type_code, order.step)
    way = next((one for one in step.transitions if one.hands), None)
    reasons = _told([chosen])
    action, note = (way.action, "") if way else ("reassign", "; ".join(reasons))
    await orders.do(session, order, Act(action, by, chosen.person.name, note), at=at)
    fact = DispatchAssigned(
        subject=f"work_order:{order.id}", at=at, number=order.number, to=chosen.person.name,
        by=by, automatic=by_rule, score=chosen.score, reasons=reasons,
    )  # fmt: skip
    await append(session, fact)


def _told(found: Sequence[Proposal]) -> list[str]:
    """As facts keep them: codes and values, never words."""
    many = len(found) > 1
    return [
        f"{one.person.login}: {reason}" if many else str(reason)
        for one in found
        for reason in one.reasons
    ]
