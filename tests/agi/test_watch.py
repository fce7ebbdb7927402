"""Phantoms are cleared and told; pauses too long are told once; who is quiet is kept quiet."""

import pytest

from agi.holds import Holds, fact_of
from agi.watch import Watch
from crm.staff import rules
from crm.staff.queries import agent
from crm.staff.service import add_user
from crm.staff.subscribers import CONSUMERS
from mainline.asterisk.ami import AmiDown
from mainline.asterisk.snapshots import Channel
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import Event, append_all, consume, entries_after
from mainline.journal.floor_events import AgentPaused, AgentReady, AgentSignedIn
from mainline.journal.talk_events import AgentAnswered, AgentReserved
from tests.support.clock import StandingClock

CALL, AGENT = "call:ml1-1.0", "agent:8001"


class Asterisk:
    """Legs, and who is quiet."""

    def __init__(self) -> None:
        self.legs: list[Channel] = []
        self.down = False
        self.is_quiet: set[str] = set()

    async def channels(self) -> list[Channel]:
        if self.down:
            raise AmiDown
        return self.legs

    async def quiet(self) -> set[str]:
        return set(self.is_quiet)

    async def keep_quiet(self, number: str, *, on: bool) -> None:
        (self.is_quiet.add if on else self.is_quiet.discard)(number)


class Floor:
    def __init__(self, database: Database, clock: StandingClock) -> None:
        self.database, self.clock, self.asterisk = database, clock, Asterisk()
        self.watch = Watch(database, self.asterisk, self.asterisk)  # type: ignore[arg-type]

    async def happens(self, *events: Event) -> None:
        async with self.database.unit_of_work() as session:
            await append_all(session, events)
        await self.read()

    async def read(self) -> None:
        while await consume(self.database, consumer="floor", handlers=CONSUMERS["floor"]):
            pass

    async def looks(self, after_s: float) -> list[str]:
        self.clock.forward(seconds=after_s)
        told = [event.kind for event in await self.watch.step()]
        await self.read()
        return told

    async def state(self) -> tuple[str, bool]:
        async with self.database.reading() as session:
            found = await agent(session, "8001")
        return found.state, found.over


@pytest.fixture
async def floor(database: Database, settings: Settings, clock: StandingClock) -> Floor:
    async with database.unit_of_work() as session:
        await rules.install(session, settings.pack_dir)
        await add_user(
            session, login="wang", name="王芳", password="a long password", roles=["agent"],
            agent_number="8001", queues={"repair": 3},
        )  # fmt: skip
    floor = Floor(database, clock)
    await floor.happens(AgentSignedIn(subject=AGENT, at=clock.at))
    clock.forward(seconds=1)
    await floor.happens(AgentReady(subject=AGENT, at=clock.at))
    clock.forward(seconds=1)
    return floor


async def test_a_phantom_is_gone_within_seconds_and_told_once(floor: Floor) -> None:
    await floor.happens(AgentAnswered(subject=CALL, agent="8001", at=floor.clock.at))
    assert [await floor.looks(after) for after in (0, 4, 2, 2)] == [
        [],
        [],
        ["agent.corrected"],
        [],
    ]
    assert await floor.state() == ("wrapup", False)
    async with floor.database.reading() as session:
        (told,) = [e.event for e in await entries_after(session, 0, subject=CALL)][1:]
    assert (told.was, told.found) == ("talking", "gone")  # type: ignore[attr-defined]


async def test_a_conversation_that_the_books_missed_is_in_them_within_seconds(floor: Floor) -> None:
    names = ("PJSIP/trunk-00000001", "PJSIP/agent-8001-00000002")
    floor.asterisk.legs = [
        Channel(name, "ml1-1.0", "ml1-1.0", "ml-queue", "x", "", 1, "b") for name in names
    ]
    assert [await floor.looks(after) for after in (0, 5, 9)] == [[], ["agent.corrected"], []]
    assert await floor.state() == ("talking", False)


async def test_books_that_are_behind_are_not_compared(floor: Floor) -> None:
    async with floor.database.unit_of_work() as session:
        await append_all(session, [AgentAnswered(subject=CALL, agent="8001", at=floor.clock.at)])
    floor.asterisk.legs = []
    floor.clock.forward(seconds=30)
    assert await floor.watch.step() == []


async def test_a_pause_too_long_is_told_once_and_shows_until_it_ends(floor: Floor) -> None:
    await floor.happens(AgentPaused(subject=AGENT, reason="break", at=floor.clock.at))
    assert await floor.looks(899) == []
    assert await floor.looks(1) == ["agent.pause_overrun"]
    assert await floor.state() == ("paused", True)
    assert await floor.looks(600) == []
    await floor.happens(AgentReady(subject=AGENT, at=floor.clock.at))
    assert await floor.state() == ("ready", False)
    floor.clock.forward(seconds=1)
    await floor.happens(AgentPaused(subject=AGENT, reason="break", at=floor.clock.at))
    assert await floor.state() == ("paused", False)
    assert await floor.looks(901) == ["agent.pause_overrun"]


async def test_a_limit_is_told_even_while_asterisk_is_away(floor: Floor) -> None:
    await floor.happens(AgentPaused(subject=AGENT, reason="break", at=floor.clock.at))
    floor.asterisk.down = True
    with pytest.raises(AmiDown):
        await floor.looks(900)
    await floor.read()
    assert await floor.state() == ("paused", True)


async def test_who_was_reserved_is_released_in_time(floor: Floor) -> None:
    await floor.happens(AgentAnswered(subject=CALL, agent="8001", at=floor.clock.at))
    await floor.happens(AgentReserved(subject=CALL, agent="8001", at=floor.clock.at))
    assert await floor.looks(299) == []
    assert await floor.looks(1) == ["agent.released"]
    assert await floor.state() == ("wrapup", False)


async def test_asterisk_is_told_who_is_not_to_be_disturbed(floor: Floor) -> None:
    floor.asterisk.is_quiet = {"8002"}
    await floor.happens(AgentPaused(subject=AGENT, reason="dnd", at=floor.clock.at))
    await floor.looks(1)
    assert floor.asterisk.is_quiet == {"8001"}
    await floor.happens(AgentPaused(subject=AGENT, reason="lunch", at=floor.clock.at))
    await floor.looks(1)
    assert floor.asterisk.is_quiet == set()


async def test_hold_and_resume_of_an_agent_are_written_down(floor: Floor) -> None:
    await floor.happens(AgentAnswered(subject=CALL, agent="8001", at=floor.clock.at))
    holds = Holds(floor.database)
    event = {
        "Event": "Hold",
        "Channel": "PJSIP/agent-8001-0000000a",
        "Linkedid": "ml1-1.0",
        "Timestamp": f"{floor.clock.at.timestamp() + 2:.6f}",
    }
    await holds.heard(event)
    await floor.read()
    assert await floor.state() == ("held", False)
    later = f"{floor.clock.at.timestamp() + 9:.6f}"
    await holds.heard({**event, "Event": "Unhold", "Timestamp": later})
    await floor.read()
    assert await floor.state() == ("talking", False)


def test_a_caller_who_holds_is_no_fact() -> None:
    assert fact_of({"Event": "Hold", "Channel": "PJSIP/trunk-0000000a", "Linkedid": "x"}) is None
    assert fact_of({"Event": "Newchannel", "Channel": "PJSIP/agent-8001-0000000a"}) is None
