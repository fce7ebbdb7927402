"""The live stream: who sees what, resuming, falling behind, pictures for all."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from agentdesk.audience import Audience
from agentdesk.live import QUEUE_LENGTH, Feed, Live, Message, Subscriber
from crm.staff.events import StaffLetGo
from mainline.db import Database
from mainline.journal import append_all
from mainline.journal.call_events import CallEnded, CallOffered
from mainline.journal.floor_events import AgentReady
from mainline.journal.talk_events import AgentAnswered, AgentLeftCall, AgentOffered, CallTransferred
from mainline.masking import Eyes
from mainline.permissions import Permission
from mainline.web import Principal

MINE, OTHER = "call:1.1", "call:2.2"
WITHIN_S = 60


def agent(number: str = "8001") -> Audience:
    return Audience.of(
        Principal(1, "x", frozenset({"agent"}), agent_number=number), everything=True
    )


def leader() -> Audience:
    return Audience.of(Principal(2, "y", frozenset({"leader"})), everything=True)


# --- audience --------------------------------------------------------------------------------


def test_an_agent_sees_the_own_calls_to_their_end_and_no_others() -> None:
    eyes = agent()
    seen = [
        event.kind
        for event in (
            CallOffered(subject=MINE, ani="13800008000", dnis="96777"),
            AgentOffered(subject=MINE, agent="8001"),
            AgentOffered(subject=OTHER, agent="8002"),
            AgentAnswered(subject=MINE, agent="8001"),
            AgentReady(subject="agent:8002"),
            AgentReady(subject="agent:8001"),
            AgentLeftCall(subject=MINE, agent="8001"),
            CallEnded(subject=OTHER),
            CallEnded(subject=MINE),
        )
        if eyes.sees(event)
    ]
    assert seen == [
        "agent.offered",
        "agent.answered",
        "agent.ready",
        "agent.left_call",
        "call.ended",
    ]


def test_asking_for_everything_needs_the_right() -> None:
    assert not agent().everything
    assert leader().everything


@pytest.mark.parametrize(
    ("target", "seen"),
    [("8002", "8002"), ("repair", "repair"), ("13800110001", "138****0001")],
)
def test_a_number_outside_to_which_a_call_went_is_masked(target: str, seen: str) -> None:
    eyes = Audience(agent="8001")
    fact = CallTransferred(subject="call:a", how="blind", agent="8001", target=target)
    assert json.loads(eyes.sees(fact) or "")["target"] == seen


def test_numbers_are_masked_for_those_who_may_not_see_them() -> None:
    event = CallOffered(subject=MINE, ani="13800008000", dnis="96777")
    dispatcher = Audience("8001", everything=True)
    assert json.loads(dispatcher.sees(event) or "")["ani"] == "138****8000"
    assert json.loads(leader().sees(event) or "")["ani"] == "13800008000"


# --- the stream ------------------------------------------------------------------------------


@pytest.fixture
async def live(sqlite_database: Database) -> AsyncIterator[Live]:
    following = Live(sqlite_database)
    await following.start()
    yield following
    await following.stop()


def events(text: str) -> tuple[str, Any, int | None]:
    fields = dict(line.split(": ", 1) for line in text.strip().splitlines())
    number = fields.get("id")
    return fields["event"], json.loads(fields["data"]), int(number) if number else None


async def tell(database: Database, *told: Any) -> None:
    async with database.unit_of_work() as session:
        await append_all(session, told)


async def next_fact(stream: AsyncIterator[str]) -> tuple[str, Any, int | None]:
    async with asyncio.timeout(WITHIN_S):
        while (found := events(await anext(stream)))[0] in {"hello", "beat"}:
            pass
    return found


async def test_a_fact_reaches_the_page_of_its_agent(live: Live, sqlite_database: Database) -> None:
    stream = live.stream(agent(), frozenset(), None)
    assert events(await anext(stream))[0] == "hello"
    await tell(
        sqlite_database,
        AgentOffered(subject=OTHER, agent="8002"),
        AgentOffered(subject=MINE, agent="8001", queue="repair"),
    )
    kind, data, number = await next_fact(stream)
    assert (kind, data["subject"], data["queue"], number) == ("agent.offered", MINE, "repair", 2)


async def test_a_page_that_was_away_misses_nothing_and_gets_nothing_twice(
    live: Live, sqlite_database: Database
) -> None:
    await tell(sqlite_database, *(AgentOffered(subject=f"call:1.{n}", agent="8001") for n in "123"))
    async with asyncio.timeout(WITHIN_S):
        while live._last < 3:
            await asyncio.sleep(0.01)
    stream = live.stream(agent(), frozenset(), 1)
    got = [await next_fact(stream), await next_fact(stream)]
    await tell(sqlite_database, AgentOffered(subject="call:1.4", agent="8001"))
    got.append(await next_fact(stream))
    assert [number for _kind, _data, number in got] == [2, 3, 4]


async def test_a_page_far_behind_is_told_to_ask_anew(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentdesk.live.FURTHEST_BEHIND", 10)
    live._last = 100
    stream = live.stream(agent(), frozenset(), 1)
    assert events(await anext(stream))[0] == "reset"


async def test_a_page_that_does_not_read_is_cut_off_and_costs_no_memory() -> None:
    slow = Subscriber(agent())
    for number in range(QUEUE_LENGTH + 1):
        slow.put(Message("agent.offered", "{}", number))
    assert slow.queue.qsize() == 1
    assert slow.queue.get_nowait() is None


async def test_only_the_pages_of_that_agent_are_told(live: Live) -> None:
    mine, other = (
        live.stream(agent(), frozenset(), None),
        live.stream(agent("8002"), frozenset(), None),
    )
    await anext(mine)
    await anext(other)
    live.tell("8001", "desk.claimed", page="p")
    assert await next_fact(mine) == ("desk.claimed", {"page": "p"}, None)
    live.close_streams()
    with pytest.raises(StopAsyncIteration):
        await anext(other)


async def test_one_picture_is_computed_for_all_who_look(sqlite_database: Database) -> None:
    computed = 0

    async def compute(_session: AsyncSession) -> Mapping[str, Any]:
        nonlocal computed
        computed += 1
        return {"waiting": 7}

    live = Live(sqlite_database, [Feed("board", Permission.SEE_BOARD, compute)])
    await live.start()
    try:
        streams = [live.stream(leader(), frozenset({"board"}), None) for _ in range(5)]
        first = asyncio.gather(*(next_fact(stream) for stream in streams))
        assert {data["waiting"] for _kind, data, _id in await first} == {7}
        blind = live.stream(agent(), frozenset(), None)
        assert events(await anext(blind))[0] == "hello"
        assert computed <= 2
    finally:
        await live.stop()


async def test_of_a_picture_each_sees_what_is_theirs(sqlite_database: Database) -> None:
    async def compute(_session: AsyncSession) -> Mapping[str, Any]:
        return {"customer": "王芳"}

    def masked(picture: Mapping[str, Any], sees: Eyes) -> Mapping[str, Any]:
        return {"customer": sees.name(picture["customer"])}

    feed = Feed("board", Permission.SEE_BOARD, compute, masked=masked)
    live, shown = Live(sqlite_database, [feed]), []
    await live.start()
    try:
        for eyes in (leader(), Audience(agent=None), leader()):
            stream = live.stream(eyes, frozenset({"board"}), None)
            shown.append((await next_fact(stream))[1]["customer"])
    finally:
        await live.stop()
    assert shown == ["王芳", "王*", "王芳"]


async def test_a_picture_of_long_ago_is_not_shown_as_the_present(sqlite_database: Database) -> None:
    waiting = [7]

    async def compute(_session: AsyncSession) -> Mapping[str, Any]:
        return {"waiting": waiting[-1]}

    live = Live(sqlite_database, [Feed("board", Permission.SEE_BOARD, compute, at_most_every_s=0)])
    await live.start()
    try:
        for now_waiting in (7, 8, 8):
            waiting.append(now_waiting)
            stream = live.stream(leader(), frozenset({"board"}), None)
            _kind, data, _id = await next_fact(stream)
            assert data["waiting"] == now_waiting
            await stream.aclose()
    finally:
        await live.stop()


async def test_the_stream_of_whoever_is_let_go_ends_and_no_other(
    live: Live, sqlite_database: Database
) -> None:
    gone = live.stream(agent(), frozenset(), None, user_id=1)
    stays = live.stream(agent("8002"), frozenset(), None, user_id=2)
    for stream in (gone, stays):
        await anext(stream)
    shut_out = StaffLetGo(subject="staff:x", by="root", user_id=1)
    await tell(sqlite_database, shut_out, AgentReady(subject="agent:8002"))
    assert (await next_fact(stays))[0] == "agent.ready"
    assert [text async for text in gone if "event: beat" not in text] == []
