"""Waiting callers on a real Asterisk: sent on by the rules of their queue, asked at the end."""

import asyncio

import pytest

from agi.queue_rules import QueueRules
from mainline import definitions, features
from mainline.asterisk.switchboard import Switchboard
from mainline.db import Database
from tests.asterisk.gateway import FakeGateway
from tests.asterisk.private import PATIENCE_S, PrivateAsterisk, until
from tests.asterisk.waiting.line import joins, left, visits, waiting

pytestmark = pytest.mark.call


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
