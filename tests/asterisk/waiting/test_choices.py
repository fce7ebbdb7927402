"""Waiting callers on a real Asterisk: places kept, keys, choices. No Python serves them except
where a test says so."""

import asyncio

import pytest

from mainline.asterisk.switchboard import Switchboard
from mainline.sip.call import Call
from mainline.sip.listening import until_sound
from tests.asterisk.gateway import FakeGateway
from tests.asterisk.private import PATIENCE_S, PrivateAsterisk, until
from tests.asterisk.waiting.line import joins, keyed, left, visits, waiting

pytestmark = pytest.mark.call


async def test_who_looks_for_a_choice_and_waits_on_keeps_visit_and_place(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> None:
    await asterisk.agent("8001", "service", reaction="ignores")
    anna, first = await joins(asterisk, board, gateway, "13900000001", MAINLINE_SINCE="1000")
    _bert, second = await joins(asterisk, board, gateway, "13900000002", MAINLINE_SINCE="2000")
    assert await waiting(board) == [first, second]
    asked = len(gateway.requests)
    gateway.decide(MAINLINE_ACTION="queue")
    anna.media.press("*")
    await until(lambda: len(gateway.requests) > asked, "the choice")

    async def is_back() -> bool:
        return await waiting(board) == [first, second]

    await until(is_back, "the place of before")
    words = gateway.requests[-1]
    assert words["agi_request"].endswith("/choice")
    assert [words[f"agi_arg_{n}"] for n in range(2, 8)] == [
        first, "service", "0", "zh", "1000", "ask",
    ]  # fmt: skip
    assert (visits(asterisk, first), left(asterisk, first)) == (1, [])


async def test_with_the_gateway_dead_the_choice_leads_back_to_the_place(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> None:
    await asterisk.agent("8001", "service", reaction="ignores")
    anna, first = await joins(asterisk, board, gateway, "13900000001", MAINLINE_SINCE="1000")
    _bert, second = await joins(asterisk, board, gateway, "13900000002", MAINLINE_SINCE="2000")
    await gateway.close()
    for key in "2*":
        anna.media.press(key)

        await until(lambda key=key: key in keyed(asterisk), f"the way out by {key}")

        async def is_back() -> bool:
            return await waiting(board) == [first, second]

        await until(is_back, f"the way back after {key}")
    assert (visits(asterisk, first), left(asterisk, first)) == (1, [])


@pytest.fixture
async def second(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> tuple[Call, str]:
    """Who is second in line, and hears in this moment which place that is."""
    await asterisk.agent("8001", "service", reaction="ignores")
    await joins(asterisk, board, gateway, "13900000001", MAINLINE_SINCE="1000")
    call, key = await joins(asterisk, board, gateway, "13900000002", MAINLINE_LANGUAGE="en")
    await until_sound(call, 60)
    return call, key


async def test_a_key_counts_while_the_place_is_told(
    asterisk: PrivateAsterisk, second: tuple[Call, str]
) -> None:
    """app_queue forgets which key it was."""
    call, key = second
    call.media.press("1")
    await until(lambda: left(asterisk, key) == ["KEY"], "the way to a message")


async def test_a_key_without_a_meaning_leaves_the_place_that_is_told(
    asterisk: PrivateAsterisk, board: Switchboard, second: tuple[Call, str]
) -> None:
    """Whether app_queue lets the caller out for a moment (22.10) or knows that it is no way out."""
    call, key = second
    call.media.press("5")
    await until(lambda: not call.media.pressing, "the key to be sent")

    async def is_there() -> bool:
        return (await waiting(board))[1:] == [key]

    await until(is_there, "the place of before")
    assert (visits(asterisk, key), left(asterisk, key)) == (1, [])
    call.media.press("1")
    await until(lambda: left(asterisk, key) == ["KEY"], "the way to a message")
    assert visits(asterisk, key) == 1


async def test_the_worker_may_change_what_a_waiting_caller_hears(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> None:
    await asterisk.agent("8001", "service", reaction="ignores")
    _, first = await joins(asterisk, board, gateway, "13900000001")
    channel = (await board.queues()).waiting[0].channel
    assert await board.language(channel) == "zh"
    await board.set_language(channel, "zh_w3")
    assert await board.language(channel) == "zh_w3"
    assert await waiting(board) == [first]
    spoken = asterisk.settings.asterisk_dir / "data/sounds/zh_w3/ml/queue-patience.wav"
    assert spoken.readlink().name == "queue-patience-w3.wav"


async def test_self_service_and_back_is_a_new_visit_at_the_old_place(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> None:
    await asterisk.agent("8001", "service", reaction="ignores")
    anna, first = await joins(asterisk, board, gateway, "13900000001", MAINLINE_SINCE="1000")
    _bert, second = await joins(asterisk, board, gateway, "13900000002", MAINLINE_SINCE="2000")
    gateway.decide(MAINLINE_ACTION="queue", MAINLINE_QUEUE="service")
    anna.media.press("3")
    await until(lambda: visits(asterisk, first) == 2, "the second visit")

    async def is_back() -> bool:
        return await waiting(board) == [first, second]

    await until(is_back, "the place of before")
    again = gateway.requests[-1]
    assert (again["agi_request"].endswith("/again"), again["agi_extension"]) == (True, "96888")
    assert left(asterisk, first) == ["SELFSERVICE"]


async def test_a_place_by_time_never_overtakes_a_higher_priority(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> None:
    await asterisk.agent("8001", "service", reaction="ignores")
    _, late = await joins(asterisk, board, gateway, "13900000001", MAINLINE_SINCE="3000")
    _, leak = await joins(
        asterisk, board, gateway, "13900000002", MAINLINE_SINCE="4000", QUEUE_PRIO="50"
    )
    _, early = await joins(asterisk, board, gateway, "13900000003", MAINLINE_SINCE="1000")
    _, middle = await joins(asterisk, board, gateway, "13900000004", MAINLINE_SINCE="2000")
    assert await waiting(board) == [leak, early, middle, late]


async def test_a_promised_call_back_ends_the_visit_and_the_call(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> None:
    await asterisk.agent("8001", "service", reaction="ignores")
    anna, first = await joins(asterisk, board, gateway, "13900000001")
    gateway.decide(MAINLINE_ACTION="callback")
    anna.media.press("2")
    await asyncio.wait_for(anna.ended.wait(), PATIENCE_S)
    await asterisk.ended(first)
    assert left(asterisk, first) == ["CALLBACK"]
