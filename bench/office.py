"""(m) Fifty people who never pause, over the ten commonest actions; beside one bare endpoint.

A real web process on PostgreSQL with a town of ``OFFICE_SIZE`` customers, asked over HTTP. The
bare endpoint reads one row of the same database in a process of its own. ``OFFICE_AT``: the address
of a town that was built before.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import aiohttp

from bench.figures import Figure, percentile
from bench.growth import there
from bench.history import build
from bench.town import SEED, number_of
from crm.catalog import service as catalog
from crm.staff import auth
from crm.staff.service import add_user
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.secrets import Secrets
from tests.support import postgres
from tests.support.ports import free_port

SIZE = int(os.environ.get("OFFICE_SIZE", "80000"))
AT = os.environ.get("OFFICE_AT", "")
PEOPLE = int(os.environ.get("OFFICE_PEOPLE", "50"))
SECONDS, WARM_UP_S, UP_WITHIN_S = float(os.environ.get("OFFICE_SECONDS", "20")), 3.0, 60
GOAL_MS = 300
PASSWORD = "correct horse"
Act = Callable[["Person"], Awaitable[None]]


@dataclass
class Person:
    """One of those who never pause."""

    web: aiohttp.ClientSession
    dice: random.Random
    index: int = 0
    kind: str = ""
    """A type of order that asks for nothing more."""
    order: str = ""
    opened: int = 0

    @property
    def anybody(self) -> int:
        """A customer."""
        return self.dice.randrange(SIZE) + 1

    async def get(self, path: str) -> None:
        """Read to its end."""
        async with self.web.get(path) as answer:
            await answer.read()
            _well(path, answer.status)

    async def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        """Sent as JSON; what came back."""
        async with self.web.post(path, json=body) as answer:
            told: dict[str, object] = await answer.json()
            _well(path, answer.status)
            return told


def _well(path: str, status: int) -> None:
    if status not in {200, 201}:
        raise RuntimeError(f"{path}: {status}")


async def _search(one: Person) -> None:
    phone = number_of(one.anybody - 1)
    words = one.dice.choice(["王芳", "lw", phone[-4:], phone, str(10_000_000 + one.anybody)])
    await one.get(f"/customers?q={quote(words)}")


async def _customer(one: Person) -> None:
    await one.get(f"/customers/{one.anybody}")


async def _orders(one: Person) -> None:
    await one.get("/work-orders")


async def _order(one: Person) -> None:
    await one.get(f"/work-orders/{one.order}")


async def _make(one: Person) -> None:
    one.opened += 1
    key = f"office-{os.getpid()}-{one.index}-{one.opened}"
    made = await one.post(
        "/api/work-orders", {"type": one.kind, "key": key, "customer_id": one.anybody}
    )
    one.order = str(made["number"])


async def _act(one: Person) -> None:
    await one.post(f"/api/work-orders/{one.order}/moves", {"action": "urge", "note": "again"})


async def _calls(one: Person) -> None:
    await one.get("/calls")


async def _board(one: Person) -> None:
    await one.get("/board/picture")


async def _day(one: Person) -> None:
    await one.get("/board/day")


async def _reading(one: Person) -> None:
    await one.get(f"/api/accounts/{one.anybody}/readings")


async def _bare(one: Person) -> None:
    await one.get(f"/{one.anybody}")


ACTS: dict[str, Act] = {
    "search": _search, "customer": _customer, "orders": _orders, "order": _order, "make": _make,
    "act": _act, "calls": _calls, "board": _board, "day": _day, "reading": _reading,
}  # fmt: skip


@dataclass
class Taken:
    """Milliseconds of each action, and what went wrong."""

    ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)

    @property
    def all_ms(self) -> list[float]:
        """Of all actions together."""
        return [each for times in self.ms.values() for each in times]


async def measure() -> list[Figure]:
    """The same load on both, one after the other, on the same database."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = await _town(stack, folder)
        cookie = await _signed_in(settings)
        port = settings.http_port
        async with _process("web", f"http://127.0.0.1:{port}/sign-in", _environment(settings)):
            kind = await _kind(settings)
            taken = await _load(f"http://localhost:{port}", ACTS, cookie, kind)
        bare_port = free_port()
        environment = {"BARE_URL": settings.database, "BARE_PORT": str(bare_port)}
        async with _process("bare", f"http://127.0.0.1:{bare_port}/1", environment):
            bare = await _load(f"http://127.0.0.1:{bare_port}", {"bare": _bare}, cookie)
    for words in sorted(set(taken.wrong + bare.wrong))[:10]:
        print(f"office: {words}")
    return [*_figures("office", taken, f"<={GOAL_MS}ms"), *_figures("office_bare", bare, "none")]


def _figures(name: str, taken: Taken, goal: str) -> Iterator[Figure]:
    everything = taken.all_ms
    yield Figure(f"{name}_errors", len(taken.wrong), "0")
    yield Figure(f"{name}_requests_a_second", len(everything) / SECONDS)
    for share in (50, 95, 99):
        own = goal if share == 95 else "none"
        yield Figure(f"{name}_p{share}", percentile(everything, share / 100), own, "ms")
    for act, times in taken.ms.items() if len(taken.ms) > 1 else ():
        yield Figure(f"{name}_{act}_p95", percentile(times, 0.95), "none", "ms")


async def _load(address: str, acts: dict[str, Act], cookie: str, kind: str = "") -> Taken:
    taken = Taken()
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    async with aiohttp.ClientSession(
        address, cookies={"mainline_session": cookie}, headers=headers,
        connector=aiohttp.TCPConnector(limit=0),
    ) as web:  # fmt: skip
        people = [Person(web, random.Random(SEED + k), k, kind) for k in range(PEOPLE)]
        begins = time.perf_counter() + WARM_UP_S
        await asyncio.gather(*(_work(one, acts, begins, taken) for one in people))
    return taken


async def _work(one: Person, acts: dict[str, Act], begins: float, taken: Taken) -> None:
    """Act after act in random order, each as soon as the one before has been answered."""
    while (now := time.perf_counter()) < begins + SECONDS:
        name = one.dice.choice(list(acts)) if one.order or "make" not in acts else "make"
        try:
            await acts[name](one)
        except (RuntimeError, aiohttp.ClientError, TimeoutError) as error:
            taken.wrong.append(f"{name}: {error}")
            continue
        if now >= begins:
            taken.ms[name].append(1000 * (time.perf_counter() - now))


# --- what is asked -----------------------------------------------------------------------------


async def _town(stack: AsyncExitStack, folder: Path) -> Settings:
    url = AT
    if not url:
        cluster = await asyncio.to_thread(postgres.start)
        stack.callback(cluster.stop)
        url = cluster.url("postgres")
    settings = Settings(home=folder, database_url=url, demo=False, http_port=free_port())
    Secrets.load_or_create(folder)
    database = Database(url)
    if not await there(database):
        await build(database, settings, SIZE)
    await database.dispose()
    return settings


async def _signed_in(settings: Settings) -> str:
    """The session of somebody who sees all that is asked for, as often as fifty people ask."""
    database = Database(settings.database)
    login = f"office{os.getpid()}"
    async with database.unit_of_work() as session:
        await add_user(
            session, login=login, name="Office", password=PASSWORD, roles=["leader", "admin"]
        )
    signed = await auth.sign_in(database, login=login, password=PASSWORD, address="127.0.0.1")
    await database.dispose()
    return signed.token


async def _kind(settings: Settings) -> str:
    database = Database(settings.database)
    async with database.reading() as session:
        types = (await catalog.work_order_types(session)).body.types
    await database.dispose()
    return next(one.code for one in types if not any(field.required for field in one.fields))


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "MAINLINE_HOME": str(settings.home), "MAINLINE_DATABASE_URL": settings.database,
        "MAINLINE_HTTP_PORT": str(settings.http_port), "MAINLINE_DEMO": "false",
        "MAINLINE_AMI_PORT": str(free_port()), "MAINLINE_ASTERISK_HTTP_PORT": str(free_port()),
    }  # fmt: skip


@asynccontextmanager
async def _process(name: str, ready: str, environment: dict[str, str]) -> AsyncIterator[None]:
    """A process of its own, as soon as it answers."""
    command = {"web": ["-m", "mainline.cli", "web"], "bare": ["-m", "bench.bare"]}[name]
    process = subprocess.Popen(
        [sys.executable, *command], cwd=PROJECT, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(UP_WITHIN_S), aiohttp.ClientSession() as web:
            while not await _answers(web, ready):
                assert process.poll() is None, f"{name} has ended"
                await asyncio.sleep(0.1)
        yield
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 20)


async def _answers(web: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with web.get(address) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
