"""``mainline rebuild`` and ``mainline recount``: prove that the screens show what happened."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from crm.interactions.rebuild import rebuild as rebuild_all
from crm.interactions.recount import recount as recount_day
from mainline import features
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.i18n import _

app = typer.Typer(no_args_is_help=True, help="The call list, computed from the journal.")


@app.command()
def rebuild() -> None:
    """Compute the call list and the floor again from the journal."""
    list(features.modules("events"))

    async def run() -> int:
        database = Database(Settings().database)
        try:
            return await rebuild_all(database)
        finally:
            await database.dispose()

    typer.echo(f"{asyncio.run(run())} facts")


@app.command()
def recount(
    day: Annotated[
        datetime | None,
        typer.Argument(formats=["%Y-%m-%d"], help="Such as 2026-11-23; today when left out."),
    ] = None,
) -> None:
    """Count a day anew from the journal; fails when the screens show anything else."""
    list(features.modules("events"))
    settings = Settings()
    moment = day.replace(tzinfo=settings.zone) if day else now()

    async def run() -> list[str]:
        database = Database(settings.database)
        try:
            async with database.reading() as session:
                return await recount_day(session, moment, settings.zone)
        finally:
            await database.dispose()

    wrong = asyncio.run(run())
    typer.echo("\n".join(wrong) or _("The journal and what is shown agree."))
    raise typer.Exit(1 if wrong else 0)
