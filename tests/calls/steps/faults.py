"""What is killed, comes back, or is changed under way."""

import asyncio
from datetime import timedelta

from ivr.wiring import FRESH_S
from mainline.clock import now
from mainline.ids import call_subject
from mainline.journal import append
from mainline.journal.talk_events import AgentAnswered
from tests.calls.stage import Stage
from tests.calls.steps.sentences import sentence


@sentence(r"the (gateway|web|worker|asterisk) is killed")
async def killed(stage: Stage, process: str) -> None:
    await stage.instance.kill(process)


@sentence(r"the (gateway|web|worker|asterisk) comes back")
async def comes_back(stage: Stage, process: str) -> None:
    await stage.instance.revive(process)


@sentence(r"the books wrongly have (\d{4}) in the call of (\w+)")
async def phantom(stage: Stage, agent: str, who: str) -> None:
    """As if the end of a leg had been lost."""
    fact = AgentAnswered(subject=call_subject(stage.id_of(who)), agent=agent)
    async with stage.instance.database.unit_of_work() as session:
        await append(session, fact)


@sentence(r"a new menu is published")
async def new_menu(stage: Stage) -> None:
    await stage.instance.publish_menu_again()


@sentence(r"a new menu takes effect in (\d+) s")
async def new_menu_later(stage: Stage, seconds: str) -> None:
    """Published for that moment; the story goes on when it has come."""
    at = now() + timedelta(seconds=int(seconds))
    await stage.instance.publish_menu_again(at)
    await asyncio.sleep((at - now()).total_seconds() + 2 * FRESH_S)
