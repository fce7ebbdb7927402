"""Call-backs on both databases: asked once, tried with pauses, ended in exactly one way."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from crm.callbacks import queries, service
from crm.callbacks.events import CallbackAsked
from crm.callbacks.models import Callback
from mainline import definitions
from mainline.clock import now
from mainline.db import Database
from mainline.errors import Invalid
from mainline.features import modules
from mainline.journal import Event, entries_after
from mainline.journal.call_events import CallEnded, CallOffered, QueueEntered
from mainline.journal.talk_events import AgentAnswered
from tests.crm.calls import take_in
from tests.support.clock import StandingClock

AsRole = Callable[[str], httpx.AsyncClient]
ANNA = "13912345678"


@pytest.fixture(autouse=True)
def standing(clock: StandingClock) -> StandingClock:
    list(modules("events"))
    return clock


async def asked(database: Database, number: str = ANNA, **fields: Any) -> int:
    async with database.unit_of_work() as session:
        row = await service.ask(session, number=number, **{"source": "queue", **fields})
        return row.id


async def row(database: Database, callback_id: int) -> Callback:
    async with database.reading() as session:
        return await session.get_one(Callback, callback_id)


async def attempt(database: Database, callback_id: int, call_id: str) -> bool:
    async with database.unit_of_work() as session:
        begun = await service.begin_attempt(session, callback_id, call_id=call_id, agent="8001")
        return begun is not None


async def told(database: Database, callback_id: int) -> list[str]:
    async with database.reading() as session:
        entries = await entries_after(session, 0, subject=f"callback:{callback_id}")
    return [entry.event.kind for entry in entries]


async def happens(database: Database, *events: Event) -> None:
    await take_in(database, *events, consumer="callbacks")


def answered(call: str, agent: str = "8001") -> Event:
    return AgentAnswered(subject=f"call:{call}", agent=agent, queue="service")


def ended(call: str) -> Event:
    return CallEnded(subject=f"call:{call}")


def offered(call: str, ani: str) -> Event:
    return CallOffered(subject=f"call:{call}", ani=ani, dnis="96777")


async def test_a_promise_keeps_the_place_of_its_caller(database: Database) -> None:
    entered = now() - timedelta(minutes=7)
    found = await row(database, await asked(database, since=entered, priority=5, call_id="ml-1.1"))
    assert (found.since, found.priority, found.state) == (entered, 5, "waiting")
    assert (found.due_at, found.expires_at) == (now(), now() + timedelta(hours=24))
    assert (found.own_call_id, found.attempts) == ("ml-1.1", 0)
    assert await told(database, found.id) == ["callback.asked"]


async def test_never_two_for_one_number(database: Database, clock: StandingClock) -> None:
    first = await asked(database, reason="order 4711", since=now())
    clock.forward(seconds=60)
    again = await asked(
        database, "+86 139 1234 5678", reason="a bill", since=now(), priority=50, language="en"
    )
    elsewhere = await asked(database, queue="repair", source="menu")
    assert (again, elsewhere) == (first, first)
    found = await row(database, first)
    assert (found.queue, found.since, found.priority, found.language, found.reason) == (
        "service",
        now() - timedelta(seconds=60),
        50,
        "zh",
        "order 4711\na bill",
    )
    assert await told(database, first) == ["callback.asked"]


async def test_who_asks_again_while_waiting_is_called_by_the_queue_they_waited_in(
    database: Database,
) -> None:
    first = await asked(database, source="menu")
    entered = now() - timedelta(minutes=3)
    assert await asked(database, queue="repair", since=entered) == first
    found = await row(database, first)
    assert (found.queue, found.since, found.source) == ("repair", entered, "menu")


async def test_who_is_being_called_stays_with_the_queue_that_calls(database: Database) -> None:
    first = await asked(database)
    assert await attempt(database, first, "ml-9.1")
    assert await asked(database, queue="repair") == first
    assert (await row(database, first)).queue == "service"


async def test_one_call_promises_two_numbers_at_most(database: Database) -> None:
    for number in ("13912345671", "13912345672", "13912345671"):
        await asked(database, number, call_id="ml-1.1")
    with pytest.raises(service.TooManyCallbacks):
        await asked(database, "13912345673", call_id="ml-1.1")
    await asked(database, "13912345673", call_id="ml-1.2")
    async with database.reading() as session:
        asked_for = [
            entry.event
            for entry in await entries_after(session, 0)
            if isinstance(entry.event, CallbackAsked)
        ]
        found = [one.number for one in await queries.find(session)]
    assert found == ["13912345671", "13912345672", "13912345673"]
    assert [each.call_id for each in asked_for] == ["ml-1.1", "ml-1.1", "ml-1.2"]


async def test_many_who_ask_for_one_number_at_once_get_one(database: Database) -> None:
    ids = await asyncio.gather(*(asked(database) for _ in range(8)))
    assert len(set(ids)) == 1
    async with database.reading() as session:
        assert len(list(await session.scalars(select(Callback)))) == 1


@pytest.mark.parametrize("number", ["+4412345678", "16812345678", "120", "anonymous", "", "8001"])
async def test_dear_and_strange_numbers_are_refused(database: Database, number: str) -> None:
    with pytest.raises(service.NotCallable):
        await asked(database, number)
    async with database.reading() as session:
        assert await queries.find(session, is_open=None) == []


async def test_a_local_number_gets_its_area_code(database: Database) -> None:
    assert (await row(database, await asked(database, "31234567", area_code="024"))).number == (
        "02431234567"
    )


async def test_a_date_too_far_away_is_refused(database: Database) -> None:
    with pytest.raises(Invalid):
        await asked(database, due_at=now() + timedelta(days=61))


async def test_no_more_are_kept_than_the_company_allows(database: Database) -> None:
    async with database.unit_of_work() as session:
        body = {"open_max": 1}
        await definitions.install(session, "callbacks", "company", body, by="test")
    await asked(database)
    with pytest.raises(service.TooManyCallbacks):
        await asked(database, "13912345679")
    assert await asked(database) == 1
    assert await asked(database, "13912345679", queue="repair") == 2


async def test_one_is_called_when_due_and_not_while_its_caller_is_on_the_line(
    database: Database, clock: StandingClock
) -> None:
    first = await asked(database, call_id="ml-1.1")
    later = await asked(database, "13912345679", due_at=now() + timedelta(minutes=5))
    assert not await attempt(database, first, "ml-9.1")
    await happens(database, ended("ml-1.1"))
    async with database.reading() as session:
        assert [one.id for one in await queries.due(session, now())] == [first]
    assert await attempt(database, first, "ml-9.1")
    assert not await attempt(database, first, "ml-9.2")
    assert not await attempt(database, later, "ml-9.3")
    clock.forward(seconds=300)
    assert await attempt(database, later, "ml-9.3")


async def test_who_is_wished_for_again_after_their_call_is_called(
    database: Database, clock: StandingClock
) -> None:
    first = await asked(database, call_id="ml-1.1")
    await happens(database, ended("ml-1.1"))
    assert await asked(database, source="agent", reason="supply is back") == first
    found = await row(database, first)
    assert (found.own_call_id, found.call_id) == (None, "ml-1.1")
    async with database.reading() as session:
        assert [one.id for one in await queries.due(session, now())] == [first]
    assert await attempt(database, first, "ml-9.1")


async def test_a_wish_of_somebody_else_frees_nobody_who_is_on_the_line(
    database: Database,
) -> None:
    first = await asked(database)
    await happens(database, offered("ml-2.1", ANNA))
    assert await asked(database, source="message") == first
    assert (await row(database, first)).own_call_id == "ml-2.1"
    assert not await attempt(database, first, "ml-9.1")


async def test_who_hangs_up_while_the_wish_is_being_written_is_called(
    database: Database, clock: StandingClock
) -> None:
    await happens(database, ended("ml-1.1"))
    first = await asked(database, call_id="ml-1.1")
    async with database.reading() as session:
        assert [one.id for one in await queries.due(session, now())] == [first]
    assert await attempt(database, first, "ml-9.1")


async def test_who_hung_up_too_early_to_be_told_of_is_not_kept_for_ever(
    database: Database, clock: StandingClock
) -> None:
    await happens(database, ended("ml-1.1"))
    over, talking = await asked(database, call_id="ml-1.1"), await asked(
        database, "13912345679", call_id="ml-1.2"
    )  # fmt: skip
    clock.forward(seconds=24 * 3600)
    async with database.reading() as session:
        assert list(await queries.expired(session, now())) == [over]
        assert talking not in [one.id for one in await queries.due(session, now())]


async def test_of_many_who_call_at_once_each_who_waits_is_on_the_line(database: Database) -> None:
    first = await asked(database)
    other = await asked(database, "02486000003")
    absent = await asked(database, "13912345679")
    await happens(
        database,
        offered("ml-9.1", f"+86{ANNA}"),
        offered("ml-9.2", "86000003"),
        offered("ml-9.3", "anonymous"),
        offered("ml-9.4", "13700005679"),
    )
    assert [(await row(database, one)).own_call_id for one in (first, other, absent)] == [
        "ml-9.1", "ml-9.2", None,
    ]  # fmt: skip
    await happens(database, ended("ml-9.2"), ended("ml-9.4"))
    assert (await row(database, first)).own_call_id == "ml-9.1"
    assert (await row(database, other)).own_call_id is None


async def test_who_is_reached_is_served_once(database: Database) -> None:
    one = await asked(database)
    assert await attempt(database, one, "ml-9.1")
    await happens(database, answered("ml-9.1", "8002"), answered("ml-9.1", "8003"), ended("ml-9.1"))
    found = await row(database, one)
    assert (found.state, found.agent, found.open_key, found.ended_at) == (
        "done",
        "8002",
        None,
        now(),
    )
    assert await told(database, one) == ["callback.asked", "callback.called", "callback.ended"]


async def test_who_is_not_reached_is_tried_again_after_growing_pauses_and_then_no_more(
    database: Database, clock: StandingClock
) -> None:
    one = await asked(database)
    for number, pause in ((1, 5), (2, 15)):
        assert await attempt(database, one, f"ml-9.{number}")
        await happens(database, ended(f"ml-9.{number}"))
        found = await row(database, one)
        assert (found.state, found.next_at) == ("waiting", now() + timedelta(minutes=pause))
        assert not await attempt(database, one, "ml-9.0")
        clock.forward(seconds=pause * 60)
    assert await attempt(database, one, "ml-9.3")
    await happens(database, ended("ml-9.3"))
    assert (await row(database, one)).state == "unreached"
    assert (await told(database, one))[-2:] == ["callback.missed", "callback.ended"]


async def test_facts_told_twice_count_once(database: Database) -> None:
    one = await asked(database)
    assert await attempt(database, one, "ml-9.1")
    await happens(database, ended("ml-9.1"), ended("ml-9.1"))
    assert (await row(database, one)).attempts == 1
    assert (await told(database, one)).count("callback.missed") == 1


async def test_who_calls_again_meanwhile_and_is_served_needs_no_call_back(
    database: Database,
) -> None:
    mine, theirs = await asked(database), await asked(database, "13912345679")
    await happens(database, offered("ml-2.1", f"+86{ANNA}"))
    assert not await attempt(database, mine, "ml-9.1")
    assert (await row(database, theirs)).own_call_id is None
    await happens(database, answered("ml-2.1"))
    assert [(await row(database, each)).state for each in (mine, theirs)] == [
        "withdrawn",
        "waiting",
    ]


async def test_who_calls_again_and_gives_up_is_called_all_the_same(database: Database) -> None:
    one = await asked(database)
    entered = QueueEntered(subject="call:ml-2.1", queue="service")
    await happens(database, offered("ml-2.1", ANNA), entered, ended("ml-2.1"))
    assert (await row(database, one)).state == "waiting"
    assert await attempt(database, one, "ml-9.1")


async def test_a_call_that_was_never_placed_does_not_count(database: Database) -> None:
    one = await asked(database)
    assert await attempt(database, one, "ml-9.1")
    async with database.unit_of_work() as session:
        assert await service.undo_attempt(session, one, call_id="ml-9.1")
        assert not await service.undo_attempt(session, one, call_id="ml-9.1")
    found = await row(database, one)
    assert (found.state, found.attempts, found.agent) == ("waiting", 0, None)
    assert found.next_at == now() + timedelta(seconds=30)


async def test_what_is_too_old_expires_and_a_new_one_may_be_asked_for(
    database: Database, clock: StandingClock
) -> None:
    one = await asked(database)
    clock.forward(seconds=24 * 3600)
    async with database.unit_of_work() as session:
        late = await queries.expired(session, now())
        assert list(late) == [one]
        await service.expire(session, late)
    assert (await row(database, one)).state == "expired"
    assert await asked(database) != one


async def test_one_can_be_cancelled_until_the_telephone_rings(database: Database) -> None:
    one, two = await asked(database), await asked(database, "13912345679")
    assert await attempt(database, two, "ml-9.1")
    async with database.unit_of_work() as session:
        assert (await service.cancel(session, one, by="8001")).state == "cancelled"
        await service.cancel(session, one, by="8002")
    with pytest.raises(service.UnderWay):
        async with database.unit_of_work() as session:
            await service.cancel(session, two, by="8001")
    found = await row(database, one)
    assert (found.ended_by, await told(database, one)) == (
        "8001",
        ["callback.asked", "callback.ended"],
    )


async def test_they_stand_in_line_by_priority_and_place(database: Database) -> None:
    ids = [
        await asked(database, "13912345671", since=now() - timedelta(minutes=1)),
        await asked(database, "13912345672", since=now() - timedelta(minutes=9)),
        await asked(database, "13912345673", priority=50),
    ]
    async with database.reading() as session:
        assert [one.id for one in await queries.find(session)] == [ids[2], ids[1], ids[0]]


async def test_people_ask_look_and_withdraw_by_the_api(as_role: AsRole) -> None:
    agent, leader = as_role("agent"), as_role("leader")
    made = await agent.post("/callbacks", json={"number": ANNA, "reason": "tell the outcome"})
    assert made.status_code == 201
    assert (made.json()["number"], made.json()["source"]) == ("139****5678", "agent")
    [seen] = (await leader.get("/callbacks", params={"open": "true"})).json()["items"]
    assert (seen["number"], seen["reason"], seen["state"]) == (ANNA, "tell the outcome", "waiting")
    refused = await agent.post("/callbacks", json={"number": "16812345678"})
    assert (refused.status_code, refused.json()["code"]) == (422, "number-not-callable")
    over = await agent.post(f"/callbacks/{seen['id']}/cancel")
    assert (over.status_code, over.json()["state"]) == (200, "cancelled")
    assert (await leader.get("/callbacks", params={"open": "true"})).json()["items"] == []
    assert (await as_role("quality").post(f"/callbacks/{seen['id']}/cancel")).status_code == 403
    assert (await agent.post("/callbacks/999/cancel")).status_code == 404


async def test_a_queue_that_does_not_exist_is_refused_and_nothing_is_promised(
    as_role: AsRole,
) -> None:
    agent = as_role("agent")
    refused = await agent.post("/callbacks", json={"number": ANNA, "queue": "no-such"})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-queue")
    assert (await agent.get("/callbacks")).json()["items"] == []
    made = await agent.post("/callbacks", json={"number": ANNA, "queue": "repair"})
    assert (made.status_code, made.json()["queue"]) == (201, "repair")
