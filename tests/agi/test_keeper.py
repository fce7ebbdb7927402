"""Books and Asterisk agree again by themselves, and facts tell what was done."""

import asyncio
from dataclasses import replace

import pytest

from agi.keeper import Keeper
from crm.staff.service import add_user, let_go
from crm.staff.subscribers import CONSUMERS
from dialplan.contract import LAST_RESORT_PENALTY
from mainline.asterisk.ami import AmiDown, AmiRefused
from mainline.asterisk.snapshots import Member, Queues, Station, Waiting
from mainline.db import Database
from mainline.errors import NotFound
from mainline.journal import Event, append_all, consume, entries_after
from mainline.journal.floor_events import AgentReady, AgentSignedIn, AgentSignedOut
from mainline.journal.talk_events import AgentAnswered, AgentLeftCall, AgentOffered
from tests.support.clock import StandingClock

CALL, AGENT = "call:ml1-1.0", "agent:8001"


class Board:
    """Asterisk's queues as far as the keeper touches them."""

    def __init__(self) -> None:
        self.members: dict[tuple[str, str], Member] = {}
        self.waiting: tuple[Waiting, ...] = ()
        self.down = False
        self.said: list[str] = []

    async def queues(self) -> Queues:
        if self.down:
            raise AmiDown
        names = frozenset({"service", "repair"})
        return Queues(names, tuple(self.members.values()), self.waiting)

    async def queue_add(
        self, queue: str, agent: str, station: Station, *, penalty: int = 0, paused: str = ""
    ) -> None:
        self.said.append(f"add {queue} {penalty}")
        self.members[queue, agent] = Member(agent, station, queue, penalty, False, "", False, 1, 0)

    async def queue_remove(self, queue: str, agent: str, _station: Station) -> None:
        self.said.append(f"remove {queue}")
        self.members.pop((queue, agent), None)

    async def set_penalty(self, queue: str, agent: str, _station: Station, *, penalty: int) -> None:
        self.said.append(f"penalty {queue} {penalty}")
        self.members[queue, agent] = replace(self.members[queue, agent], penalty=penalty)

    async def pause(self, agent: str, _station: Station, reason: str) -> None:
        self._pause(agent, reason)

    async def unpause(self, agent: str, _station: Station) -> None:
        self._pause(agent, "")

    def _pause(self, agent: str, reason: str) -> None:
        self.said.append(f"pause {reason}" if reason else "unpause")
        own = [key for key, member in self.members.items() if member.agent == agent]
        if not own:
            raise NotFound
        for key in own:
            self.members[key] = replace(self.members[key], paused=bool(reason), reason=reason)

    def all_are(self, **changes: object) -> None:
        for key, member in self.members.items():
            self.members[key] = replace(member, **changes)  # type: ignore[arg-type]


class Credentials:
    def __init__(self) -> None:
        self.dropped: list[str] = []

    async def drop(self, endpoint: str) -> None:
        self.dropped.append(endpoint)


class Floor:
    """A keeper, its board, and one agent in the books."""

    def __init__(self, database: Database, clock: StandingClock) -> None:
        self.database, self.clock = database, clock
        self.board, self.credentials = Board(), Credentials()
        self.keeper = Keeper(database, self.board, self.credentials, wrapup_s=60)  # type: ignore[arg-type]

    async def happens(self, *events: Event) -> None:
        async with self.database.unit_of_work() as session:
            await append_all(session, events)
        await self.read()

    async def read(self) -> None:
        for name, handlers in CONSUMERS.items():
            while await consume(self.database, consumer=name, handlers=handlers):
                pass

    async def looks(self, after_s: float) -> list[str]:
        self.clock.forward(seconds=after_s)
        return [finding.kind for finding in await self.keeper.step()]

    async def told(self, kind: str) -> list[Event]:
        async with self.database.reading() as session:
            entries = await entries_after(session, 0)
        return [entry.event for entry in entries if entry.event.kind == kind]

    async def comes_ready(self) -> None:
        at = self.clock.at
        await self.happens(AgentSignedIn(subject=AGENT, at=at))
        self.clock.forward(seconds=1)
        await self.happens(AgentReady(subject=AGENT, at=self.clock.at))
        for queue, penalty in (("service", LAST_RESORT_PENALTY), ("repair", 3)):
            await self.board.queue_add(queue, "8001", "softphone", penalty=penalty)
        self.board.said.clear()

    async def talks_and_leaves(self) -> None:
        facts = (
            AgentOffered(subject=CALL, agent="8001", at=self.clock.at),
            AgentAnswered(subject=CALL, agent="8001", at=self.clock.at),
        )
        await self.happens(*facts)
        self.board.all_are(paused=True, reason="wrapup")
        self.clock.forward(seconds=30)
        await self.happens(AgentLeftCall(subject=CALL, agent="8001", at=self.clock.at))


@pytest.fixture
async def floor(sqlite_database: Database, clock: StandingClock) -> Floor:
    async with sqlite_database.unit_of_work() as session:
        await add_user(
            session,
            login="wang",
            name="王芳",
            password="a long password",
            roles=["agent"],
            agent_number="8001",
            queues={"repair": 3},
        )
    return Floor(sqlite_database, clock)


async def test_a_penalty_that_asterisk_forgot_at_its_restart_is_set_again(floor: Floor):
    await floor.comes_ready()
    floor.board.all_are(penalty=0)
    assert await floor.looks(0) == []
    assert await floor.looks(3) == ["penalty", "penalty"]
    assert floor.board.said == [f"penalty service {LAST_RESORT_PENALTY}", "penalty repair 3"]
    assert await floor.looks(3) == []


async def test_an_agreeing_floor_is_left_alone(floor: Floor):
    await floor.comes_ready()
    assert await floor.looks(0) == []
    assert await floor.looks(60) == []
    assert floor.board.said == []


async def test_members_that_asterisk_lost_join_again(floor: Floor):
    await floor.comes_ready()
    floor.board.members.clear()
    assert await floor.looks(0) == []
    assert await floor.looks(4) == ["join", "join"]
    assert floor.board.said == ["add service 50", "add repair 3"]


async def test_wrapup_ends_by_itself_is_told_once_and_calls_come_again(floor: Floor):
    await floor.comes_ready()
    await floor.talks_and_leaves()
    assert await floor.looks(59) == []
    assert await floor.looks(1) == ["wrapup-over"]
    await floor.looks(1)  # the books have not been read yet
    (fact,) = await floor.told("agent.wrapup_ended")
    assert (fact.subject, fact.by, fact.call_id) == (AGENT, "timeout", "ml1-1.0")  # type: ignore[attr-defined]
    assert floor.board.said == ["unpause"]
    await floor.read()
    assert await floor.looks(10) == []


async def test_a_leak_ends_a_wrapup_once_and_the_fact_says_for_whom(floor: Floor):
    await floor.comes_ready()
    await floor.talks_and_leaves()
    floor.board.waiting = (Waiting("repair", "PJSIP/trunk-9", "ml1-9.0", 1, 1, 100),)
    assert await floor.looks(2) == ["called-back"]
    await floor.looks(1)  # the books have not been read yet
    (fact,) = await floor.told("agent.wrapup_ended")
    assert fact.model_dump(include={"subject", "call_id", "by", "for_call"}) == {
        "subject": AGENT,
        "call_id": "ml1-1.0",
        "by": "emergency",
        "for_call": "ml1-9.0",
    }
    assert floor.board.said == ["unpause"]


async def test_a_leak_ends_no_call(floor: Floor):
    await floor.comes_ready()
    answered = (
        AgentOffered(subject=CALL, agent="8001", at=floor.clock.at),
        AgentAnswered(subject=CALL, agent="8001", at=floor.clock.at),
    )
    await floor.happens(*answered)
    floor.board.all_are(paused=True, reason="wrapup", status=2, in_call=True)
    floor.board.waiting = (Waiting("repair", "PJSIP/trunk-9", "ml1-9.0", 1, 1, 100),)
    assert await floor.looks(30) == []
    assert floor.board.said == []


async def test_a_telephone_that_has_gone_is_paused_and_told_and_later_signed_out(floor: Floor):
    await floor.comes_ready()
    floor.board.all_are(status=5)
    assert await floor.looks(0) == []
    assert await floor.looks(20) == ["unreachable"]
    (fact,) = await floor.told("agent.paused")
    assert fact.reason == "unreachable"  # type: ignore[attr-defined]
    assert floor.board.said == ["pause unreachable"]
    await floor.read()
    await floor.looks(900)
    assert await floor.looks(4) == ["sign-out"]
    (out,) = await floor.told("agent.signed_out")
    assert out.by == "lease"  # type: ignore[attr-defined]
    assert floor.board.members == {}
    assert floor.credentials.dropped == ["agent-8001"]


async def test_who_signed_out_while_asterisk_was_away_is_taken_out(floor: Floor):
    await floor.comes_ready()
    floor.clock.forward(seconds=1)
    await floor.happens(AgentSignedOut(subject=AGENT, at=floor.clock.at))
    await floor.looks(0)
    assert await floor.looks(4) == ["leave", "leave"]
    assert floor.board.members == {}


async def test_a_refusal_for_one_does_not_keep_the_others_waiting(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
):
    await floor.comes_ready()
    floor.board.members.clear()
    added: list[str] = []

    async def picky(queue: str, *_: object, **__: object) -> None:
        added.append(queue)
        if queue == "service":
            raise AmiRefused("No such queue")

    monkeypatch.setattr(floor.board, "queue_add", picky)
    await floor.looks(0)
    await floor.looks(4)
    assert added == ["service", "repair"]


async def test_without_asterisk_it_waits_and_does_nothing(floor: Floor):
    await floor.comes_ready()
    floor.board.down = True
    stop = asyncio.Event()
    task = asyncio.create_task(floor.keeper.run(stop))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(task, 60)
    assert floor.board.said == []


async def test_whoever_is_let_go_serves_no_queue_and_their_telephone_is_void(
    floor: Floor, sqlite_database: Database
) -> None:
    await floor.comes_ready()
    async with sqlite_database.unit_of_work() as session:
        await let_go(session, "wang")
    assert "let-go" in await floor.looks(after_s=0)
    assert floor.credentials.dropped == ["agent-8001"]
    [told] = await floor.told("agent.signed_out")
    assert isinstance(told, AgentSignedOut)
    assert told.by == "let-go"
    await floor.read()
    await floor.looks(after_s=3)
    assert floor.board.members == {}
    assert await floor.looks(after_s=9) == []
    assert floor.credentials.dropped == ["agent-8001"]


async def test_whoever_is_let_go_in_mid_call_keeps_the_telephone_until_the_caller_has_gone(
    floor: Floor, sqlite_database: Database
) -> None:
    await floor.comes_ready()
    await floor.happens(
        AgentOffered(subject=CALL, agent="8001", at=floor.clock.at),
        AgentAnswered(subject=CALL, agent="8001", at=floor.clock.at),
    )
    async with sqlite_database.unit_of_work() as session:
        await let_go(session, "wang")
    assert "let-go" not in await floor.looks(after_s=9)
    assert floor.credentials.dropped == []
    await floor.happens(AgentLeftCall(subject=CALL, agent="8001", at=floor.clock.at))
    assert "let-go" in await floor.looks(after_s=9)
    assert floor.credentials.dropped == ["agent-8001"]
