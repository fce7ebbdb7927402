"""``mainline audit``: whether the log is as it was written, and what to note down of it."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from mainline.audit import anchors as kept
from mainline.audit.verify import Verdict
from mainline.audit.verify import verify as walk
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import MainlineError
from mainline.i18n import Text

app = typer.Typer(no_args_is_help=True, help="The log of every change: whether it still holds.")
Anchors = Annotated[
    Path | None, typer.Option(help="A copy of the anchors; without it, those beside the data.")
]


class AuditBroken(MainlineError):
    """Somebody has changed the log."""

    code = "audit-broken"
    words = Text("The audit log was tampered with: the first bad entry is %(entry)s (%(what)s).")


@app.callback()
def _audit() -> None:
    """Every change of data, chained by hashes."""


@app.command()
def verify(anchors: Anchors = None) -> None:
    """Walk along the whole log; exit code 24 and the first bad entry when it was tampered with."""
    settings = Settings()
    path = anchors or settings.home / kept.FILE
    verdict = asyncio.run(_verify(settings, path))
    if verdict.bad is not None:
        raise AuditBroken(entry=verdict.bad.id, what=verdict.bad.what)
    typer.echo(f"{verdict.entries} entries are as they were written; head {verdict.hash or '-'}")


async def _verify(settings: Settings, path: Path) -> Verdict:
    database = Database(settings.database)
    try:
        return await walk(database, kept.read(path))
    finally:
        await database.dispose()
