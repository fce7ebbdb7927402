"""Kill -9 of each process at random moments while two calls a second come in.

After each kill the process comes back, the calls end, and the invariants must hold; with all of
Python dead the callers still reach agents. KILLS says how often each process is killed.
"""

import asyncio
import os
import random

from bench.figures import Figure
from bench.load import Crowd
from bench.station import CALLERS, station
from tests.calls.books import problems
from tests.calls.instance import Instance
from tests.support.ports import free_port

AGENTS = 40
RATE, CALLS = 2.0, 12
KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("SEED", "1"))
DEAD_S = 1.0
"""As long as a supervisor takes to notice and start it again."""
SETTLED_S = 60.0
LOOK_S = 1.0
"""Looking is work too, and the machine is being measured."""
PROCESSES = ("gateway", "web", "worker", "asterisk")
GOOD = 0.999


async def measure() -> list[Figure]:
    """Kill each in turn, so often; what broke is printed with its seed."""
    chance, figures = random.Random(SEED), []
    async with station(AGENTS) as (instance, crowd):
        for name in PROCESSES:
            broken, good = 0, 0
            for number in range(KILLS):
                moment, before = chance.uniform(0, CALLS / RATE), instance.facts.last_id()
                good += await _under_load(instance, crowd, name, moment)
                found = await _left(instance, before)
                broken += bool(found)
                for words in found[:5]:
                    print(f"# seed {SEED}, kill {number} of {name} after {moment:.2f} s: {words}")
            figures.append(Figure(f"kills_{name}_broken_of_{KILLS}", broken, "0"))
            if name != "asterisk":  # who kills the telephone itself ends the calls in it
                share = good / (KILLS * CALLS)
                figures.append(Figure(f"kills_{name}_calls_good", share, f">={GOOD:g}"))
    return figures


async def _under_load(instance: Instance, crowd: Crowd, name: str, moment: float) -> int:
    """Calls come in, the process dies at that moment and is started again."""
    burst = asyncio.create_task(
        crowd.call(instance.hotline, CALLERS, rate=RATE, calls=CALLS, port=free_port())
    )
    await asyncio.sleep(moment)
    await instance.kill(name)
    await asyncio.sleep(DEAD_S)
    await instance.revive(name)
    return (await burst).good


async def _left(instance: Instance, before: int) -> list[str]:
    """Invariants broken by this burst although everything had time to settle."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SETTLED_S
    while True:
        left = problems(instance.facts, instance.books, deaths=instance.deaths, after=before)
        if not left or loop.time() > deadline:
            return left
        await asyncio.sleep(LOOK_S)
