"""``mainline import``: bring in an old system's files; ``mainline migration``: try it out."""

import asyncio
import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from crm.migration import service
from crm.migration.ahead import without_garbage
from crm.migration.kinds import HOUSE_NAME
from crm.migration.sample.company import Company, Size
from mainline.config import Settings
from mainline.db import Database
from mainline.i18n import speaking

app = typer.Typer(no_args_is_help=True, help="Bringing in the old system's data.")
Folder = Annotated[Path, typer.Argument(help="Where the files lie.", file_okay=False)]
_BAR = 30


@app.command("import")
def bring_in(
    folder: Annotated[Path, typer.Argument(help="Its files.", exists=True, file_okay=False)],
    mapping: Annotated[str, typer.Option(help="The definition to read them by.")] = HOUSE_NAME,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say all, write nothing.")] = False,
) -> None:
    """Bring in customers, meters, bills, payments and orders from CSV and Excel files.

    Killed in the middle it goes on where it was when it is called again.
    """
    settings = Settings()
    without_garbage()
    with speaking(settings.locale):
        outcome = asyncio.run(_bring_in(settings, folder, mapping, dry=dry_run))
    typer.echo(f"\n{outcome.text}{outcome.folder}")


async def _bring_in(
    settings: Settings, folder: Path, mapping: str, *, dry: bool
) -> service.Outcome:
    database = Database(settings.database, loads=True)
    try:
        return await service.bring_in(
            database, settings, folder,
            mapping=mapping, by=getpass.getuser(), dry=dry, told=_progress,
        )  # fmt: skip
    finally:
        await database.dispose()


def _progress(name: str, done: int, lines: int) -> None:
    """A bar on a terminal, one for each source."""
    if sys.stderr.isatty():
        full = min(_BAR, _BAR * done // max(1, lines))
        bar = "█" * full + "░" * (_BAR - full)
        typer.echo(f"\r{bar} {done:,}/{lines:,} {name[:40]:40}", nl=False, err=True)


@app.command()
def sample(
    folder: Folder,
    customers: Annotated[int, typer.Option(min=10, max=2_000_000)] = 1_000,
    dirt: Annotated[float, typer.Option(min=0, max=0.3, help="Share of wrong rows.")] = 0.02,
    seed: Annotated[int, typer.Option(help="Another one is another company.")] = 1,
    cards: Annotated[bool, typer.Option(help="Its books tell of identity cards.")] = False,
) -> None:
    """Write the files of a made-up company, as dirty as real ones, to try the import with."""
    truth = Company(Size(customers, dirt, seed, cards)).write(folder)
    for what, count in sorted(truth.rows.items()):
        typer.echo(f"{what} {count}")
