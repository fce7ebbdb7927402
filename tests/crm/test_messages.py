"""A message becomes a task with an owner and a deadline, and ends when its caller knows."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.callbacks import service as callbacks
from crm.callbacks.models import Callback
from crm.messages import queries, service
from crm.messages.kinds import MESSAGE_RULES
from crm.messages.models import VoiceMessage
from crm.messages.service import AlreadyTaken, NoNumber, NotSettled, OutcomeNeeded
from mainline import definitions
from mainline.config import Settings
from mainline.db import Database
from mainline.errors import NotFound
from mainline.journal.call_events import (
    CallEnded,
    CallerIdentified,
    CallOffered,
    MenuStarted,
    MenuVisited,
    MessageLeft,
)
from tests.crm.calls import NINE, facts, take_in
from tests.support.clock import StandingClock

CALL = "ml-5.1"


@pytest.fixture(autouse=True)
def _morning(clock: StandingClock) -> None:
    clock.set(NINE)


async def leave(database: Database, *, node: str = "message", ani: str = "13800008000") -> int:
    told = facts(
        CALL,
        (0, CallOffered, {"ani": ani, "dnis": "96777"}),
        (0.2, CallerIdentified, {"how": "ani", "customer_id": 7, "candidates": 1}),
        (0.3, MenuStarted, {"menu": "main", "version": 2, "language": "en"}),
        (1, MenuVisited, {"node": node}),
        (9, MessageLeft, {"file": f"{CALL}-message.wav"}),
        (10, CallEnded, {"cause": 16}),
    )
    await take_in(database, *told)
    await take_in(database, consumer="messages")
    async with database.reading() as session:
        return (await session.scalars(select(VoiceMessage.id))).one()


async def read(database: Database, message: int) -> VoiceMessage:
    async with database.reading() as session:
        return (await queries.view(session, message)).message


async def told(database: Database, message: int) -> list[str]:
    async with database.reading() as session:
        return [event.kind for event in await queries.history(session, message)]


async def settle(database: Database, message: int, tell: str = "call-back", **more: str) -> None:
    fields = {"outcome": "The valve is mended.", "by": "8001", **more}
    async with database.unit_of_work() as session:
        await service.settle(session, message, tell=tell, **fields)  # type: ignore[arg-type]


async def test_a_complaint_is_the_leaders_and_due_in_two_hours(database: Database) -> None:
    found = await read(database, await leave(database, node="complaint"))
    assert (found.about, found.owner, found.state) == ("complaint", "leader", "new")
    assert found.due_at == NINE + timedelta(seconds=9, hours=2)
    assert (found.customer_id, found.call_id) == (7, CALL)
    assert await told(database, found.id) == ["message.opened"]


async def test_the_companys_own_rules_count(database: Database) -> None:
    body = {"rules": [{"about": "message", "owner": "8005", "due_minutes": 30}]}
    async with database.unit_of_work() as session:
        await definitions.install(session, MESSAGE_RULES.name, definitions.COMPANY, body, by="li")
    found = await read(database, await leave(database, node="complaint"))
    assert (found.about, found.owner) == ("message", "8005")
    assert found.due_at == NINE + timedelta(seconds=9, minutes=30)


async def test_a_message_told_twice_is_one_task_and_keeps_its_state(database: Database) -> None:
    message = await leave(database)
    async with database.unit_of_work() as session:
        await service.take(session, message, by="8001")
    again = facts(CALL, (9, MessageLeft, {"file": f"{CALL}-message.wav"}))
    await take_in(database, *again, consumer="messages")
    found = await read(database, message)
    assert (found.state, found.owner) == ("taken", "8001")
    assert await told(database, message) == ["message.opened", "message.taken"]


async def test_it_is_taken_by_one_and_given_on_by_the_leader(database: Database) -> None:
    message = await leave(database)
    async with database.unit_of_work() as session:
        await service.take(session, message, by="8001")
    with pytest.raises(AlreadyTaken):
        async with database.unit_of_work() as session:
            await service.take(session, message, by="8002")
    async with database.unit_of_work() as session:
        await service.hand_over(session, message, to="8002", by="chen")
        await service.take(session, message, by="8002")
    assert (await read(database, message)).owner == "8002"
    with pytest.raises(NotFound):
        async with database.unit_of_work() as session:
            await service.take(session, 999, by="8001")


async def test_sorting_it_as_a_complaint_brings_the_deadline_forward(database: Database) -> None:
    message = await leave(database)
    async with database.unit_of_work() as session:
        await service.sort(session, message, "complaint", by="8001", zone=Settings().zone)
    found = await read(database, message)
    assert found.about == "complaint"
    assert found.due_at == NINE + timedelta(seconds=9, hours=2)


async def test_the_outcome_is_told_by_a_promised_call(database: Database) -> None:
    message = await leave(database)
    await settle(database, message)
    found = await read(database, message)
    assert (found.state, found.outcome) == ("settled", "The valve is mended.")
    async with database.unit_of_work() as session:
        promised = (await session.scalars(select(Callback))).one()
        assert (promised.id, promised.number) == (found.callback_id, "13800008000")
        assert (promised.source, promised.language) == ("message", "en")
        assert promised.reason == "The valve is mended."
        assert promised.own_call_id is None, "nobody would ever be called"
        await callbacks.end(session, promised, "done", agent="8002")
    await take_in(database, consumer="messages")
    done = await read(database, message)
    assert (done.state, done.told) == ("done", "told")
    assert await told(database, message) == [
        "message.opened",
        "message.taken",
        "message.settled",
        "message.told",
    ]


@pytest.mark.parametrize("how", ["unreached", "expired", "cancelled", "withdrawn"])
async def test_a_promised_call_that_came_to_nothing_puts_it_back_on_the_list(
    database: Database, how: str
) -> None:
    message = await leave(database)
    await settle(database, message)
    async with database.unit_of_work() as session:
        promised = (await session.scalars(select(Callback))).one()
        await callbacks.end(session, promised, how)  # type: ignore[arg-type]
    await take_in(database, consumer="messages")
    found = await read(database, message)
    assert (found.state, found.told, found.callback_id) == ("settled", "unreached", None)
    async with database.unit_of_work() as session:
        [listed] = await queries.messages(session, which="to-tell")
        assert listed.message.id == message
        await service.tell(session, message, by="8001")
    assert (await read(database, message)).state == "done"


async def test_nothing_can_be_told_before_it_is_written_down(database: Database) -> None:
    message = await leave(database)
    with pytest.raises(OutcomeNeeded):
        await settle(database, message, outcome="  ")
    with pytest.raises(NotSettled):
        async with database.unit_of_work() as session:
            await service.tell(session, message, by="8001")
    found = await read(database, message)
    assert (found.state, found.outcome) == ("new", "")


async def test_who_withheld_the_number_cannot_be_called_and_nothing_is_kept_halfway(
    database: Database,
) -> None:
    message = await leave(database, ani="")
    with pytest.raises(NoNumber):
        await settle(database, message)
    assert (await read(database, message)).state == "new"
    await settle(database, message, "none", outcome="")
    found = await read(database, message)
    assert (found.state, found.told) == ("done", "waived")


async def test_the_list_stands_by_deadline_and_overdue_ones_are_counted(
    database: Database, clock: StandingClock
) -> None:
    message = await leave(database)
    clock.set(NINE + timedelta(hours=3))
    async with database.reading() as session:
        assert await queries.overdue(session, clock.at) == 0
        later = clock.at + timedelta(hours=2)
        assert await queries.overdue(session, later) == 1
        [view] = await queries.messages(session, which="overdue", at=later)
        assert view.overdue(later)
        assert not view.overdue(clock.at)
        assert view.ani == "13800008000"
        assert await queries.messages(session, which="mine", mine="8001") == []
        assert await queries.messages(session, which="done") == []
    async with database.unit_of_work() as session:
        await service.finish(session, message, by="8001")
    async with database.reading() as session:
        assert await queries.overdue(session, later) == 0
        assert await queries.messages(session) == []
        [done] = await queries.messages(session, which="done")
    assert not done.overdue(later)


async def test_no_fact_repeats_what_was_said(database: Database) -> None:
    message = await leave(database)
    await settle(database, message)
    async with database.unit_of_work() as session:
        await service.transcribed(session, message, text="my valve leaks", by="vosk-en")
    async with database.reading() as session:
        lines = [event.model_dump_json() for event in await queries.history(session, message)]
    assert not [line for line in lines if "valve" in line or "13800008000" in line]
