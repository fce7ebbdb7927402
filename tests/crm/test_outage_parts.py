"""What becomes part of an outage's order and is closed with it, by each pack's own definitions."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from crm.areas.models import AreaPremise, ServiceArea
from crm.catalog import service as catalog
from crm.linkage import prepare as linkage
from crm.linkage import subscribers as linkage_readers
from crm.outages.models import Outage
from crm.sense import service as sense
from crm.sense import subscribers as sense_readers
from crm.sense.models import OutageCandidate
from crm.sense.rule import FaultClass
from crm.work_orders import service
from crm.work_orders import subscribers as order_readers
from crm.work_orders.models import WorkOrder, WorkOrderMove
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal import consume
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

READERS = linkage_readers.CONSUMERS | sense_readers.CONSUMERS | order_readers.CONSUMERS
LINKAGE, SENSE, PARTS = "linkage", "outage sense", "parts of orders"
# Pack, class of the outage, what joins it, what is closed with it.
OUTAGES = [
    ("gas", "no_supply", ["no_gas"], ["no_gas"]),
    ("gas", "leak", ["leak"], ["leak"]),
    ("heat", "no_supply", ["no_heat"], ["no_heat"]),
    ("heat", "leak", ["burst", "leak"], ["burst"]),
    ("water", "no_supply", ["no_water", "pressure"], ["no_water"]),
    ("water", "leak", ["burst", "leak"], ["burst"]),
]


async def read(database: Database, *consumers: str) -> None:
    for consumer in consumers:
        while await consume(database, consumer=consumer, handlers=READERS[consumer]):
            pass


async def out(database: Database, pack: str, class_code: str) -> str:
    """王芳's home is without supply; the number of the order for all of it."""
    async with database.unit_of_work() as session:
        for prepared in (catalog.install, sense.install, linkage.install):
            await prepared(session, PROJECT / "packs" / pack)
        home = await premise(session, await place(session, "和平区"), "和平区1号")
        await customer(session, "王芳", "13800000001", accounts={"100001": home})
        area = ServiceArea(code="s1", kind="station", name_zh="一站", name_en="One")
        session.add(area)
        await session.flush()
        session.add(AreaPremise(area_id=area.id, premise_id=home.id))
        kind: FaultClass | None = (await sense.rule(session)).named(class_code)
        assert kind is not None
        assert kind.parent_order is not None
        whole = await service.open_work_order(
            session, type_code=kind.parent_order, key="whole", by="陈静", source="outage"
        )
        at = whole.opened_at
        outage = Outage(
            service_area_id=area.id, kind="fault", text_zh="停", text_en="Out", began_at=at
        )
        session.add(outage)
        await session.flush()
        session.add(OutageCandidate(
            area_id=area.id, class_code=class_code, state="confirmed", outage_id=outage.id,
            work_order_id=whole.id, first_at=at, raised_at=at, last_at=at, callers=4, expected=0.1,
        ))  # fmt: skip
        return whole.number


async def one_of_each(database: Database) -> None:
    """The home reports everything there is, each as urgent as can be."""
    async with database.unit_of_work() as session:
        for kind in (await catalog.work_order_types(session)).body.types:
            if not kind.request:
                await service.open_work_order(
                    session, type_code=kind.code, key=f"own:{kind.code}", by="ivr", source="ivr",
                    account_id=1, urgency="emergency",
                )  # fmt: skip


async def go(database: Database, number: str, *actions: str) -> None:
    for action in actions:
        async with database.unit_of_work() as session:
            await service.move(session, number, action, by="冯涛", note="已修复")
    await read(database, PARTS)


async def own(database: Database) -> dict[str, WorkOrder]:
    async with database.reading() as session:
        rows = await session.scalars(select(WorkOrder).where(WorkOrder.key != "whole"))
        return {row.type_code: row for row in rows}


@pytest.mark.parametrize(("pack", "class_code", "joined", "closed"), OUTAGES)
async def test_only_what_is_about_the_outage_joins_it_and_only_its_own_type_is_closed_unvisited(
    database: Database, clock: StandingClock, pack: str, class_code: str, joined: Sequence[str],
    closed: Sequence[str],
) -> None:  # fmt: skip
    whole = await out(database, pack, class_code)
    await one_of_each(database)
    await read(database, LINKAGE, SENSE)
    there = await own(database)
    assert sorted(code for code, one in there.items() if one.parent_id) == joined
    await go(database, whole, "assign", "accept", "arrive", "complete", "close")
    after = await own(database)
    assert sorted(code for code, one in after.items() if one.closed_at) == closed
    assert sorted(code for code, one in after.items() if one.completed_at) == closed
    left = [one for code, one in after.items() if code not in closed]
    assert {(one.step, one.parent_id) for one in left} == {("new", None)}


async def test_a_part_of_another_type_is_closed_with_the_whole_once_somebody_has_finished_it(
    database: Database, clock: StandingClock
) -> None:
    whole = await out(database, "water", "leak")
    await one_of_each(database)
    await read(database, SENSE)
    leak = (await own(database))["leak"]
    await go(database, leak.number, "assign", "accept", "arrive", "complete")
    await go(database, whole, "assign", "accept", "arrive", "complete", "close")
    after = (await own(database))["leak"]
    assert (after.step, after.closed_at) == ("closed", clock.at)


async def test_a_part_that_stands_for_itself_again_says_so_and_can_be_done(
    database: Database, clock: StandingClock
) -> None:
    whole = await out(database, "heat", "leak")
    await one_of_each(database)
    await read(database, SENSE)
    leak = (await own(database))["leak"]
    await go(database, leak.number, "assign", "accept", "arrive")
    await go(database, whole, "assign", "accept", "arrive", "complete", "close")
    there = (await own(database))["leak"]
    assert (there.step, there.completed_at, there.parent_id) == ("on_site", None, None)
    await go(database, leak.number, "complete", "close")
    async with database.reading() as session:
        mine = select(WorkOrderMove).where(WorkOrderMove.work_order_id == leak.id)
        history = (await session.scalars(mine.order_by(WorkOrderMove.id))).all()
    assert [one.action for one in history] == [
        "open", "join", "assign", "accept", "arrive", "part", "complete", "close",
    ]  # fmt: skip
    assert (history[5].target, history[5].from_step, history[5].to_step) == (
        whole, "on_site", "on_site",
    )  # fmt: skip


async def test_an_outage_whose_order_became_a_part_itself_stops_no_reader(
    database: Database, clock: StandingClock
) -> None:
    whole = await out(database, "heat", "no_supply")
    async with database.unit_of_work() as session:
        other = await service.open_work_order(
            session, type_code="burst", key="other", by="陈静", source="desk",
            fields={"where": "主管"},
        )  # fmt: skip
        (await service.by_number(session, whole)).parent_id = other.id
    await one_of_each(database)
    await read(database, SENSE, LINKAGE)
    assert (await own(database))["no_heat"].parent_id is None
