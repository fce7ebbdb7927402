"""(k) Does it stay as fast when the town is a hundred times as big? Look-up, search, pages, lists.

Three towns with seven years of history stand side by side, and are asked in turns. ``GROWTH_ON``
names the databases (``postgresql,sqlite``), ``GROWTH_SIZES`` the towns. ``GROWTH_AT`` is an address
with ``{size}`` in it, of databases that are made once and kept.
"""

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
from sqlalchemy import func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.app import create_app
from bench.figures import Figure, percentile
from bench.history import build
from bench.town import SEED, number_of
from crm.customers.identify import identify
from crm.customers.models import Customer, Premise
from crm.work_orders.models import WorkOrder
from mainline.config import Settings
from mainline.db import Database
from mainline.db.migrate import upgrade
from mainline.web import Principal
from tests.support import postgres

SIZES = tuple(map(int, os.environ.get("GROWTH_SIZES", "8000,80000,800000").split(",")))
ON = os.environ.get("GROWTH_ON", "postgresql").split(",")
AT = os.environ.get("GROWTH_AT", "")
ROUNDS, WARM_UP = int(os.environ.get("GROWTH_ROUNDS", "100")), 5
GOAL_MS, GOAL_RATIO = 300, 2
ASKER = Principal(1, "bench", frozenset({"leader", "admin"}), agent_number=None, session_id="bench")
"""Sees everything and may read in bulk: searches are measured, not their limit."""
Ask = Callable[[], Awaitable[None]]


@dataclass
class Asked:
    """A town, its application, and somebody of it whom this round asks for."""

    database: Database
    client: httpx.AsyncClient
    size: int
    dice: random.Random

    @property
    def anybody(self) -> int:
        """A customer's number."""
        return self.dice.randrange(self.size) + 1

    async def page(self, path: str) -> None:
        """Asked for and read to its end."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)

    async def of(self, what: Callable[[AsyncSession], Awaitable[str]]) -> str:
        """Something of the town's."""
        async with self.database.reading() as session:
            return await what(session)


async def measure() -> list[Figure]:
    """On each database, all towns in turns."""
    figures: list[Figure] = []
    for kind in ON:
        async with AsyncExitStack() as stack:
            towns = [await stack.enter_async_context(_town(kind, size)) for size in SIZES]
            figures += list(_figures(kind, await _asked(towns)))
    return figures


async def _asked(towns: Sequence[Asked]) -> dict[str, list[list[float]]]:
    """Milliseconds of each action, in each town."""
    taken: dict[str, list[list[float]]] = defaultdict(lambda: [[] for _ in towns])
    for turn in range(WARM_UP + ROUNDS):
        for index, town in enumerate(towns):
            for name, ask in await _actions(town):
                begun = time.perf_counter()
                await ask()
                if turn >= WARM_UP:
                    taken[name][index].append(1000 * (time.perf_counter() - begun))
    return taken


async def _actions(town: Asked) -> list[tuple[str, Ask]]:
    """What is asked in one round; whom for is chosen before the clock starts."""
    one, phone = town.anybody, number_of(town.anybody - 1)
    name, letters = (await town.of(lambda s: _name(s, one))).split()
    order, address = (await town.of(lambda s: _order_and_place(s, one))).split()
    searched = {
        "name": name, "initials": letters, "phone_tail": phone[-4:], "phone": phone,
        "address": address, "community": address[6:].partition("号楼")[0][:-1],
        "account": str(10_000_000 + one), "order": order, "meter": f"M{one:08d}",
    }  # fmt: skip
    paths = {
        **{f"search_{kind}": f"/customers?q={quote(words)}" for kind, words in searched.items()},
        "customer_page": f"/customers/{one}", "order_page": f"/work-orders/{order}",
        "orders_open": "/work-orders", "orders_overdue": "/work-orders?show=overdue",
        "orders_all": "/work-orders?show=all", "orders_of_type": "/work-orders?type=no_heat",
        "calls": "/calls", "calls_of_agent": f"/calls?agent={8001 + one % 40}",
        "calls_of_caller": f"/calls?caller={phone}", "calls_of_tail": f"/calls?caller={phone[-4:]}",
        "calls_of_name": f"/calls?caller={quote(name)}", "callbacks": "/callbacks",
        "messages": "/messages", "appointments": "/appointments", "board": "/board/picture",
        "duplicates": "/customers/duplicates",
        "duplicate_places": "/customers/duplicates?what=premise",
    }  # fmt: skip
    asks = [(kind, lambda path=path: town.page(path)) for kind, path in paths.items()]
    return [("lookup", lambda: _look_up(town, phone)), *asks]


async def _look_up(town: Asked, number: str) -> None:
    async with town.database.reading() as session:
        assert (await identify(session, number, area_code="024")).candidates


async def _name(session: AsyncSession, customer: int) -> str:
    found = await session.get_one(Customer, customer)
    return f"{found.name} {found.initials}"


async def _order_and_place(session: AsyncSession, customer: int) -> str:
    place = await session.get_one(Premise, customer)
    number = await session.scalar(
        select(WorkOrder.number).where(WorkOrder.customer_id == customer).limit(1)
    )
    return f"{number} {place.address_zh}"


def _figures(kind: str, taken: dict[str, list[list[float]]]) -> Iterator[Figure]:
    for name, towns in taken.items():
        for size, times in zip(SIZES, towns, strict=True):
            for share in (50, 95, 99):
                goal = f"<{GOAL_MS}ms" if share == 95 else "none"
                value = percentile(times, share / 100)
                yield Figure(f"growth_{kind}_{name}_{size}_p{share}", value, goal, "ms")
        ratio = statistics.median(towns[-1]) / statistics.median(towns[0])
        yield Figure(f"growth_{kind}_{name}_ratio_p50", ratio, f"<{GOAL_RATIO}")


# --- towns -------------------------------------------------------------------------------------


@asynccontextmanager
async def _town(kind: str, size: int) -> AsyncIterator[Asked]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = AT.format(size=size) if AT else await _fresh(stack, kind, folder)
        settings = Settings(home=folder, database_url=url, demo=False)
        database = Database(url)
        stack.push_async_callback(database.dispose)
        if await there(database):
            await upgrade(url)
        else:
            await build(database, settings, size)
        app = create_app(settings, database)
        app.state.authenticate = _asker
        transport = httpx.ASGITransport(app=app)
        headers = {"Accept": "text/html"}
        client = httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers=headers, timeout=120
        )
        yield Asked(database, await stack.enter_async_context(client), size, random.Random(SEED))


async def _fresh(stack: AsyncExitStack, kind: str, folder: Path) -> str:
    if kind == "sqlite":
        return f"sqlite+aiosqlite:///{folder}/town.db"
    cluster = await asyncio.to_thread(postgres.start)
    stack.callback(cluster.stop)
    return cluster.url("postgres")


async def there(database: Database) -> bool:
    """Whether the town was built before."""
    async with database.engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if "customer" not in tables:
        return False
    async with database.reading() as session:
        return bool(await session.scalar(select(func.count()).select_from(Customer)))


async def _asker(_request: object) -> Principal:
    return ASKER
