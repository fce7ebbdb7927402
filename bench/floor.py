"""A full floor: a hundred agents, a hundred talks at once, two hundred waiting, twenty boards.

First the cost of a call from ten to a hundred at once, by CPU time. Then everything together at
the full size and, when a goal is missed, at half, a quarter and a tenth of it, so that it is said
what this machine bears.
Four of the agents have real browsers. FLOOR=curve or FLOOR=full measures one of the two.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bench import boards as watching
from bench import crowded
from bench.boards import Board
from bench.desks import Desks, desks, employ
from bench.figures import Figure, percentile
from bench.load import Crowd, Result
from bench.processes import Clock, cpu_s
from bench.station import station
from mainline.journal import append_all
from mainline.journal.floor_events import AgentWrapupEnded
from tests.calls.books import problems
from tests.calls.facts import FactRow
from tests.calls.instance import Instance
from tests.support.ports import free_port

DESKS = ("8801", "8802", "8803", "8804")
AGENTS = 100 - len(DESKS)
TALK_S = 7.5
RATES = (1.0, 2.5, 5.0, 10.0)
"""Calls a second; a call lasts ten seconds, so that ten to a hundred are up at once."""
STEP_S = 12
FULL = ((10.0, 200), (5.0, 100), (2.5, 50), (1.0, 20))
"""Calls a second, and callers who wait meanwhile."""
FULL_S = 20
NOTED_S = 1.0
"""A robot is done with wrap-up so soon after the call."""
UNSTAFFED_LINE = 1
UNSTAFFED = {
    "title": {"zh": "测量用等待", "en": "Line for waiting"},
    "languages": ["zh", "en"],
    "start": "wait",
    "person": "wait",
    "nodes": {"wait": {"kind": "queue", "queue": "billing"}},
}
TALK_OFF_S, STRANGE = 2.0, 6
"""Talks that are so much longer or shorter are told, so many of them."""
PROCESSES = ("asterisk", "gateway", "web", "worker")
PARTS = os.environ.get("FLOOR", "curve,full").split(",")
GOOD, POP_MS, LAG_S = 0.999, 300, 1.0
CAUGHT_UP_S = 60.0


async def measure() -> list[Figure]:
    """The curve first, then everything at once."""
    async with station(AGENTS, TALK_S, _more) as (instance, crowd):
        await instance.publish_menu(UNSTAFFED, "emergency")
        async with _noting(instance):
            curve = await _curve(instance, crowd) if "curve" in PARTS else []
            async with desks(instance, DESKS, TALK_S) as opened:
                full = await _full(instance, crowd, opened) if "full" in PARTS else []
    return [*curve, *full]


async def _more(session: AsyncSession) -> None:
    await employ(session, DESKS)
    await crowded.move_in(session, crowded.ENOUGH)


@contextlib.asynccontextmanager
async def _noting(instance: Instance) -> AsyncIterator[None]:
    """The robots' disposition of each call, as their desks would send it."""
    task = asyncio.create_task(_note(instance, instance.facts.last_id()))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _note(instance: Instance, after: int) -> None:
    while True:
        await asyncio.sleep(NOTED_S)
        new = instance.facts.since(after)
        after = max([after, *(fact.id for fact in new)])
        done = [
            AgentWrapupEnded(subject=f"agent:{agent}", call_id=fact.subject.removeprefix("call:"))
            for fact in new
            if fact.kind == "agent.left_call" and (agent := fact.payload["agent"]) not in DESKS
        ]
        if done:
            async with instance.database.unit_of_work() as session:
                await append_all(session, done)


# --- the curve ------------------------------------------------------------------------------------


async def _curve(instance: Instance, crowd: Crowd) -> list[Figure]:
    costs = []
    for rate in RATES:
        costs.append(await _cost(instance, crowd, rate))
        print(f"# {rate:g} a second: {costs[-1]:.0f} ms a call", flush=True)
    found = [
        Figure(f"floor_cpu_per_call_at_{int(rate * 10)}", cost, unit="ms")
        for rate, cost in zip(RATES, costs, strict=True)
    ]
    return [*found, Figure("floor_cpu_per_call_100_to_10", costs[-1] / costs[0], "<=1.25")]


async def _cost(instance: Instance, crowd: Crowd, rate: float) -> float:
    """Milliseconds of CPU time a call, all processes together, less what they use anyway."""
    idle = await _idle(instance)
    calls, clock, before = int(rate * STEP_S), Clock(), instance.facts.last_id()
    used = _used(instance)
    await crowd.call(
        instance.hotline, crowded.next_numbers(calls), rate=rate, calls=calls, port=free_port()
    )
    await _caught_up(instance, before)
    return 1000 * (_used(instance) - used - idle * clock.seconds) / calls


async def _idle(instance: Instance, seconds: float = 2.0) -> float:
    before = _used(instance)
    await asyncio.sleep(seconds)
    return (_used(instance) - before) / seconds


def _used(instance: Instance) -> float:
    return cpu_s([instance.pid(name) for name in PROCESSES])


async def _caught_up(instance: Instance, before: int) -> None:
    """The worker has nothing left of these calls: recordings are stored."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CAUGHT_UP_S):
            while not _stored(instance.facts.since(before)):
                await asyncio.sleep(1)


def _stored(facts: Sequence[FactRow]) -> bool:
    subjects = {kind: {f.subject for f in facts if f.kind == kind} for kind in _BOUNDS}
    return subjects["call.offered"] <= subjects["call.ended"] & subjects["recording.stored"]


_BOUNDS = ("call.offered", "call.ended", "recording.stored")


# --- everything at once ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Full:
    """One size of the floor, everything at once."""

    rate: float
    waiting: int
    result: Result
    pops_ms: list[float]
    pops_missing: int
    lags_s: list[float]
    at_once: int
    broken: list[str]
    strange: list[str]
    """Calls that did not go as the others, with what happened in them."""
    cores: dict[str, float]
    starved: dict[str, float]
    """Of the time in which a process could have run, the share in which others ran instead."""

    @property
    def holds(self) -> bool:
        """Whether every goal is met."""
        return (
            self.result.share_good >= GOOD
            and not self.pops_missing
            and bool(self.pops_ms)
            and percentile(self.pops_ms, 0.95) <= POP_MS
            and percentile(self.lags_s, 0.95) <= LAG_S
            and not self.broken
        )

    def figures(self) -> list[Figure]:
        """All of it, under the rate's name."""
        name = f"floor_{self.rate:g}_per_s"
        pops = percentile(self.pops_ms, 0.95) if self.pops_ms else float("nan")
        return [
            Figure(f"{name}_calls_good", self.result.share_good, f">={GOOD:g}"),
            Figure(f"{name}_pop_p95", pops, f"<={POP_MS}ms", "ms"),
            Figure(f"{name}_pops_missing_of_{len(self.pops_ms) + self.pops_missing}",
                   self.pops_missing, "0"),
            Figure(f"{name}_board_lag_p95", percentile(self.lags_s, 0.95), f"<={LAG_S:g}s", "s"),
            Figure(f"{name}_waiting", self.waiting),
            Figure(f"{name}_recorded_at_once", self.at_once),
            Figure(f"{name}_sums_broken", len(self.broken), "0"),
            *(Figure(f"{name}_cores_{who}", used) for who, used in self.cores.items()),
            *(Figure(f"{name}_starved_{who}", share) for who, share in self.starved.items()),
        ]  # fmt: skip


async def _full(instance: Instance, crowd: Crowd, opened: Desks) -> list[Figure]:
    """Down from the full size until every goal is met."""
    found: list[Figure] = []
    for rate, waiting in FULL:
        step = await _at_once(instance, crowd, opened, rate, waiting)
        found += step.figures()
        for words in [
            *(figure.line() for figure in step.figures()),
            *step.broken[:5],
            *step.strange,
        ]:
            print(f"# {words}", flush=True)
        if step.holds:
            return [*found, Figure("floor_fits_per_s", rate, f">={FULL[0][0]:g}")]
    return [*found, Figure("floor_fits_per_s", 0, f">={FULL[0][0]:g}")]


async def _at_once(instance: Instance, crowd: Crowd, opened: Desks, rate: float, many: int) -> Full:
    """Callers who wait come first; then the calls, while boards are read as pages read them."""
    before, calls = instance.facts.last_id(), int(rate * FULL_S)
    async with watching.opened(instance) as found:
        waiting = asyncio.create_task(_wait(instance, crowd, rate, many))
        await asyncio.sleep(many / rate)
        clock = Clock({name: instance.pid(name) for name in PROCESSES})
        result = await crowd.call(
            instance.hotline, crowded.next_numbers(calls), rate=rate, calls=calls, port=free_port()
        )
        cores, starved = clock.cores(), clock.starved()
        await waiting
        await _caught_up(instance, before)
    facts = instance.facts.since(before)
    pops, missing = _pops(facts, await opened.pops())
    left = problems(instance.facts, instance.books, after=before)
    return Full(
        rate, many, result, pops, missing, _lags(facts, found), _recorded_at_once(facts), left,
        _strange(instance.hotline, facts), cores, starved,
    )  # fmt: skip


async def _wait(instance: Instance, crowd: Crowd, rate: float, many: int) -> None:
    """They come at the same rate, and stay until the last call has begun."""
    seconds = many / rate + FULL_S
    await crowd.wait(
        instance.lines[UNSTAFFED_LINE], crowded.next_numbers(many), many,
        rate=rate, seconds=seconds,
    )  # fmt: skip


def _pops(facts: Sequence[FactRow], drawn: dict[tuple[str, str], float]) -> tuple[list[float], int]:
    """Milliseconds from each ring at a browser to its pop; how many were never drawn."""
    rang = {
        (str(fact.payload["agent"]), fact.subject.removeprefix("call:")): fact.at.timestamp() * 1000
        for fact in reversed(facts)
        if fact.kind == "agent.offered" and fact.payload["agent"] in DESKS
    }
    found = [drawn[key] - at for key, at in rang.items() if key in drawn]
    return found, len(rang) - len(found)


def _lags(facts: Sequence[FactRow], found: Sequence[Board]) -> list[float]:
    """Seconds from entering the queue to being seen, on each board; never seen counts as long."""
    entered = {
        fact.subject.removeprefix("call:"): fact.at
        for fact in facts
        if fact.kind == "queue.entered" and fact.payload["queue"] == "billing"
    }
    never = timedelta(seconds=CAUGHT_UP_S)
    return [
        (board.seen.get(call, at + never) - at).total_seconds()
        for board in found
        for call, at in entered.items()
    ]


def _strange(hotline: str, facts: Sequence[FactRow]) -> list[str]:
    """Calls of the hotline without a talk as long as all; seconds from each one's beginning."""
    calls: dict[str, list[FactRow]] = {}
    for fact in facts:
        calls.setdefault(fact.subject, []).append(fact)
    called = [told for told in calls.values() if told[0].payload.get("dnis") == hotline]
    return [_story(told) for told in called if abs(_talk_s(told) - TALK_S) > TALK_OFF_S][:STRANGE]


def _talk_s(told: Sequence[FactRow]) -> float:
    at = {fact.kind: fact.at for fact in told}
    if "agent.answered" not in at or "agent.left_call" not in at:
        return 0.0
    return (at["agent.left_call"] - at["agent.answered"]).total_seconds()


def _story(told: Sequence[FactRow]) -> str:
    begun = told[0].at
    steps = (
        f"{fact.kind} {fact.payload.get('agent', '')} +{(fact.at - begun).total_seconds():.1f}"
        for fact in told
    )
    return f"strange: {', '.join(steps)}"


def _recorded_at_once(facts: Sequence[FactRow]) -> int:
    """How many calls were recorded at the same time, at most."""
    steps = {"recording.started": 1, "call.ended": -1}
    up = most = 0
    for fact in facts:  # in the order of events
        up += steps.get(fact.kind, 0)
        most = max(most, up)
    return most
