"""First content for a new data folder, demo or not."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from crm.life_cycle.kinds import LIFE_CYCLE
from crm.life_cycle.rules import FILE
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's requests, except where the company has its own."""
    await definitions.install_file(session, LIFE_CYCLE.name, pack_dir / FILE)


async def prepare(settings: Settings, database: Database, _say: Callable[[str], None]) -> None:
    """What can be requested, once."""
    async with database.unit_of_work() as session:
        await install(session, settings.pack_dir)
