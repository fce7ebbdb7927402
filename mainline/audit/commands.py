"""``mainline audit``: whether the log is as it was written, and what to note down of it."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from mainline.audit import anchors as kept
from mainline.audit.compare import Difference, differences
from mainline.audit.verify import Verdict
from mainline.audit.verify import verify as walk
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import MainlineError
from mainline.i18n import Text

Rows = Annotated[bool, typer.Option(help="Hold every row against what the log tells of it.")]
app = typer.Typer(no_args_is_help=True, help="The log of every change: whether it still holds.")
Anchors = Annotated[
    Path | None, typer.Option(help="A copy of the anchors; without it, those beside the data.")
]


class AuditBroken(MainlineError):
    """Somebody has changed the log."""

    code = "audit-broken"
    words = Text("The audit log was tampered with: the first bad entry is %(entry)s (%(what)s).")


class RowsDiffer(MainlineError):
    """Rows were changed behind the log's back."""

    code = "audit-rows-differ"
    words = Text("Rows are not as the audit log tells: %(rows)s.")


@app.callback()
def _audit() -> None:
    """Every change of data, chained by hashes."""


@app.command()
def verify(anchors: Anchors = None, rows: Rows = False) -> None:
    """Walk along the whole log; exit code 24 and the first bad entry when it was tampered with.

    With --rows exit code 25 when the log is whole and rows are not as it tells.
    """
    settings = Settings()
    path = anchors or settings.home / kept.FILE
    verdict = asyncio.run(_verify(settings, path))
    if verdict.bad is not None:
        raise AuditBroken(entry=verdict.bad.id, what=verdict.bad.what)
    if rows and (found := asyncio.run(_differences(settings))):
        words = ", ".join(" ".join((each.table, each.row, each.column)).strip() for each in found)
        raise RowsDiffer(rows=words)
    typer.echo(f"{verdict.entries} entries are as they were written; head {verdict.hash or '-'}")


async def _verify(settings: Settings, path: Path) -> Verdict:
    database = Database(settings.database)
    try:
        return await walk(database, kept.read(path))
    finally:
        await database.dispose()


async def _differences(settings: Settings) -> list[Difference]:
    database = Database(settings.database)
    try:
        return await differences(database)
    finally:
        await database.dispose()
