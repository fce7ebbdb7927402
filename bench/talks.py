"""(a) The same call as people make it: a minute of talk, with Mainline and on bare Asterisk.

What is spent on a call beside its sound is the same for three seconds of talk and for a minute;
this says what it weighs. All of it is counted less what the processes use anyway.
"""

import asyncio

from bench.figures import Figure
from bench.load import Crowd
from bench.processes import Clock
from bench.station import CALLERS, station
from tests.calls.instance import Instance
from tests.support.ports import free_port

AGENTS = 90
RATE, CALLS = 2.0, 90
TALK_S = 60.0
IDLE_S = 20.0
SETTLED_S = 3.0
"""After the last call its recording is joined and everything is in the books."""
PYTHON = ("gateway", "web", "worker")
GOOD = 0.99
GOAL = 0.8

Cost = dict[str, float]
"""Milliseconds of CPU time a call, by process."""


async def measure() -> list[Figure]:
    """With everything alive, then with Python dead."""
    async with station(AGENTS, TALK_S) as (instance, crowd):
        full = await _cost(instance, crowd, ("asterisk", *PYTHON))
        for name in PYTHON:
            await instance.kill(name)
        bare = await _cost(instance, crowd, ("asterisk",))
    python = sum(full[name] for name in PYTHON)
    return [
        Figure("talks_bare_asterisk_cpu", bare["asterisk"], unit="ms/call"),
        Figure("talks_mainline_asterisk_cpu", full["asterisk"], unit="ms/call"),
        *(Figure(f"talks_mainline_{name}_cpu", full[name], unit="ms/call") for name in PYTHON),
        Figure("talks_mainline_python_cpu", python, unit="ms/call"),
        Figure(
            "talks_cpu_bare_to_mainline",
            bare["asterisk"] / (full["asterisk"] + python),
            f">={GOAL:g}",
        ),
    ]


async def _cost(instance: Instance, crowd: Crowd, names: tuple[str, ...]) -> Cost:
    pids = {name: instance.pid(name) for name in names}
    clock = Clock(pids)
    await asyncio.sleep(IDLE_S)
    idle, clock = clock.cores(), Clock(pids)
    result = await crowd.call(instance.hotline, CALLERS, rate=RATE, calls=CALLS, port=free_port())
    await asyncio.sleep(SETTLED_S)
    if result.share_good < GOOD:
        raise RuntimeError(f"calls were not served: {result}")
    cores, seconds = clock.cores(), clock.seconds
    return {name: 1000 * (cores[name] - idle[name]) * seconds / CALLS for name in names}
