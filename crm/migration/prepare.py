"""First content for a new data folder."""

from collections.abc import Callable

from crm.migration.kinds import HOUSE, HOUSE_NAME, IMPORT_MAPPING
from mainline import definitions
from mainline.config import Settings
from mainline.datafile import content
from mainline.db import Database


async def prepare(settings: Settings, database: Database, _say: Callable[[str], None]) -> None:
    """Publish the house's mapping once, for the pack's utility."""
    body = {**content(HOUSE), "utility": settings.pack}
    async with database.unit_of_work() as session:
        await definitions.install(session, IMPORT_MAPPING.name, HOUSE_NAME, body, by="house")
