"""What somebody in the field is to do: everything of it that is needed without a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.appointments import queries as appointments
from crm.appointments.models import Appointment
from crm.catalog import service as catalog
from crm.catalog.work_order_types import WorkOrderTypes
from crm.customers.models import Customer, Premise
from crm.field.models import FieldAct, FieldAttachment
from crm.field.places import Point, coordinates
from crm.staff.models import User
from crm.work_orders.models import WorkOrder, WorkOrderMove

SHOWN_MAX: Final = 200
HISTORY_MAX: Final = 30
_RANK: Final = {"emergency": 0, "urgent": 1, "normal": 2}


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works out there: as orders know them, and by which other names."""

    name: str
    names: frozenset[str]
    team: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """An order with what belongs to it."""

    order: WorkOrder
    types: WorkOrderTypes
    mine: bool
    """False: of the team, to be taken."""
    customer: str
    premise: Premise | None
    point: Point | None
    visit: Appointment | None
    history: Sequence[WorkOrderMove]
    attachments: Sequence[FieldAttachment]
    conflicts: Sequence[FieldAct]
    """What this person did with it and nobody has decided about."""


async def worker(session: AsyncSession, user_id: int | None, name: str) -> Worker:
    """The person of a sign-in."""
    user = await session.get(User, user_id) if user_id is not None else None
    if user is None:
        return Worker(name, frozenset({name}))
    known = {name, user.login, user.name, user.agent_number or name}
    return Worker(name, frozenset(known), user.team)


async def jobs(session: AsyncSession, who: Worker) -> list[Job]:
    """Theirs and their team's, the most urgent first; and those with an open conflict."""
    disputed = select(FieldAct.work_order_id).where(
        FieldAct.worker == who.name, FieldAct.outcome == "conflict"
    )
    own = WorkOrder.owner.in_(who.names)
    pool = WorkOrder.owner == who.team if who.team else None
    wanted = own if pool is None else or_(own, pool)
    found = await session.scalars(
        select(WorkOrder)
        .where(
            or_(
                and_(WorkOrder.closed_at.is_(None), WorkOrder.completed_at.is_(None), wanted),
                WorkOrder.id.in_(disputed),
            )
        )
        .order_by(WorkOrder.due_complete_at)
        .limit(SHOWN_MAX)
    )
    return await _with_all(session, who, found.all())


async def _with_all(session: AsyncSession, who: Worker, found: Sequence[WorkOrder]) -> list[Job]:
    ids = [order.id for order in found]
    places = {order.premise_id for order in found if order.premise_id is not None}
    people = {order.customer_id for order in found if order.customer_id is not None}
    premises = await session.scalars(select(Premise).where(Premise.id.in_(places)))
    by_premise = {one.id: one for one in premises}
    rows = await session.execute(select(Customer.id, Customer.name).where(Customer.id.in_(people)))
    names: dict[int, str] = {key: name for key, name in rows}  # noqa: C416 - rows are no pairs
    points = await coordinates(session, places)
    visits = await appointments.of_orders(session, ids)
    lines, pieces, open_conflicts = await _lines(session, who, ids)
    return [
        Job(
            order,
            (await catalog.work_order_types(session, order.type_version)).body,
            order.owner in who.names,
            names.get(order.customer_id or 0, ""),
            by_premise.get(order.premise_id or 0),
            points.get(order.premise_id or 0),
            visits.get(order.id),
            [line for line in lines if line.work_order_id == order.id][-HISTORY_MAX:],
            [piece for piece in pieces if piece.work_order_id == order.id],
            [act for act in open_conflicts if act.work_order_id == order.id],
        )
        for order in sorted(found, key=lambda one: _place(one, visits.get(one.id)))
    ]


def _place(order: WorkOrder, visit: Appointment | None) -> tuple[int, datetime]:
    """In the list: by urgency, then by the time promised or due."""
    return _RANK.get(order.urgency, 2), visit.starts_at if visit else order.due_complete_at


async def _lines(
    session: AsyncSession, who: Worker, ids: Sequence[int]
) -> tuple[Sequence[WorkOrderMove], Sequence[FieldAttachment], Sequence[FieldAct]]:
    moves = select(WorkOrderMove).where(WorkOrderMove.work_order_id.in_(ids))
    pieces = select(FieldAttachment).where(
        FieldAttachment.work_order_id.in_(ids), FieldAttachment.complete_at.is_not(None)
    )
    acts = select(FieldAct).where(
        FieldAct.work_order_id.in_(ids), FieldAct.worker == who.name,
        FieldAct.outcome == "conflict",
    )  # fmt: skip
    return (
        (await session.scalars(moves.order_by(WorkOrderMove.at, WorkOrderMove.id))).all(),
        (await session.scalars(pieces.order_by(FieldAttachment.id))).all(),
        (await session.scalars(acts.order_by(FieldAct.id))).all(),
    )
