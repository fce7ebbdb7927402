"""Drop the projections and compute them again from the journal's first entry."""

from crm.interactions import subscribers as interactions
from crm.staff import subscribers as floor
from mainline.db import Database
from mainline.journal import consume
from mainline.journal.reading import rewind

CONSUMERS = {**interactions.CONSUMERS, **floor.CONSUMERS}


async def rebuild(database: Database) -> int:
    """How many facts were read. Calls that come in meanwhile are taken in as well."""
    async with database.unit_of_work() as session:
        await interactions.forget(session)
        await floor.forget(session)
        for consumer in CONSUMERS:
            await rewind(session, consumer)
    return sum([await _read(database, consumer) for consumer in CONSUMERS])


async def _read(database: Database, consumer: str) -> int:
    total, handlers = 0, CONSUMERS[consumer]
    while taken := await consume(database, consumer=consumer, handlers=handlers, limit=500):
        total += taken
    return total
