"""The faults of panoramisk 1.4 that were seen, and that they are closed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from mainline.asterisk.ami import Ami, AmiDown, AmiRefused, Fields, _Wire
from tests.fakes.asterisk_ami import (
    SECRET,
    USER,
    Action,
    AmiServer,
    Connection,
    message,
    success,
)


@asynccontextmanager
async def link(server: AmiServer, **options: object) -> AsyncIterator[Ami]:
    options = {"secret": SECRET, **options}
    ami = Ami(port=server.port, user=USER, **options)  # type: ignore[arg-type]
    stop = asyncio.Event()
    task = asyncio.create_task(ami.run(stop))
    try:
        yield ami
    finally:
        stop.set()
        await asyncio.wait_for(task, 60)


class Heard:
    """A listener that keeps what it hears and can be waited for."""

    def __init__(self, act: Callable[[Fields], Awaitable[None]] | None = None) -> None:
        self.events: list[Fields] = []
        self._act = act
        self._grown = asyncio.Condition()

    async def __call__(self, event: Fields) -> None:
        try:
            if self._act:
                await self._act(event)
        finally:
            async with self._grown:
                self.events.append(event)
                self._grown.notify_all()

    async def count(self, number: int) -> list[Fields]:
        async with asyncio.timeout(60), self._grown:
            await self._grown.wait_for(lambda: len(self.events) >= number)
        return self.events


async def up(ami: Ami) -> None:
    await asyncio.wait_for(ami.up.wait(), 60)


async def test_an_action_is_answered():
    async with AmiServer() as server, link(server) as ami:
        await up(ami)
        answer = await ami.action("QueueAdd", {"Queue": "service", "Interface": "PJSIP/agent-8001"})
    assert answer.fields["Response"] == "Success"
    assert answer.items == []
    assert server.actions[-1]["Queue"] == ["service"]


async def test_a_list_is_complete_when_asterisk_says_so():
    def listed(_: Connection, action: Action) -> Sequence[bytes]:
        number = action["ActionID"][0]
        return [
            message(Response="Success", ActionID=number, EventList="start"),
            message(Event="QueueMember", ActionID=number, Name="8001"),
            message(Event="Other", Name="not of this list"),
            message(Event="QueueStatusComplete", ActionID=number, EventList="Complete"),
        ]

    async with AmiServer(listed) as server, link(server) as ami:
        await up(ami)
        answer = await ami.action("QueueStatus")
    assert [item["Event"] for item in answer.items] == ["QueueMember", "QueueStatusComplete"]


async def test_a_name_that_comes_twice_in_a_message_has_both_values():
    def twice(_: Connection, action: Action) -> Sequence[bytes]:
        number = action["ActionID"][0]
        lines = (
            "Response: Success",
            f"ActionID: {number}",
            "ChanVariable: A=1",
            "ChanVariable: B=2",
        )
        return ["\r\n".join((*lines, "Empty:", "", "")).encode()]

    async with AmiServer(twice) as server, link(server) as ami:
        await up(ami)
        answer = await ami.action("Status")
    assert answer.fields["ChanVariable"] == "A=1, B=2"
    assert "Empty" not in answer.fields


async def test_an_event_that_belongs_to_an_action_can_be_waited_for():
    def later(connection: Connection, action: Action) -> Sequence[bytes]:
        number = action["ActionID"][0]
        return [
            message(Response="Success", ActionID=number, Message="Originate successfully queued"),
            message(Event="OriginateResponse", Response="Failure", ActionID=number, Reason=0),
        ]

    async with AmiServer(later) as server, link(server) as ami:
        await up(ami)
        answer = await ami.action("Originate", last_event="OriginateResponse")
    assert answer.items[0]["Response"] == "Failure"


async def test_a_no_is_told_with_asterisks_own_words():
    def no(_: Connection, action: Action) -> Sequence[bytes]:
        return [message(Response="Error", ActionID=action["ActionID"][0], Message="Not there")]

    async with AmiServer(no) as server, link(server) as ami:
        await up(ami)
        with pytest.raises(AmiRefused) as refused:
            await ami.action("QueueRemove")
    assert refused.value.detail == "Not there"


@pytest.mark.parametrize("value", ["x\r\n\r\nAction: DBPut", "x\ny", "x\0"])
async def test_a_line_break_is_never_sent(value: str):
    async with AmiServer() as server, link(server) as ami:
        await up(ami)
        with pytest.raises(ValueError, match="line break"):
            await ami.action("Setvar", {"Value": value})
        with pytest.raises(ValueError, match="line break"):
            await ami.action("Setvar", {"Variable": ("a=1", value)})
        assert server.names() == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
async def test_a_name_cut_by_a_packet_arrives_whole(size: int):
    heard: list[Fields] = []
    wire = _Wire(heard.append)
    wire.responses = {}
    raw = b"Asterisk Call Manager/11.0.0\r\n" + message(Event="Named", Name="王小明燃气公司") * 2
    for start in range(0, len(raw), size):
        wire.data_received(raw[start : start + size])
    assert [event["Name"] for event in heard] == ["王小明燃气公司"] * 2


async def test_events_are_handled_in_their_order_and_a_failing_handler_costs_one():
    async def act(event: Fields) -> None:
        if event["N"] == "1":
            await asyncio.sleep(0.02)
        if event["N"] == "2":
            raise ZeroDivisionError

    heard = Heard(act)
    async with AmiServer() as server, link(server, listener=heard) as ami:
        await up(ami)
        for number in range(1, 5):
            server.connections[0].event("Step", N=number)
        events = await heard.count(4)
        assert ami.up.is_set()
    assert [event["N"] for event in events] == ["1", "2", "3", "4"]


async def test_a_lost_link_fails_the_action_and_never_repeats_it():
    def cut(connection: Connection, action: Action) -> Sequence[bytes] | None:
        if action["Action"][0] != "Originate":
            return success(connection, action)
        connection.cut()
        return None

    async with AmiServer(cut) as server, link(server) as ami:
        await up(ami)
        with pytest.raises(AmiDown, match="lost"):
            await ami.action("Originate", {"Channel": "PJSIP/agent-8001"})
        await server.until(lambda: len(server.connections) > 1)
        await up(ami)
        await ami.action("Noop")
    assert server.names() == ["Originate", "Noop"]


async def test_no_answer_in_time_is_down():
    async with AmiServer(lambda *_: None) as server, link(server) as ami:
        await up(ami)
        with pytest.raises(AmiDown, match="no answer"):
            await ami.action("QueueStatus", within_s=0.05)


async def test_without_a_link_nothing_waits():
    ami = Ami(port=9, user=USER, secret=SECRET)
    with pytest.raises(AmiDown):
        await ami.action("Ping")


async def test_a_silent_link_is_torn_down_and_built_again():
    silent = True

    def answers(connection: Connection, action: Action) -> Sequence[bytes] | None:
        return None if silent else success(connection, action)

    options = {"ping_every_s": 0.02, "pong_s": 0.05}
    async with AmiServer(answers) as server, link(server, **options) as ami:
        await up(ami)
        await server.until(lambda: len(server.connections) > 1)
        silent = False
        async with asyncio.timeout(60):
            while not await answered(ami):  # so short a pong may be late once more
                await asyncio.sleep(0.01)


async def answered(ami: Ami) -> bool:
    await up(ami)
    try:
        await ami.action("Noop")
    except AmiDown:
        return False
    return True


async def test_after_each_connection_the_snapshot_comes_before_the_events():
    order: list[str] = []

    async def listener(event: Fields) -> None:
        order.append(event["Event"])
        handled.set()

    async def snapshot() -> None:
        server.connections[-1].event("During")
        await ami.action("QueueStatus")
        order.append("snapshot")

    handled = asyncio.Event()
    async with AmiServer() as server:
        ami = Ami(port=server.port, user=USER, secret=SECRET, listener=listener, on_up=snapshot)
        stop = asyncio.Event()
        task = asyncio.create_task(ami.run(stop))
        await asyncio.wait_for(handled.wait(), 60)
        handled.clear()
        server.connections[0].cut()
        await asyncio.wait_for(handled.wait(), 60)
        stop.set()
        await task
    assert order == ["snapshot", "During", "snapshot", "During"]


async def test_a_wrong_password_is_not_up_and_does_not_hammer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mainline.asterisk.ami.AGAIN_S", 60.0)
    monkeypatch.setattr("mainline.asterisk.ami.AGAIN_MAX_S", 60.0)
    async with AmiServer() as server, link(server, secret="wrong") as ami:
        await server.until(lambda: len(server.actions) >= 1)
        assert not ami.up.is_set()
        await asyncio.sleep(0.3)
        assert len(server.connections) == 1


async def test_stopping_ends_the_link():
    async with AmiServer() as server:
        async with link(server) as ami:
            await up(ami)
        assert not ami.up.is_set()
        with pytest.raises(AmiDown):
            await ami.action("Noop")
