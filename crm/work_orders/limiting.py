"""Limits that come due speak by themselves: they warn, break, and climb the chain, each once.

What has been told stands in the order, in the transaction that tells it: a worker that is killed,
starts late or finds another time on the clock tells nothing twice and forgets nothing.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm.catalog import service as catalog
from crm.catalog.work_order_types import WorkOrderTypes
from crm.work_orders import clocks
from crm.work_orders.events import WorkOrderLimit
from crm.work_orders.flow import Act
from crm.work_orders.limits import Moment, moments
from crm.work_orders.models import WorkOrder
from crm.work_orders.service import write
from crm.work_orders.subscribers import CONSUMERS, PARTS
from mainline.db import Database
from mainline.journal import Event, append_all
from mainline.journal.lag import known_until

BATCH: Final = 200
BY: Final = "clock"


async def run_out(database: Database, at: datetime) -> int:
    """Tell of every limit that is due; how many orders that concerned. Without any, one look."""
    async with database.reading() as session:
        if not await _any(session, at):
            return 0
        read_until = await known_until(session, {PARTS: CONSUMERS[PARTS]}, at)
    done, more = 0, True
    while more:
        async with database.unit_of_work() as session:
            told = await _batch(session, at, read_until)
        done, more = done + told, told == BATCH
    return done


async def _any(session: AsyncSession, at: datetime) -> bool:
    first = select(WorkOrder.id).where(WorkOrder.next_limit_at <= at).limit(1)
    return await session.scalar(first) is not None


async def _batch(session: AsyncSession, at: datetime, read_until: datetime) -> int:
    due = select(WorkOrder).where(WorkOrder.next_limit_at <= at, ~_is_about_to_close(read_until))
    due = due.order_by(WorkOrder.next_limit_at)
    orders = (await session.scalars(due.limit(BATCH).with_for_update(skip_locked=True))).all()
    known = {
        version: (await catalog.work_order_types(session, version)).body
        for version in {order.type_version for order in orders}
    }
    facts = [
        fact for order in orders for fact in _speak(session, order, known[order.type_version], at)
    ]
    await append_all(session, facts)
    return len(orders)


def _is_about_to_close(read_until: datetime) -> ColumnElement[bool]:
    """A part whose whole was closed, which the reader that closes parts has not read so far."""
    whole = aliased(WorkOrder)
    return exists().where(whole.id == WorkOrder.parent_id, whole.closed_at > read_until)


def _speak(
    session: AsyncSession, order: WorkOrder, types: WorkOrderTypes, at: datetime
) -> list[Event]:
    limits = clocks.of_order(order, types)
    ahead = moments(limits, clocks.running(order), order.limits_told)
    due = [moment for moment in ahead if moment.at <= at]
    facts = [_say(session, order, moment, at) for moment in due]
    order.limits_told = [*order.limits_told, *(moment.code for moment in due)]
    clocks.look_ahead(order, limits)
    return facts


def _say(session: AsyncSession, order: WorkOrder, moment: Moment, at: datetime) -> Event:
    """The order only climbs: who was called upon for one limit is not passed over by the other."""
    to = ""
    if moment.what == "escalate" and moment.level > order.escalation:
        order.escalation, order.overseer, to = moment.level, moment.to, moment.to
    if moment.what != "escalate" or to:
        write(session, order, at=at, act=Act(moment.what, BY, to, moment.limit), before=order.step)
    due_at = clocks.running(order).due_at(moment.limit)
    return WorkOrderLimit(
        subject=f"work_order:{order.id}", at=at, number=order.number, limit=moment.limit,
        what=moment.what, due_at=due_at, owner=order.owner, overseer=order.overseer,
        level=moment.level,
    )  # fmt: skip
