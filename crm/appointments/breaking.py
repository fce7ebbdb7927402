"""Times at which nobody came are broken promises."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from crm.appointments import queries, service, subscribers
from crm.work_orders import subscribers as orders
from mainline.db import Database
from mainline.journal import in_turn
from mainline.journal.lag import known_until

READERS: Final[Mapping[str, Iterable[str]]] = {
    subscribers.CONSUMER: subscribers.CONSUMERS[subscribers.CONSUMER],
    orders.PARTS: orders.CONSUMERS[orders.PARTS],
}
"""Who learns that somebody came, and from whom: nothing is broken that they may still hear."""


async def lapse(database: Database, at: datetime) -> list[int]:
    """Break those whose time is over; which. Often there is none.

    What has happened and was not read yet may have kept those that ended since: they wait.
    """
    async with database.reading() as session:
        if not await queries.overdue(session, await service.rules(session), at, limit=1):
            return []
    async with database.unit_of_work() as session:
        await in_turn(session)  # nobody comes while we judge
        known = await known_until(session, READERS, at)
        late = await queries.overdue(session, await service.rules(session), known)
        return [one for one in late if await service.lapse(session, one, at=at)]
