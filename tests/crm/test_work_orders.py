import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from crm.catalog import service as catalog
from crm.catalog.fields import FieldRefused
from crm.interactions.models import Interaction
from crm.work_orders import queries, service
from crm.work_orders.flow import NoteNeeded, NotPossible
from crm.work_orders.models import WorkOrder
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.errors import NotFound
from mainline.journal import entries_after
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> Database:
    """Wang Fang, account 100001, and the heating catalog."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        home = await premise(
            session, await place(session, "和平区", "南湖街", "幸福小区"), "幸福小区1号楼"
        )
        await customer(session, "王芳", "13800008000", accounts={"100001": home})
    return database


async def leak(database: Database, key: str = "k", **more: object) -> WorkOrder:
    async with database.unit_of_work() as session:
        return await service.open_work_order(
            session,
            **{
                "type_code": "leak",
                "key": key,
                "by": "agent1",
                "source": "desk",
                "account_id": 1,
                "fields": {"where": "厨房", "nonsense": 1},
                "zone": SHANGHAI,
                **more,
            },  # type: ignore[arg-type]
        )


async def do(database: Database, number: str, *actions: str, by: str = "field1") -> WorkOrder:
    for action in actions:
        async with database.unit_of_work() as session:
            order = await service.move(session, number, action, by=by, note="because")
    return order


async def test_an_order_knows_who_where_what_and_until_when(
    town: Database, clock: StandingClock
) -> None:
    order = await leak(town)
    assert order.number == "20261123-0001"
    assert (order.customer_id, order.premise_id, order.account_id) == (1, 1, 1)
    assert (order.step, order.urgency, order.team, order.owner) == (
        "new",
        "urgent",
        "emergency",
        "emergency",
    )
    assert order.due_respond_at - order.opened_at == timedelta(minutes=30)
    assert order.due_complete_at - order.opened_at == timedelta(hours=4)
    assert order.fields == {"where": "厨房"}
    async with town.reading() as session:
        told = await entries_after(session, 0, subject=f"work_order:{order.id}")
        assert [entry.event.kind for entry in told] == ["work_order.opened"]


async def test_the_number_counts_by_the_companys_day(town: Database, clock: StandingClock) -> None:
    await leak(town, "a")
    clock.set(datetime(2026, 11, 23, 15, 59, tzinfo=UTC))
    assert (await leak(town, "b")).number == "20261123-0002"
    clock.set(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    assert (await leak(town, "c")).number == "20261124-0001"


async def test_asking_twice_opens_one_order(town: Database) -> None:
    first, second = await leak(town), await leak(town)
    assert first.number == second.number
    async with town.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WorkOrder)) == 1


async def test_many_at_once_get_different_numbers_and_one_key_one_order(town: Database) -> None:
    orders = await asyncio.gather(*(leak(town, f"k{n % 5}") for n in range(10)))
    assert len({order.number for order in orders}) == 5
    async with town.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WorkOrder)) == 5


async def test_a_person_must_fill_in_what_is_required_and_a_keypad_need_not(town: Database) -> None:
    with pytest.raises(FieldRefused):
        await leak(town, fields={})
    async with town.unit_of_work() as session:
        order = await service.open_for_fault(
            session,
            fault="burst",
            call_id="ml-1.1",
            customer_id=None,
            account_id=1,
            contact="13800008000",
            zone=SHANGHAI,
        )
    assert (order.type_code, order.customer_id, order.source) == ("burst", 1, "ivr")
    async with town.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WorkOrder)) == 1


async def test_the_order_points_to_the_second_of_the_recording(
    town: Database, clock: StandingClock
) -> None:
    async with town.unit_of_work() as session:
        session.add(Interaction(id="c1", began_at=clock.at, recording_started_at=clock.at))
    clock.forward(seconds=83.44)
    assert (await leak(town, call_id="c1")).call_offset_s == 83.4
    assert (await leak(town, "other", call_id="unheard of")).call_offset_s is None


async def test_an_order_goes_its_way_and_every_step_is_on_record(
    town: Database, clock: StandingClock
) -> None:
    number = (await leak(town)).number
    clock.forward(minutes=5)
    accepted = await do(town, number, "assign", "accept")
    assert (accepted.owner, accepted.step) == ("field1", "accepted")
    assert accepted.responded_at == clock.at
    done = await do(town, number, "arrive", "complete")
    assert (done.step, done.completed_at, done.closed_at) == ("done", clock.at, None)
    reopened = await do(town, number, "reopen", by="quality")
    assert (reopened.step, reopened.completed_at, reopened.owner) == ("new", None, "emergency")
    closed = await do(town, number, "assign", "accept", "arrive", "complete", "close")
    assert closed.closed_at == clock.at
    async with town.reading() as session:
        lines = await queries.moves(session, closed.id)
        told = await entries_after(session, 0, subject=f"work_order:{closed.id}")
    assert [line.action for line in lines] == [
        *("open", "assign", "accept", "arrive", "complete", "reopen"),
        *("assign", "accept", "arrive", "complete", "close"),
    ]
    assert len(told) == len(lines)


async def test_steps_that_the_type_does_not_allow_are_refused_and_nothing_changes(
    town: Database,
) -> None:
    order = await leak(town)
    for action in ("complete", "close", "dance"):
        with pytest.raises(NotPossible):
            await do(town, order.number, action)
    with pytest.raises(NoteNeeded):
        async with town.unit_of_work() as session:
            await service.move(session, order.number, "cancel", by="x", note=" ")
    async with town.reading() as session:
        assert (await service.by_number(session, order.number)).step == "new"
        assert len(await queries.moves(session, order.id)) == 1
        with pytest.raises(NotFound):
            await service.by_number(session, "20200101-0001")


async def test_what_does_not_exist_is_refused(town: Database) -> None:
    for wrong in ({"type_code": "unheard"}, {"account_id": 99}, {"customer_id": 99}):
        with pytest.raises(NotFound):
            await leak(town, **wrong)
    async with town.reading() as session:
        assert await session.scalar(select(WorkOrder.id)) is None


async def test_an_order_finishes_under_the_version_it_began_under(town: Database) -> None:
    number = (await leak(town)).number
    async with town.unit_of_work() as session:
        body = definitions.content(PROJECT / "packs/heat/work_orders.yaml")
        leaks = body["types"][1]
        leaks["flow"] = "answer"
        leaks["fields"] = [each for each in leaks["fields"] if "at" not in each]
        kind = "work_order_types"
        made = await definitions.draft(session, kind, definitions.COMPANY, body, author="anna")
        await definitions.publish(session, kind, definitions.COMPANY, made.version, by="anna")
    assert (await do(town, number, "assign")).step == "assigned"
    assert (await do(town, (await leak(town, "new")).number, "take")).step == "handling"


async def test_open_orders_of_a_customer_newest_first(town: Database, clock: StandingClock) -> None:
    for key in ("a", "b", "c"):
        await leak(town, key)
        clock.forward(minutes=1)
    await do(town, "20261123-0002", "cancel")
    async with town.reading() as session:
        found = await queries.open_of_customers(session, [1])
        assert [order.number for order in found] == ["20261123-0003", "20261123-0001"]
        late = queries.Filter(overdue_at=clock.at + timedelta(minutes=28))
        assert [order.number for order in await queries.find(session, late)] == ["20261123-0001"]
        page = await queries.find(session, limit=2)
        rest = await queries.find(session, before=(page[-1].opened_at, page[-1].id))
        assert [order.number for order in rest] == ["20261123-0001"]
