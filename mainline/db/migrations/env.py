"""Alembic's entry: run on the connection that is handed in, or on the instance's own database."""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from mainline.config import Settings
from mainline.db import Base, Database, Moment
from mainline.features import modules

Rendered = str | Literal[False]


def _render(kind: str, item: Any, autogen: AutogenContext) -> Rendered:
    """Our own column types by their names."""
    if kind == "type" and isinstance(item, Moment):
        autogen.imports.add("from mainline.db import Moment")
        return "Moment()"
    return False


def run(connection: Connection) -> None:
    """Compare with, or bring to, the tables of all features."""
    list(modules("models"))
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_item=_render, compare_type=True
    )
    context.run_migrations()


async def _on_own_database() -> None:
    settings = Settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await database.dispose()


handed_in = context.config.attributes.get("connection")
if handed_in is not None:
    run(handed_in)
else:
    asyncio.run(_on_own_database())
