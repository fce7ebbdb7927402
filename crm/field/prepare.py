"""First content for a new data folder, demo or not."""

from collections.abc import Callable

from crm.field.kinds import FIELD, FILE
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database


async def prepare(settings: Settings, database: Database, _say: Callable[[str], None]) -> None:
    """Publish the pack's words and limits once."""
    async with database.unit_of_work() as session:
        await definitions.install_file(session, FIELD.name, settings.pack_dir / FILE)
