"""A slot is one customer's until they have left it, whatever happens in between."""

from datetime import timedelta

import pytest

from crm.parking import service
from crm.parking.service import AllSlotsTaken, Slot, concerns
from mainline.clock import now
from mainline.db import Database
from mainline.errors import NotFound
from mainline.journal.call_events import CallEnded
from mainline.journal.talk_events import CallParked, CallUnparked
from tests.crm.calls import take_in
from tests.support.clock import StandingClock

CALL = "call:ml-1.1"


async def slot_for(database: Database, call_id: str) -> int:
    async with database.unit_of_work() as session:
        return await service.take_slot(session, call_id, agent="8001", team="north", queue="repair")


async def seen(database: Database) -> list[tuple[int, str]]:
    async with database.reading() as session:
        return [(one.slot, one.call_id) for one in await service.parked(session)]


async def test_a_customer_is_shown_from_arrival_until_somebody_takes_them(
    database: Database, clock: StandingClock
) -> None:
    assert await slot_for(database, "ml-1.1") == 701
    assert await slot_for(database, "ml-1.1") == 701
    assert await slot_for(database, "ml-2.2") == 702
    assert await seen(database) == []
    await take_in(database, CallParked(subject=CALL, agent="8001", slot=701), consumer="parking")
    assert await seen(database) == [(701, "ml-1.1")]
    async with database.reading() as session:
        assert (await service.in_slot(session, 701)).since == clock.at
        with pytest.raises(NotFound):
            await service.in_slot(session, 702)
    taken = CallUnparked(subject=CALL, agent="8002", how="taken")
    await take_in(database, taken, consumer="parking")
    assert await seen(database) == []
    assert await slot_for(database, "ml-3.3") == 701


async def test_whoever_hangs_up_in_the_slot_leaves_it(database: Database) -> None:
    await slot_for(database, "ml-1.1")
    parked = CallParked(subject=CALL, agent="8001", slot=701)
    await take_in(database, parked, CallEnded(subject=CALL), consumer="parking")
    assert await seen(database) == []


async def test_a_slot_in_which_nobody_arrived_is_free_again(
    database: Database, clock: StandingClock
) -> None:
    await slot_for(database, "ml-1.1")
    clock.forward(seconds=31)
    assert await slot_for(database, "ml-2.2") == 701


async def test_ninety_nine_customers_and_no_more(sqlite_database: Database) -> None:
    for number in range(99):
        await slot_for(sqlite_database, f"ml-{number}.1")
    with pytest.raises(AllSlotsTaken):
        await slot_for(sqlite_database, "ml-99.1")


def test_a_slot_concerns_the_group_and_nobody_else() -> None:
    slot = Slot(701, "ml-1.1", "8001", "north", "repair", now() - timedelta(seconds=5))
    assert concerns(slot, agent="8001", team="", queues={})
    assert concerns(slot, agent="8002", team="north", queues={})
    assert concerns(slot, agent="8002", team="", queues={"repair": 5})
    assert not concerns(slot, agent="8002", team="south", queues={"billing": 0})
    nobody = Slot(701, "ml-1.1", "8001", "", "", now())
    assert not concerns(nobody, agent="8002", team="", queues={"billing": 0})
