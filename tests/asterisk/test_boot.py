"""A private Asterisk boots from what we render, and serves a caller with all Python dead."""

import asyncio
import re
import time

import pytest

from mainline.sip.sound import tone, write_wav
from mainline.sip.tones import seconds_of_tone
from mainline.sip.transactions import RefusedError
from tests.asterisk.gateway import FakeGateway
from tests.asterisk.private import PATIENCE_S, PrivateAsterisk, story, until

pytestmark = pytest.mark.call


async def test_it_is_ready_after_a_second_and_a_half_of_processor_time_without_a_complaint(
    asterisk: PrivateAsterisk,
) -> None:
    """Processor time, because the clock on the wall measures the neighbours as well."""
    assert asterisk.processor_s() < 1.5
    complaints = [
        line for line in asterisk.log().splitlines() if re.search(r"\b(ERROR|WARNING)\b", line)
    ]
    assert complaints == []


async def test_a_caller_reaches_an_agent_when_no_gateway_runs(asterisk: PrivateAsterisk) -> None:
    agent = await asterisk.agent("8001", "service")
    caller = await asterisk.caller()
    call = await caller.call("96888", caller="13800000001")
    call.media.play(tone(440, 5), loop=True)
    await until(lambda: agent.taken, "the agent to answer")
    key = await asterisk.call_of("13800000001")
    assert agent.rung[0].header("X-Call-Key") == key
    mark = call.media.moment
    await until(lambda: seconds_of_tone(call.media.heard_since(mark), 1000) > 0.5, "the agent")
    await until(lambda: seconds_of_tone(agent.taken[0].media.heard(), 440) > 1.0, "the caller")
    await call.hang_up()
    points = await asterisk.ended(key)
    assert story(points) == [
        "OFFERED", "RECORDING", "DEGRADED", "QUEUED", "RING", "UP", "UNQUEUED",
    ]  # fmt: skip
    extras = {point.name: point.extra for point in points}
    assert extras["OFFERED"] == {"ani": "13800000001", "dnis": "96888", "entry": "trunk"}
    assert extras["QUEUED"] == {"queue": "service", "prio": "0", "degraded": "1"}
    assert extras["UP"] == {"agent": "8001", "queue": "service"}
    assert extras["UNQUEUED"] == {"queue": "service", "status": ""}
    assert [path.name for path in asterisk.recordings(key)] == [extras["RECORDING"]["file"]]


async def test_an_agent_is_not_put_into_wrapup_when_nobody_could_end_it(
    asterisk: PrivateAsterisk,
) -> None:
    agent = await asterisk.agent("8001", "service")
    caller = await asterisk.caller()
    call = await caller.call("96888", caller="13800000001")
    await until(lambda: agent.taken, "the agent to answer")
    await call.hang_up()
    await asterisk.ended(await asterisk.call_of("13800000001"))
    assert "paused" not in await asterisk.cli("queue show service")


async def test_a_frozen_gateway_costs_four_seconds_and_no_call(
    asterisk: PrivateAsterisk, gateway: FakeGateway
) -> None:
    gateway.behaviour = "freezes"
    agent = await asterisk.agent("8001", "service")
    caller = await asterisk.caller()
    begin = time.monotonic()
    call = await caller.call("96888", caller="13800000002")
    await until(lambda: agent.taken, "the agent to answer")
    assert time.monotonic() - begin >= 4.0
    await call.hang_up()
    points = await asterisk.ended(await asterisk.call_of("13800000002"))
    assert "DEGRADED" in story(points)


async def test_a_gateway_that_dies_in_mid_call_hands_the_caller_to_plain_dialplan(
    asterisk: PrivateAsterisk, gateway: FakeGateway
) -> None:
    gateway.behaviour = "dies"
    agent = await asterisk.agent("8001", "service")
    call = await (await asterisk.caller()).call("96888", caller="13800000003")
    await until(lambda: agent.taken, "the agent to answer")
    await call.hang_up()
    points = await asterisk.ended(await asterisk.call_of("13800000003"))
    assert story(points)[:4] == ["OFFERED", "RECORDING", "DEGRADED", "QUEUED"]


async def test_what_the_gateway_decides_is_done(
    asterisk: PrivateAsterisk, gateway: FakeGateway
) -> None:
    gateway.decide(MAINLINE_ACTION="queue", MAINLINE_QUEUE="emergency", QUEUE_PRIO="10")
    agent = await asterisk.agent("8002", "emergency")
    call = await (await asterisk.caller()).call("96888", caller="13800000004")
    await until(lambda: agent.taken, "the agent to answer")
    key = await asterisk.call_of("13800000004")
    await until(lambda: "UP" in story(asterisk.points(key)), "the answer in CEL")

    async def paused() -> bool:
        return "paused:wrapup" in await asterisk.cli("queue show emergency")

    await until(paused, "the pause, which follows the answer in the dialplan")
    await call.hang_up()
    points = await asterisk.ended(key)
    extras = {point.name: point.extra for point in points}
    assert "DEGRADED" not in extras
    assert extras["QUEUED"] == {"queue": "emergency", "prio": "10", "degraded": "0"}
    request = gateway.requests[0]
    assert request["agi_callerid"] == "13800000004"
    assert list(request)[-1] == "agi_arg_1"
    assert request["agi_arg_1"] == asterisk.secrets.agi


async def test_a_restricted_caller_is_refused(
    asterisk: PrivateAsterisk, gateway: FakeGateway
) -> None:
    gateway.decide(MAINLINE_ACTION="refuse")
    call = await (await asterisk.caller()).call("96888", caller="13800000005")
    await asyncio.wait_for(call.ended.wait(), PATIENCE_S)
    assert call.ended_by == "them"
    points = await asterisk.ended(await asterisk.call_of("13800000005"))
    assert story(points) == ["OFFERED", "RECORDING", "REFUSED"]


async def test_hanging_up_while_waiting_is_told_as_abandoned(
    asterisk: PrivateAsterisk, gateway: FakeGateway
) -> None:
    gateway.decide(MAINLINE_ACTION="queue", MAINLINE_QUEUE="service")
    await asterisk.agent("8001", "service", reaction="ignores")
    call = await (await asterisk.caller()).call("96888", caller="13800000006")
    key = await asterisk.call_of("13800000006")
    await until(lambda: "RING" in story(asterisk.points(key)), "the agent's phone to ring")
    await call.hang_up()
    points = await asterisk.ended(key)
    assert story(points) == ["OFFERED", "RECORDING", "QUEUED", "RING", "UNQUEUED"]
    assert points[[point.name for point in points].index("UNQUEUED")].extra["status"] == "ABANDON"


async def test_nobody_answers_in_time_and_the_caller_leaves_a_message(
    asterisk: PrivateAsterisk, gateway: FakeGateway
) -> None:
    gateway.decide(MAINLINE_ACTION="queue", MAINLINE_QUEUE="repair")
    await asterisk.agent("8001", "repair", reaction="ignores")
    call = await (await asterisk.caller()).call("96888", caller="13800000007")
    key = await asterisk.call_of("13800000007")
    await until(lambda: "UNQUEUED" in story(asterisk.points(key)), "the end of patience")
    call.media.press("1")
    call.media.play(tone(440, 10), loop=True)
    path = asterisk.settings.recordings_incoming / f"{key}-message.wav"
    await until(lambda: path.exists() and path.stat().st_size > 20_000, "the message")
    await call.hang_up()
    points = await asterisk.ended(key)
    assert points[[point.name for point in points].index("UNQUEUED")].extra["status"] == "TIMEOUT"
    assert [point.extra for point in points if point.name == "MESSAGE"] == [{"file": path.name}]


async def test_the_agents_number_is_told_to_the_caller_alone_at_the_answer(
    asterisk: PrivateAsterisk,
) -> None:
    prompts = asterisk.settings.sounds_dir / "static/zh"
    (prompts / "digits").mkdir(exist_ok=True)
    write_wav(prompts / "ml/agent-before.wav", tone(700, 0.4))
    write_wav(prompts / "digits/1.wav", tone(2100, 0.4))
    agent = await asterisk.agent("8001", "service")
    call = await (await asterisk.caller()).call("96888", caller="13800000008")
    mark = call.media.moment  # before the answer: whoever looks late has missed nothing
    await until(lambda: agent.taken, "the agent to answer")
    for hertz, what in ((700, "工号"), (2100, "1")):
        await until(
            lambda hz=hertz: seconds_of_tone(call.media.heard_since(mark), hz, least=0.2) > 0.2,
            what,
        )
    assert seconds_of_tone(agent.taken[0].media.heard(), 700, least=0.2) == 0
    assert seconds_of_tone(agent.taken[0].media.heard(), 2100, least=0.2) == 0
    await call.hang_up()


@pytest.mark.parametrize(
    "hostile",
    [
        "<sip:1380%0aagi_extension%3A%20evil@127.0.0.1>",
        "<sip:1380%0d%0a%0d%0aEvent%3A%20Forged@127.0.0.1>",
    ],
)
async def test_a_number_with_a_line_break_is_quarantined(
    asterisk: PrivateAsterisk, hostile: str
) -> None:
    caller = await asterisk.caller()
    with pytest.raises(RefusedError, match="401"):
        await caller.call("96888", raw_from=hostile, timeout_s=60)
    assert asterisk.points() == []


@pytest.mark.parametrize(
    ("shown", "ani"),
    [
        ("<sip:+8613800138000@127.0.0.1>", "+8613800138000"),
        ("Anonymous <sip:anonymous@anonymous.invalid>", "anonymous"),
        ('"${SHELL(id)}" <sip:138,evil&x@127.0.0.1>', "138evilx"),
    ],
)
async def test_a_callers_number_is_filtered_and_the_name_thrown_away(
    asterisk: PrivateAsterisk, gateway: FakeGateway, shown: str, ani: str
) -> None:
    gateway.decide(MAINLINE_ACTION="hangup")
    call = await (await asterisk.caller()).call("96888", raw_from=shown)
    await asyncio.wait_for(call.ended.wait(), PATIENCE_S)
    await asterisk.ended(await asterisk.call_of(ani))
    assert gateway.requests[0]["agi_callerid"] in {ani, "unknown"}
    assert gateway.requests[0]["agi_calleridname"] == "unknown"


async def test_strangers_cannot_use_the_names_of_our_endpoints(asterisk: PrivateAsterisk) -> None:
    for name in ("agent-8001", "phone-8001", "try-1"):
        stranger = await asterisk.caller(name)
        with pytest.raises(RefusedError):
            await stranger.call("600", raw_from=f"<sip:{name}@127.0.0.1>", timeout_s=60)
        with pytest.raises(RefusedError):
            await stranger.register()
