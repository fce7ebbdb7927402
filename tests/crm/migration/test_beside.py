"""An import runs while the service answers: others read and write between its batches."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.billing.models import Bill
from crm.customers.models import BarredNumber, Customer
from crm.migration.models import ImportRun
from crm.migration.running import Run
from crm.migration.sample.company import Company, Size
from mainline.audit.models import LOAD, AuditEntry
from mainline.audit.verify import verify
from mainline.db import Database
from tests.crm.migration.conftest import BringIn

BATCH = 50
MODELS = {"customers": Customer, "bills": Bill}


@pytest.fixture
async def service(database_url: str) -> AsyncIterator[Database]:
    """What another process has open."""
    opened = Database(database_url)
    yield opened
    await opened.dispose()


async def _seen(service: Database) -> dict[str, int]:
    """Rows that somebody else sees; they are exactly those that the run says it has stored."""
    async with service.reading() as session:
        progress = await session.scalar(select(ImportRun.progress)) or {}
        counts: dict[str, int] = progress.get("counts", {})
        seen = {
            table: await session.scalar(select(func.count()).select_from(model)) or 0
            for table, model in MODELS.items()
        }
    assert seen == {table: counts.get(f"{table}.imported", 0) for table in MODELS}
    return seen


@pytest.fixture
def reads(service: Database, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """What others see at the end of each batch's transaction, which they do not wait for."""
    seen: list[dict[str, int]] = []
    advance = Run._advance

    async def beside(self: Run, *args: Any, **changes: Any) -> None:
        await advance(self, *args, **changes)
        seen.append(await _seen(service))

    monkeypatch.setattr(Run, "_advance", beside)
    return seen


@pytest.fixture
def writes(service: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A unit of work of others after each batch; a lock that is held would break it off."""
    written: list[str] = []
    store = Run._store

    async def then_others(self: Run, *args: Any) -> None:
        await store(self, *args)
        written.append(f"0243{len(written):07}")
        async with service.unit_of_work() as session:
            session.add(BarredNumber(number=written[-1], reason="", until=None))

    monkeypatch.setattr(Run, "_store", then_others)
    return written


async def test_others_read_whole_batches_and_write_between_them(
    database: Database,
    service: Database,
    bring_in: BringIn,
    reads: list[dict[str, int]],
    writes: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crm.migration.running.BATCH_ROWS", BATCH)
    truth = Company(Size(customers=90, dirt=0.1, seed=4)).write(tmp_path / "old")
    outcome = await bring_in(database, tmp_path / "old")
    assert {k: v for k, v in outcome.tally.counts.items() if k in truth.rows} == truth.rows
    assert reads[0] == {"customers": 0, "bills": 0}
    assert reads[-1] == {table: truth.rows[f"{table}.imported"] for table in MODELS}
    assert len({tuple(each.values()) for each in reads}) > truth.rows["bills.read"] // BATCH
    async with service.reading() as session:
        numbers = set(await session.scalars(select(BarredNumber.number)))
        loads = select(AuditEntry.table_name, AuditEntry.changes).where(AuditEntry.action == LOAD)
        rows = [
            json.loads(changes)["new"]["rows"]
            for table, changes in await session.execute(loads)
            if table in {"customer", "bill"}
        ]
    assert numbers == set(writes)
    assert 0 < max(rows) <= BATCH
    assert (await verify(service, {})).bad is None
