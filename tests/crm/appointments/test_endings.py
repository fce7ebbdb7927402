"""A promise is kept, broken, given up or answered: each once, on both databases."""

from datetime import datetime

from agi import chores
from crm.appointments import queries, service
from crm.appointments.breaking import READERS
from crm.work_orders import service as orders
from mainline.db import Database
from tests.crm.appointing import TUESDAY, ZONE, act, booked, facts, free, order, row
from tests.crm.calls import take_in
from tests.support.clock import StandingClock


async def promises(database: Database, *, read: bool = True) -> None:
    """The worker's chore, with readers who have read everything, or not."""

    async def nothing() -> None:
        """Asterisk's record tells nothing new."""

    for reader in sorted(READERS) if read else ():
        await take_in(database, consumer=reader)
    await chores.promises(database, nothing)


async def lapsed(database: Database, clock: StandingClock) -> list[bool]:
    async with database.unit_of_work() as session:
        late = await queries.overdue(session, await service.rules(session), clock.at)
        return [await service.lapse(session, one, at=clock.at) for one in late]


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


async def test_the_worker_notes_a_promise_that_nobody_kept(
    town: Database, clock: StandingClock
) -> None:
    one = await booked(town, await order(town))
    await promises(town)
    assert (await row(town, one)).state == "booked"
    clock.at = datetime(2026, 11, 24, 12, 16, tzinfo=ZONE)
    await promises(town)
    assert (await row(town, one)).state == "broken"


async def test_who_came_while_nobody_read_has_kept_the_promise(
    town: Database, clock: StandingClock
) -> None:
    number = await order(town)
    one = await booked(town, number)
    await promises(town)
    clock.at = datetime(2026, 11, 24, 12, 15, tzinfo=ZONE)
    for action in ("assign", "accept", "arrive"):
        async with town.unit_of_work() as session:
            await orders.move(session, number, action, by="crew")
    clock.forward(hours=3)
    await promises(town, read=False)
    assert (await row(town, one)).state == "booked"
    await promises(town)
    assert await facts(town, one) == ["appointment.booked", "appointment.kept"]


async def test_what_ended_before_anything_unread_is_broken_all_the_same(
    town: Database, clock: StandingClock
) -> None:
    number = await order(town)
    one = await booked(town, number)
    await promises(town)
    clock.at = datetime(2026, 11, 24, 12, 16, tzinfo=ZONE)
    async with town.unit_of_work() as session:
        await orders.move(session, number, "assign", by="crew")
    await promises(town, read=False)
    assert await facts(town, one) == ["appointment.booked", "appointment.broken"]
