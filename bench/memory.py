"""(d) Memory of each process while 100 calls are up."""

import asyncio

from bench.figures import Figure
from bench.processes import memory_mb
from bench.station import CALLERS, station
from tests.support.ports import free_port

CALLS = 100
RATE = 10.0
AGENTS = 4
"""Few agents, so that the callers wait and all are there at once."""
PROCESSES = ("asterisk", "gateway", "web", "worker")


async def measure() -> list[Figure]:
    """Offer 100 calls to a few agents and look when all are up."""
    async with station(AGENTS) as (instance, crowd):
        idle = {name: memory_mb(instance.pid(name)) for name in PROCESSES}
        burst = asyncio.create_task(
            crowd.call(instance.hotline, CALLERS, rate=RATE, calls=CALLS, port=free_port())
        )
        await asyncio.sleep(CALLS / RATE + 1)
        busy = {name: memory_mb(instance.pid(name)) for name in PROCESSES}
        if burst.done():
            raise RuntimeError(f"nobody was there to be measured with: {burst.result()}")
        burst.cancel()
    return [
        figure
        for name in PROCESSES
        for figure in (
            Figure(f"memory_{name}_idle", idle[name], unit="MB"),
            Figure(f"memory_{name}_100_calls", busy[name], unit="MB"),
        )
    ]
