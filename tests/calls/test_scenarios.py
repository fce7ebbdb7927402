"""Every scenario folder is played on a private instance, then the books are checked.

Scenarios that need no agent and change nothing for others run together; the others one by one,
in shares that may be played in different processes, each on an instance of its own.
"""

import asyncio
import contextlib
from typing import Any

import pytest
import pytest_asyncio

from tests.calls import steps
from tests.calls.books import problems
from tests.calls.expectations import check, eventually
from tests.calls.instance import Instance
from tests.calls.scenario import PATIENCE_S, Scenario, all_scenarios
from tests.calls.stage import Stage

pytestmark = [
    pytest.mark.call,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(900),  # the first test waits for all that run together
]

TOGETHER = 3
"""So many calls at once leave the machine time to speak the prompts."""
LONGEST_S = 300

SHARES = 6
"""Of the scenarios that are played one by one; share 0 are those that run together."""

IN_CROWD = [scenario for scenario in all_scenarios() if not scenario.alone]
ALONE = [scenario for scenario in all_scenarios() if scenario.alone]


def _in_share(share: int, scenario: Scenario) -> Any:
    return pytest.param(scenario, id=f"share{share}-{scenario.name}")


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
    if scenario.alone:
        await the_sums_hold(instance, after=stage.before)


async def the_sums_hold(instance: Instance, *, after: int = 0) -> None:
    """No invariant is broken, by no call that was offered after that entry."""

    def broken() -> list[str]:
        return problems(
            instance.facts,
            instance.books,
            deaths=instance.deaths,
            after=after,
            stalled_s=instance.stalled_s,
        )

    async def nothing() -> bool:  # the last recording is stored a moment after its call
        return broken() == []

    with contextlib.suppress(AssertionError):
        await eventually(nothing, PATIENCE_S, str)
    assert broken() == []


@pytest_asyncio.fixture(scope="package", loop_scope="session")
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
        for scenario in IN_CROWD
        if scenario.name in chosen
    }
    if tasks:
        await asyncio.wait(tasks.values())
    return tasks


def _name_of(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    scenario = callspec.params.get("scenario") if callspec else None
    return scenario.name if scenario else ""


@pytest.mark.parametrize("scenario", [_in_share(0, scenario) for scenario in IN_CROWD])
async def test_scenario_among_others(
    scenario: Scenario, crowd: dict[str, asyncio.Task[None]]
) -> None:
    await crowd[scenario.name]


@pytest.mark.parametrize(
    "scenario", [_in_share(1 + place % SHARES, one) for place, one in enumerate(ALONE)]
)
async def test_scenario(scenario: Scenario, instance: Instance) -> None:
    await perform(instance, scenario)


@pytest.mark.parametrize("share", range(SHARES + 1), ids="share{}".format)
async def test_after_a_share_of_scenarios_the_sums_hold(share: int, instance: Instance) -> None:
    await instance.until_quiet()
    await the_sums_hold(instance)
