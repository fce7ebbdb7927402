"""Killed in the middle, wherever that is, an import goes on and nothing is there twice."""

import asyncio
import csv
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crm.billing.models import Bill, Meter, Payment
from crm.customers.models import Customer, CustomerPhone
from crm.migration.sample.company import Company, Size
from crm.work_orders.models import WorkOrder
from mainline.config import PROJECT, Settings
from mainline.db import Database
from tests.crm.migration.conftest import BringIn

BATCH = 60
_CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from crm.migration import ahead, running, service
from mainline import features
from mainline.config import Settings
from mainline.db import Database

url, home, folder, at, inside = sys.argv[1:]
for role in ("kinds", "events"):
    list(features.modules(role))
running.BATCH_ROWS, ahead.FEW, left = {batch}, 0, int(at)

def count():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

advance = running.Run._advance

async def before_commit(self, *args, **changes):
    await advance(self, *args, **changes)
    count()

if inside == "inside":
    running.Run._advance = before_commit
settings = Settings(home=home)
told = lambda *_: None if inside == "inside" else count()
asyncio.run(service.bring_in(
    Database(url, loads=True), settings, Path(folder), mapping="house", by="tester", told=told
))
"""


async def _killed(url: str, home: Path, folder: Path, at: int, inside: str) -> None:
    """A process that brings the folder in and is killed at its at-th batch."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _CHILD.format(batch=BATCH),
        url, str(home), str(folder), str(at), inside, cwd=PROJECT,
    )  # fmt: skip
    assert await child.wait() == -signal.SIGKILL


async def test_killed_within_and_between_transactions_it_goes_on_with_nothing_doubled(
    database_url: str,
    bring_in: BringIn,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    catalog: Callable[[Database], object],
) -> None:
    company = Company(Size(customers=100, dirt=0.2, seed=3))
    truth = company.write(tmp_path / "old")
    database = Database(database_url)
    await catalog(database)  # type: ignore[misc]
    for at, inside in ((4, "inside"), (5, "between")):
        await _killed(database_url, settings.home, tmp_path / "old", at, inside)
    monkeypatch.setattr("crm.migration.running.BATCH_ROWS", BATCH)
    outcome = await bring_in(database, tmp_path / "old")
    async with database.reading() as session:
        stored = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (Customer, Meter, Bill, Payment, WorkOrder)
        ]
        money = await session.scalar(select(func.sum(Bill.amount_fen)))
        twice = select(CustomerPhone.number).group_by(CustomerPhone.number)
        shared = list(await session.scalars(twice.having(func.count() > 1)))
    await database.dispose()
    tables = ("customers", "meters", "bills", "payments", "orders")
    assert stored == [truth.rows[f"{table}.imported"] for table in tables]
    assert money == truth.fen["bills.amount"]
    assert shared == []
    assert {k: v for k, v in outcome.tally.counts.items() if k in truth.rows} == truth.rows
    with (outcome.folder / "problems.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = Counter(
            (one["file"], int(one["row"]), one["code"]) for one in csv.DictReader(file)
        )
    assert listed == Counter(truth.told)
