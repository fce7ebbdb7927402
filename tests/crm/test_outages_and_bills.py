from datetime import date, timedelta

import pytest

from crm.addresses.models import AddressNode
from crm.billing import queries as billing
from crm.billing.models import Bill
from crm.outages import service as outages
from mainline.db import Database
from mainline.errors import Invalid, NotFound
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

TODAY = date(2026, 11, 23)


@pytest.fixture
async def street(database: Database, clock: StandingClock) -> Database:
    """One community with a home (premise 1), another with another (premise 2)."""
    async with database.unit_of_work() as session:
        community = await place(session, "和平区", "南湖街", "幸福小区")
        room = await place(session, "1号楼", "1单元", "101", parent=community)
        home = await premise(session, room, "幸福小区1号楼")
        other = await premise(session, await place(session, "铁西区", "工人街", "新村"), "新村")
        await customer(session, "王芳", accounts={"100001": home, "100002": other})
    return database


async def announce(database: Database, clock: StandingClock, area: int, **more: object) -> int:
    async with database.unit_of_work() as session:
        made = await outages.announce(
            session,
            **{
                "area_id": area,
                "kind": "fault",
                "text_zh": "停热",
                "text_en": "No heating",
                "began_at": clock.at - timedelta(hours=1),
                **more,
            },  # type: ignore[arg-type]
        )
        return made.id


async def at(database: Database, premise_id: int) -> list[int]:
    async with database.reading() as session:
        return [one.id for one in await outages.for_premise(session, premise_id)]


@pytest.mark.parametrize("area", [1, 2, 3, 4, 5, 6])
async def test_an_outage_concerns_whoever_lives_below_its_place(
    street: Database, clock: StandingClock, area: int
) -> None:
    outage = await announce(street, clock, area)
    assert await at(street, 1) == [outage]
    assert await at(street, 2) == []


async def test_running_interruptions_come_before_announced_ones(
    street: Database, clock: StandingClock
) -> None:
    later = clock.at + timedelta(hours=5)
    planned = await announce(street, clock, 3, kind="planned", began_at=later)
    running = await announce(street, clock, 1)
    assert await at(street, 1) == [running, planned]


async def test_an_ended_outage_concerns_nobody(street: Database, clock: StandingClock) -> None:
    outage = await announce(street, clock, 1)
    for _ in range(2):
        async with street.unit_of_work() as session:
            assert (await outages.end(session, outage)).ended_at == clock.at
        assert await at(street, 1) == []
    with pytest.raises(NotFound):
        async with street.unit_of_work() as session:
            await outages.end(session, 99)


async def test_a_planned_one_ends_by_itself_and_a_fault_does_not(
    street: Database, clock: StandingClock
) -> None:
    end = clock.at + timedelta(hours=2)
    await announce(street, clock, 1, kind="planned", expected_end_at=end)
    fault = await announce(street, clock, 1, expected_end_at=end)
    clock.forward(hours=3)
    assert await at(street, 1) == [fault]


async def test_what_makes_no_sense_is_refused(street: Database, clock: StandingClock) -> None:
    with pytest.raises(NotFound):
        await announce(street, clock, 99)
    with pytest.raises(Invalid):
        await announce(street, clock, 1, expected_end_at=clock.at - timedelta(hours=2))
    with pytest.raises(NotFound):
        await at(street, 99)
    async with street.reading() as session:
        assert await outages.live(session) == []
        assert await session.get(AddressNode, 99) is None


async def test_what_is_owed_and_what_of_it_is_late(street: Database) -> None:
    async with street.unit_of_work() as session:
        for period, day, amount, paid in [
            ("2025-12", 1, 10_000, 10_000),
            ("2026-10", 1, 12_000, 2_000),
            ("2026-11", 30, 9_000, 0),
        ]:
            month = int(period[-2:])
            issued = date(int(period[:4]), month, 1)
            session.add(
                Bill(
                    account_id=1,
                    period=period,
                    issued_on=issued,
                    due_on=issued.replace(day=day),
                    amount_fen=amount,
                    paid_fen=paid,
                )
            )
    async with street.reading() as session:
        owed = await billing.arrears(session, 1, today=TODAY)
        assert (owed.total_fen, owed.overdue_fen, owed.bills) == (19_000, 10_000, 2)
        assert await billing.arrears(session, 2, today=TODAY) == billing.Arrears(0, 0, 0)
        newest = await billing.last_bill(session, 1)
        assert newest is not None
        assert newest.period == "2026-11"
        assert await billing.last_bill(session, 2) is None
        assert [bill.period for bill in await billing.bills(session, 1, limit=2)] == [
            "2026-11",
            "2026-10",
        ]
        assert await billing.payments(session, 1) == []
