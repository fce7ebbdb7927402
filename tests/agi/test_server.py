"""The server fails open: only a finished handler is believed by the dialplan."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from agi.handlers import inbound
from agi.server import AgiServer
from ivr.decision import Decision
from mainline.asterisk.agi_call import AgiCall
from mainline.asterisk.call import Call, CallerGone
from tests.fakes.asterisk_agi import SECRET, AgiPeer, request, success

Start = Callable[..., Awaitable[AgiServer]]
PUSHED = 'SET VARIABLE "TIMEOUT(absolute)" "9.0"'


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    servers: list[AgiServer] = []

    async def begin(handler: Callable[[AgiCall], Awaitable[None]], **options: int) -> AgiServer:
        server = AgiServer({"inbound": handler}, secret=SECRET, **options)
        await server.start("127.0.0.1", 0)
        servers.append(server)
        return server

    yield begin
    for server in servers:
        await server.stop(patience_s=0)


async def pushing(call: AgiCall) -> None:
    await call.hold_deadline(9)


async def test_a_finished_handler_says_ok(start: Start):
    server = await start(pushing)
    peer = AgiPeer(server.port)
    assert await peer.run() == [PUSHED, 'EXEC "MSet" "MAINLINE_AGI=OK"']


async def test_a_handler_that_raises_says_fail(start: Start):
    async def broken(call: AgiCall) -> None:
        await call.hold_deadline(9)
        raise ZeroDivisionError

    peer = AgiPeer((await start(broken)).port)
    assert await peer.run() == [PUSHED, 'EXEC "MSet" "MAINLINE_AGI=FAIL"']


async def test_an_unknown_route_says_fail(start: Start):
    peer = AgiPeer((await start(pushing)).port, first=request("nowhere"))
    assert await peer.run() == ['EXEC "MSet" "MAINLINE_AGI=FAIL"']


async def test_a_stranger_is_not_answered(start: Start):
    server = await start(pushing)
    peer = AgiPeer(server.port, first=request(secret="guess"))
    assert await peer.run() == []
    assert server.refused == 1


async def test_a_health_probe_does_not_disturb(start: Start):
    server = await start(pushing)
    for _ in range(3):
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.close()
        await writer.wait_closed()
    assert 'EXEC "MSet" "MAINLINE_AGI=OK"' in await AgiPeer(server.port).run()
    assert server.calls == 0


async def test_a_caller_who_hangs_up_is_told_nothing_more(start: Start):
    server = await start(pushing)
    peer = AgiPeer(server.port, lambda _: "HANGUP\n511 result=-1 Command Not Permitted")
    assert await peer.run() == [PUSHED]


async def test_beyond_the_limit_callers_get_the_dialplan(start: Start):
    inside, leave = asyncio.Event(), asyncio.Event()

    async def long(call: AgiCall) -> None:
        inside.set()
        await leave.wait()

    server = await start(long, calls_max=1)
    first = asyncio.create_task(AgiPeer(server.port).run())
    await inside.wait()
    assert await AgiPeer(server.port).run() == []
    leave.set()
    assert await first == ['EXEC "MSet" "MAINLINE_AGI=OK"']


async def test_stopping_lets_calls_finish_and_hands_back_the_rest(start: Start):
    inside = asyncio.Event()

    async def endless(call: AgiCall) -> None:
        inside.set()
        await asyncio.Event().wait()

    server = await start(endless)
    call = asyncio.create_task(AgiPeer(server.port).run())
    await inside.wait()
    await server.stop(patience_s=0.05)
    assert await call == []
    assert server.calls == 0


async def test_a_silent_asterisk_does_not_hold_a_handler_for_ever(
    start: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mainline.asterisk.agi_call.REPLY_S", 0.05)
    server = await start(pushing)
    peer = AgiPeer(server.port, lambda _: None)
    assert await peer.run() == [PUSHED]
    assert server.calls == 0


async def test_the_decision_reaches_the_dialplan_before_ok(start: Start):
    async def lead(call: Call) -> Decision:
        await call.hold_deadline(9)
        return Decision("queue", "repair", 50, "en", 7)

    async def handle(call: AgiCall) -> None:
        await inbound.handle(call, lead)

    peer = AgiPeer((await start(handle)).port)
    await peer.run()
    assert {
        name: peer.variable(name)
        for name in (
            "MAINLINE_ACTION",
            "MAINLINE_QUEUE",
            "QUEUE_PRIO",
            "MAINLINE_LANGUAGE",
            "__MAINLINE_CUSTOMER",
        )
    } == {
        "MAINLINE_ACTION": "queue",
        "MAINLINE_QUEUE": "repair",
        "QUEUE_PRIO": "50",
        "MAINLINE_LANGUAGE": "en",
        "__MAINLINE_CUSTOMER": "7",
    }
    assert peer.commands[-1].endswith(',MAINLINE_AGI=OK"')
    assert len(peer.commands) == 2, "all of it by one command: it arrives whole or not at all"


async def test_a_decision_that_is_not_plain_cannot_set_anything_else(start: Start):
    async def lead(call: Call) -> Decision:
        return Decision("queue", "repair", branch='a,MAINLINE_AGI=OK"(b)')

    async def handle(call: AgiCall) -> None:
        await inbound.handle(call, lead)
        raise ZeroDivisionError

    async def finish(call: AgiCall) -> None:
        await inbound.handle(call, lead)

    failed = AgiPeer((await start(handle)).port)
    assert await failed.run() == ['EXEC "MSet" "MAINLINE_AGI=FAIL"']
    peer = AgiPeer((await start(finish)).port)
    await peer.run()
    assert peer.variable("MAINLINE_BRANCH") == "aMAINLINE_AGIOKb"


async def test_a_caller_gone_in_the_menu_leaves_no_decision(start: Start):
    async def lead(call: Call) -> Decision:
        raise CallerGone

    async def handle(call: AgiCall) -> None:
        await inbound.handle(call, lead)

    peer = AgiPeer((await start(handle)).port, success)
    await peer.run()
    assert peer.variable("MAINLINE_ACTION") is None
