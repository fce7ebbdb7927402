"""Drop the projections and compute them again from the journal's first entry."""

from collections.abc import Mapping
from types import ModuleType

from mainline import features
from mainline.db import Database
from mainline.journal import Handler, consume
from mainline.journal.reading import rewind


def projections() -> list[ModuleType]:
    """Readers of the journal whose tables hold nothing but what it tells: they can ``forget``."""
    return [module for module in features.modules("subscribers") if hasattr(module, "forget")]


async def rebuild(database: Database) -> int:
    """How many facts were read. Calls that come in meanwhile are taken in as well."""
    modules = projections()
    async with database.unit_of_work() as session:
        for module in modules:
            await module.forget(session)
            for consumer in module.CONSUMERS:
                await rewind(session, consumer)
    readers = [each for module in modules for each in module.CONSUMERS.items()]
    return sum([await _read(database, consumer, handlers) for consumer, handlers in readers])


async def _read(database: Database, consumer: str, handlers: Mapping[str, Handler]) -> int:
    total = 0
    while taken := await consume(database, consumer=consumer, handlers=handlers, limit=500):
        total += taken
    return total
