"""Drop the call list and compute it again from the journal's first entry."""

from crm.interactions.subscribers import CONSUMER, CONSUMERS, forget
from mainline.db import Database
from mainline.journal import consume
from mainline.journal.journal import rewind


async def rebuild(database: Database) -> int:
    """How many facts were read. Calls that come in meanwhile are taken in as well."""
    async with database.unit_of_work() as session:
        await forget(session)
        await rewind(session, CONSUMER)
    total = 0
    while taken := await consume(
        database, consumer=CONSUMER, handlers=CONSUMERS[CONSUMER], limit=500
    ):
        total += taken
    return total
