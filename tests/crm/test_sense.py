"""From calls to a suspicion, to an outage, to those who are called when it is over."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from crm.areas.models import ServiceArea
from crm.areas.service import load as load_areas
from crm.callbacks.models import Callback
from crm.catalog import service as catalog
from crm.outages import service as outages
from crm.outages.models import Outage
from crm.sense import service as sense
from crm.sense import subscribers as sense_readers
from crm.sense.handover import hand_over
from crm.sense.look import look
from crm.sense.models import OutageCandidate, OutageRequest, OutageSignal
from crm.work_orders import parts
from crm.work_orders import service as work_orders
from crm.work_orders import subscribers as order_readers
from crm.work_orders.models import WorkOrder, WorkOrderMove
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from mainline.journal import Event, append_all, consume, entries_after
from mainline.journal.call_events import (
    CallDisposed,
    CallEnded,
    CallerIdentified,
    CallOffered,
    MenuVisited,
    QueueEntered,
)
from tests.crm.test_areas import plan
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")
SENSE = "outage sense"
HANDLERS = sense_readers.CONSUMERS | order_readers.CONSUMERS


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> Database:
    """Customers 1 to 7 live at station s-one, in premises 1 to 7; nobody at s-two, premise 8."""
    pack = Settings().pack_dir
    async with database.unit_of_work() as session:
        await catalog.install(session, pack)
        await sense.install(session, pack)
        here, there = [await place(session, "区", f"{name}街", name) for name in ("幸福", "南湖")]
        for number in range(1, 8):
            room = await place(session, f"{number}号楼", parent=here)
            home = await premise(session, room, f"{number}号楼")
            await customer(
                session, f"客户{number}", f"1390000000{number}", accounts={f"10000{number}": home}
            )
        await premise(session, there, "南湖")
        areas = {"branch_a": ["幸福", "南湖"], "s_one": ["幸福"], "s_two": ["南湖"]}
        await load_areas(session, plan(**areas))
    return database


def call(number: int, at: datetime) -> list[Event]:
    """Customer ``number`` calls, goes to where faults are reported, and waits."""
    subject = f"call:ml-{number}.{at:%H%M%S}"
    return [
        CallOffered(subject=subject, at=at, ani=f"1390000000{number}", dnis="96777"),
        CallerIdentified(subject=subject, at=at, how="ani", customer_id=number),
        MenuVisited(subject=subject, at=at, node="repair"),
        QueueEntered(subject=subject, at=at, queue="repair"),
    ]


async def tell(database: Database, *events: Event, consumer: str = SENSE) -> None:
    async with database.unit_of_work() as session:
        await append_all(session, events)
    while await consume(database, consumer=consumer, handlers=HANDLERS[consumer]):
        pass


async def looked(database: Database, at: datetime) -> list[int]:
    """The ids of new suspicions."""
    async with database.unit_of_work() as session:
        return [one.id for one in await look(session, at, ZONE)]


async def burst(database: Database, at: datetime, numbers: Sequence[int] = range(1, 6)) -> None:
    """These customers call within a minute."""
    for number in numbers:
        await tell(database, *call(number, at + timedelta(seconds=10 * number)))


async def told_of(database: Database, kind: str) -> list[dict[str, Any]]:
    async with database.reading() as session:
        entries = await entries_after(session, 0)
    return [e.event.model_dump() for e in entries if e.event.kind == kind]


async def suspected(database: Database, clock: StandingClock) -> int:
    """A suspicion of five callers at station s-one."""
    await burst(database, clock.at)
    clock.forward(minutes=1)
    [candidate] = await looked(database, clock.at)
    return candidate


async def test_five_calls_from_one_station_raise_one_suspicion_and_never_a_second(
    town: Database, clock: StandingClock
) -> None:
    await burst(town, clock.at, range(1, 4))
    assert await looked(town, clock.at + timedelta(seconds=40)) == []
    await burst(town, clock.at, [4, 5])
    began_at = clock.at + timedelta(seconds=10)
    clock.forward(minutes=1)
    assert len(await looked(town, clock.at)) == 1
    await tell(town, *call(6, clock.at))
    clock.forward(minutes=1)
    assert await looked(town, clock.at) == []
    async with town.reading() as session:
        [one] = (await session.scalars(select(OutageCandidate))).all()
        area = await session.get_one(ServiceArea, one.area_id)
    assert (area.code, one.class_code, one.state, one.callers) == ("s-one", "no_supply", "open", 6)
    assert (one.first_at, one.raised_at) == (began_at, clock.at - timedelta(minutes=1))
    [fact] = await told_of(town, "outage.suspected")
    assert (fact["area"], fact["callers"]) == ("s-one", 5)


async def test_one_caller_who_calls_ten_times_raises_nothing(
    town: Database, clock: StandingClock
) -> None:
    for again in range(10):
        await tell(town, *call(1, clock.at + timedelta(seconds=20 * again)))
    assert await looked(town, clock.at + timedelta(minutes=4)) == []


async def test_calls_over_an_hour_raise_nothing(town: Database, clock: StandingClock) -> None:
    for number in range(1, 7):
        await tell(town, *call(number, clock.at))
        assert await looked(town, clock.at) == []
        clock.forward(minutes=12)


async def test_what_the_agent_notes_takes_a_call_out_of_the_count(
    town: Database, clock: StandingClock
) -> None:
    for number in range(1, 6):
        events = call(number, clock.at)
        noted = CallDisposed(subject=events[0].subject, at=clock.at, agent="8001", reason="praise")
        await tell(town, *events, *([noted] if number > 3 else []))
    assert await looked(town, clock.at) == []
    async with town.reading() as session:
        left = await session.scalar(select(func.count(OutageSignal.call_id.distinct())))
    assert left == 3


async def test_a_reading_again_of_the_same_facts_changes_nothing(
    town: Database, clock: StandingClock
) -> None:
    events = call(1, clock.at)
    ended = CallEnded(subject=events[0].subject, at=clock.at + timedelta(minutes=2))
    await tell(town, *events, ended, ended)
    async with town.reading() as session:
        rows = (await session.execute(select(OutageSignal.area_id, OutageSignal.at))).all()
    assert sorted(rows) == [(1, clock.at), (2, clock.at)]


async def test_a_no_of_the_leader_holds_and_is_written_down(
    town: Database, clock: StandingClock
) -> None:
    candidate = await suspected(town, clock)
    async with town.unit_of_work() as session:
        await sense.reject(session, candidate, by="leader", note=" 演习 ")
    for act in ("reject", "confirm"):
        more = {"zone": ZONE} if act == "confirm" else {}
        with pytest.raises(sense.AlreadyDecided):
            async with town.unit_of_work() as session:
                await getattr(sense, act)(session, candidate, by="other", **more)
    [fact] = await told_of(town, "outage.rejected")
    assert (fact["by"], fact["note"], fact["area"]) == ("leader", "演习", "s-one")
    clock.forward(minutes=20)
    await burst(town, clock.at)
    assert await looked(town, clock.at + timedelta(minutes=1)) == []
    clock.forward(minutes=45)
    await burst(town, clock.at)
    assert len(await looked(town, clock.at + timedelta(minutes=1))) == 1


async def order(database: Database, number: int, key: str, kind: str = "no_heat") -> str:
    """An order for the home of a customer."""
    async with database.unit_of_work() as session:
        made = await work_orders.open_work_order(
            session, type_code=kind, key=key, by="ivr", source="ivr", account_id=number, zone=ZONE
        )
        return made.number


async def test_a_confirmed_outage_is_told_to_those_it_concerns_and_gathers_their_reports(
    town: Database, clock: StandingClock
) -> None:
    before = await order(town, 1, "before")
    other = await order(town, 1, "noise", "noise")
    candidate = await suspected(town, clock)
    async with town.unit_of_work() as session:
        found = await sense.confirm(session, candidate, by="leader", zone=ZONE)
        outage_id = found.outage_id
    async with town.reading() as session:
        [one] = await outages.for_premise(session, 1)
        assert (one.id, one.kind, one.status) == (outage_id, "fault", "running")
        assert one.began_at == clock.at - timedelta(seconds=50)
        assert one.text_zh.startswith("s_one供热范围内目前停热")
        assert await outages.for_premise(session, 8) == []
        whole = (await session.scalars(select(WorkOrder).where(WorkOrder.source == "outage"))).one()
        assert [each.number for each in await parts.parts(session, whole)] == [before]
        assert (await work_orders.by_number(session, other)).parent_id is None
    after = await order(town, 2, "after")
    await tell(town)
    async with town.reading() as session:
        assert [p.number for p in await parts.parts(session, whole)] == [before, after]
    [fact] = await told_of(town, "outage.confirmed")
    assert (fact["by"], fact["joined"], fact["work_order"]) == ("leader", 1, whole.number)


async def test_calls_from_a_known_outage_raise_no_second_one(
    town: Database, clock: StandingClock
) -> None:
    candidate = await suspected(town, clock)
    async with town.unit_of_work() as session:
        await sense.confirm(session, candidate, by="leader", zone=ZONE)
    clock.forward(minutes=30)
    await burst(town, clock.at, range(1, 8))
    assert await looked(town, clock.at + timedelta(minutes=2)) == []


async def gathered(town: Database, clock: StandingClock) -> tuple[str, str]:
    """A confirmed outage; its order and one part of it."""
    part = await order(town, 1, "part")
    candidate = await suspected(town, clock)
    async with town.unit_of_work() as session:
        await sense.confirm(session, candidate, by="leader", zone=ZONE)
        found = select(WorkOrder.number).where(WorkOrder.source == "outage")
        return str(await session.scalar(found)), part


async def take(database: Database, number: str, *actions: str) -> None:
    for action in actions:
        async with database.unit_of_work() as session:
            await work_orders.move(session, number, action, by="field", note="已修复")
    await tell(database, consumer="parts of orders")


async def test_parts_are_closed_with_the_whole(town: Database, clock: StandingClock) -> None:
    whole, part = await gathered(town, clock)
    await take(town, whole, "assign", "accept", "arrive", "complete")
    async with town.reading() as session:
        assert (await work_orders.by_number(session, part)).closed_at is None
    clock.forward(hours=1)
    await take(town, whole, "close")
    async with town.reading() as session:
        row = await work_orders.by_number(session, part)
        assert (row.step, row.closed_at, row.completed_at) == ("closed", clock.at, clock.at)
        mine = select(WorkOrderMove).where(WorkOrderMove.work_order_id == row.id)
        history = (await session.scalars(mine.order_by(WorkOrderMove.id))).all()
        assert [each.action for each in history] == ["open", "join", "follow"]
        assert history[-1].note == whole


async def test_when_the_whole_is_called_off_each_part_stands_for_itself(
    town: Database, clock: StandingClock
) -> None:
    whole, part = await gathered(town, clock)
    await take(town, whole, "cancel")
    async with town.reading() as session:
        row = await work_orders.by_number(session, part)
        assert (row.step, row.closed_at, row.parent_id) == ("new", None, None)


async def test_an_order_is_part_of_one_other_only(town: Database, clock: StandingClock) -> None:
    one, two, three = [await order(town, n, f"o{n}") for n in (1, 2, 3)]
    async with town.unit_of_work() as session:
        a, b, c = [await work_orders.by_number(session, n) for n in (one, two, three)]
        await parts.join(session, a, b, by="dispatcher")
        for order_, whole in ((a, c), (b, b), (c, a)):
            with pytest.raises(Invalid):
                await parts.join(session, order_, whole, by="dispatcher")


async def confirmed(town: Database, clock: StandingClock) -> int:
    candidate = await suspected(town, clock)
    async with town.unit_of_work() as session:
        return (await sense.confirm(session, candidate, by="leader", zone=ZONE)).outage_id or 0


async def ask(database: Database, outage: int, number: str, **more: Any) -> int:
    async with database.unit_of_work() as session:
        return (await sense.call_when_over(session, outage, number=number, **more)).id


async def test_who_asked_is_called_once_when_it_is_over_and_not_before(
    town: Database, clock: StandingClock
) -> None:
    outage = await confirmed(town, clock)
    first = await ask(town, outage, "13900000001", customer_id=1, call_id="ml-1.1")
    assert await ask(town, outage, "+8613900000001") == first
    await ask(town, outage, "13900000002", language="en")
    async with town.unit_of_work() as session:
        assert await hand_over(session) == 0
        assert (await session.scalars(select(Callback))).all() == []
    clock.forward(hours=2)
    for _ in range(2):
        async with town.unit_of_work() as session:
            assert (await sense.end(session, outage, by="leader")).ended_at == clock.at
    async with town.unit_of_work() as session:
        assert await hand_over(session) == 2
        assert await hand_over(session) == 0
        rows = (await session.scalars(select(Callback).order_by(Callback.id))).all()
    assert [(r.number, r.language, r.source, r.due_at) for r in rows] == [
        ("13900000001", "zh", "outage", clock.at),
        ("13900000002", "en", "outage", clock.at),
    ]
    assert rows[0].reason == "供应已恢复：s_one"
    [fact] = await told_of(town, "outage.ended")
    assert (fact["by"], fact["to_call"], fact["subject"]) == ("leader", 2, f"outage:{outage}")


async def test_a_number_that_cannot_be_called_is_settled_and_keeps_nobody_waiting(
    town: Database, clock: StandingClock
) -> None:
    outage = await confirmed(town, clock)
    await ask(town, outage, "95598")
    await ask(town, outage, "13900000002")
    async with town.unit_of_work() as session:
        await sense.end(session, outage, by="leader")
        assert await hand_over(session) == 2
        assert (await session.scalars(select(Callback.number))).all() == ["13900000002"]


async def test_nothing_is_promised_for_what_is_over_or_unknown(
    town: Database, clock: StandingClock
) -> None:
    outage = await confirmed(town, clock)
    with pytest.raises(Invalid):
        await ask(town, outage, "anonymous")
    async with town.unit_of_work() as session:
        await sense.end(session, outage, by="leader")
    with pytest.raises(sense.NotRunning):
        await ask(town, outage, "13900000001")
    with pytest.raises(NotFound):
        await ask(town, 999, "13900000001")
    async with town.reading() as session:
        assert await session.scalar(select(func.count()).select_from(OutageRequest)) == 0


async def test_two_workers_that_look_at_once_raise_one_suspicion(
    town: Database, clock: StandingClock
) -> None:
    await burst(town, clock.at)
    clock.forward(minutes=1)
    found = await asyncio.gather(*(looked(town, clock.at) for _ in range(2)))
    assert sum(len(one) for one in found) == 1
    async with town.reading() as session:
        assert await session.scalar(select(func.count()).select_from(OutageCandidate)) == 1


async def test_a_company_without_the_rule_suspects_nothing(
    database: Database, clock: StandingClock
) -> None:
    await tell(database, *call(1, clock.at))
    assert await looked(database, clock.at) == []
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Outage)) == 0
