"""What nobody kept in time is broken, and the customer is called."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.callbacks import service as callbacks
from crm.callbacks import subscribers as calls
from crm.promises import subscribers
from crm.promises.models import Promise
from crm.promises.service import end
from crm.work_orders import subscribers as orders
from crm.work_orders.models import WorkOrder
from crm.work_orders.noting import note
from mainline.db import Database
from mainline.i18n import Text
from mainline.journal import in_turn
from mainline.journal.lag import known_until
from mainline.log import get_logger

BATCH: Final = 100
BROKEN: Final = Text("What was promised was not kept in time")
READERS: Final[Mapping[str, Iterable[str]]] = {
    subscribers.CONSUMER: subscribers.CONSUMERS[subscribers.CONSUMER],
    calls.CONSUMER: calls.CONSUMERS[calls.CONSUMER],
    orders.PARTS: orders.CONSUMERS[orders.PARTS],
}
"""Who learns that a promise was kept, and from whom: nothing is broken that they may still hear."""

log = get_logger("promises")


async def lapse(database: Database, at: datetime) -> int:
    """Promises whose time is over are broken, and become calls; how many. Often there is none.

    What has happened and was not read yet may have kept those that fell due since: they wait.
    """
    return sum([await _lapse(database, one, at) for one in await _late(database, at)])


async def _late(database: Database, at: datetime) -> Sequence[int]:
    open_ones = select(Promise.id).where(Promise.state == "open")
    async with database.reading() as session:
        due = open_ones.where(Promise.due_at <= await known_until(session, READERS, at))
        return (await session.scalars(due.order_by(Promise.due_at).limit(BATCH))).all()


async def _lapse(database: Database, promise_id: int, at: datetime) -> bool:
    async with database.unit_of_work() as session:
        await in_turn(session)  # nobody keeps it while we judge
        row = await session.get_one(Promise, promise_id, with_for_update=True)
        if row.state != "open" or row.due_at > await known_until(session, READERS, at):
            return False
        await _break(session, row, at)
        return True


async def _break(session: AsyncSession, row: Promise, at: datetime) -> None:
    order = await session.get(WorkOrder, row.work_order_id) if row.work_order_id else None
    about = f"{order.number if order else row.text} {BROKEN.to('zh_CN')} {BROKEN.to('en')}"
    try:
        callback = await callbacks.ask(
            session, number=row.number, reason=about.strip(), source="promise",
            customer_id=row.customer_id, by="system",
        )  # fmt: skip
        row.callback_id = callback.id
    except callbacks.NotCallable:
        log.warning("promises.no_callback", promise=row.id)
    if order is not None:
        await note(session, order, "promise_broken", by=row.owner, text=row.text, at=at)
    await end(session, row, "broken", at=at)
