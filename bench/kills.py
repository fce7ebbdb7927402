"""Kill -9 of each process at random moments while two calls a second come in.

After each kill the process comes back, the calls end, and the invariants must hold; with all of
Python dead the callers still reach agents. KILLS says how often each process is killed, in rounds,
so that a run that MINUTES cut short has killed all of them as often.
"""

import asyncio
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import Figure
from bench.load import Crowd
from bench.station import CALLERS, left, station
from tests.calls.instance import Instance
from tests.support.metronome import Stalls, listening
from tests.support.ports import free_port

AGENTS = 40
RATE, CALLS = 2.0, 12
KILLS = int(os.environ.get("KILLS", "3"))
MINUTES = float(os.environ.get("MINUTES", "40"))
SEED = int(os.environ.get("SEED", "1"))
DEAD_S = 1.0
"""As long as a supervisor takes to notice and start it again."""
PYTHON = ("gateway", "web", "worker")
TOGETHER_EVERY = 5
"""In every so many rounds all of Python is killed at once as well."""
SINGLY = (*PYTHON, "asterisk")
VICTIMS = {**{name: (name,) for name in SINGLY}, "python": PYTHON}
GOOD = 0.999


@dataclass
class Tally:
    """What became of the kills of one kind."""

    kills: int = 0
    broken: int = 0
    good: int = 0

    def figures(self, name: str) -> list[Figure]:
        """Who kills the telephone itself ends the calls in it: those are not counted."""
        found = [Figure(f"kills_{name}_broken_of_{self.kills}", self.broken, "0")]
        if name != "asterisk":
            share = self.good / (self.kills * CALLS)
            found.append(Figure(f"kills_{name}_calls_good", share, f">={GOOD:g}"))
        return found


async def measure() -> list[Figure]:
    """Kill each in turn, so often; what broke is printed with its seed."""
    chance, tallies = random.Random(SEED), {name: Tally() for name in VICTIMS}
    async with station(AGENTS) as (instance, crowd), listening(instance.settings.home) as stalls:
        until = asyncio.get_running_loop().time() + 60 * MINUTES
        for number in range(KILLS):
            if asyncio.get_running_loop().time() > until:
                break
            for name in VICTIMS if number % TOGETHER_EVERY == 0 else SINGLY:
                moment = chance.uniform(0, CALLS / RATE)
                await _kill(instance, crowd, stalls, name, moment, tallies[name])
    return [figure for name, tally in tallies.items() for figure in tally.figures(name)]


async def _kill(
    instance: Instance, crowd: Crowd, stalls: Stalls, name: str, moment: float, tally: Tally
) -> None:
    before = instance.facts.last_id()
    served = await _under_load(instance, crowd, VICTIMS[name], moment)
    found = await left(instance, before, stalls.between)
    tally.kills, tally.good = tally.kills + 1, tally.good + served
    tally.broken += bool(found)
    what = f"kill {tally.kills} of {name} after {moment:.2f} s"
    print(f"# seed {SEED}, {what}: {served} of {CALLS} served, {len(found)} broken", flush=True)
    for words in found[:5]:
        print(f"#   {words}", flush=True)


async def _under_load(
    instance: Instance, crowd: Crowd, victims: Sequence[str], moment: float
) -> int:
    """Calls come in, the processes die at that moment and are started again."""
    burst = asyncio.create_task(
        crowd.call(instance.hotline, CALLERS, rate=RATE, calls=CALLS, port=free_port())
    )
    await asyncio.sleep(moment)
    for name in victims:
        await instance.kill(name)
    await asyncio.sleep(DEAD_S)
    for name in victims:
        await instance.revive(name)
    return (await burst).good
