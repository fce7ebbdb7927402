"""Bring a database to the present shape; on start, and again at no cost."""

import asyncio
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from mainline.db.unit_of_work import Database

SCRIPTS: Final = Path(__file__).parent / "migrations"
_POSTGRES_LOCK: Final = 7_106_734
"""Two processes that start at once migrate one after the other."""


async def upgrade(url: str) -> None:
    """Run all migrations that this database has not seen, in one transaction."""
    database = Database(url)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await database.dispose()


def configuration(connection: Connection) -> Config:
    """Alembic's settings, without its file."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_POSTGRES_LOCK})"))
    command.upgrade(configuration(connection), "head")


def upgrade_now(url: str) -> None:
    """The same for a command without an event loop."""
    asyncio.run(upgrade(url))
