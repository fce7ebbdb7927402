"""Is anybody at home? Before a visit the household is rung."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from crm.campaigns import at_home, service
from crm.campaigns.models import Campaign
from crm.work_orders import queries as order_queries
from crm.work_orders import service as orders
from mainline.db import Database
from mainline.journal.call_events import CallEnded, OutreachAnswered
from tests.crm.calls import take_in
from tests.crm.campaigning import WANG, all_tasks, complaint, dial, within
from tests.support.clock import StandingClock


async def planned(database: Database, at: datetime) -> str:
    number = await complaint(database)
    async with database.unit_of_work() as session:
        await at_home.ask(
            session, number, visit_from=at + timedelta(hours=2),
            visit_until=at + timedelta(hours=3), by="dispatcher",
        )  # fmt: skip
    return number


@pytest.mark.parametrize(("result", "calls_back"), [("at_home", 0), ("other_time", 1)])
async def test_what_the_household_says_stands_in_the_order(
    town: Database, clock: StandingClock, result: str, calls_back: int
) -> None:
    number = await planned(town, clock.at)
    assert await dial(town, clock.at) == [WANG]
    said = OutreachAnswered(subject="call:ml-out.1", at=clock.at, result=result)
    await take_in(town, said, CallEnded(subject="call:ml-out.1", at=clock.at), consumer="campaigns")
    async with town.reading() as session:
        order = await orders.by_number(session, number)
        lines = [line.action for line in await order_queries.moves(session, order.id)]
        callbacks = list(await session.scalars(select(_callback())))
    assert lines == ["open", "ask_at_home", result]
    assert order.step == "new"
    assert [one.number for one in callbacks] == [WANG] * calls_back


def _callback() -> type:
    from crm.callbacks.models import Callback

    return Callback


async def test_the_same_visit_is_asked_about_once_and_nothing_after_it(
    town: Database, clock: StandingClock
) -> None:
    number = await planned(town, clock.at)
    begins = clock.at + timedelta(hours=2)
    with pytest.raises(at_home.NobodyToCall):
        async with town.unit_of_work() as session:
            await at_home.ask(
                session, number, visit_from=begins,
                visit_until=begins + timedelta(hours=1), by="dispatcher",
            )  # fmt: skip
    assert await dial(town, clock.at + timedelta(hours=3)) == []
    (task,) = await all_tasks(town)
    assert task.state == "unreached"


async def test_standing_campaigns_are_made_once(town: Database) -> None:
    for _ in range(2):
        await within(town, lambda session: service.standing(session, "at_home", "home"))
    async with town.reading() as session:
        assert len(list(await session.scalars(select(Campaign)))) == 1
