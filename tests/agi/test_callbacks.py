"""Whose turn it is, one agent for each, and nothing lost or doubled when the worker dies."""

from datetime import timedelta
from typing import Any

import pytest

from agi.callbacks import CallBacks, choose, places
from crm.callbacks import service
from crm.callbacks.models import Callback
from mainline.asterisk.ami import AmiDown, AmiRefused
from mainline.asterisk.snapshots import Channel, Member, Queues, Station, Waiting
from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.features import modules
from mainline.ids import CallId
from mainline.journal import append
from mainline.journal.call_events import CallPlaced
from tests.support.clock import StandingClock

ZONE = Settings().zone


def member(agent: str = "8001", queue: str = "service", **changes: Any) -> Member:
    fields: dict[str, Any] = {
        "agent": agent,
        "station": "phone",
        "queue": queue,
        "penalty": 0,
        "paused": False,
        "reason": "",
        "in_call": False,
        "status": 1,
        "last_pause": 0,
        **changes,
    }
    return Member(**fields)


def caller(position: int = 1, wait_s: int = 10, priority: int = 0) -> Waiting:
    return Waiting(
        "service", f"PJSIP/trunk-{position}", f"ml-{position}", position, wait_s, priority
    )


class Board:
    """Asterisk as far as call-backs touch it."""

    def __init__(self) -> None:
        self.members: list[Member] = [member()]
        self.waiting: list[Waiting] = []
        self.alive: list[str] = []
        self.refuses: Exception | None = None
        self.dies_before_placing = False
        self.placed: list[dict[str, Any]] = []
        self.said: list[str] = []
        self.asked = 0

    def new_call_id(self) -> CallId:
        self.asked += 1
        return CallId(f"ml-9.{self.asked}")

    async def queues(self) -> Queues:
        return Queues(frozenset({"service"}), tuple(self.members), tuple(self.waiting))

    async def channels(self) -> list[Channel]:
        return [Channel("PJSIP/trunk-1", one, one, "", "", "", 0, "") for one in self.alive]

    async def pause(self, agent: str, _station: Station, reason: str) -> None:
        if self.dies_before_placing:
            raise KeyboardInterrupt
        self.said.append(f"pause {agent} {reason}")

    async def unpause(self, agent: str, _station: Station) -> None:
        self.said.append(f"unpause {agent}")

    async def call_back(self, number: str, queue: str, **words: Any) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.placed.append({"number": number, "queue": queue, **words})


@pytest.fixture
def board(clock: StandingClock) -> Board:
    list(modules("events"))
    assert clock.at.hour == 2  # ten in the morning of the company
    return Board()


@pytest.fixture
def calls(database: Database, board: Board) -> CallBacks:
    return CallBacks(database, board, ZONE)


async def asked(database: Database, number: str = "13912345678", **fields: Any) -> int:
    async with database.unit_of_work() as session:
        return (await service.ask(session, number=number, source="queue", **fields)).id


async def row(database: Database, callback_id: int) -> Callback:
    async with database.reading() as session:
        return await session.get_one(Callback, callback_id)


async def test_the_customer_is_rung_once_and_an_agent_kept_free(
    database: Database, board: Board, calls: CallBacks
) -> None:
    entered = now() - timedelta(minutes=4)
    one = await asked(database, since=entered, priority=5, language="en")
    await calls.step()
    await calls.step()
    assert board.said == ["pause 8001 callback"]
    assert board.placed == [
        {
            "number": "13912345678",
            "queue": "service",
            "call_id": "ml-9.1",
            "callback_id": one,
            "since": int(entered.timestamp()),
            "priority": 5,
            "language": "en",
            "reserved": "PJSIP/phone-8001",
        }
    ]
    found = await row(database, one)
    assert (found.state, found.attempt_call_id, found.agent) == ("calling", "ml-9.1", "8001")


async def test_nobody_is_called_at_night_and_nothing_is_forgotten(
    database: Database, board: Board, calls: CallBacks, clock: StandingClock
) -> None:
    clock.forward(hours=11)
    await asked(database)
    await calls.step()
    assert board.placed == []
    clock.forward(hours=11)
    await calls.step()
    assert len(board.placed) == 1


async def test_a_worker_that_dies_before_the_call_neither_forgets_nor_calls_twice(
    database: Database, board: Board, calls: CallBacks, clock: StandingClock
) -> None:
    one = await asked(database)
    board.dies_before_placing = True
    with pytest.raises(KeyboardInterrupt):
        await calls.step()
    assert (await row(database, one)).state == "calling"
    board.dies_before_placing = False
    after = CallBacks(database, board, ZONE)
    await after.step()
    assert board.placed == []
    for seconds in (61, 29, 1, 1):
        clock.forward(seconds=seconds)
        await after.step()
    assert [call["call_id"] for call in board.placed] == ["ml-9.2"]
    assert (await row(database, one)).attempts == 1


async def test_a_worker_that_dies_after_the_call_does_not_place_it_again(
    database: Database, board: Board, calls: CallBacks, clock: StandingClock
) -> None:
    one, two = await asked(database), await asked(database, "13912345679")
    board.members = [member("8001"), member("8002")]
    await calls.step()
    assert [call["call_id"] for call in board.placed] == ["ml-9.1", "ml-9.2"]
    board.alive = ["ml-9.1"]
    async with database.unit_of_work() as session:
        fact = CallPlaced(subject="call:ml-9.2", agent="", number="13912345679", callback=two)
        await append(session, fact)
    clock.forward(seconds=61)
    await CallBacks(database, board, ZONE).step()
    assert len(board.placed) == 2
    assert [(await row(database, each)).state for each in (one, two)] == ["calling", "calling"]


async def test_what_asterisk_refuses_does_not_count_and_the_agent_is_free_again(
    database: Database, board: Board, calls: CallBacks
) -> None:
    one = await asked(database)
    board.refuses = AmiRefused("no")
    assert await calls.step() == []
    assert board.said == ["pause 8001 callback", "unpause 8001"]
    found = await row(database, one)
    assert (found.state, found.attempts) == ("waiting", 0)


async def test_an_answer_that_never_came_is_not_taken_for_a_no(
    database: Database, board: Board, calls: CallBacks
) -> None:
    one = await asked(database)
    board.refuses = AmiDown()
    with pytest.raises(AmiDown):
        await calls.step()
    assert (await row(database, one)).state == "calling"


async def test_what_is_too_old_is_not_called(
    database: Database, board: Board, calls: CallBacks, clock: StandingClock
) -> None:
    one = await asked(database)
    clock.forward(hours=24)
    await calls.step()
    assert (board.placed, (await row(database, one)).state) == ([], "expired")


def promised(number: int, queue: str = "service", minutes: int = 5) -> Callback:
    since = now() - timedelta(minutes=minutes)
    return Callback(id=number, number="13912345678", queue=queue, since=since, priority=0)


def queues(*members: Member, waiting: tuple[Waiting, ...] = ()) -> Queues:
    return Queues(frozenset({"service", "repair"}), members, waiting)


@pytest.mark.parametrize(
    "changes", [{"paused": True}, {"status": 5}, {"status": 2}, {"in_call": True}, {"queue": "x"}]
)
def test_only_who_is_free_is_kept(changes: dict[str, Any]) -> None:
    assert choose([promised(1)], queues(member(**changes)), now()) == []


def test_no_agent_is_kept_for_two_queues() -> None:
    both = queues(member(queue="service"), member(queue="repair"))
    due = [promised(1), promised(2, "repair")]
    assert [turn.callback for turn in choose(due, both, now())] == [1]


def test_who_waited_in_a_queue_that_was_taken_away_is_called_in_turn_by_service() -> None:
    due = [promised(1, "gone", minutes=9), promised(2, minutes=5)]
    found = choose(due, queues(member(), member("8002")), now())
    assert [turn.callback for turn in found] == [1, 2]
    assert [turn.callback for turn in choose(due, queues(member()), now())] == [1]
    assert choose([promised(1, "repair")], queues(member()), now()) == []


def test_callers_ahead_get_their_agents_first() -> None:
    line = (caller(1, wait_s=400), caller(2, wait_s=60))
    assert choose([promised(1)], queues(member(), waiting=line), now()) == []
    two = queues(member(), member("8002"), waiting=line)
    assert [turn.callback for turn in choose([promised(1)], two, now())] == [1]


def test_who_came_back_to_the_queue_stands_where_asterisk_has_them() -> None:
    line = [caller(1, wait_s=5), caller(2, wait_s=200), caller(3, wait_s=100)]
    found = places(line, now())
    assert [int((now() - place.since).total_seconds()) for place in found] == [200, 200, 100]
