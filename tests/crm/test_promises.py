"""Promised times on both databases: made once, kept, withdrawn, or broken and then called about."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from agi import chores
from crm.callbacks import service as callbacks
from crm.callbacks.models import Callback
from crm.catalog import service as catalog
from crm.promises import service
from crm.promises.breaking import READERS
from crm.promises.models import Promise
from crm.work_orders import queries
from crm.work_orders import service as orders
from crm.work_orders.parts import together
from mainline import definitions
from mainline.config import PROJECT
from mainline.db import Database
from mainline.errors import Invalid, MainlineError
from mainline.journal import append_all, entries_after
from mainline.journal.call_events import CallEnded, CallOffered
from mainline.journal.talk_events import AgentAnswered
from tests.crm.calls import take_in
from tests.support.clock import StandingClock

ZONE = ZoneInfo("Asia/Shanghai")
WANG = "13800008001"
NUMBER = "20261123-0001"


@pytest.fixture
async def town(database: Database, clock: StandingClock) -> Database:
    """A leak that Wang Fang has reported."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PROJECT / "packs" / "heat")
        await orders.open_work_order(
            session, type_code="leak", key="k", by="8001", source="ivr", contact=WANG, zone=ZONE
        )
    return database


async def promised(database: Database, clock: StandingClock, minutes: int = 60, **more: Any) -> int:
    wanted: dict[str, Any] = {
        "key": "p",
        "what": "come",
        "source": "agent",
        "by": "8001",
        "order_number": NUMBER,
    }
    async with database.unit_of_work() as session:
        row = await service.make(
            session, due_at=clock.at + timedelta(minutes=minutes), **{**wanted, **more}
        )
        return row.id


async def read(database: Database) -> None:
    """The readers concerned have read everything."""
    for _ in range(2):  # what one makes of a fact is for another to read
        for reader in sorted(READERS):
            await take_in(database, consumer=reader)


async def nothing() -> None:
    """Asterisk's record tells nothing new."""


async def unread_chore(database: Database) -> None:
    """The chore, whatever the readers have read."""
    await chores.promises(database, nothing)


async def chore(database: Database) -> None:
    """The same with readers who have nothing left to read."""
    await read(database)
    await unread_chore(database)


async def row(database: Database, promise_id: int) -> Promise:
    async with database.reading() as session:
        return await session.get_one(Promise, promise_id)


async def calls(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as session:
        rows = await session.scalars(select(Callback).order_by(Callback.id))
        return [(one.number, one.source) for one in rows]


async def ended(database: Database, promise_id: int) -> list[str]:
    async with database.reading() as session:
        entries = await entries_after(session, 0, subject=f"promise:{promise_id}")
    return [e.event.how for e in entries if e.event.kind == "promise.ended"]  # type: ignore[attr-defined]


async def unread_act(database: Database, *actions: str) -> None:
    for action in actions:
        async with database.unit_of_work() as session:
            await orders.move(session, NUMBER, action, by="crew", note="ok")


async def act(database: Database, *actions: str) -> None:
    await unread_act(database, *actions)
    await take_in(database, consumer="promised times")


async def test_a_broken_promise_becomes_a_call_once_before_the_customer_calls(
    town: Database, clock: StandingClock
) -> None:
    promise_id = await promised(town, clock, text="before noon", call_id="ml-1.1")
    made = await row(town, promise_id)
    assert (made.number, made.owner, made.state) == (WANG, "emergency", "open")
    clock.forward(minutes=59)
    await chore(town)
    assert await calls(town) == []
    clock.forward(minutes=1)
    await chore(town)
    await chore(town)
    assert await calls(town) == [(WANG, "promise")]
    broken = await row(town, promise_id)
    assert (broken.state, broken.callback_id, broken.ended_at) == ("broken", 1, clock.at)
    assert await ended(town, promise_id) == ["broken"]
    async with town.reading() as session:
        lines = await queries.moves(session, 1)
    assert [(one.action, one.note) for one in lines] == [
        ("open", ""),
        ("promise", "before noon"),
        ("promise_broken", "before noon"),
    ]


async def test_who_comes_in_time_keeps_the_promise_and_nobody_is_called(
    town: Database, clock: StandingClock
) -> None:
    promise_id = await promised(town, clock)
    done = await promised(town, clock, 300, key="q", what="done")
    await act(town, "assign", "accept")
    assert await ended(town, promise_id) == []
    await act(town, "arrive")
    assert (await row(town, promise_id)).state == "kept"
    assert (await row(town, done)).state == "open"
    await act(town, "complete")
    assert await ended(town, done) == ["kept"]
    clock.forward(days=1)
    await chore(town)
    assert await calls(town) == []


async def test_what_is_called_off_counts_no_more(town: Database, clock: StandingClock) -> None:
    promise_id = await promised(town, clock)
    await act(town, "cancel")
    assert await ended(town, promise_id) == ["withdrawn"]


async def test_a_promised_call_is_kept_by_calling(town: Database, clock: StandingClock) -> None:
    promise_id = await promised(town, clock, what="call", order_number="", number=WANG)
    async with town.unit_of_work() as session:
        callback = await callbacks.ask(session, number=WANG, source="agent")
        await callbacks.end(session, callback, "done", agent="8002")
    await take_in(town, consumer="promised times")
    kept = await row(town, promise_id)
    assert (kept.state, kept.ended_by, kept.owner) == ("kept", "8002", "8001")


async def test_the_same_promise_is_made_once_and_a_bad_one_never(
    town: Database, clock: StandingClock
) -> None:
    assert await promised(town, clock) == await promised(town, clock)
    bad: tuple[tuple[dict[str, Any], type[MainlineError]], ...] = (
        ({"minutes": -1}, Invalid),
        ({"minutes": 61 * 24 * 60}, Invalid),
        ({"number": "120"}, callbacks.NotCallable),
        ({"order_number": ""}, callbacks.NotCallable),
    )
    for more, refusal in bad:
        with pytest.raises(refusal):
            await promised(town, clock, key="bad", **more)
    async with town.reading() as session:
        assert len((await session.scalars(select(Promise))).all()) == 1


async def test_what_is_over_stays_so_and_a_withdrawal_needs_a_reason(
    town: Database, clock: StandingClock
) -> None:
    promise_id = await promised(town, clock)
    async with town.unit_of_work() as session:
        with pytest.raises(Invalid):
            await service.withdraw(session, promise_id, by="8001", reason=" ")
        await service.keep(session, promise_id, by="8001")
    async with town.unit_of_work() as session:
        with pytest.raises(service.PromiseOver):
            await service.withdraw(session, promise_id, by="8001", reason="mistake")
    assert await ended(town, promise_id) == ["kept"]


async def test_who_calls_about_an_order_is_promised_its_due_time_and_called_when_it_passes(
    town: Database, clock: StandingClock
) -> None:
    async with town.unit_of_work() as session:
        for key, call_id in (("called", "ml-1.2"), ("silent", None)):
            await orders.open_work_order(
                session, type_code="leak", key=key, by="ivr", source="ivr", contact=WANG,
                call_id=call_id, zone=ZONE,
            )  # fmt: skip
    await take_in(town, consumer="promised times")
    async with town.reading() as session:
        (made,) = (await session.scalars(select(Promise))).all()
    assert (made.work_order_id, made.what, made.source) == (2, "done", "menu")
    assert (made.owner, made.due_at) == ("emergency", clock.at + timedelta(minutes=240))
    clock.forward(minutes=239)
    await chore(town)
    assert await calls(town) == []
    clock.forward(minutes=1)
    await chore(town)
    assert await calls(town) == [(WANG, "promise")]


# --- readers who are behind ------------------------------------------------------------------


async def test_what_was_kept_while_nobody_read_is_kept_and_nobody_is_called(
    town: Database, clock: StandingClock
) -> None:
    promise_id = await promised(town, clock)
    await read(town)
    clock.forward(minutes=60)
    await unread_act(town, "assign", "accept", "arrive")
    clock.forward(minutes=60)
    await unread_chore(town)
    assert ((await row(town, promise_id)).state, await calls(town)) == ("open", [])
    await chore(town)
    assert ((await row(town, promise_id)).state, await calls(town)) == ("kept", [])
    assert await ended(town, promise_id) == ["kept"]


async def test_what_fell_due_before_anything_unread_is_broken_and_what_came_too_late_then(
    town: Database, clock: StandingClock
) -> None:
    early, late = await promised(town, clock, 30), await promised(town, clock, 45, key="q")
    await read(town)
    clock.forward(minutes=40)
    await unread_act(town, "assign")
    clock.forward(minutes=20)
    await unread_act(town, "accept", "arrive")
    await unread_chore(town)
    assert [(await row(town, one)).state for one in (early, late)] == ["broken", "open"]
    await chore(town)
    assert [(await row(town, one)).state for one in (early, late)] == ["broken", "broken"]
    assert await calls(town) == [(WANG, "promise")]


async def test_who_was_talked_with_in_time_is_not_called_though_only_the_record_knows(
    town: Database, clock: StandingClock
) -> None:
    promise_id = await promised(town, clock, what="call", order_number="", number=WANG)
    async with town.unit_of_work() as session:
        await callbacks.ask(session, number=WANG, source="agent")
    await read(town)
    clock.forward(minutes=50)
    talked_at, call = clock.at, {"subject": "call:ml-1.1", "at": clock.at}
    clock.forward(minutes=60)

    async def record() -> None:
        async with town.unit_of_work() as session:
            told = (
                CallOffered(**call, ani=WANG, dnis="96777"),
                AgentAnswered(**call, agent="8001", queue="service"),
                CallEnded(**call),
            )
            await append_all(session, told)

    await chores.promises(town, record)
    assert (await row(town, promise_id)).state == "open"
    await chore(town)
    kept = await row(town, promise_id)
    assert (kept.state, kept.ended_at, kept.ended_by) == ("kept", talked_at, "8001")
    assert await calls(town) == [(WANG, "agent")]


async def test_what_is_done_with_its_whole_is_kept_however_late_that_is_read(
    town: Database, clock: StandingClock
) -> None:
    async with town.unit_of_work() as session:
        part = await orders.open_work_order(
            session, type_code="leak", key="part", by="8001", source="ivr", contact=WANG, zone=ZONE
        )
        await together(session, NUMBER, part.number, by="8001")
    promise_id = await promised(town, clock, what="done", order_number=part.number)
    await read(town)
    clock.forward(minutes=40)
    await unread_act(town, "assign", "accept", "arrive", "complete", "close")
    await take_in(town, consumer="promised times")
    clock.forward(minutes=60)
    await unread_chore(town)
    assert (await row(town, promise_id)).state == "open"
    await chore(town)
    assert ((await row(town, promise_id)).state, await calls(town)) == ("kept", [])


async def test_a_broken_promise_is_called_about_however_many_wait_already(
    town: Database, clock: StandingClock
) -> None:
    promise_id = await promised(town, clock)
    async with town.unit_of_work() as session:
        body = {"open_max": 1}
        await definitions.install(session, "callbacks", "company", body, by="test")
        await callbacks.ask(session, number="13912345678", source="queue")
    clock.forward(minutes=60)
    await chore(town)
    assert await calls(town) == [("13912345678", "queue"), (WANG, "promise")]
    assert (await row(town, promise_id)).callback_id == 2
    async with town.unit_of_work() as session:
        with pytest.raises(callbacks.TooManyCallbacks):
            await callbacks.ask(session, number="13912345679", source="queue")
