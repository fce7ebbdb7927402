"""``mainline interactions``: keep the call list in order."""

import asyncio

import typer

from crm.interactions.rebuild import rebuild as rebuild_list
from mainline import features
from mainline.config import Settings
from mainline.db import Database

app = typer.Typer(no_args_is_help=True, help="The call list.")


@app.callback()
def _group() -> None:
    """The call list."""


@app.command()
def rebuild() -> None:
    """Compute the call list again from the journal."""
    list(features.modules("events"))

    async def run() -> int:
        database = Database(Settings().database)
        try:
            return await rebuild_list(database)
        finally:
            await database.dispose()

    typer.echo(f"{asyncio.run(run())} facts")
