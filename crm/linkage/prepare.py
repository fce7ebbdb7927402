"""First content for a new data folder, demo or not."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from crm.linkage.kinds import LINKAGE
from crm.linkage.rules import FILE
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database


async def install(session: AsyncSession, pack_dir: Path) -> None:
    """Publish the pack's rules, except where the company has its own."""
    await definitions.install_file(session, LINKAGE.name, pack_dir / FILE)


async def prepare(settings: Settings, database: Database, _say: Callable[[str], None]) -> None:
    """The rules, once."""
    async with database.unit_of_work() as session:
        await install(session, settings.pack_dir)
