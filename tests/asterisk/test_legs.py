"""Legs change: transfers of each kind, rejoin, calls out, supervision. Sound is proven on both
channels of the recording: the customer says 440 Hz, agents 1000 and 1500 Hz."""

import asyncio

import pytest

from mainline.asterisk.ari import Ari
from mainline.asterisk.switchboard import Switchboard
from mainline.sip.call import Call
from mainline.sip.digest import Credentials
from mainline.sip.phone import Phone
from mainline.sip.robot import Manner, Robot
from mainline.sip.sound import tone, write_wav
from mainline.sip.tones import PURE, seconds_of_tone, share_of_tone
from mainline.sip.transactions import RefusedError
from tests.asterisk.private import PATIENCE_S, PrivateAsterisk, story, until
from tests.asterisk.talking import (
    CUSTOMER,
    FIRST,
    SECOND,
    Talk,
    assert_last_segment_has_both_sides,
    heard,
    is_talking_with,
    recorded,
    talk_two_seconds_and_hang_up,
)

pytestmark = pytest.mark.call
TOLD = 700


async def test_blind_transfer_to_an_agent(asterisk: PrivateAsterisk, talk: Talk) -> None:
    await asyncio.sleep(1.0)  # while the agent's number is still being said
    assert await talk.first.taken[0].transfer("8002") == 202
    await until(lambda: talk.second.taken, "the second agent to answer")
    assert talk.second.rung[0].header("X-Call-Key") == talk.key
    await until(lambda: is_talking_with(talk, SECOND), "sound of the second agent")
    points = await talk_two_seconds_and_hang_up(asterisk, talk)
    assert points[-4:] == ["TRANSFER", "RECORDING", "RING", "UP"]
    assert_last_segment_has_both_sides(asterisk, talk, SECOND)


async def test_attended_transfer_by_the_desk(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    consultation = await talk.first.dial("8002")
    await until(lambda: talk.second.taken, "the second agent to answer")
    await board.redirect(await board.customer_channel(talk.key), "ml-join", "8002")
    await until(lambda: is_talking_with(talk, SECOND), "sound of the second agent")
    await asyncio.wait_for(consultation.ended.wait(), PATIENCE_S)
    points = await talk_two_seconds_and_hang_up(asterisk, talk)
    assert points[-3:] == ["TRANSFER", "RECORDING", "UP"]
    transfer = [point for point in asterisk.points(talk.key) if point.name == "TRANSFER"][-1]
    assert transfer.extra == {"kind": "attended", "agent": "8001", "target": "8002"}
    assert_last_segment_has_both_sides(asterisk, talk, SECOND)


async def test_attended_transfer_by_a_telephone_of_any_kind(
    asterisk: PrivateAsterisk, talk: Talk
) -> None:
    consultation = await talk.first.dial("8002")
    await until(lambda: talk.second.taken, "the second agent to answer")
    assert await talk.first.taken[0].transfer("8002", consulted=consultation) == 202
    await until(lambda: is_talking_with(talk, SECOND), "sound of the second agent")
    await talk_two_seconds_and_hang_up(asterisk, talk)
    assert "ATTENDEDTRANSFER" in [point.name for point in asterisk.points(talk.key)]


async def test_transfer_to_a_queue(asterisk: PrivateAsterisk, talk: Talk) -> None:
    await asterisk.cli("queue add member PJSIP/phone-8002 to emergency penalty 0 as 8002")
    assert await talk.first.taken[0].transfer("emergency") == 202
    await until(lambda: talk.second.taken, "the second agent to answer")
    points = await talk_two_seconds_and_hang_up(asterisk, talk)
    assert points[-6:] == ["TRANSFER", "RECORDING", "QUEUED", "RING", "UP", "UNQUEUED"]


async def test_a_transfer_to_nobody_brings_the_customer_back_to_the_queue(
    asterisk: PrivateAsterisk, talk: Talk
) -> None:
    assert await talk.first.taken[0].transfer("8003") == 202
    await until(lambda: len(talk.first.taken) == 2, "the first agent to answer again")
    points = await talk_two_seconds_and_hang_up(asterisk, talk)
    assert points[-5:] == ["RECORDING", "QUEUED", "RING", "UP", "UNQUEUED"]


async def test_transfer_outside_goes_to_ordinary_numbers_only(
    asterisk: PrivateAsterisk, talk: Talk
) -> None:
    carrier = Robot(await asterisk.caller("carrier", asterisk.settings.sip_port + 1), Manner())
    assert await talk.first.taken[0].transfer("00441234567890") == 202
    await asyncio.wait_for(talk.call.ended.wait(), PATIENCE_S)
    points = story(await asterisk.ended(talk.key))
    assert points[-3:] == ["TRANSFER", "RECORDING", "REFUSED"]
    assert carrier.rung == []


async def test_a_leak_with_fire_goes_on_to_the_fire_service(
    asterisk: PrivateAsterisk, talk: Talk
) -> None:
    carrier = Robot(await asterisk.caller("carrier", asterisk.settings.sip_port + 1), Manner())
    assert await talk.first.taken[0].transfer("119") == 202
    await until(lambda: carrier.taken, "the fire service to answer")
    await talk.call.hang_up()
    transfer = [p for p in await asterisk.ended(talk.key) if p.name == "TRANSFER"][-1]
    assert transfer.extra == {"kind": "blind", "agent": "8001", "target": "119"}


async def test_the_page_comes_back_in_mid_call(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    await asyncio.sleep(1.0)
    await board.rejoin(talk.key, "8001")
    await until(lambda: len(talk.first.taken) == 2, "the same agent to answer by itself")
    assert "alert-autoanswer" in talk.first.rung[1].header("Alert-Info")
    assert talk.first.rung[1].header("X-Call-Key") == talk.key
    await until(lambda: is_talking_with(talk, FIRST), "sound of the agent")
    points = await talk_two_seconds_and_hang_up(asterisk, talk)
    assert points[-4:] == ["REJOINED", "RECORDING", "RING", "UP"]
    assert_last_segment_has_both_sides(asterisk, talk, FIRST)


async def test_a_call_out_shows_the_companys_number_and_is_recorded_customer_left(
    asterisk: PrivateAsterisk, board: Switchboard
) -> None:
    agent = await asterisk.agent("8001", hertz=FIRST)
    carrier = Robot(
        await asterisk.caller("carrier", asterisk.settings.sip_port + 1), Manner(hertz=CUSTOMER)
    )
    key = await board.call_out("8001", "phone", "13912345678")
    await until(lambda: carrier.taken, "the customer to answer")
    assert carrier.rung[0].caller == "96888"
    await recorded(asterisk, key, agent=(FIRST,))
    await agent.taken[0].hang_up()
    points = await asterisk.ended(key)
    assert story(points) == ["PLACED", "RECORDING", "UP"]
    assert points[[p.name for p in points].index("PLACED")].extra == {
        "agent": "8001",
        "number": "13912345678",
    }
    (recording,) = asterisk.recordings(key)
    assert heard(recording, CUSTOMER)[0] > 1.5
    assert heard(recording, FIRST)[1] > 1.5


async def test_who_is_called_hears_that_it_is_recorded_before_anybody_talks(
    asterisk: PrivateAsterisk, board: Switchboard
) -> None:
    agent, carrier, key = await called_out(asterisk, board, "13912345678")
    await recorded(asterisk, key, agent=(FIRST,), seconds=2.0)
    customer = carrier.taken[0].media.heard()
    await agent.taken[0].hang_up()
    assert story(await asterisk.ended(key)) == ["PLACED", "RECORDING", "UP"]
    frames = customer[: len(customer) // 800 * 800].reshape(-1, 800)
    said = [hz for frame in frames for hz in (TOLD, FIRST) if share_of_tone(frame, hz) > PURE]
    assert (said[0], said[-1], said == sorted(said)) == (TOLD, FIRST, True)
    assert seconds_of_tone(agent.taken[0].media.heard(), TOLD) == 0


async def test_an_emergency_service_is_not_kept_waiting(
    asterisk: PrivateAsterisk, board: Switchboard
) -> None:
    agent, carrier, key = await called_out(asterisk, board, "120")
    await recorded(asterisk, key, agent=(FIRST,))
    await agent.taken[0].hang_up()
    assert story(await asterisk.ended(key)) == ["PLACED", "RECORDING", "UP"]
    assert seconds_of_tone(carrier.taken[0].media.heard(), TOLD) == 0


async def called_out(
    asterisk: PrivateAsterisk, board: Switchboard, number: str
) -> tuple[Robot, Robot, str]:
    """The words "it is recorded" are a tone of 700 Hz."""
    write_wav(asterisk.settings.sounds_dir / "static/zh/ml/recorded.wav", tone(TOLD, 1.0))
    agent = await asterisk.agent("8001", hertz=FIRST)
    carrier = Robot(
        await asterisk.caller("carrier", asterisk.settings.sip_port + 1), Manner(hertz=CUSTOMER)
    )
    key = await board.call_out("8001", "phone", number)
    await until(lambda: carrier.taken, "whoever is called to answer")
    return agent, carrier, key


@pytest.mark.parametrize("number", ["0044123456789", "16812345678", "999"])
async def test_dear_numbers_are_refused(
    asterisk: PrivateAsterisk, board: Switchboard, number: str
) -> None:
    await asterisk.agent("8001")
    carrier = Robot(await asterisk.caller("carrier", asterisk.settings.sip_port + 1), Manner())
    key = await board.call_out("8001", "phone", number)
    points = await asterisk.ended(key)
    assert story(points) == ["PLACED", "REFUSED"]
    assert carrier.rung == []


async def test_an_agents_telephone_cannot_dial_outside(asterisk: PrivateAsterisk) -> None:
    agent = await asterisk.agent("8001")
    with pytest.raises(RefusedError):
        await agent.phone.call("13912345678", caller="phone-8001", timeout_s=60)


@pytest.mark.parametrize(
    ("mode", "agent_hears", "customer_hears"),
    [("listen", False, False), ("whisper", True, False), ("barge", True, True)],
)
async def test_the_leader_listens_whispers_and_barges_in(
    asterisk: PrivateAsterisk,
    talk: Talk,
    board: Switchboard,
    mode: str,
    agent_hears: bool,
    customer_hears: bool,
) -> None:
    channel = await board.agent_channel(talk.key, "8001")
    await board.spy("8002", "phone", channel, mode)  # type: ignore[arg-type]
    await until(lambda: talk.second.taken, "the leader's telephone")
    leader, agent = talk.second.taken[0], talk.first.taken[0]

    def hears(who: Call, hertz: int) -> bool:
        return seconds_of_tone(who.media.heard(1.0), hertz, least=0.2) > 0.5

    await until(lambda: hears(leader, CUSTOMER) and hears(leader, FIRST), "both at the leader's")
    await until(lambda: hears(agent, SECOND) == agent_hears, "the leader at the agent's, or not")
    await until(lambda: hears(talk.call, SECOND) == customer_hears, "at the customer's, or not")


async def test_nobody_can_be_listened_to_but_agents(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    channel = await board.customer_channel(talk.key)
    await board.spy("8002", "phone", channel, "listen")
    await until(lambda: talk.second.taken, "the leader's telephone")
    await asyncio.wait_for(talk.second.taken[0].ended.wait(), PATIENCE_S)


async def test_a_softphones_password_is_made_at_sign_in_and_dies_with_sign_out(
    asterisk: PrivateAsterisk,
) -> None:
    async with Ari(port=asterisk.settings.asterisk_http_port, secret=asterisk.secrets.ari) as ari:
        made = await ari.make("agent-8001")
        phone = await Phone.open(
            asterisk.server,
            user="agent-8001",
            credentials=Credentials(made.user, made.password),
        )
        await phone.register()
        await ari.drop("agent-8001")
        with pytest.raises(RefusedError):
            await phone.register()
        await phone.close()


async def test_a_key_while_waiting_leads_to_a_message(asterisk: PrivateAsterisk) -> None:
    await asterisk.agent("8001", "service", reaction="ignores")
    call = await (await asterisk.caller()).call("96888", caller="13800000009")
    key = await asterisk.call_of("13800000009")
    await until(lambda: "RING" in story(asterisk.points(key)), "the queue")
    call.media.press("1")
    await until(lambda: "UNQUEUED" in story(asterisk.points(key)), "the way out of the queue")
    await call.hang_up()
    points = await asterisk.ended(key)
    left = [point.extra for point in points if point.name == "UNQUEUED"]
    assert left == [{"queue": "service", "status": "KEY"}]


async def test_a_wrapup_that_nobody_ends_is_over_when_python_is_dead(
    asterisk: PrivateAsterisk,
) -> None:
    agent = await asterisk.agent("8001", "service")
    await asterisk.cli("queue pause member PJSIP/phone-8001 queue service reason wrapup")
    await asterisk.cli("database put wrapup 8001 1")
    await (await asterisk.caller()).call("96888", caller="13800000010")
    await until(lambda: agent.taken, "the agent to be rung all the same")


async def test_the_emergency_key_works_without_python(asterisk: PrivateAsterisk) -> None:
    agent = await asterisk.agent("8002", "emergency")
    call = await (await asterisk.caller()).call("96888", caller="13800000011")
    call.media.press("9")
    await until(lambda: agent.taken, "the emergency agent to answer")
    key = await asterisk.call_of("13800000011")
    queued = [point.extra["queue"] for point in asterisk.points(key) if point.name == "QUEUED"]
    assert queued == ["emergency"]
