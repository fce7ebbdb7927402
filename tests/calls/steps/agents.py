"""What agents do at their telephones, and where they stand."""

import asyncio

from mainline.sip.listening import until
from tests.calls.expectations import eventually
from tests.calls.scenario import PATIENCE_S, AgentPlan
from tests.calls.stage import Stage
from tests.calls.steps.sentences import sentence


@sentence(r"(\d{4}) rings")
async def rings(stage: Stage, agent: str) -> None:
    robot = stage.robot(agent)
    await until(lambda: any(not c.ended.is_set() for c in robot.rung), PATIENCE_S, f"{agent} rings")


@sentence(r"(\d{4}) answers (\w+)")
async def answers(stage: Stage, agent: str, who: str) -> None:
    await stage.connected(agent, who)


@sentence(r"(\d{4}) and (\d{4}) answer (\w+) and (\w+)")
async def both_answer(stage: Stage, one: str, other: str, anna: str, bert: str) -> None:
    for agent, who in ((one, anna), (other, bert)):
        await stage.connected(agent, who)


@sentence(r"(\d{4}) still rings and picks up")
async def picks_up(stage: Stage, agent: str) -> None:
    """The telephone that was left ringing until now is taken."""
    await stage.robot(agent).pick_up()


@sentence(r"(\d{4}) comes to the desk with a tone of (\d+) Hz")
async def comes_to_the_desk(stage: Stage, agent: str, hertz: str) -> None:
    await stage.sit_down(agent, AgentPlan(tone=int(hertz)))


@sentence(r"they talk ([\d.]+) s")
async def talk(stage: Stage, seconds: str) -> None:
    await asyncio.sleep(float(seconds))


@sentence(r"(\d{4}) transfers (blind|attended) to (\w+)")
async def transfers(stage: Stage, agent: str, how: str, target: str) -> None:
    await stage.transfer(agent, how, target)


@sentence(r"(\d{4}) holds ([\d.]+) s")
async def holds(stage: Stage, agent: str, seconds: str) -> None:
    talking = stage.talking(agent)
    await talking.hold()
    await asyncio.sleep(float(seconds))
    await talking.resume()


@sentence(r"(\d{4}) is (ready|paused|signed out)")
async def agent_is(stage: Stage, agent: str, state: str) -> None:
    await stage.set_state(agent, state)


@sentence(r"(\d{4}) (answers|declines|ignores) from now on")
async def manner(stage: Stage, agent: str, reaction: str) -> None:
    stage.robot(agent).manner.reaction = reaction  # type: ignore[assignment]


@sentence(r"the page of (\d{4}) is reloaded")
async def reloaded(stage: Stage, agent: str) -> None:
    """The page goes without a word and comes back; the customer is brought to it again."""
    before = stage.robot(agent).talking
    await stage.instance.floor.bring_back(agent)
    await until(
        lambda: stage.robot(agent).talking not in {None, before}, PATIENCE_S, "the agent again"
    )


@sentence(r"(\d{4}) has not been rung")
async def not_rung(stage: Stage, agent: str) -> None:
    assert stage.robot(agent).rung == []


@sentence(r"(\d{4}) answers (\w+) for the branch (\w+) with penalty (\d+)")
async def of_branch(stage: Stage, agent: str, queue: str, branch: str, penalty: str) -> None:
    """The worker has let the agent into the queue of the own branch, and set the own penalty."""
    wanted = {queue: int(penalty), f"{queue}-at-{branch}": int(penalty)}

    async def there() -> bool:
        found = await stage.instance.floor.penalties(agent)
        return wanted.items() <= found.items()

    await eventually(there, PATIENCE_S, lambda: f"{agent} is not in {wanted}")
