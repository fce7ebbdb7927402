"""(a) Calls through identify → menu → queue → agent → recorded, against plain dialplan alone.

Both are measured in one run on one machine: first with everything alive, then with gateway, web
and worker dead, which is the same dialplan on bare Asterisk. A rate is borne when it can go on:
calls do not fail, and the last takes at most LATE_S longer than at the lowest rate.
"""

import asyncio
import os
from dataclasses import dataclass

from sqlalchemy import func, select

from bench.figures import Figure
from bench.load import Crowd, Result
from bench.processes import cpu_s
from bench.station import CALLERS, station
from crm.interactions.models import Interaction
from tests.calls.instance import Instance
from tests.support.ports import free_port

AGENTS = 240
RATES = (8.0, 12.0, 16.0, 18.0, 20.0, 22.0, 24.0, 26.0, 28.0, 30.0, 32.0)
SECONDS = 15
GOOD = 0.99
LATE_S = 2.0
"""Calls that take so much longer than at the lowest rate wait for the machine."""
BOOKED_MAX_S = 60.0
WRAPUPS_OVER_S = 7
"""Agents are free again before the next rate."""
PYTHON = ("gateway", "web", "worker")
GOAL = 0.8


@dataclass(frozen=True)
class Step:
    """One rate: how it went, and the CPU time it took."""

    rate: float
    result: Result
    asterisk_ms: float
    python_ms: float
    booked_s: float
    """How long after the last call everything was in the books."""

    @property
    def tail_s(self) -> float:
        """From the last call's beginning to its end."""
        return self.result.seconds - self.result.offered / self.rate


async def measure() -> list[Figure]:
    """Climb the rates twice."""
    async with station(AGENTS) as (instance, crowd):
        full = await _climb(instance, crowd)
        for name in PYTHON:
            await instance.kill(name)
        bare = await _climb(instance, crowd)
    booked = Figure("calls_mainline_booked_after", full[-1].booked_s, unit="s")
    return [*_figures("bare", bare), *_figures("mainline", full), booked, *_ratios(bare, full)]


async def _climb(instance: Instance, crowd: Crowd) -> list[Step]:
    """Rates until calls go wrong; the last good ones."""
    steps: list[Step] = []
    for rate in RATES:
        step = await _step(instance, crowd, rate)
        if step.result.share_good < GOOD or (steps and step.tail_s > steps[0].tail_s + LATE_S):
            print(f"# {rate:g} calls/s do not go on: {step}", flush=True)
            break
        steps.append(step)
        await asyncio.sleep(WRAPUPS_OVER_S if instance.running("worker") else 1)
    if not steps:
        raise RuntimeError(f"not even the lowest rate was served: {step.result}")
    return steps


async def _step(instance: Instance, crowd: Crowd, rate: float) -> Step:
    calls = int(rate * SECONDS)
    alive = [name for name in PYTHON if instance.running(name)]
    before, known = _cpu(instance, alive), await _known(instance)
    result = await crowd.call(instance.hotline, CALLERS, rate=rate, calls=calls, port=free_port())
    booked_s = await _booked(instance, known + calls) if "worker" in alive else 0.0
    await asyncio.sleep(1)
    after = _cpu(instance, alive)
    asterisk, python = (1000 * (b - a) / calls for a, b in zip(before, after, strict=True))
    return Step(rate, result, asterisk, python, booked_s)


async def _known(instance: Instance) -> int:
    """Calls whose end is in the books."""
    wanted = select(func.count()).where(Interaction.ended_at.is_not(None))
    async with instance.database.reading() as session:
        return await session.scalar(wanted) or 0


async def _booked(instance: Instance, calls: int) -> float:
    """Seconds until so many are; the limit when they never are."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while await _known(instance) < calls and loop.time() - begun < BOOKED_MAX_S:
        await asyncio.sleep(0.1)
    return loop.time() - begun


def _cpu(instance: Instance, alive: list[str]) -> tuple[float, float]:
    return cpu_s([instance.pid("asterisk")]), cpu_s([instance.pid(name) for name in alive])


def _figures(name: str, steps: list[Step]) -> list[Figure]:
    top = steps[-1]
    return [
        Figure(f"calls_{name}_per_s", top.rate),
        Figure(f"calls_{name}_asterisk_cpu", top.asterisk_ms, unit="ms/call"),
        Figure(f"calls_{name}_python_cpu", top.python_ms, unit="ms/call"),
    ]


def _ratios(bare: list[Step], full: list[Step]) -> list[Figure]:
    """Rates served, and the rate that the CPU of this machine would bear."""
    rate = full[-1].rate / bare[-1].rate
    cost = [step.asterisk_ms + step.python_ms for step in (bare[-1], full[-1])]
    return [
        Figure("calls_mainline_to_bare", rate, f">={GOAL:g}"),
        Figure("calls_cpu_bare_to_mainline", cost[0] / cost[1], f">={GOAL:g}"),
        Figure("calls_cpu_bound_per_s", 1000 * (os.cpu_count() or 1) / cost[1]),
    ]
