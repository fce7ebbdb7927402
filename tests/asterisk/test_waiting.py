"""Waiting callers on a real Asterisk: places kept, choices, being called back. No Python serves
them except where a test says so."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agi.queue_rules import QueueRules
from mainline import definitions, features
from mainline.asterisk.ami import Ami
from mainline.asterisk.switchboard import Switchboard
from mainline.clock import now
from mainline.db import Database
from mainline.sip.call import Call
from mainline.sip.listening import until_sound
from mainline.sip.robot import Manner, Robot
from tests.asterisk.gateway import FakeGateway
from tests.asterisk.private import PATIENCE_S, PrivateAsterisk, until

pytestmark = pytest.mark.call


@pytest.fixture
async def board(asterisk: PrivateAsterisk) -> AsyncIterator[Switchboard]:
    """The worker's own AMI user: if it may do these things, its rights suffice."""
    ami = Ami(port=asterisk.settings.ami_port, user="live", secret=asterisk.secrets.ami_live)
    stop = asyncio.Event()
    running = asyncio.create_task(ami.run(stop))
    await asyncio.wait_for(ami.up.wait(), 15)
    yield Switchboard(ami, key_prefix="ml12345678")
    stop.set()
    await running


async def waiting(board: Switchboard, queue: str = "service") -> list[str]:
    """The uniqueids of who waits, in line."""
    found = [one for one in (await board.queues()).waiting if one.queue == queue]
    return [one.uniqueid for one in sorted(found, key=lambda one: one.position)]


async def joins(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway, number: str, **said: str
) -> tuple[Call, str]:
    """Somebody calls and is led to the queue by the gateway."""
    words = {"MAINLINE_ACTION": "queue", "MAINLINE_QUEUE": "service", "QUEUE_PRIO": "0", **said}
    gateway.decide(**words)
    call = await (await asterisk.caller(f"c{number}")).call("96888", caller=number)
    key = await asterisk.call_of(number)

    async def is_there() -> bool:
        return key in await waiting(board, words["MAINLINE_QUEUE"])

    await until(is_there, f"{number} in the queue")
    return call, key


def left(asterisk: PrivateAsterisk, key: str) -> list[str]:
    return [p.extra["status"] for p in asterisk.points(key) if p.name == "UNQUEUED"]


def visits(asterisk: PrivateAsterisk, key: str) -> int:
    return sum(point.name == "QUEUED" for point in asterisk.points(key))


def keyed(asterisk: PrivateAsterisk) -> str:
    """The keys by which callers left app_queue, whether or not they came back."""
    lines = [line.split("|") for line in asterisk.log("queue_log").splitlines()]
    return "".join(line[5] for line in lines if line[4] == "EXITWITHKEY")


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
    await until_sound(call)
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


async def test_too_many_before_one_are_sent_on_to_the_other_queue(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> None:
    await asterisk.agent("8001", "busy", "service", reaction="ignores")
    _, first = await joins(asterisk, board, gateway, "13900000001", MAINLINE_QUEUE="busy")
    gateway.decide(MAINLINE_ACTION="queue", MAINLINE_QUEUE="busy", MAINLINE_SINCE="1000")
    await (await asterisk.caller("c2")).call("96888", caller="13900000002")
    second = await asterisk.call_of("13900000002")

    async def is_there() -> bool:
        return await waiting(board) == [second]

    await until(is_there, "the second caller in the other queue")
    assert await waiting(board, "busy") == [first]
    told = [(p.name, p.extra["queue"]) for p in asterisk.points(second) if "QUEUED" in p.name]
    assert told == [("QUEUED", "busy"), ("UNQUEUED", "busy"), ("QUEUED", "service")]
    assert left(asterisk, second) == ["OVERFLOW"]


async def test_a_changed_way_out_of_a_queue_counts_for_the_next_caller_without_a_restart(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway, sqlite_database: Database
) -> None:
    """Whoever finds nobody in ``empty`` leaves a message, until the company wants them to wait."""
    list(features.modules("kinds"))
    rules, label = (
        QueueRules(sqlite_database, asterisk.settings, board),
        {"zh": "队列", "en": "Queue"},
    )
    body = {"queues": [{"name": name, "label": label} for name in ("service", "empty")]}
    async with sqlite_database.unit_of_work() as session:
        await definitions.install(session, "queues", "company", body, by="test")
    assert await board.rule("OVERFLOW_ABSENCE_empty") == "message"
    assert await rules.step()
    assert await board.rule("OVERFLOW_ABSENCE_empty") == ""
    assert not await rules.step()
    call, key = await joins(asterisk, board, gateway, "13900000001", MAINLINE_QUEUE="empty")
    assert left(asterisk, key) == []
    await call.hang_up()


async def test_a_new_queue_takes_callers_without_a_restart_and_who_waits_or_works_stays(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway, sqlite_database: Database
) -> None:
    list(features.modules("kinds"))
    await asterisk.agent("8001", "repair", reaction="ignores")
    waiter, waits = await joins(asterisk, board, gateway, "13900000001")
    label = {"zh": "队列", "en": "Queue"}
    body = {"queues": [{"name": name, "label": label} for name in ("service", "repair", "fresh")]}
    async with sqlite_database.unit_of_work() as session:
        await definitions.install(session, "queues", "company", body, by="test")
    rules = QueueRules(sqlite_database, asterisk.settings, board)
    assert await rules.step()
    assert not await rules.step()
    agent = await asterisk.agent("8002", "fresh")
    gateway.decide(MAINLINE_ACTION="queue", MAINLINE_QUEUE="fresh", QUEUE_PRIO="0")
    call = await (await asterisk.caller("c2")).call("96888", caller="13900000002")
    await until(lambda: agent.taken, "the agent of the new queue to answer")
    assert await waiting(board) == [waits]
    found = (await board.queues()).members
    assert {(one.queue, one.agent) for one in found} == {("repair", "8001"), ("fresh", "8002")}
    await call.hang_up()
    await waiter.hang_up()


async def test_who_waits_too_long_or_finds_nobody_is_sent_on(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> None:
    await asterisk.agent("8001", "slow", reaction="ignores")
    call, slow = await joins(asterisk, board, gateway, "13900000001", MAINLINE_QUEUE="slow")
    await until(lambda: visits(asterisk, slow) == 2, "the second queue")
    assert left(asterisk, slow) == ["OVERFLOW"]
    gateway.decide(MAINLINE_ACTION="queue", MAINLINE_QUEUE="empty")
    other = await (await asterisk.caller("c2")).call("96888", caller="13900000002")
    absent = await asterisk.call_of("13900000002")
    await until(lambda: left(asterisk, absent) == ["OVERFLOW"], "the way to a message")
    await other.hang_up()
    await call.hang_up()
    await asterisk.ended(absent)
    assert visits(asterisk, absent) == 1


@pytest.mark.parametrize(("rule", "asked"), [("", 1), ("0", 0)])
async def test_the_gateway_decides_about_a_survey_unless_nobody_of_the_queue_is_asked(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway, rule: str, asked: int
) -> None:
    await board.set_rule("SURVEY_service", rule)
    agent = await asterisk.agent("8001", "service")
    gateway.decide(MAINLINE_ACTION="queue", MAINLINE_QUEUE="service", QUEUE_PRIO="0")
    call = await (await asterisk.caller()).call("96888", caller="13900000001")
    key = await asterisk.call_of("13900000001")
    await until(lambda: agent.taken, "the agent to answer")
    await agent.taken[0].hang_up()
    await asyncio.wait_for(call.ended.wait(), PATIENCE_S)
    await asterisk.ended(key)
    routes = [request["agi_request"].rpartition("/")[2] for request in gateway.requests]
    assert routes.count("survey") == asked


async def test_an_emergency_is_never_sent_on(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> None:
    await asterisk.agent("8001", "busy", reaction="ignores")
    await joins(asterisk, board, gateway, "13900000001", MAINLINE_QUEUE="busy")
    _, leak = await joins(
        asterisk,
        board,
        gateway,
        "13900000002",
        MAINLINE_QUEUE="busy",
        MAINLINE_URGENT="leak",
        QUEUE_PRIO="100",
    )
    assert (await waiting(board, "busy"))[0] == leak
    assert left(asterisk, leak) == []


async def called_back(board: Switchboard, number: str = "13900000001") -> str:
    key = board.new_call_id()
    await board.pause("8001", "phone", "callback")
    await board.call_back(
        number,
        "service",
        call_id=key,
        callback_id=7,
        since=int(now().timestamp()) - 600,
        priority=0,
        language="zh",
        reserved="PJSIP/phone-8001",
    )
    return key


async def is_paused(board: Switchboard) -> bool:
    return any(m.paused for m in (await board.queues()).members if m.agent == "8001")


async def test_who_is_called_back_goes_first_and_to_the_agent_kept_free(
    asterisk: PrivateAsterisk, board: Switchboard, gateway: FakeGateway
) -> None:
    agent = await asterisk.agent("8001", "service", hertz=1000)
    carrier = Robot(
        await asterisk.caller("carrier", asterisk.settings.sip_port + 1),
        Manner(hertz=440, after_s=1.0),
    )
    await board.pause("8001", "phone", "lunch")
    _, behind = await joins(asterisk, board, gateway, "13900000002")
    key = await called_back(board)
    await until(lambda: carrier.taken, "the customer to answer")
    await until(lambda: agent.taken, "the agent to answer")
    assert agent.rung[0].header("X-Call-Key") == key

    async def alone() -> bool:
        return await waiting(board) == [behind]

    await until(alone, "the one behind to wait alone")
    assert carrier.rung[0].caller == "96888"
    await carrier.taken[0].hang_up()
    points = await asterisk.ended(key)
    names = [p.name for p in points if p.name in {"CALLBACK", "QUEUED", "RING", "UP", "UNQUEUED"}]
    assert names == ["CALLBACK", "QUEUED", "RING", "UP", "UNQUEUED"]
    assert next(p.extra for p in points if p.name == "CALLBACK") == {
        "callback": "7",
        "number": "13900000001",
    }
    assert len(asterisk.recordings(key)) == 1


async def test_an_agent_kept_free_in_vain_takes_calls_again(
    asterisk: PrivateAsterisk, board: Switchboard
) -> None:
    agent = await asterisk.agent("8001", "service")
    carrier = Robot(
        await asterisk.caller("carrier", asterisk.settings.sip_port + 1),
        Manner(reaction="declines", after_s=0.5),
    )
    key = await called_back(board)
    points = await asterisk.ended(key)
    assert len(carrier.rung) == 1
    assert [p.name for p in points if p.name in {"CALLBACK", "QUEUED", "RECORDING"}] == ["CALLBACK"]
    assert agent.rung == []
    assert not await is_paused(board)


@pytest.mark.parametrize("number", ["0044123456789", "16812345678", "999"])
async def test_dear_numbers_are_not_called_back(
    asterisk: PrivateAsterisk, board: Switchboard, number: str
) -> None:
    await asterisk.agent("8001", "service")
    carrier = Robot(await asterisk.caller("carrier", asterisk.settings.sip_port + 1), Manner())
    points = await asterisk.ended(await called_back(board, number))
    assert [p.name for p in points if p.name in {"CALLBACK", "REFUSED", "QUEUED"}] == [
        "CALLBACK",
        "REFUSED",
    ]
    assert carrier.rung == []
