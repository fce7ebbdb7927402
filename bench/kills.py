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
from mainline.sip.listening import NotHeardError, until
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
PROCESSES = ("gateway", "web", "worker", "asterisk")
GOOD = 0.999


async def measure() -> list[Figure]:
    """Kill each in turn, so often; what broke is printed with its seed."""
    chance, figures = random.Random(SEED), []
    known: set[str] = set()
    async with station(AGENTS) as (instance, crowd):
        for name in PROCESSES:
            broken, good, offered = 0, 0, 0
            for number in range(KILLS):
                moment = chance.uniform(0, CALLS / RATE)
                served = await _under_load(instance, crowd, name, moment)
                offered, good = offered + CALLS, good + served
                found = await _left(instance, known)
                known.update(found)
                broken += bool(found)
                for words in found[:5]:
                    print(f"# seed {SEED}, kill {number} of {name} after {moment:.2f} s: {words}")
            figures.append(Figure(f"kills_{name}_broken_of_{KILLS}", broken, "0"))
            if name != "asterisk":  # who kills the telephone itself ends the calls in it
                figures.append(Figure(f"kills_{name}_calls_good", good / offered, f">={GOOD:g}"))
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


async def _left(instance: Instance, known: set[str]) -> list[str]:
    """Invariants newly broken although everything had time to settle."""

    def found() -> list[str]:
        left = problems(instance.facts, instance.books, killed_calls=instance.cut_calls)
        return [words for words in left if words not in known]

    try:
        await until(lambda: not found(), SETTLED_S, "the invariants")
    except NotHeardError:
        return found()
    return []
