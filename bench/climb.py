"""(a) Calls through identify → menu → queue → agent → recorded, against plain dialplan alone.

Both are measured in one run on one machine, in turns: with everything alive, and with gateway, web
and worker dead, which is the same dialplan on bare Asterisk. A rate is borne when it can go on:
calls do not fail, the last takes at most LATE_S longer than at the lowest rate, and the sound is
whole: an Asterisk that has no processor left talks on, but in pieces, and the recording is not as
long as the call. What is recorded while Python is dead is asked when it lives again.
CPU time is that of the rates that both bear, less what the processes use anyway.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bench.figures import Figure
from bench.load import Crowd, Result
from bench.processes import Clock
from bench.station import CALLERS, left, station
from crm.interactions.models import Interaction
from tests.calls.instance import Instance
from tests.support.ports import free_port

GOOD = 0.99
LATE_S = 2.0
"""Calls that take so much longer than at the lowest rate wait for the machine."""
IDLE_S = 20.0
SETTLED_S = 3.0
"""After the last call its recording is joined and everything is in the books."""
BOOKED_MAX_S = 60.0
WRAPUPS_OVER_S = 7
"""Agents are free again before the next rate."""
PYTHON = ("gateway", "web", "worker")
GOAL = 0.8

Cores = Mapping[str, float]
"""What each process keeps busy."""


@dataclass(frozen=True)
class Load:
    """Calls of which kind, how fast they come, how long, and how many answer them."""

    name: str
    talk_s: float
    rates: Sequence[float]
    seconds: float
    agents: int


@dataclass(frozen=True)
class Step:
    """One rate: how it went, and the CPU time of each process."""

    rate: float
    result: Result
    cpu_ms: Mapping[str, float]
    """Of a call, less what the process uses anyway."""
    booked_s: float
    """How long after the last call everything was in the books."""
    broken: Sequence[str]
    """What is wrong with the calls in the books: above all recordings of another length."""

    @property
    def tail_s(self) -> float:
        """From the last call's beginning to its end."""
        return self.result.seconds - self.result.offered / self.rate

    def goes_on(self, lowest: "Step") -> bool:
        """Whether calls can come at this rate for ever."""
        calls = self.result.offered
        whole = (calls - len(self.broken)) / calls
        return min(self.result.share_good, whole) >= GOOD and self.tail_s <= lowest.tail_s + LATE_S

    def __str__(self) -> str:
        return (
            f"{self.rate:g} calls/s: {self.result.good} of {self.result.offered} good, "
            f"{len(self.broken)} broken, last ended after {self.tail_s:.1f} s, "
            f"booked after {self.booked_s:.1f} s, "
            + ", ".join(f"{name} {ms:.0f} ms" for name, ms in self.cpu_ms.items())
            + "".join(f"\n#   {words}" for words in self.broken[:5])
        )


@dataclass
class Ladder:
    """How far it goes with these processes alive, the others dead."""

    alive: Sequence[str]
    anyway: Cores
    steps: list[Step] = field(default_factory=list)
    ended: bool = False

    async def climb(self, load: Load, rate: float, instance: Instance, crowd: Crowd) -> None:
        """One rate more, until calls go wrong."""
        if self.ended:
            return
        await _let_die(instance, self.alive)
        step = await _step(load, rate, instance, crowd, self.anyway)
        self.ended = not step.goes_on(self.steps[0] if self.steps else step)
        how = "do not go on" if self.ended else "go on"
        print(f"# {how} with {'+'.join(self.alive)}: {step}", flush=True)
        if not self.ended:
            self.steps.append(step)
        await asyncio.sleep(WRAPUPS_OVER_S)


async def compare(load: Load) -> list[Figure]:
    """Climb both at once, each rate with and without: the machine is not the same all the time."""
    async with station(load.agents, load.talk_s) as (instance, crowd):
        full = await _at_its_foot(instance, ("asterisk", *PYTHON))
        bare = await _at_its_foot(instance, ("asterisk",))
        for rate in load.rates:
            await full.climb(load, rate, instance, crowd)
            await bare.climb(load, rate, instance, crowd)
    if not full.steps or not bare.steps:
        raise RuntimeError("not even the lowest rate was served")
    return _figures(load.name, bare.steps, full.steps)


async def _at_its_foot(instance: Instance, alive: Sequence[str]) -> Ladder:
    await _let_die(instance, alive)
    idle = Clock({name: instance.pid(name) for name in alive})
    await asyncio.sleep(IDLE_S)
    cores = idle.cores()
    await _revive(instance)
    return Ladder(alive, {name: cores[name] for name in alive})


async def _let_die(instance: Instance, alive: Sequence[str]) -> None:
    for name in PYTHON:
        if name not in alive:
            await instance.kill(name)


async def _revive(instance: Instance) -> None:
    for name in PYTHON:
        await instance.revive(name)


async def _step(load: Load, rate: float, instance: Instance, crowd: Crowd, anyway: Cores) -> Step:
    calls = int(rate * load.seconds)
    known, before = await _known(instance), instance.facts.last_id()
    clock = Clock({name: instance.pid(name) for name in anyway})
    result = await crowd.call(instance.hotline, CALLERS, rate=rate, calls=calls, port=free_port())
    booked_s = await _booked(instance, known + calls) if "worker" in anyway else 0.0
    await asyncio.sleep(SETTLED_S)
    cores, seconds = clock.cores(), clock.seconds
    cpu = {name: 1000 * (cores[name] - used) * seconds / calls for name, used in anyway.items()}
    await _revive(instance)
    await _booked(instance, known + calls)
    return Step(rate, result, cpu, booked_s, await left(instance, before))


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


def _figures(name: str, bare: Sequence[Step], full: Sequence[Step]) -> list[Figure]:
    """Rates that go on, and the CPU time of a call at those that both bear."""
    both = min(len(bare), len(full))
    alone, together = _mean(bare[:both]), _mean(full[:both])
    python = sum(together[process] for process in PYTHON)
    return [
        Figure(f"{name}_bare_per_s", bare[-1].rate),
        Figure(f"{name}_mainline_per_s", full[-1].rate),
        Figure(f"{name}_mainline_to_bare", full[-1].rate / bare[-1].rate, f">={GOAL:g}"),
        Figure(f"{name}_bare_asterisk_cpu", alone["asterisk"], unit="ms/call"),
        *(Figure(f"{name}_mainline_{p}_cpu", ms, unit="ms/call") for p, ms in together.items()),
        Figure(f"{name}_mainline_python_cpu", python, unit="ms/call"),
        Figure(
            f"{name}_cpu_bare_to_mainline",
            alone["asterisk"] / (together["asterisk"] + python),
            f">={GOAL:g}",
        ),
        Figure(f"{name}_mainline_booked_after", full[-1].booked_s, unit="s"),
    ]


def _mean(steps: Sequence[Step]) -> dict[str, float]:
    """Of all their calls."""
    calls = sum(step.result.offered for step in steps)
    return {
        process: sum(step.cpu_ms[process] * step.result.offered for step in steps) / calls
        for process in steps[0].cpu_ms
    }
