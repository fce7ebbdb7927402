"""First content for a new data folder."""

from collections.abc import Callable

from crm.campaigns.service import install
from mainline.config import Settings
from mainline.db import Database


async def prepare(settings: Settings, database: Database, _say: Callable[[str], None]) -> None:
    """Publish the house's rules of calling and its questionnaires once."""
    async with database.unit_of_work() as session:
        await install(session)
