"""Every scenario folder is played on a private instance, then the books are checked.

Scenarios that need no agent and change nothing for others run together; the others one by one.
"""

import asyncio
import contextlib

import pytest
import pytest_asyncio

from tests.calls import steps
from tests.calls.books import problems
from tests.calls.expectations import check, eventually
from tests.calls.instance import Instance
from tests.calls.scenario import Scenario, all_scenarios
from tests.calls.stage import Stage

pytestmark = [
    pytest.mark.call,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(900),  # the first test waits for all that run together
]

TOGETHER = 5
"""So many calls at once leave the machine time to speak the prompts."""
LONGEST_S = 150

SCENARIOS = all_scenarios()


async def perform(instance: Instance, scenario: Scenario) -> None:
    """From the beginning of the shift to the check of the books."""
    stage = Stage(instance, scenario)
    try:
        async with asyncio.timeout(LONGEST_S):
            await stage.open()
            for step in scenario.steps:
                await steps.play(stage, step)
            await check(stage)
    finally:
        await stage.close()
        if scenario.alone:
            await instance.heal()
            await instance.until_quiet()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def crowd(
    instance: Instance, request: pytest.FixtureRequest
) -> dict[str, asyncio.Task[None]]:
    """The selected scenarios that disturb nobody, all under way; finished before others begin."""
    chosen = {_name_of(item) for item in request.session.items}
    room = asyncio.Semaphore(TOGETHER)

    async def one(scenario: Scenario) -> None:
        async with room:
            await perform(instance, scenario)

    tasks = {
        scenario.name: asyncio.create_task(one(scenario))
        for scenario in SCENARIOS
        if not scenario.alone and scenario.name in chosen
    }
    if tasks:
        await asyncio.wait(tasks.values())
    return tasks


def _name_of(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("name", "")) if callspec else ""


@pytest.mark.parametrize("name", [s.name for s in SCENARIOS])
async def test_scenario(
    name: str, instance: Instance, crowd: dict[str, asyncio.Task[None]]
) -> None:
    scenario = next(s for s in SCENARIOS if s.name == name)
    if scenario.alone:
        await perform(instance, scenario)
    else:
        await crowd[name]


async def test_after_all_scenarios_the_sums_hold(
    instance: Instance, crowd: dict[str, asyncio.Task[None]]
) -> None:
    await instance.until_quiet()
    killed = instance.cut_calls

    async def sums_hold() -> bool:  # the last recording is stored a moment after its call
        return problems(instance.facts, instance.books, killed_calls=killed) == []

    with contextlib.suppress(AssertionError):
        await eventually(sums_hold, 25, str)
    assert problems(instance.facts, instance.books, killed_calls=killed) == []
