"""(l) The limits of 100 k open orders: how long a pass takes; kills neither lose nor double.

``LIMITS_ORDERS``, ``LIMITS_KILLS`` and ``LIMITS_ON`` (``postgresql,sqlite``) say how much of it.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure
from bench.town import SEED
from crm.work_orders.limiting import run_out
from mainline.db import Base, Database
from tests.support import limits_pass, postgres

ORDERS = int(os.environ.get("LIMITS_ORDERS", "100000"))
KILLS = int(os.environ.get("LIMITS_KILLS", "20"))
ON = os.environ.get("LIMITS_ON", "postgresql,sqlite").split(",")
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SHARE = 100
"""One order in so many comes due between two looks, when the worker was away for a while."""
BATCH = 200
GOAL_S = 10


async def measure() -> list[Figure]:
    """On each database: a look that finds nothing, a hundredth, everything at once, under kills."""
    figures: list[Figure] = []
    for kind in ON:
        async with _database() if kind == "postgresql" else _file() as database:
            figures += await _on(kind, database)
    return figures


async def _on(kind: str, database: Database) -> list[Figure]:
    expected = await limits_pass.fill(database, ORDERS, AT, SEED)
    concerned = sum(bool(codes) for codes in expected.values())
    nothing = await _timed(database, AT - limits_pass.OLDEST * 2)
    few = await _timed(database, await limits_pass.when(database, ORDERS // SHARE))
    facts = sum(codes.total() for codes in expected.values())
    begun = time.perf_counter()
    hit = await asyncio.to_thread(_killed, database.url)
    took = time.perf_counter() - begun
    wrong = await limits_pass.wrong(database, expected, AT)
    name = f"limits_{kind}_{ORDERS}"
    return [
        Figure(f"{name}_nothing_due", 1000 * nothing, "none", "ms"),
        Figure(f"{name}_{ORDERS // SHARE}_due", few, f"<{GOAL_S}s", "s"),
        Figure(f"{name}_all_due_orders", concerned),
        Figure(f"{name}_all_due_facts", facts),
        Figure(f"{name}_all_due_with_{hit}_kills", took, "none", "s"),
        Figure(f"{name}_missed", wrong.missed, "0"),
        Figure(f"{name}_twice", wrong.twice, "0"),
        Figure(f"{name}_told_otherwise", len(wrong.elsewhere), "0"),
    ]


async def _timed(database: Database, at: datetime) -> float:
    begun = time.perf_counter()
    await run_out(database, at)
    return time.perf_counter() - begun


def _killed(url: str) -> int:
    return limits_pass.killed_again_and_again(
        url, AT, random.Random(SEED), kills=KILLS, batch=BATCH, longest_s=2
    )


@asynccontextmanager
async def _database() -> AsyncIterator[Database]:
    cluster = await asyncio.to_thread(postgres.start)
    try:
        async with _tables(cluster.url("postgres")) as database:
            yield database
    finally:
        cluster.stop()


@asynccontextmanager
async def _file() -> AsyncIterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        async with _tables(f"sqlite+aiosqlite:///{Path(folder)}/limits.db") as database:
            yield database


@asynccontextmanager
async def _tables(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    try:
        yield database
    finally:
        await database.dispose()
