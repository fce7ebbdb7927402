"""Appointments call by themselves: the household before a visit, who waited in vain after it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.appointments import queries
from crm.appointments import service as appointments
from crm.appointments.models import Appointment
from crm.callbacks import service as asking
from crm.callbacks.models import Callback
from crm.work_orders import queries as order_queries
from crm.work_orders import service as orders
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal.call_events import CallEnded, OutreachAnswered
from tests.crm.calls import take_in
from tests.crm.campaigning import WANG, all_tasks, dial
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")
TODAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (23, 24, 25))
ASKED = datetime(2026, 11, 23, 18, tzinfo=ZONE)
"""For a morning the household is rung the evening before."""


@pytest.fixture
async def visit(town: Database) -> Database:
    """Wang's radiators are to be bled."""
    async with town.unit_of_work() as session:
        await appointments.install(session, PROJECT / "packs" / "heat")
        await orders.open_work_order(
            session, type_code="air_vent", key="v", by="8001", source="desk", account_id=1
        )
    return town


async def book(database: Database, day: date = TUESDAY, slot: str = "am") -> None:
    async with database.unit_of_work() as session:
        number = (await order_queries.find(session))[0].number
        await appointments.book(session, number, day, slot, by="8001", zone=ZONE)
    await take_in(database, consumer="promises")


async def the_row(database: Database) -> Appointment:
    async with database.reading() as session:
        return await session.get_one(Appointment, 1)


async def history(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as session:
        return [(one.action, one.by) for one in await order_queries.moves(session, 1)]


async def callbacks(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as session:
        found = await session.scalars(select(Callback))
        return [(one.number, one.queue, one.source) for one in found]


async def said(database: Database, result: str) -> None:
    subject = "call:ml-out.1"
    answer = OutreachAnswered(subject=subject, result=result)
    await take_in(database, answer, CallEnded(subject=subject), consumer="campaigns")
    await take_in(database, consumer="promises")


async def test_the_household_is_rung_by_itself_at_the_hour_of_the_rules(
    visit: Database, clock: StandingClock
) -> None:
    await book(visit)
    clock.at = ASKED
    clock.forward(seconds=-1)
    assert await dial(visit, clock.at) == []
    clock.forward(seconds=1)
    assert await dial(visit, clock.at) == [WANG]
    await take_in(visit, consumer="promises")
    await said(visit, "at_home")
    assert [(one.state, one.result) for one in await all_tasks(visit)] == [("done", "at_home")]
    row = await the_row(visit)
    assert (row.state, row.answer, row.place) == ("booked", "at_home", 1)
    assert await history(visit) == [
        ("open", "8001"), ("book_visit", "8001"),
        ("ask_at_home", "system"), ("at_home", "tel:8001"),
    ]  # fmt: skip
    assert await callbacks(visit) == []


async def test_who_is_not_at_home_frees_the_place_and_is_called_for_another_time(
    visit: Database, clock: StandingClock
) -> None:
    await book(visit)
    clock.at = ASKED
    assert await dial(visit, clock.at) == [WANG]
    await said(visit, "other_time")
    row = await the_row(visit)
    assert (row.state, row.answer, row.place) == ("cancelled", "other_time", None)
    assert await callbacks(visit) == [(WANG, "service", "campaign")]
    async with visit.reading() as session:
        assert await queries.taken(session, "repair", TUESDAY, TUESDAY) == {}


async def test_nobody_is_asked_about_a_time_agreed_on_after_the_hour_of_asking(
    visit: Database, clock: StandingClock
) -> None:
    clock.at = datetime(2026, 11, 23, 11, tzinfo=ZONE)
    await book(visit, TODAY, "pm")
    assert await all_tasks(visit) == []


async def test_a_moved_appointment_is_asked_about_at_its_new_hour_only(
    visit: Database, clock: StandingClock
) -> None:
    await book(visit)
    for day, slot in ((WEDNESDAY, "pm"), (TUESDAY, "am"), (WEDNESDAY, "pm")):
        async with visit.unit_of_work() as session:
            await appointments.move(session, 1, day, slot, reason="x", by="8001", zone=ZONE)
    await take_in(visit, consumer="promises")
    clock.at = ASKED
    assert await dial(visit, clock.at) == []
    clock.at = datetime(2026, 11, 25, 11, tzinfo=ZONE)
    assert await dial(visit, clock.at) == [WANG]


async def test_a_cancelled_appointment_rings_nobody(visit: Database, clock: StandingClock) -> None:
    await book(visit)
    async with visit.unit_of_work() as session:
        await appointments.cancel(session, 1, reason="x", by="8001")
    await take_in(visit, consumer="promises")
    clock.at = ASKED
    assert await dial(visit, clock.at) == []
    assert [one.state for one in await all_tasks(visit)] == ["dropped"]


async def test_an_answer_about_a_time_that_was_moved_meanwhile_cancels_nothing(
    visit: Database, clock: StandingClock
) -> None:
    await book(visit)
    clock.at = ASKED
    assert await dial(visit, clock.at) == [WANG]
    async with visit.unit_of_work() as session:
        await appointments.move(session, 1, WEDNESDAY, "pm", reason="x", by="8001", zone=ZONE)
    await said(visit, "other_time")
    row = await the_row(visit)
    assert (row.state, row.answer, row.place) == ("booked", "", 1)


async def test_a_broken_promise_becomes_a_call_to_the_customer_once(
    visit: Database, clock: StandingClock
) -> None:
    await book(visit)
    clock.at = datetime(2026, 11, 24, 12, 16, tzinfo=ZONE)
    for _ in range(2):
        async with visit.unit_of_work() as session:
            await appointments.lapse(session, 1, at=clock.at)
        await take_in(visit, consumer="promises")
    assert await callbacks(visit) == [(WANG, "service", "appointment")]
    assert [one.state for one in await all_tasks(visit)] == ["dropped"]
    async with visit.reading() as session:
        (asked,) = await session.scalars(select(Callback))
    assert "未按约定时间上门" in asked.reason


async def test_who_waited_in_vain_is_called_however_many_wait_already(
    visit: Database, clock: StandingClock
) -> None:
    async with visit.unit_of_work() as session:
        await definitions.install(session, "callbacks", "company", {"open_max": 1}, by="test")
        await asking.ask(session, number="13912345678", source="queue")
    await book(visit)
    clock.at = datetime(2026, 11, 24, 12, 16, tzinfo=ZONE)
    async with visit.unit_of_work() as session:
        await appointments.lapse(session, 1, at=clock.at)
    await take_in(visit, consumer="promises")
    assert await callbacks(visit) == [
        ("13912345678", "service", "queue"), (WANG, "service", "appointment"),
    ]  # fmt: skip
