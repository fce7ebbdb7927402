"""Times are promised, moved and cancelled on both databases, never more than there are places."""

import asyncio
from datetime import date, datetime, timedelta

import pytest
import yaml
from sqlalchemy import select

from crm.appointments import queries, service
from crm.appointments.models import Appointment
from crm.work_orders.flow import NoteNeeded
from mainline import definitions
from mainline.db import Database
from mainline.errors import Invalid, MainlineError
from tests.crm.appointing import (
    HEAT,
    TUESDAY,
    WEDNESDAY,
    ZONE,
    act,
    booked,
    facts,
    free,
    lines,
    order,
    row,
)
from tests.support.clock import StandingClock


async def test_a_booked_time_stands_with_the_order_and_takes_a_place_of_its_branch(
    town: Database,
) -> None:
    number = await order(town)
    assert await free(town, number, TUESDAY) == [("am", 2), ("pm", 2)]
    made = await row(town, await booked(town, number, call_id="ml-1.1"))
    assert (made.pool, made.state, made.place, made.call_id) == (
        "repair-hunhe", "booked", 1, "ml-1.1",
    )  # fmt: skip
    assert made.starts_at == datetime(2026, 11, 24, 8, 30, tzinfo=ZONE)
    assert made.ends_at == datetime(2026, 11, 24, 12, 0, tzinfo=ZONE)
    assert await free(town, number, TUESDAY) == [("am", 1), ("pm", 2)]
    assert (await lines(town, number))[1:] == [("book_visit", "2026-11-24 08:30–12:00")]
    assert await facts(town, made.id) == ["appointment.booked"]


async def test_many_agents_at_once_never_promise_more_places_than_there_are(
    town: Database,
) -> None:
    numbers = [await order(town, str(key)) for key in range(7)]

    async def tried(number: str) -> str:
        try:
            await booked(town, number)
        except MainlineError as refused:
            return refused.code
        return "booked"

    came = await asyncio.gather(*map(tried, numbers))
    assert sorted(came) == ["booked"] * 2 + ["time-full"] * 5
    async with town.reading() as session:
        rows = (await session.scalars(select(Appointment))).all()
    assert sorted(one.place or 0 for one in rows) == [1, 2]
    assert await free(town, numbers[0], TUESDAY) == [("am", 0), ("pm", 2)]


async def test_two_agents_at_once_promise_one_order_one_time(town: Database) -> None:
    number = await order(town)

    async def tried(slot: str) -> str:
        try:
            await booked(town, number, slot=slot)
        except MainlineError as refused:
            return refused.code
        return "booked"

    assert sorted(await asyncio.gather(tried("am"), tried("pm"))) == ["already-booked", "booked"]


async def test_a_moved_promise_gives_its_place_back_and_keeps_why(town: Database) -> None:
    first, second, third = [await order(town, str(key)) for key in range(3)]
    one = await booked(town, first)
    await booked(town, second)
    with pytest.raises(NoteNeeded):
        async with town.unit_of_work() as session:
            await service.move(session, one, WEDNESDAY, "pm", reason=" ", by="8002", zone=ZONE)
    async with town.unit_of_work() as session:
        await service.move(session, one, WEDNESDAY, "pm", reason="客户出差", by="8002", zone=ZONE)
    moved = await row(town, one)
    assert (moved.day, moved.slot, moved.place, moved.moves) == (WEDNESDAY, "pm", 1, 1)
    assert (await row(town, await booked(town, third))).place == 1
    assert (await lines(town, first))[2:] == [("move_visit", "2026-11-25 13:30–17:30 客户出差")]
    assert await facts(town, one) == ["appointment.booked", "appointment.moved"]


async def test_promised_times_are_read_as_of_a_moment(town: Database, clock: StandingClock) -> None:
    first, second = [await order(town, str(key)) for key in range(2)]
    one, other = await booked(town, first), await booked(town, second)
    moment = clock.at
    clock.forward(seconds=60)
    async with town.unit_of_work() as session:
        await service.move(session, one, WEDNESDAY, "pm", reason="客户出差", by="8002", zone=ZONE)
        await service.cancel(session, other, reason="自己修好了", by="8001")
    async with town.reading() as session:
        for as_of, stood in (
            (moment, [(one, TUESDAY, "am"), (other, TUESDAY, "am")]),
            (clock.at, [(one, WEDNESDAY, "pm")]),
            (moment - timedelta(seconds=1), []),
        ):
            found = (await queries.of_orders(session, [1, 2], as_of)).values()
            assert [(each.id, each.day, each.slot) for each in found] == stood


async def test_a_move_to_a_full_time_leaves_everything_as_it_was(town: Database) -> None:
    numbers = [await order(town, str(key)) for key in range(3)]
    for number in numbers[:2]:
        await booked(town, number)
    one = await booked(town, numbers[2], slot="pm")
    with pytest.raises(service.TimeFull):
        async with town.unit_of_work() as session:
            await service.move(session, one, TUESDAY, "am", reason="早些", by="8001", zone=ZONE)
    kept = await row(town, one)
    assert (kept.slot, kept.place, kept.moves) == ("pm", 1, 0)
    assert await facts(town, one) == ["appointment.booked"]


async def test_a_cancelled_promise_frees_its_place_and_another_can_be_made(town: Database) -> None:
    number = await order(town)
    one = await booked(town, number)
    async with town.unit_of_work() as session:
        await service.cancel(session, one, reason="自己修好了", by="8001")
    gone = await row(town, one)
    assert (gone.state, gone.place, gone.ended_by, gone.reason) == (
        "cancelled", None, "8001", "自己修好了",
    )  # fmt: skip
    with pytest.raises(service.AppointmentOver):
        async with town.unit_of_work() as session:
            await service.cancel(session, one, reason="x", by="8001")
    assert await booked(town, number) != one
    assert await facts(town, one) == ["appointment.booked", "appointment.cancelled"]


@pytest.mark.parametrize(
    ("day", "slot", "error"),
    [
        (date(2026, 11, 23), "am", service.NotOffered),
        (date(2026, 12, 8), "am", service.NotOffered),
        (TUESDAY, "night", Invalid),
    ],
)
async def test_times_that_are_not_offered_are_refused(
    town: Database, day: date, slot: str, error: type[MainlineError]
) -> None:
    number = await order(town)
    with pytest.raises(error):
        await booked(town, number, day, slot)
    async with town.reading() as session:
        assert await session.scalar(select(Appointment.id)) is None


async def test_orders_that_nobody_visits_and_closed_ones_get_no_time(town: Database) -> None:
    with pytest.raises(service.NoAppointments):
        await booked(town, await order(town, type_code="complaint"))
    number = await order(town, "closed")
    await act(town, number, "cancel")
    with pytest.raises(service.OrderClosed):
        await booked(town, number)


async def test_fewer_places_by_a_new_version_break_no_promise(town: Database) -> None:
    first, second = await order(town), await order(town, "2")
    one = await booked(town, first)
    body = yaml.safe_load((HEAT / "appointments.yaml").read_text("utf-8"))
    body["pools"] = [{**body["pools"][2], "places": {"am": 1}}]
    async with town.unit_of_work() as session:
        made = await definitions.draft(session, "appointments", "company", body, author="a")
        await definitions.publish(session, "appointments", "company", made.version, by="a")
    assert (await row(town, one)).state == "booked"
    with pytest.raises(service.TimeFull):
        await booked(town, second)


async def test_nobody_is_promised_a_time_shorter_than_the_notice(
    town: Database, clock: StandingClock
) -> None:
    number = await order(town)
    clock.at = datetime(2026, 11, 24, 7, 30, tzinfo=ZONE) + timedelta(seconds=1)
    with pytest.raises(service.NotOffered):
        await booked(town, number)
    clock.forward(seconds=-1)
    assert await booked(town, number) == 1
