"""A run: batch after batch, each with its progress in one transaction, so that it can be killed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.gazetteer import Place
from crm.migration import addressing, ahead, bulk, listing, shared
from crm.migration.batches import Batch, Where
from crm.migration.events import ImportBegun, ImportFinished
from crm.migration.fields import Table
from crm.migration.loading.common import Loader
from crm.migration.mapping import ImportMapping
from crm.migration.models import ImportRun
from crm.migration.preparing import Manner, Task
from crm.migration.refusals import AlreadyImported, RunsElsewhere
from crm.migration.sources import Source, key_of
from crm.migration.tally import Tally
from crm.migration.totals import agreed, reconcile
from mainline.clock import now
from mainline.db import Database
from mainline.journal import append

BATCH_ROWS: Final = 5_000
"""So many rows hold the database for a tenth of a second: callers do not notice."""
_WEIGHTS: Final[Mapping[Table, int]] = {"customers": 3}
"""A customer is six rows, with home, account and telephones; a bill is one."""
_ATTEMPTS: Final = 3
Told = Callable[[str, int, int], None]
"""How far it is: name of the source, lines done, lines altogether."""


@dataclass(frozen=True)
class Plan:
    """What is brought in, how, and by whom."""

    sources: Sequence[Source]
    mapping: ImportMapping
    name: str
    version: int
    by: str
    where: Where

    @property
    def key(self) -> str:
        """What this run is known by."""
        return key_of(self.sources, self.name, self.version)


def batch_rows(table: Table) -> int:
    """How many of its rows are brought in together."""
    return max(1, BATCH_ROWS // _WEIGHTS.get(table, 1))


class Run:
    """One run on one database; ``folder`` is where its problems are listed."""

    def __init__(self, database: Database, plan: Plan, folders: Path, told: Told) -> None:
        self._database, self._plan, self._folders, self._told = database, plan, folders, told
        self._id, self._turn = 0, 0
        self._rows: dict[str, int] = {}
        self._done = 0
        self.tally = Tally()

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self._folders / str(self._id)

    async def go(self) -> int:
        """From the beginning or from where it was killed, to the end. The run's id."""
        await self._begin()
        await asyncio.to_thread(self.folder.mkdir, parents=True, exist_ok=True)
        table: Table | None = None
        for at, source in enumerate(self._plan.sources):
            if source.table != table:
                table = source.table
                manner = await self._manner(table)
                loader = manner.loader(table)
            await self._source(str(at), source, manner, loader)
            await self._analyse(source.table)
        await self._finish()
        return self._id

    async def _begin(self) -> None:
        async with self._database.unit_of_work() as session:
            run = await _run(session, self._plan)
            self._id, self._turn = run.id, run.turn
            self._rows = dict(run.progress.get("rows", {}))
            self.tally = Tally.of(run.progress)

    async def _manner(self, table: Table) -> Manner:
        plan = self._plan
        places: Sequence[Place] = ()
        if table == "customers":
            async with self._database.reading() as session:
                places = await addressing.places(session)
        return Manner(plan.mapping, plan.where, plan.by, places)

    async def _source(self, at: str, source: Source, manner: Manner, loader: Loader) -> None:
        name = f"{source.name}/{source.sheet}" if source.sheet else source.name
        task = Task(source, manner, batch_rows(source.table), self._rows.get(at, 0))
        async with aclosing(ahead.batches(task)) as batches:
            async for last, batch in batches:
                await self._store(source, loader, batch, {**self._rows, at: last})
                self._told(name, last, source.file.lines)

    async def _store(
        self, source: Source, loader: Loader, batch: Batch, rows: dict[str, int]
    ) -> None:
        """All of it or nothing; once more when somebody else took a number meanwhile."""
        for attempt in range(_ATTEMPTS):
            tried, tally = batch.copy(), Tally.of(self.tally.kept())
            try:
                async with self._database.unit_of_work() as session:
                    await bulk.prepare(session)
                    await loader.store(session, tried)
                    tally.add(tried)
                    problems = sorted(tried.problems, key=lambda one: one.row)
                    tally.note(source.table, source.name, problems)
                    listing.write(self.folder, source, problems, tally)
                    await self._advance(session, {"rows": rows, **tally.kept()})
            except IntegrityError:
                loader.forget()
                if attempt + 1 == _ATTEMPTS:
                    raise
            else:
                self._rows, self.tally, self._turn = rows, tally, self._turn + 1
                return

    async def _advance(
        self, session: AsyncSession, progress: dict[str, Any], **changes: object
    ) -> None:
        mine = (ImportRun.id == self._id) & (ImportRun.turn == self._turn)
        moved = await session.execute(
            update(ImportRun).where(mine).values(
                turn=self._turn + 1, progress=progress, **changes
            )
        )  # fmt: skip
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            raise RunsElsewhere(run=self._id)

    async def _analyse(self, table: str) -> None:
        """PostgreSQL's statistics, so that screens find what has just come in."""
        names = _TABLES.get(table, ())
        if not self._database.is_sqlite:
            async with self._database.unit_of_work() as session:
                for name in names:
                    await session.execute(text(f"ANALYZE {name}"))

    async def _finish(self) -> None:
        async with self._database.unit_of_work() as session:
            await shared.note(session, self.tally)
            lines = reconcile(self.tally.told, self.tally.counts)
            progress = {"rows": self._rows, **self.tally.kept()}
            await self._advance(session, progress, finished_at=now())
            tables = dict.fromkeys(source.table for source in self._plan.sources)
            counts = self.tally.counts
            fact = ImportFinished(
                subject=f"import:{self._id}", by=self._plan.by, agreed=agreed(lines),
                imported={table: counts[f"{table}.imported"] for table in tables},
                refused={table: counts[f"{table}.refused"] for table in tables},
            )  # fmt: skip
            await append(session, fact)


_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "customers": ("address_node", "premise", "customer", "service_account", "customer_phone"),
    "meters": ("meter", "meter_reading"),
    "bills": ("bill",),
    "payments": ("payment",),
    "orders": ("work_order",),
}


async def _run(session: AsyncSession, plan: Plan) -> ImportRun:
    """The run of these files: begun now, or before and not finished."""
    known = await session.scalar(select(ImportRun).where(ImportRun.key == plan.key))
    if known is not None:
        if known.finished_at is not None:
            raise AlreadyImported(run=known.id)
        return known
    files = [
        {"name": one.name, "sheet": one.sheet, "table": one.table, "sha256": one.file.sha256,
         "lines": one.file.lines}
        for one in plan.sources
    ]  # fmt: skip
    run = ImportRun(
        key=plan.key, by=plan.by, mapping=plan.name, mapping_version=plan.version,
        files=files, progress={}, finished_at=None, turn=0,
    )  # fmt: skip
    session.add(run)
    await session.flush()
    told = tuple(f"{one.name} {one.file.sha256}" for one in plan.sources)
    fact = ImportBegun(
        subject=f"import:{run.id}", by=plan.by, mapping=plan.name,
        mapping_version=plan.version, files=told,
    )  # fmt: skip
    await append(session, fact)
    return run
