"""Rows that a process of its own reads ahead come in as those that are read in place."""

import asyncio
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.billing.models import Bill
from crm.customers.models import Customer
from crm.migration import ahead
from crm.migration.refusals import ReaderEnded
from crm.migration.sample.company import Company, Size
from mainline.db import Database
from tests.crm.migration.conftest import BringIn

SIZE = Size(customers=200, dirt=0.2, seed=5)
THIRD = 3
Processes = list[asyncio.subprocess.Process]


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> Processes:
    """However few its rows are, each source is read ahead; by whom."""
    monkeypatch.setattr(ahead, "FEW", 0)
    monkeypatch.setattr("crm.migration.running.BATCH_ROWS", 60)
    begun: Processes = []
    begin = asyncio.create_subprocess_exec

    async def noted(*command: str, **named: Any) -> asyncio.subprocess.Process:
        begun.append(await begin(*command, **named))
        return begun[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    return begun


async def _stored(database: Database) -> tuple[int, int, int]:
    """Customers, bills, and what the bills come to."""
    async with database.reading() as session:
        customers = await session.scalar(select(func.count()).select_from(Customer))
        bills = await session.scalar(select(func.count()).select_from(Bill))
        money = await session.scalar(select(func.sum(Bill.amount_fen)))
    return customers or 0, bills or 0, money or 0


async def test_all_that_is_right_comes_in_and_every_reader_has_ended(
    database: Database, bring_in: BringIn, readers: Processes, tmp_path: Path
) -> None:
    truth = Company(SIZE).write(tmp_path / "old")
    outcome = await bring_in(database, tmp_path / "old")
    told = Counter({k: v for k, v in outcome.tally.counts.items() if k in truth.rows})
    assert told == truth.rows
    rows = truth.rows["customers.imported"], truth.rows["bills.imported"]
    assert await _stored(database) == (*rows, truth.fen["bills.amount"])
    assert readers
    assert {each.returncode for each in readers} <= {0, -signal.SIGKILL}


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hangs"])
async def test_when_a_reader_is_lost_the_run_says_so_and_goes_on_with_nothing_doubled(
    database: Database,
    bring_in: BringIn,
    readers: Processes,
    end: signal.Signals,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    truth = Company(SIZE).write(tmp_path / "old")
    begin = asyncio.create_subprocess_exec

    async def third_is_lost(*command: str, **named: Any) -> asyncio.subprocess.Process:
        process = await begin(*command, **named)
        if len(readers) == THIRD:
            process.send_signal(end)
            patched.setattr(ahead, "SILENT_S", 0.1)
        return process

    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "create_subprocess_exec", third_is_lost)
        with pytest.raises(ReaderEnded):
            await bring_in(database, tmp_path / "old")
    assert len(readers) == THIRD
    assert readers[-1].returncode == -signal.SIGKILL
    assert (await _stored(database))[0] > 0
    outcome = await bring_in(database, tmp_path / "old")
    rows = truth.rows["customers.imported"], truth.rows["bills.imported"]
    assert await _stored(database) == (*rows, truth.fen["bills.amount"])
    assert {k: v for k, v in outcome.tally.counts.items() if k in truth.rows} == truth.rows
