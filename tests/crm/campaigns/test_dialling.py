"""What the machine does: attempts, results, and nobody at a bad moment."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.addresses.models import AddressNode
from crm.billing.models import Bill
from crm.campaigns import dialling
from crm.campaigns import script as scripts
from crm.campaigns.models import CampaignTask, DialAttempt
from crm.campaigns.selection import Selection
from crm.customers.models import Customer
from crm.outages.service import announce, end
from crm.work_orders import service as orders
from crm.work_orders.models import WorkOrder
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import entries_after
from mainline.journal.call_events import (
    CallDialled,
    CallEnded,
    CallReached,
    CallUnreached,
    OutreachAnswered,
)
from tests.crm.calls import take_in
from tests.crm.campaigning import LI, WANG, Ids, all_tasks, dial, started
from tests.support.clock import StandingClock


async def test_an_attempt_is_written_down_before_the_call_and_chosen_once(
    town: Database, clock: StandingClock
) -> None:
    await started(town, Selection(source="arrears"))
    ids = Ids()
    assert await dial(town, clock.at, ids=ids) == [WANG, LI]
    assert await dial(town, clock.at, ids=ids) == []
    async with town.reading() as session:
        found = list(await session.scalars(select(DialAttempt).order_by(DialAttempt.id)))
    assert [(one.task_id, one.number, one.call_id) for one in found] == [
        (1, 1, "ml-out.1"), (2, 1, "ml-out.2"),
    ]  # fmt: skip


async def test_nobody_is_called_at_night_or_when_the_lines_are_full(
    town: Database, clock: StandingClock
) -> None:
    await started(town, Selection(source="arrears"))
    assert await dial(town, clock.at + timedelta(hours=12)) == []
    assert await dial(town, clock.at, busy=20) == []
    assert await dial(town, clock.at, busy=19) == [WANG]


async def test_a_call_lost_on_the_way_counts_and_is_made_again_after_the_pause_only(
    town: Database, clock: StandingClock
) -> None:
    await started(town, Selection(source="arrears"), quota=1)
    ids, began = Ids(), clock.at
    assert len(await dial(town, began, ids=ids)) == 1

    async def settled(at: datetime, alive: set[str]) -> int:
        async with town.unit_of_work() as session:
            return await dialling.settle_lost(session, alive=alive, at=at, since=began)

    assert await settled(began + timedelta(seconds=60), {"ml-out.1"}) == 0
    assert await settled(began + timedelta(seconds=5), set()) == 0
    assert await settled(began + timedelta(seconds=60), set()) == 1
    assert await settled(began + timedelta(seconds=61), set()) == 0
    assert await dial(town, began + timedelta(minutes=30), ids=ids) == []
    assert len(await dial(town, began + timedelta(minutes=62), ids=ids)) == 1
    (task,) = await all_tasks(town)
    assert (task.state, task.attempts) == ("dialling", 2)


@pytest.mark.parametrize(
    ("ending", "came"),
    [
        ([CallUnreached(subject="call:ml-out.1", status="BUSY")], "busy"),
        ([CallUnreached(subject="call:ml-out.1", status="NOANSWER")], "no_answer"),
        ([CallReached(subject="call:ml-out.1", by="machine")], "machine"),
        ([CallReached(subject="call:ml-out.1")], "answered"),
    ],
)
async def test_who_was_not_reached_is_tried_again_and_not_more_than_three_times(
    town: Database, clock: StandingClock, ending: list[CallUnreached | CallReached], came: str
) -> None:
    await started(town, Selection(source="arrears"), quota=1)
    ids = Ids()
    for attempt in range(1, 4):
        assert len(await dial(town, clock.at, ids=ids)) == 1
        subject = f"call:ml-out.{attempt}"
        told = [fact.model_copy(update={"subject": subject, "at": clock.at}) for fact in ending]
        await take_in(town, *told, CallEnded(subject=subject, at=clock.at), consumer="campaigns")
        clock.forward(hours=4 if attempt == 1 else 24)
    (task,) = await all_tasks(town)
    assert (task.state, task.result, task.attempts) == ("unreached", came, 3)
    assert await dial(town, clock.at, ids=ids) == []


@pytest.mark.parametrize("late", [False, True])
async def test_a_key_is_the_result_once_even_when_it_is_told_after_the_end(
    town: Database, clock: StandingClock, late: bool
) -> None:
    await started(town, Selection(source="arrears"), quota=1)
    assert len(await dial(town, clock.at)) == 1
    subject = "call:ml-out.1"
    heard = OutreachAnswered(subject=subject, at=clock.at, result="heard")
    ended = CallEnded(subject=subject, at=clock.at)
    facts = [ended, heard] if late else [heard, ended]
    dialled = CallDialled(subject=subject, at=clock.at, number=WANG, purpose="reminder")
    await take_in(
        town, dialled, CallReached(subject=subject, at=clock.at), *facts, heard,
        consumer="campaigns",
    )  # fmt: skip
    (task,) = await all_tasks(town)
    assert (task.state, task.result, task.call_id) == ("done", "heard", "ml-out.1")
    assert await dial(town, clock.at + timedelta(hours=5)) == []
    async with town.reading() as session:
        told = [e.event.kind for e in await entries_after(session, 0, subject="campaign_task:1")]
        known = await entries_after(session, 0, subject=subject)
    assert told.count("campaign.task_done") == 1
    assert [e.event.customer_id for e in known if e.event.kind == "caller.identified"] == [  # type: ignore[attr-defined]
        task.customer_id
    ]


async def test_nine_puts_the_number_on_the_list_and_drops_all_that_waits_for_it(
    town: Database, clock: StandingClock
) -> None:
    await started(town, Selection(source="arrears"))
    await started(town, Selection(source="arrears", least_fen=1))
    assert len(await dial(town, clock.at)) == 4
    async with town.unit_of_work() as session:
        for task in await session.scalars(select(CampaignTask).where(CampaignTask.id > 1)):
            task.state = "waiting"
    never = OutreachAnswered(subject="call:ml-out.1", at=clock.at, result="never")
    await take_in(town, never, consumer="campaigns")
    states = {(one.number, one.state) for one in await all_tasks(town)}
    assert states == {(WANG, "done"), (LI, "waiting"), (WANG, "barred")}


async def test_of_an_outage_that_is_over_nobody_is_called_any_more(
    town: Database, clock: StandingClock
) -> None:
    async with town.unit_of_work() as session:
        outage = await cut_off(session, clock)
    await started(town, Selection(source="outage", outage_id=outage))
    ids = Ids()
    assert await dial(town, clock.at, ids=ids) == [WANG, LI]
    await take_in(town, CallEnded(subject="call:ml-out.2", at=clock.at), consumer="campaigns")
    async with town.unit_of_work() as session:
        await end(session, outage)
        said = await scripts.script(session, "ml-out.1", Settings())
    assert said is not None
    assert said.over
    clock.forward(seconds=20)
    await take_in(
        town, CallReached(subject="call:ml-out.1", at=clock.at),
        CallEnded(subject="call:ml-out.1", at=clock.at), consumer="campaigns",
    )  # fmt: skip
    assert await dial(town, clock.at + timedelta(hours=1), ids=ids) == []
    assert [(one.state, one.result, one.attempts) for one in await all_tasks(town)] == [
        ("done", "over", 1), ("done", "over", 1),
    ]  # fmt: skip
    assert ids.made == 2


async def test_an_outage_that_goes_on_is_announced_until_it_was_heard(
    town: Database, clock: StandingClock
) -> None:
    async with town.unit_of_work() as session:
        outage = await cut_off(session, clock)
    await started(town, Selection(source="outage", outage_id=outage), quota=1)
    ids = Ids()
    assert len(await dial(town, clock.at, ids=ids)) == 1
    async with town.reading() as session:
        said = await scripts.script(session, "ml-out.1", Settings())
    assert said is not None
    assert not said.over
    await take_in(town, CallEnded(subject="call:ml-out.1", at=clock.at), consumer="campaigns")
    assert len(await dial(town, clock.at + timedelta(hours=1), ids=ids)) == 1


async def cut_off(session: AsyncSession, clock: StandingClock) -> int:
    area = await session.scalar(select(AddressNode.id).where(AddressNode.level == "street"))
    found = await announce(
        session, area_id=area or 0, kind="fault", text_zh="抢修", text_en="Repairs",
        began_at=clock.at - timedelta(hours=1),
    )  # fmt: skip
    return found.id


@pytest.mark.parametrize("kind", ["leak", "burst"])
async def test_nobody_is_reminded_of_money_where_it_leaks(
    town: Database, clock: StandingClock, kind: str
) -> None:
    await started(town, Selection(source="arrears"))
    async with town.unit_of_work() as session:
        theirs = await orders.open_work_order(
            session, type_code=kind, key="x", by="8001", source="desk", account_id=1,
            fields={"where": "x"},
        )  # fmt: skip
        at_home = await orders.open_work_order(
            session, type_code=kind, key="y", by="8001", source="desk", fields={"where": "x"}
        )
        theirs.premise_id, at_home.premise_id = None, 2
    assert await dial(town, clock.at) == []
    assert [(one.state, one.held) for one in await all_tasks(town)] == [
        ("waiting", "emergency")
    ] * 2
    async with town.unit_of_work() as session:
        for order in await session.scalars(select(WorkOrder)):
            order.closed_at = clock.at
    assert await dial(town, clock.at + timedelta(hours=24)) == [WANG, LI]


@pytest.mark.parametrize("why", ["medical", "complaint", "dispute", "outage"])
async def test_nobody_is_reminded_of_money_at_a_bad_moment(
    town: Database, clock: StandingClock, why: str
) -> None:
    await started(town, Selection(source="arrears", least_fen=6000))
    async with town.unit_of_work() as session:
        if why == "medical":
            (await session.get_one(Customer, 2)).medical = True
        elif why == "outage":
            await cut_off(session, clock)
        else:
            await orders.open_work_order(
                session, type_code="complaint" if why == "complaint" else "bill_dispute",
                key="x", by="8001", source="desk", account_id=2, fields={"subject": "x"},
            )  # fmt: skip
    assert await dial(town, clock.at) == []
    (task,) = await all_tasks(town)
    assert (task.state, task.held, task.attempts) == ("waiting", why, 0)
    assert task.next_at == clock.at + timedelta(hours=24)


async def test_who_has_paid_meanwhile_is_not_reminded(town: Database, clock: StandingClock) -> None:
    await started(town, Selection(source="arrears", least_fen=6000))
    async with town.unit_of_work() as session:
        bill = await session.scalar(select(Bill).where(Bill.account_id == 2))
        assert bill is not None
        bill.paid_fen = bill.amount_fen
    assert await dial(town, clock.at) == []
    (task,) = await all_tasks(town)
    assert (task.state, task.result) == ("done", "paid")
