"""``mainline areas load``: branches and stations from a file."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from crm.areas.plan import AreasPlan, read_plan
from crm.areas.service import load as load_plan
from mainline.config import Settings
from mainline.db import Database

app = typer.Typer(no_args_is_help=True, help="Branches, stations, regulators, zones.")


@app.callback()
def _group() -> None:
    """Keeps ``load`` a command of its own."""


@app.command()
def load(file: Annotated[Path, typer.Argument(help="Such as packs/heat/areas.yaml.")]) -> None:
    """Make or renew the areas of a file, with the premises that belong to them."""
    typer.echo(f"{asyncio.run(_load(read_plan(file)))} areas")


async def _load(plan: AreasPlan) -> int:
    database = Database(Settings().database)
    try:
        async with database.unit_of_work() as session:
            return await load_plan(session, plan)
    finally:
        await database.dispose()
