"""``mainline recordings``: are they there and unaltered; keep one from being deleted by rule."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer
from sqlalchemy import select

from mainline.config import Settings
from mainline.db import Database
from recordings.models import STORED, Recording
from recordings.store import RecordingAltered, RecordingGone, Verifier, located

T = TypeVar("T")
BATCH = 500
app = typer.Typer(no_args_is_help=True, help="The recordings on disk.")


def _with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(Settings().database)
        try:
            return await work(database)
        finally:
            await database.dispose()

    return asyncio.run(run())


async def verify_all(database: Database, store: Path) -> tuple[int, list[str]]:
    """How many files were looked at, and what is wrong with which."""
    wrong: list[str] = []
    looked, last = 0, 0
    while True:
        async with database.reading() as session:
            rows = await session.scalars(
                select(Recording)
                .where(Recording.state == STORED, Recording.id > last)
                .order_by(Recording.id)
                .limit(BATCH)
            )
            batch = list(rows)
        if not batch:
            return looked, wrong
        for row in batch:
            looked, last = looked + 1, row.id
            found = await asyncio.to_thread(_look, store, row)
            if found:
                wrong.append(f"{row.id} {row.call_id}: {found}")


def _look(store: Path, row: Recording) -> str:
    try:
        Verifier().check(located(store, row.path), row.sha256 or "")
    except RecordingGone:
        return "gone"
    except RecordingAltered:
        return "altered"
    return ""


@app.command()
def verify() -> None:
    """Read every stored recording and compare its hash; ends with 1 when one is gone or altered."""
    looked, wrong = _with_database(
        lambda database: verify_all(database, Settings().recordings_store)
    )
    for line in wrong:
        typer.echo(line)
    typer.echo(f"{looked} recordings, {len(wrong)} gone or altered")
    if wrong:
        raise typer.Exit(1)


@app.command()
def keep(recording: int, *, release: bool = False) -> None:
    """Never delete this recording by rule (a dispute, a court); ``--release`` takes that back."""

    async def work(database: Database) -> bool:
        async with database.unit_of_work() as session:
            row = await session.get(Recording, recording)
            if row is None:
                return False
            row.kept = not release
            return True

    if not _with_database(work):
        raise typer.BadParameter(f"there is no recording {recording}")
    typer.echo(f"recording {recording} {'follows the rule again' if release else 'is kept'}")
