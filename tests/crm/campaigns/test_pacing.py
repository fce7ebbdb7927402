"""Campaigns that lead everybody to an agent ring no more people than agents are free for."""

import pytest

from crm.campaigns import dialling, service
from crm.campaigns.models import Campaign
from crm.campaigns.selection import Selection
from crm.interactions.models import QueueVisit
from crm.staff.models import AgentState
from crm.staff.service import add_user
from mainline.db import Database
from mainline.journal.call_events import CallEnded, OutreachAnswered
from tests.crm.calls import take_in
from tests.crm.campaigning import LI, WANG, Ids, dial, started
from tests.support.clock import StandingClock


@pytest.fixture
async def leading(town: Database) -> Database:
    """Wang and Li are both to be reminded, and led to the queue billing."""
    for number in ("8001", "8002"):
        async with town.unit_of_work() as session:
            await add_user(
                session, login=number, name=number, password="a long password", roles=["agent"],
                agent_number=number, queues={"billing": 1},
            )  # fmt: skip
    await started(town, Selection(source="arrears"), queue="billing", leads=True)
    return town


async def stands(database: Database, clock: StandingClock, **states: str) -> None:
    async with database.unit_of_work() as session:
        for agent, state in states.items():
            row = AgentState(number=agent[1:], state=state, word=state, reason="", word_reason="")
            row.since = row.fact_at = clock.at
            await session.merge(row)


async def test_nobody_is_rung_while_no_agent_is_free(
    leading: Database, clock: StandingClock
) -> None:
    await stands(leading, clock, a8001="talking", a8002="paused")
    assert await dial(leading, clock.at) == []


async def test_one_is_rung_for_each_free_agent_and_none_for_those_spoken_for(
    leading: Database, clock: StandingClock
) -> None:
    ids = Ids()
    await stands(leading, clock, a8001="ready", a8002="talking")
    assert await dial(leading, clock.at, ids=ids) == [WANG]
    assert await dial(leading, clock.at, ids=ids) == []
    await stands(leading, clock, a8002="ready")
    assert await dial(leading, clock.at, ids=ids) == [LI]


async def test_who_waits_in_the_queue_already_goes_before(
    leading: Database, clock: StandingClock
) -> None:
    await stands(leading, clock, a8001="ready", a8002="ready")
    async with leading.unit_of_work() as session:
        for call in ("ml-1", "ml-2"):
            visit = QueueVisit(call_id=call, seq=1, queue="billing", entered_at=clock.at)
            session.add(visit)
    assert await dial(leading, clock.at) == []


async def test_who_talks_with_an_agent_holds_nobody_else_up(
    leading: Database, clock: StandingClock
) -> None:
    ids = Ids()
    await stands(leading, clock, a8001="ready")
    assert await dial(leading, clock.at, ids=ids) == [WANG]
    said = OutreachAnswered(subject="call:ml-out.1", at=clock.at, result="person")
    await take_in(leading, said, consumer="campaigns")
    await stands(leading, clock, a8001="talking", a8002="ready")
    assert await dial(leading, clock.at, ids=ids) == [LI]
    await take_in(leading, CallEnded(subject="call:ml-out.1", at=clock.at), consumer="campaigns")


async def test_campaigns_that_lead_nobody_are_not_held_up(
    leading: Database, clock: StandingClock
) -> None:
    await stands(leading, clock, a8001="talking")
    await started(leading, Selection(source="arrears"))
    assert await dial(leading, clock.at) == [WANG, LI]
    async with leading.reading() as session:
        assert [one.number for one in await dialling.open_attempts(session)] == [1, 1]
        assert (await session.get_one(Campaign, 2)).leads is False


async def test_agents_calling_themselves_lead_nobody(town: Database) -> None:
    async with town.unit_of_work() as session:
        row = await service.create(
            session, name="c", selection=Selection(source="complaints"), by="x", leads=True
        )
    assert row.leads is False
