"""(m) Fifty people who never pause, and five hundred who work, over the ten commonest actions;
beside one bare endpoint.

"Fifty requests at once, standing for 500 users" can be read in two ways. Fifty who never pause are
as many requests as one process can serve, each waiting for all others. Five hundred who work ask,
read what they see for ``OFFICE_PAUSE_S`` on average (as chance has it: exponentially), and ask
again: about fifty requests a second. Both are measured.

A real web process on PostgreSQL with a town of ``OFFICE_SIZE`` customers, asked over HTTP. The
bare endpoint reads one row of the same database in a process of its own. ``OFFICE_AT``: the address
of a town that was built before.
"""

import asyncio
import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import aiohttp

from bench.figures import Figure, percentile
from bench.served import environment, plain_kind, process, signed_in, town
from bench.town import SEED, number_of
from tests.support.ports import free_port

SIZE = int(os.environ.get("OFFICE_SIZE", "80000"))
AT = os.environ.get("OFFICE_AT", "")
SECONDS, WARM_UP_S = float(os.environ.get("OFFICE_SECONDS", "20")), 3.0
GOAL_MS = 300
ORDERS = 50
"""Opened beforehand: who has opened none yet looks at one of these."""
Act = Callable[["Person"], Awaitable[None]]


@dataclass(frozen=True)
class Crowd:
    """So many people, and how long each reads between two requests on average."""

    name: str
    people: int
    pause_s: float = 0.0


CROWDS = (
    Crowd("", int(os.environ.get("OFFICE_PEOPLE", "50"))),
    Crowd("_working", int(os.environ.get("OFFICE_WORKING", "500")),
          float(os.environ.get("OFFICE_PAUSE_S", "10"))),
)  # fmt: skip


@dataclass
class Person:
    """One of them."""

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
    key = f"office-{os.getpid()}-{id(one.web)}-{one.index}-{one.opened}"
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
    """The same loads on both, one after the other, on the same database."""
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = await town(stack, folder, SIZE, AT)
        cookie = await signed_in(settings)
        port = settings.http_port
        async with process("web", f"http://127.0.0.1:{port}/sign-in", environment(settings)):
            kind = await plain_kind(settings)
            for crowd in CROWDS:
                taken = await _load(f"http://localhost:{port}", ACTS, cookie, crowd, kind)
                figures += _figures(f"office{crowd.name}", taken, f"<={GOAL_MS}ms")
        bare_port = free_port()
        own = {"BARE_URL": settings.database, "BARE_PORT": str(bare_port)}
        async with process("bare", f"http://127.0.0.1:{bare_port}/1", own):
            for crowd in CROWDS:
                bare = await _load(f"http://127.0.0.1:{bare_port}", {"bare": _bare}, cookie, crowd)
                figures += _figures(f"office_bare{crowd.name}", bare, "none")
    return figures


def _figures(name: str, taken: Taken, goal: str) -> Iterator[Figure]:
    for words in sorted(set(taken.wrong))[:10]:
        print(f"{name}: {words}")
    everything = taken.all_ms
    yield Figure(f"{name}_errors", len(taken.wrong), "0")
    yield Figure(f"{name}_requests_a_second", len(everything) / SECONDS)
    for share in (50, 95, 99):
        own = goal if share == 95 else "none"
        yield Figure(f"{name}_p{share}", percentile(everything, share / 100), own, "ms")
    for act, times in taken.ms.items() if len(taken.ms) > 1 else ():
        yield Figure(f"{name}_{act}_p95", percentile(times, 0.95), "none", "ms")


async def _load(
    address: str, acts: dict[str, Act], cookie: str, crowd: Crowd, kind: str = ""
) -> Taken:
    taken = Taken()
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    async with aiohttp.ClientSession(
        address, cookies={"mainline_session": cookie}, headers=headers,
        connector=aiohttp.TCPConnector(limit=0),
    ) as web:  # fmt: skip
        people = [Person(web, random.Random(SEED + k), k, kind) for k in range(crowd.people)]
        for k, one in enumerate(people) if kind else ():
            if k < ORDERS:
                await _make(one)
            one.order = people[k % ORDERS].order
        begins = time.perf_counter() + WARM_UP_S
        work = (_work(one, acts, begins, crowd.pause_s, taken) for one in people)
        await asyncio.gather(*work)
    return taken


async def _work(
    one: Person, acts: dict[str, Act], begins: float, pause_s: float, taken: Taken
) -> None:
    """Act after act in random order, each after a time for reading the one before."""
    while True:
        if pause_s:
            await asyncio.sleep(one.dice.expovariate(1 / pause_s))
        if (now := time.perf_counter()) >= begins + SECONDS:
            return
        name = one.dice.choice(list(acts))
        try:
            await acts[name](one)
        except (RuntimeError, aiohttp.ClientError, TimeoutError) as error:
            taken.wrong.append(f"{name}: {error}")
            continue
        if now >= begins:
            taken.ms[name].append(1000 * (time.perf_counter() - now))
