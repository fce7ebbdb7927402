"""Promised times on both databases: booked, moved, cancelled, kept, broken, never too many."""

import asyncio
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from sqlalchemy import select

from agi.chores import promises
from crm.appointments import queries, service
from crm.appointments.models import Appointment
from crm.areas.models import AreaPremise, ServiceArea
from crm.catalog import service as catalog
from crm.work_orders import queries as order_queries
from crm.work_orders import service as orders
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.errors import Invalid, MainlineError
from mainline.journal import entries_after
from tests.crm.calls import take_in
from tests.crm.town import customer, place, premise
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
HEAT = PROJECT / "packs" / "heat"


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> Database:
    """Wang Fang lives where the branch Hunhe serves: two places each half-day."""
    async with database.unit_of_work() as session:
        await catalog.install(session, HEAT)
        await service.install(session, HEAT)
        home = await premise(session, await place(session, "浑南区", "河畔街"), "锦绣家园1号楼")
        await customer(session, "王芳", "13800008001", accounts={"100001": home})
        branch = ServiceArea(code="hunhe", kind="branch", name_zh="浑河", name_en="Hunhe")
        session.add(branch)
        await session.flush()
        session.add(AreaPremise(premise_id=home.id, area_id=branch.id))
    return database


async def order(database: Database, key: str = "1", type_code: str = "air_vent") -> str:
    async with database.unit_of_work() as session:
        opened = await orders.open_work_order(
            session, type_code=type_code, key=key, by="8001", source="desk", account_id=1,
            fields={"subject": "x"}, zone=ZONE,
        )  # fmt: skip
        return opened.number


async def booked(
    database: Database, number: str, day: date = TUESDAY, slot: str = "am", **more: str
) -> int:
    async with database.unit_of_work() as session:
        return (await service.book(session, number, day, slot, by="8001", zone=ZONE, **more)).id


async def act(database: Database, number: str, *actions: str) -> None:
    for action in actions:
        async with database.unit_of_work() as session:
            await orders.move(session, number, action, by="crew", note="好了")
    await take_in(database, consumer="appointments")


async def row(database: Database, appointment_id: int) -> Appointment:
    async with database.reading() as session:
        return await service.by_id(session, appointment_id)


async def lines(database: Database, number: str) -> list[tuple[str, str]]:
    async with database.reading() as session:
        found = await orders.by_number(session, number)
        moves = await order_queries.moves(session, found.id)
    return [(one.action, one.note) for one in moves]


async def facts(database: Database, appointment_id: int) -> list[str]:
    async with database.reading() as session:
        told = await entries_after(session, 0, subject=f"appointment:{appointment_id}")
    return [entry.event.kind for entry in told]


async def free(database: Database, number: str, day: date) -> list[tuple[str, int]]:
    async with database.reading() as session:
        allowed = await service.rules(session)
        pool = await queries.pool_of(session, allowed, await orders.by_number(session, number))
        assert pool is not None
        at = datetime(2026, 11, 23, 10, tzinfo=ZONE)
        offers = await queries.free(session, allowed, pool, at=at, zone=ZONE)
    return [(one.slot.code, one.free) for one in offers[(day - date(2026, 11, 23)).days]]


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
    with pytest.raises(orders.NoteNeeded):
        async with town.unit_of_work() as session:
            await service.move(session, one, WEDNESDAY, "pm", reason=" ", by="8002", zone=ZONE)
    async with town.unit_of_work() as session:
        await service.move(session, one, WEDNESDAY, "pm", reason="客户出差", by="8002", zone=ZONE)
    moved = await row(town, one)
    assert (moved.day, moved.slot, moved.place, moved.moves) == (WEDNESDAY, "pm", 1, 1)
    assert (await row(town, await booked(town, third))).place == 1
    assert (await lines(town, first))[2:] == [("move_visit", "2026-11-25 13:30–17:30 客户出差")]
    assert await facts(town, one) == ["appointment.booked", "appointment.moved"]


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


async def test_who_arrives_in_time_keeps_the_promise(town: Database, clock: StandingClock) -> None:
    number = await order(town)
    one = await booked(town, number)
    await act(town, number, "assign", "accept")
    assert (await row(town, one)).state == "booked"
    clock.forward(hours=25)
    await act(town, number, "arrive")
    kept = await row(town, one)
    assert (kept.state, kept.ended_by, kept.open_order_id) == ("kept", "crew", None)
    assert await facts(town, one) == ["appointment.booked", "appointment.kept"]


async def test_who_comes_a_day_early_and_gives_back_leaves_the_promise(town: Database) -> None:
    number = await order(town)
    one = await booked(town, number)
    await act(town, number, "assign", "accept", "arrive", "give_back")
    assert (await row(town, one)).state == "booked"


async def test_work_done_before_the_time_keeps_it(town: Database) -> None:
    number = await order(town)
    one = await booked(town, number)
    await act(town, number, "assign", "accept", "arrive", "complete")
    assert (await row(town, one)).state == "kept"


async def test_an_order_that_is_given_up_frees_the_place(town: Database) -> None:
    number = await order(town)
    one = await booked(town, number)
    await act(town, number, "cancel")
    gone = await row(town, one)
    assert (gone.state, gone.place) == ("cancelled", None)
    assert await free(town, number, TUESDAY) == [("am", 2), ("pm", 2)]


async def test_a_promise_is_broken_once_when_its_time_is_over(
    town: Database, clock: StandingClock
) -> None:
    number = await order(town)
    one = await booked(town, number)
    clock.at = datetime(2026, 11, 24, 12, 14, tzinfo=ZONE)
    assert await lapsed(town, clock) == []
    clock.forward(minutes=2)
    assert await lapsed(town, clock) == [True]
    assert await lapsed(town, clock) == []
    assert (await row(town, one)).state == "broken"
    assert await facts(town, one) == ["appointment.booked", "appointment.broken"]
    clock.forward(minutes=30)
    await act(town, number, "assign", "accept", "arrive")
    assert (await row(town, one)).state == "broken"


async def lapsed(database: Database, clock: StandingClock) -> list[bool]:
    async with database.unit_of_work() as session:
        late = await queries.overdue(session, await service.rules(session), clock.at)
        return [await service.lapse(session, one, at=clock.at) for one in late]


async def test_another_time_gives_the_place_back_and_at_home_does_not(town: Database) -> None:
    first, second = await order(town), await order(town, "2")
    ones = [await booked(town, first), await booked(town, second)]
    for one, said in zip(ones, ("at_home", "other_time"), strict=True):
        async with town.unit_of_work() as session:
            found = await service.by_id(session, one)
            for _ in range(2):
                await service.answered(session, found, said, by="tel:8001")
    home, away = [await row(town, one) for one in ones]
    assert (home.state, home.answer, home.place) == ("booked", "at_home", 1)
    assert (away.state, away.answer, away.place) == ("cancelled", "other_time", None)
    assert await facts(town, home.id) == ["appointment.booked", "appointment.answered"]
    assert await facts(town, away.id) == [
        "appointment.booked", "appointment.answered", "appointment.cancelled",
    ]  # fmt: skip


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


async def test_the_worker_notes_a_promise_that_nobody_kept(
    town: Database, clock: StandingClock
) -> None:
    one = await booked(town, await order(town))
    await promises(town)
    assert (await row(town, one)).state == "booked"
    clock.at = datetime(2026, 11, 24, 12, 16, tzinfo=ZONE)
    await promises(town)
    assert (await row(town, one)).state == "broken"
