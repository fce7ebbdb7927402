"""Campaigns on both databases: whom they call, what agents do with tasks, what the machine does."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm.billing.models import Bill
from crm.campaigns import at_home, dialling, numbers, service, tasks
from crm.campaigns.models import Campaign, CampaignTask, DialAttempt
from crm.campaigns.selection import Selection
from crm.catalog import service as catalog
from crm.customers.models import AddressNode, Customer, CustomerPhone
from crm.outages.service import announce
from crm.work_orders import queries as order_queries
from crm.work_orders import service as orders
from crm.work_orders.models import WorkOrder
from mainline.config import PROJECT
from mainline.db import Database
from mainline.errors import Invalid
from mainline.journal import entries_after
from mainline.journal.call_events import (
    CallDialled,
    CallEnded,
    CallerIdentified,
    CallOffered,
    CallReached,
    CallUnreached,
    OutreachAnswered,
    SurveyRated,
)
from tests.crm.calls import take_in
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")
WANG, LI = "13800008001", "13800008002"
DONE = ("take", "reply")


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> Database:
    """Wang and Li, each with an account and a bill long overdue; ten in the morning."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        await service.install(session)
        street = await place(session, "和平区", "南湖街", "幸福小区")
        for name, number, account in (("王芳", WANG, "100001"), ("李强", LI, "100002")):
            home = await premise(session, street, f"幸福小区{account}")
            person = await customer(session, name, number, accounts={account: home})
            session.add(
                Bill(
                    account_id=person.id, period="2025", issued_on=date(2025, 10, 15),
                    due_on=date(2025, 12, 31), amount_fen=5000 * person.id,
                )
            )  # fmt: skip
    return database


async def complaint(database: Database, *actions: str, key: str = "c", who: int = 1) -> str:
    async with database.unit_of_work() as session:
        order = await orders.open_work_order(
            session, type_code="complaint", key=key, by="8001", source="desk",
            account_id=who, fields={"subject": "太慢"}, zone=ZONE,
        )  # fmt: skip
        for action in actions:
            await orders.move(session, order.number, action, by="8001", note="已答复")
        return order.number


async def started(database: Database, selection: Selection, **more: object) -> int:
    async with database.unit_of_work() as session:
        row = await service.create(
            session,
            name="c",
            selection=selection,
            by="leader",
            **more,  # type: ignore[arg-type]
        )
        await service.move(session, row.id, "start", by="leader", zone=ZONE)
        return row.id


async def all_tasks(database: Database) -> list[CampaignTask]:
    async with database.reading() as session:
        return list(await session.scalars(select(CampaignTask).order_by(CampaignTask.id)))


async def within(database: Database, do: Callable[[AsyncSession], Awaitable[object]]) -> object:
    async with database.unit_of_work() as session:
        return await do(session)


# --- whom a campaign calls ---


async def test_arrears_find_who_owes_enough_once_with_the_number_to_call(town: Database) -> None:
    await started(town, Selection(source="arrears", least_fen=6000))
    found = await all_tasks(town)
    assert [(one.key, one.number, one.state) for one in found] == [("account:2", LI, "waiting")]


async def test_a_number_that_may_be_somebody_elses_is_not_called(town: Database) -> None:
    async with town.unit_of_work() as session:
        await session.execute(
            update(CustomerPhone).where(CustomerPhone.number == LI).values(confirmed=False)
        )
    await started(town, Selection(source="arrears", least_fen=1))
    assert [task.number for task in await all_tasks(town)] == [WANG]


async def test_a_quota_takes_no_more_and_the_same_people_each_time(town: Database) -> None:
    for _ in range(2):
        await started(town, Selection(source="arrears"), quota=1, seed=4)
    first, second = await all_tasks(town)
    assert first.number == second.number


async def test_an_announcement_finds_everybody_below_the_place(town: Database) -> None:
    async with town.unit_of_work() as session:
        area = await session.scalar(select(AddressNode.id).where(AddressNode.level == "street"))
        outage = await announce(
            session, area_id=area or 0, kind="planned", text_zh="停热", text_en="No heat",
            began_at=datetime(2026, 11, 24, 1, tzinfo=ZONE),
        )  # fmt: skip
        outage_id = outage.id
    await started(town, Selection(source="outage", outage_id=outage_id))
    assert [one.number for one in await all_tasks(town)] == [WANG, LI]


async def test_nobody_on_the_do_not_call_list_is_called(town: Database) -> None:
    async with town.unit_of_work() as session:
        assert (await numbers.bar(session, f"+86 {WANG}", source="page", by="leader"))[1]
        assert not (await numbers.bar(session, WANG, source="api", by="leader"))[1]
    await started(town, Selection(source="arrears"))
    assert [(one.number, one.state) for one in await all_tasks(town)] == [
        (WANG, "barred"), (LI, "waiting"),
    ]  # fmt: skip


async def test_a_list_is_imported_line_by_line_and_bad_lines_are_told(town: Database) -> None:
    text = f"# list\n{WANG},asked us\nnonsense\n\n{WANG}\n02431234567\n"
    async with town.unit_of_work() as session:
        found = await numbers.import_list(session, text, by="leader")
    assert (found.added, found.known, found.wrong) == (2, 1, [3])
    async with town.reading() as session:
        first, *_ = await numbers.barred(session)
        assert (first.number, first.source, first.reason) == (WANG, "import", "asked us")
    with pytest.raises(Invalid):
        async with town.unit_of_work() as session:
            await numbers.import_list(session, "1\n" * 5001, by="leader")


async def test_a_campaign_goes_its_ways_and_no_others(town: Database) -> None:
    number = await started(town, Selection(source="arrears"))
    with pytest.raises(service.NotNow):
        async with town.unit_of_work() as session:
            await service.move(session, number, "start", by="leader", zone=ZONE)
    async with town.unit_of_work() as session:
        await service.move(session, number, "end", by="leader", zone=ZONE)
    assert {one.state for one in await all_tasks(town)} == {"dropped"}
    async with town.reading() as session:
        told = await entries_after(session, 0, subject=f"campaign:{number}")
    assert [(e.event.state, e.event.by) for e in told] == [  # type: ignore[attr-defined]
        ("draft", "leader"), ("running", "leader"), ("ended", "leader"),
    ]  # fmt: skip


# --- what agents do ---


async def test_an_answered_complaint_is_asked_about_and_dissatisfaction_opens_it_again(
    town: Database,
) -> None:
    number = await complaint(town, *DONE)
    await take_in(town, consumer="campaigns")
    (task,) = await all_tasks(town)
    assert task.due_at == datetime(2026, 11, 25, 20, tzinfo=ZONE)
    async with town.unit_of_work() as session:
        taken = await tasks.take(session, "8001")
        assert taken is not None
        assert taken.questionnaire is not None
        assert taken.task.work_order_id == task.work_order_id
    with pytest.raises(orders.NoteNeeded):
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
        taken = await tasks.take(session, "8001")
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
        taken = await tasks.take(session, "8001")
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
    one = await within(town, lambda session: tasks.take(session, "8001"))
    assert one is not None
    assert await within(town, lambda session: tasks.take(session, "8002")) is None
    again = await within(town, lambda session: tasks.take(session, "8001"))
    assert again.task.id == one.task.id  # type: ignore[attr-defined]
    clock.forward(minutes=16)
    with pytest.raises(tasks.NotYours):
        async with town.unit_of_work() as session:
            await tasks.number_to_call(session, one.task.id, agent="8001")  # type: ignore[attr-defined]
    async with town.unit_of_work() as session:
        assert await tasks.return_expired(session, clock.at) == 1
        assert await tasks.return_expired(session, clock.at) == 0
    other = await within(town, lambda session: tasks.take(session, "8002"))
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
            taken = await tasks.take(session, "8001")
            assert taken is not None
            await tasks.number_to_call(session, taken.task.id, agent="8001")
            done = await tasks.finish(
                session, taken.task.id, agent="8001", result="not_reached", zone=ZONE
            )
        assert done.state == ("unreached" if attempt == 3 else "waiting")
        assert await within(town, lambda session: tasks.take(session, "8001")) is None
        clock.forward(hours=5)


async def test_only_named_agents_take_the_tasks_of_a_campaign(town: Database) -> None:
    await complaint(town, *DONE, "close")
    await started(town, Selection(source="orders"), agents=["8002"])
    assert await within(town, lambda session: tasks.take(session, "8001")) is None
    assert await within(town, lambda session: tasks.take(session, "8002")) is not None


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


# --- what the machine does ---


class Ids:
    """Ids of calls, counted."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        return f"ml-out.{self.made}"


async def dial(
    database: Database, at: datetime, *, busy: int = 0, ids: Ids | None = None
) -> list[str]:
    async with database.unit_of_work() as session:
        dials = await dialling.reserve(
            session, at=at, zone=ZONE, lines_busy=busy, new_call_id=ids or Ids()
        )
    return [one.number for one in dials]


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


@pytest.mark.parametrize("why", ["medical", "complaint", "dispute", "outage"])
async def test_nobody_is_reminded_of_money_at_a_bad_moment(
    town: Database, clock: StandingClock, why: str
) -> None:
    await started(town, Selection(source="arrears", least_fen=6000))
    async with town.unit_of_work() as session:
        if why == "medical":
            (await session.get_one(Customer, 2)).medical = True
        elif why == "outage":
            area = await session.scalar(select(AddressNode.id).where(AddressNode.level == "street"))
            await announce(
                session, area_id=area or 0, kind="fault", text_zh="抢修", text_en="Repairs",
                began_at=clock.at - timedelta(hours=1),
            )  # fmt: skip
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


# --- is anybody at home? ---


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
