"""First content for a new data folder, demo or not."""

from collections.abc import Callable

from crm.privacy.service import install
from mainline.config import Settings
from mainline.db import Database


async def prepare(settings: Settings, database: Database, _say: Callable[[str], None]) -> None:
    """Publish the pack's rules once."""
    async with database.unit_of_work() as session:
        await install(session, settings.pack_dir)
