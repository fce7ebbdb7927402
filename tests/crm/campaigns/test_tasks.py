"""What agents do with the people they are to call."""

from datetime import datetime

import pytest
from sqlalchemy import select

from crm.campaigns import tasks
from crm.campaigns.selection import Selection
from crm.work_orders import queries as order_queries
from crm.work_orders import service as orders
from crm.work_orders.flow import NoteNeeded
from crm.work_orders.models import WorkOrder
from mainline.db import Database
from mainline.journal import entries_after
from mainline.journal.call_events import CallerIdentified, CallOffered
from mainline.journal.talk_events import SurveyRated
from tests.crm.calls import take_in
from tests.crm.campaigning import DONE, WANG, ZONE, all_tasks, complaint, started, within
from tests.support.clock import StandingClock


async def test_an_answered_complaint_is_asked_about_and_dissatisfaction_opens_it_again(
    town: Database,
) -> None:
    number = await complaint(town, *DONE)
    await take_in(town, consumer="campaigns")
    (task,) = await all_tasks(town)
    assert task.due_at == datetime(2026, 11, 25, 20, tzinfo=ZONE)
    async with town.unit_of_work() as session:
        taken = await tasks.take(session, "8001", zone=ZONE)
        assert taken is not None
        assert taken.questionnaire is not None
        assert taken.task.work_order_id == task.work_order_id
    with pytest.raises(NoteNeeded):
        async with town.unit_of_work() as session:
            await tasks.finish(
                session, task.id, agent="8001", result="not_satisfied",
                answers={"solved": False}, zone=ZONE,
            )  # fmt: skip
    async with town.unit_of_work() as session:
        await tasks.finish(
            session, task.id, agent="8001", result="not_satisfied",
            answers={"solved": False}, notes="没人来", zone=ZONE,
        )  # fmt: skip
    async with town.reading() as session:
        order = await orders.by_number(session, number)
        last = (await order_queries.moves(session, order.id))[-1]
    assert (order.step, order.closed_at) == ("new", None)
    assert (last.action, last.note, last.by) == ("reopen", "没人来", "8001")
    (task,) = await all_tasks(town)
    assert (task.state, task.result, task.answers) == ("done", "not_satisfied", {"solved": False})


async def test_a_satisfied_customer_closes_the_order(town: Database) -> None:
    number = await complaint(town, *DONE)
    await take_in(town, consumer="campaigns")
    async with town.unit_of_work() as session:
        taken = await tasks.take(session, "8001", zone=ZONE)
        assert taken is not None
        await tasks.finish(
            session, taken.task.id, agent="8001", result="satisfied",
            answers={"solved": True}, zone=ZONE,
        )  # fmt: skip
    async with town.reading() as session:
        assert (await orders.by_number(session, number)).step == "closed"


async def test_dissatisfaction_about_a_closed_order_opens_a_new_one(town: Database) -> None:
    await complaint(town, *DONE, "close")
    await started(town, Selection(source="orders", types=("complaint",)))
    async with town.unit_of_work() as session:
        taken = await tasks.take(session, "8001", zone=ZONE)
        assert taken is not None
        await tasks.finish(
            session, taken.task.id, agent="8001", result="not_satisfied", notes="又坏了", zone=ZONE
        )
    async with town.reading() as session:
        first, second = await session.scalars(select(WorkOrder).order_by(WorkOrder.id))
    assert (first.step, second.step, second.type_code) == ("closed", "new", "complaint")
    assert second.summary == f"{first.number}: 又坏了"


async def test_a_task_is_lent_to_one_agent_and_comes_back_when_the_lease_ends(
    town: Database, clock: StandingClock
) -> None:
    await complaint(town, *DONE)
    await take_in(town, consumer="campaigns")
    one = await within(town, lambda session: tasks.take(session, "8001", zone=ZONE))
    assert one is not None
    assert await within(town, lambda session: tasks.take(session, "8002", zone=ZONE)) is None
    again = await within(town, lambda session: tasks.take(session, "8001", zone=ZONE))
    assert again.task.id == one.task.id  # type: ignore[attr-defined]
    clock.forward(minutes=16)
    with pytest.raises(tasks.NotYours):
        async with town.unit_of_work() as session:
            await tasks.number_to_call(session, one.task.id, agent="8001")  # type: ignore[attr-defined]
    async with town.unit_of_work() as session:
        assert await tasks.return_expired(session, clock.at) == 1
        assert await tasks.return_expired(session, clock.at) == 0
    other = await within(town, lambda session: tasks.take(session, "8002", zone=ZONE))
    assert other.task.id == one.task.id  # type: ignore[attr-defined]
    async with town.reading() as session:
        told = await entries_after(session, 0, subject=f"campaign_task:{one.task.id}")  # type: ignore[attr-defined]
    assert [e.event.kind for e in told] == [
        "campaign.task_taken", "campaign.task_returned", "campaign.task_taken",
    ]  # fmt: skip


async def test_somebody_not_reached_is_tried_again_after_a_pause_and_then_given_up(
    town: Database, clock: StandingClock
) -> None:
    await complaint(town, *DONE)
    await take_in(town, consumer="campaigns")
    for attempt in range(1, 4):
        async with town.unit_of_work() as session:
            taken = await tasks.take(session, "8001", zone=ZONE)
            assert taken is not None
            await tasks.number_to_call(session, taken.task.id, agent="8001")
            done = await tasks.finish(
                session, taken.task.id, agent="8001", result="not_reached", zone=ZONE
            )
        assert done.state == ("unreached" if attempt == 3 else "waiting")
        assert await within(town, lambda session: tasks.take(session, "8001", zone=ZONE)) is None
        clock.forward(hours=5)


async def test_only_named_agents_take_the_tasks_of_a_campaign(town: Database) -> None:
    await complaint(town, *DONE, "close")
    await started(town, Selection(source="orders"), agents=["8002"])
    assert await within(town, lambda session: tasks.take(session, "8001", zone=ZONE)) is None
    assert await within(town, lambda session: tasks.take(session, "8002", zone=ZONE)) is not None


async def test_a_low_rating_opens_one_return_visit_however_often_it_is_told(
    town: Database, clock: StandingClock
) -> None:
    call = "call:ml-7.1"
    rated = SurveyRated(
        subject=call, at=clock.at, agent="8001", version=1, scores={"satisfaction": 1}, low=True
    )
    content = rated.model_copy(update={"low": False, "subject": "call:ml-7.2"})
    await take_in(
        town,
        CallOffered(subject=call, at=clock.at, ani=WANG, dnis="96777"),
        CallerIdentified(subject=call, at=clock.at, how="ani", customer_id=1, account_id=1),
        rated, rated, content,
        consumer="campaigns",
    )  # fmt: skip
    (task,) = await all_tasks(town)
    assert (task.key, task.number, task.customer_id) == ("rating:ml-7.1", WANG, 1)
    assert task.details["agent"] == "8001"
