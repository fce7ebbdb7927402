"""(c) Who is calling? 800 k customers with 1.2 M numbers, against a hundredth of that."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, percentile
from bench.town import callers, fill
from crm.customers.identify import identify
from mainline import features
from mainline.db import Base, Database

SMALL, BIG = (8_000, 12_000), (800_000, 1_200_000)
LOOKUPS = 3_000
WARM_UP = 300
ROUNDS = 3
GOAL_P99_MS = 5.0
GOAL_RATIO = 1.5


async def measure() -> list[Figure]:
    """Fill two towns, look up in turns so that both see the same machine."""
    with tempfile.TemporaryDirectory() as folder:
        towns = [await _town(Path(folder) / f"{size[0]}.db", size) for size in (SMALL, BIG)]
        times: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for index, (database, (_, numbers)) in enumerate(towns):
                times[index] += await _look_up(database, numbers)
        for database, _ in towns:
            await database.dispose()
    small, big = ([1000 * one for one in town] for town in times)
    ratio = statistics.median(big) / statistics.median(small)
    return [
        Figure("identify_800k_p50", statistics.median(big), "none", "ms"),
        Figure("identify_800k_p99", percentile(big, 0.99), f"<{GOAL_P99_MS:g}ms", "ms"),
        Figure("identify_8k_p99", percentile(small, 0.99), "none", "ms"),
        Figure("identify_800k_to_8k_p50_ratio", ratio, f"<{GOAL_RATIO:g}"),
        Figure(
            "identify_800k_to_8k_p99_ratio",
            percentile(big, 0.99) / percentile(small, 0.99),
            f"<{GOAL_RATIO:g}",
        ),
    ]


async def _town(path: Path, size: tuple[int, int]) -> tuple[Database, tuple[int, int]]:
    features.modules("models")
    database = Database(f"sqlite+aiosqlite:///{path}")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await asyncio.to_thread(fill, path, *size)
    return database, size


async def _look_up(database: Database, numbers: int) -> list[float]:
    """Seconds of each look-up, in a reading of its own as the gateway does it."""
    taken: list[float] = []
    for number in callers(numbers, WARM_UP + LOOKUPS):
        begun = time.perf_counter()
        async with database.reading() as session:
            await identify(session, number, area_code="024")
        taken.append(time.perf_counter() - begun)
    return taken[WARM_UP:]
