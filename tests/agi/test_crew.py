"""A job that fails is told and begun again; the others do not notice."""

import asyncio

from agi.crew import Crew
from agi.running import pause


async def test_a_failing_job_is_told_and_begun_again_while_the_others_go_on():
    told: list[frozenset[str]] = []
    begun: list[str] = []
    again = asyncio.Event()

    async def weak(stop: asyncio.Event) -> None:
        begun.append("weak")
        if len(begun) > 2:
            again.set()
            await stop.wait()
            return
        raise ZeroDivisionError

    async def strong(stop: asyncio.Event) -> None:
        begun.append("strong")
        await stop.wait()

    stop = asyncio.Event()
    crew = asyncio.create_task(
        Crew({"strong": strong, "weak": weak}, told.append, pause_s=0.01).run(stop)
    )
    await asyncio.wait_for(again.wait(), 60)
    stop.set()
    await asyncio.wait_for(crew, 60)
    assert begun.count("strong") == 1
    assert told[:2] == [frozenset(), frozenset({"weak"})]


async def test_a_job_that_returns_by_itself_has_failed():
    told: list[frozenset[str]] = []
    second = asyncio.Event()
    begun = 0

    async def short(stop: asyncio.Event) -> None:
        nonlocal begun
        begun += 1
        if begun == 2:
            second.set()
            await stop.wait()

    stop = asyncio.Event()
    crew = asyncio.create_task(Crew({"short": short}, told.append, pause_s=0.01).run(stop))
    await asyncio.wait_for(second.wait(), 60)
    stop.set()
    await crew
    assert told[-1] == frozenset({"short"})


async def test_a_job_that_runs_well_for_a_while_is_no_longer_failing(monkeypatch):
    monkeypatch.setattr("agi.crew.WELL_AFTER_S", 0.02)
    told: list[frozenset[str]] = []
    well = asyncio.Event()
    begun = 0

    def tell(failing: frozenset[str]) -> None:
        told.append(failing)
        if begun == 2 and not failing:
            well.set()

    async def weak(stop: asyncio.Event) -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise ZeroDivisionError
        await stop.wait()

    stop = asyncio.Event()
    crew = asyncio.create_task(Crew({"weak": weak}, tell, pause_s=0.01).run(stop))
    await asyncio.wait_for(well.wait(), 60)
    stop.set()
    await crew
    assert told == [frozenset(), frozenset({"weak"}), frozenset()]


async def test_a_pause_ends_with_the_stop_or_the_hint():
    stop, hint = asyncio.Event(), asyncio.Event()
    hint.set()
    await asyncio.wait_for(pause(stop, 3600, hint), 60)
    assert not hint.is_set()
    stop.set()
    await asyncio.wait_for(pause(stop, 3600), 60)
