"""Who does not want to be called by us is not, and who named hours is called within them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.campaigns import tasks, wishes
from crm.campaigns.selection import Selection
from crm.customers import service as archive
from crm.customers.wishes import Wish, joined
from mainline.db import Database
from tests.crm.campaigning import (
    DONE,
    LI,
    WANG,
    ZONE,
    Ids,
    all_tasks,
    complaint,
    dial,
    started,
    within,
)
from tests.crm.town import customer
from tests.support.clock import StandingClock

ARREARS = Selection(source="arrears")
EVENING = {"contact_from": "18:00", "contact_until": "19:30"}


def at(clock: str, day: int = 23) -> datetime:
    return datetime.combine(date(2026, 11, day), time.fromisoformat(clock), tzinfo=ZONE)


async def wish(database: Database, who: int, **facts: str) -> None:
    async with database.unit_of_work() as session:
        await archive.change(session, who, facts, by="leader", why="来电要求")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("08:00", at("18:00")), ("18:00", at("18:00")), ("19:29", at("19:29")),
        ("19:30", at("18:00", 24)), ("23:59", at("18:00", 24)),
    ],
)  # fmt: skip
def test_the_next_moment_is_within_the_hours(moment: str, expected: datetime) -> None:
    assert Wish(None, "18:00", "19:30").next_moment(at(moment), ZONE) == expected


@given(
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.lists(st.times(), min_size=2, max_size=2, unique_by=lambda one: f"{one:%H:%M}"),
)
def test_it_is_never_earlier_nor_outside_nor_later_than_a_day(
    later: timedelta, hours: list[time]
) -> None:
    begins, ends = sorted(f"{one:%H:%M}" for one in hours)
    moment = at("00:00") + later
    found = Wish(None, begins, ends).next_moment(moment, ZONE)
    assert moment <= found <= moment + timedelta(days=1)
    assert begins <= f"{found:%H:%M}" < ends


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], Wish()),
        ([Wish(), Wish("phone")], Wish("phone")),
        ([Wish("phone", "09:00", "10:00"), Wish("not_by_phone")], Wish("not_by_phone")),
        ([Wish("sms"), Wish("phone")], Wish("sms")),
    ],
)
def test_of_records_that_are_one_whoever_wants_no_calls_is_heard(
    told: list[Wish], expected: Wish
) -> None:
    assert joined(told) == expected


async def test_a_merged_records_wish_is_that_of_who_is_kept(database: Database) -> None:
    async with database.unit_of_work() as session:
        kept = await customer(session, "王芳")
        merged = await customer(session, "王芳", merged_into_id=kept.id, contact_by="not_by_phone")
        silent = await customer(session, "李强")
        ids = [kept.id, merged.id, silent.id]
        found = await wishes.of_customers(session, ids)
    assert found == {ids[0]: Wish("not_by_phone"), ids[1]: Wish("not_by_phone")}


@pytest.mark.parametrize("way", ["sms", "not_by_phone"])
async def test_the_machine_calls_nobody_who_does_not_want_it(town: Database, way: str) -> None:
    await wish(town, 1, contact_by=way)
    await started(town, ARREARS)
    assert [(one.number, one.state) for one in await all_tasks(town)] == [
        (WANG, "barred"), (LI, "waiting"),
    ]  # fmt: skip
    await wish(town, 2, contact_by=way)
    assert await dial(town, at("10:00")) == []
    assert [one.state for one in await all_tasks(town)] == ["barred", "barred"]


async def test_the_machine_waits_for_the_hours_that_were_wished(town: Database) -> None:
    await started(town, ARREARS)
    await wish(town, 1, contact_by="phone", **EVENING)
    ids = Ids()
    assert await dial(town, at("10:00"), ids=ids) == [LI]
    first = (await all_tasks(town))[0]
    assert (first.state, first.attempts, first.next_at) == ("waiting", 0, at("18:00"))
    assert await dial(town, at("17:59"), ids=ids) == []
    assert await dial(town, at("18:00"), ids=ids) == [WANG]


async def test_an_agent_is_given_nobody_who_does_not_want_it_now_or_at_all(
    town: Database, clock: StandingClock
) -> None:
    await complaint(town, *DONE)
    await started(town, Selection(source="complaints"))
    await wish(town, 1, **EVENING)
    assert await within(town, lambda session: tasks.take(session, "8001", zone=ZONE)) is None
    clock.forward(hours=8)
    taken = await within(town, lambda session: tasks.take(session, "8001", zone=ZONE))
    assert isinstance(taken, tasks.Taken)
    await wish(town, 1, contact_by="not_by_phone")
    with pytest.raises(tasks.NotWished):
        async with town.unit_of_work() as session:
            await tasks.number_to_call(session, taken.task.id, agent="8001")
    await within(town, lambda session: tasks.give_back(session, taken.task.id, agent="8001"))
    assert await within(town, lambda session: tasks.take(session, "8001", zone=ZONE)) is None
    assert [(one.state, one.attempts) for one in await all_tasks(town)] == [("barred", 0)]
