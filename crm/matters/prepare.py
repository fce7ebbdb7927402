"""First content for a new data folder, demo or not."""

from collections.abc import Callable

from crm.matters.kinds import MATTER_LADDER
from crm.matters.rules import LADDER
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from mainline.definitions import COMPANY


async def prepare(_settings: Settings, database: Database, _say: Callable[[str], None]) -> None:
    """The ladder, once, for the company to change."""
    async with database.unit_of_work() as session:
        await definitions.install(session, MATTER_LADDER.name, COMPANY, dict(LADDER), by="pack")
