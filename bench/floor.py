"""A full floor: a hundred agents, a hundred talks at once, two hundred waiting, twenty boards.

Also the cost of a call from ten to a hundred talks at once, by CPU time.
"""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from bench.figures import Figure, percentile
from bench.load import Crowd
from bench.processes import cpu_s
from bench.station import CALLERS, station
from crm.staff.demo import PASSWORD
from mainline.clock import now
from tests.calls.books import problems
from tests.calls.instance import Instance
from tests.support.ports import free_port

AGENTS = 100
TALK_S = 8.0
RATES = (1.0, 2.5, 5.0, 10.0)
"""Calls a second; a call lasts about ten seconds, so that ten to a hundred are up at once."""
STEP_S = 15
WAITING, WAIT_S = 200, 45.0
BOARDS = 20
FULL_S = 20
UNSTAFFED_LINE = 1
UNSTAFFED = {
    "title": {"zh": "测量用等待", "en": "Line for waiting"},
    "languages": ["zh", "en"],
    "start": "wait",
    "person": "wait",
    "nodes": {"wait": {"kind": "queue", "queue": "billing"}},
}
PROCESSES = ("asterisk", "gateway", "web", "worker")
PYTHON = PROCESSES[1:]


async def measure() -> list[Figure]:
    """The curve first, then everything at once."""
    async with station(AGENTS, TALK_S) as (instance, crowd):
        await instance.publish_menu(UNSTAFFED, "emergency")
        costs = [await _cost(instance, crowd, rate) for rate in RATES]
        full = await _full(instance, crowd)
    curve = [
        Figure(f"floor_cpu_per_call_at_{int(rate * 10)}", cost, unit="ms")
        for rate, cost in zip(RATES, costs, strict=True)
    ]
    return [*curve, Figure("floor_cpu_per_call_100_to_10", costs[-1] / costs[0], "<=1.25"), *full]


async def _cost(instance: Instance, crowd: Crowd, rate: float) -> float:
    """Milliseconds of CPU time a call, all processes together."""
    calls = int(rate * STEP_S)
    before = _used(instance)
    await crowd.call(instance.hotline, CALLERS, rate=rate, calls=calls, port=free_port())
    await _caught_up(instance)
    return 1000 * (_used(instance) - before) / calls


def _used(instance: Instance) -> float:
    return cpu_s([instance.pid(name) for name in PROCESSES])


async def _caught_up(instance: Instance) -> None:
    """The worker has nothing left of these calls: recordings are stored."""
    for _ in range(120):
        facts = instance.facts.since(0)
        ended = {fact.subject for fact in facts if fact.kind == "call.ended"}
        stored = {fact.subject for fact in facts if fact.kind == "recording.stored"}
        if ended <= stored:
            return
        await asyncio.sleep(0.5)


@dataclass
class Board:
    """One open board: when each waiting caller was first seen on it."""

    seen: dict[str, datetime] = field(default_factory=dict)
    pictures: int = 0

    async def watch(self, client: httpx.AsyncClient) -> None:
        """Read the stream until cancelled."""
        event = ""
        async with client.stream("GET", "/live", params={"feeds": "board"}, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: ") and event == "feed.board":
                    self._take(json.loads(line.removeprefix("data: ")))

    def _take(self, picture: dict[str, Any]) -> None:
        self.pictures += 1
        for caller in picture["waiting"]:
            self.seen.setdefault(caller["call"], now())


async def _full(instance: Instance, crowd: Crowd) -> list[Figure]:
    """Everything at once; boards are read as pages read them."""
    boards = [Board() for _ in range(BOARDS)]
    before = instance.facts.last_id()
    async with _leader(instance) as client:
        await _sign_in(client)
        watching = [asyncio.create_task(board.watch(client)) for board in boards]
        waiting = asyncio.create_task(
            crowd.wait(instance.lines[UNSTAFFED_LINE], CALLERS, WAITING, seconds=WAIT_S)
        )
        await asyncio.sleep(WAITING / 20)
        result = await crowd.call(
            instance.hotline, CALLERS, rate=10.0, calls=10 * FULL_S, port=free_port()
        )
        await waiting
        await _caught_up(instance)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    left = problems(instance.facts, instance.books)
    lags = _lags(instance, before, boards)
    return [
        Figure("floor_calls_good", result.share_good, ">=0.999"),
        Figure("floor_board_lag_p95", percentile(lags, 0.95), "<=1s", "s"),
        Figure("floor_boards_pictures", sum(board.pictures for board in boards) / BOARDS),
        Figure("floor_sums_broken", len(left), "0"),
    ]


def _leader(instance: Instance) -> httpx.AsyncClient:
    """A connection for each board."""
    limits = httpx.Limits(max_connections=BOARDS + 5)
    base = f"http://localhost:{instance.settings.http_port}"
    return httpx.AsyncClient(base_url=base, limits=limits, headers={"Origin": base})


async def _sign_in(client: httpx.AsyncClient) -> None:
    form = {"login": "leader", "password": PASSWORD}
    (await client.post("/sign-in", data=form, follow_redirects=True)).raise_for_status()


def _lags(instance: Instance, before: int, boards: list[Board]) -> list[float]:
    """Seconds from entering the queue to being seen, on each board."""
    entered = {
        fact.subject.removeprefix("call:"): fact.at
        for fact in instance.facts.since(before)
        if fact.kind == "queue.entered" and fact.payload["queue"] == "billing"
    }
    found = [
        (board.seen[call] - at).total_seconds()
        for board in boards
        for call, at in entered.items()
        if call in board.seen
    ]
    if len(found) < len(entered):
        raise RuntimeError(f"{len(found)} sightings of {len(entered)} callers")
    return found
