"""The customer goes to the menu and back, is parked, talks with two: recorded on both sides."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from mainline.asterisk.ari import Ari
from mainline.asterisk.switchboard import Switchboard
from mainline.config import Settings
from mainline.sip.robot import Manner, Robot
from mainline.sip.tones import seconds_of_tone
from tests.asterisk.gateway import FakeGateway
from tests.asterisk.private import PATIENCE_S, Point, PrivateAsterisk, until
from tests.asterisk.talking import (
    CUSTOMER,
    FIRST,
    SECOND,
    Talk,
    assert_last_segment_has_both_sides,
    heard,
    is_talking_with,
    talk_two_seconds_and_hang_up,
)

pytestmark = pytest.mark.call


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Whoever is to come back from a slot by themselves comes soon; nobody else does."""
    soon = "parked_too_long" in request.node.name
    return settings.model_copy(update={"park_s": 5}) if soon else settings


async def send(board: Switchboard, talk: Talk, context: str, exten: str, **words: str) -> None:
    """As the desk does it."""
    customer = await board.customer_channel(talk.key)
    for name, value in {"FROM": "8001", **words}.items():
        await board.tell_leg(customer, f"MAINLINE_{name}", value)
    await board.redirect(customer, context, exten)


def extras(asterisk: PrivateAsterisk, talk: Talk, name: str) -> list[dict[str, str]]:
    return [point.extra for point in asterisk.points() if point.name == name]


async def test_back_to_the_menu_and_then_to_the_same_agent(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard, gateway: FakeGateway
) -> None:
    gateway.decide()
    await send(board, talk, "ml-menu", "arrears", BACK="agent")
    await until(lambda: len(talk.first.taken) == 2, "the same agent to answer again")
    (request,) = gateway.requests
    assert request["agi_request"].endswith("/door")
    assert request["agi_extension"] == "arrears"
    assert talk.first.rung[1].header("X-Call-Key") == talk.key
    await until(lambda: is_talking_with(talk, FIRST), "sound of the agent")
    points = await talk_two_seconds_and_hang_up(asterisk, talk)
    assert points[-3:] == ["RECORDING", "RING", "UP"]
    assert extras(asterisk, talk, "MENU") == [{"agent": "8001", "node": "arrears", "back": "agent"}]
    assert extras(asterisk, talk, "BACK") == [{"agent": "8001", "to": "agent"}]
    assert_last_segment_has_both_sides(asterisk, talk, FIRST)


async def test_a_dead_gateway_and_an_agent_not_to_be_disturbed_lead_to_the_queue(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    await asterisk.cli("queue add member PJSIP/phone-8002 to service penalty 0 as 8002")
    await asterisk.leave("8001", "service")
    settings = asterisk.settings
    async with Ari(port=settings.asterisk_http_port, secret=asterisk.secrets.ari) as ari:
        await ari.keep_quiet("8001", on=True)
        await send(board, talk, "ml-menu", "arrears", BACK="agent")
        await until(lambda: talk.second.taken, "the other agent to answer")
        await ari.keep_quiet("8001", on=False)
    assert len(talk.first.rung) == 1
    await talk_two_seconds_and_hang_up(asterisk, talk)
    assert extras(asterisk, talk, "BACK") == [{"agent": "8001", "to": "queue"}]


async def test_a_parked_customer_hears_music_and_is_taken_by_another(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    await send(board, talk, "ml-park", "707")
    await until(lambda: extras(asterisk, talk, "PARKED"), "the parking")
    await asyncio.wait_for(talk.first.taken[0].ended.wait(), PATIENCE_S)
    await board.redirect(await board.customer_channel(talk.key), "ml-unpark", "8002")
    await until(lambda: talk.second.taken, "the colleague to have the customer")
    assert "alert-autoanswer" in talk.second.rung[0].header("Alert-Info")
    await until(lambda: is_talking_with(talk, SECOND), "sound of the colleague")
    await talk_two_seconds_and_hang_up(asterisk, talk)
    assert extras(asterisk, talk, "PARKED") == [{"agent": "8001", "slot": "707"}]
    assert extras(asterisk, talk, "UNPARKED") == [{"agent": "8002", "how": "taken"}]
    assert_last_segment_has_both_sides(asterisk, talk, SECOND)


async def test_a_customer_parked_too_long_comes_back_to_the_agent(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    await send(board, talk, "ml-park", "707")
    await until(lambda: len(talk.first.taken) == 2, "the agent to be rung again")
    await until(lambda: is_talking_with(talk, FIRST), "sound of the agent")
    await talk_two_seconds_and_hang_up(asterisk, talk)
    assert extras(asterisk, talk, "UNPARKED") == [{"agent": "8001", "how": "limit"}]
    assert_last_segment_has_both_sides(asterisk, talk, FIRST)


async def confer(board: Switchboard, talk: Talk, **third: str) -> None:
    customer = await board.customer_channel(talk.key)
    agent = await board.agent_channel(talk.key, "8001")
    await board.redirect_both((customer, "customer"), (agent, "agent"), "ml-conference")
    await board.ask_in(talk.key, customer, **third)  # type: ignore[arg-type]


def heard_among_others(path: Path, hertz: int) -> float:
    """Seconds of that tone at the customer's ear, whoever else speaks."""
    sound = np.fromfile(path, dtype="<i2")
    right = sound[: len(sound) // 2 * 2].reshape(-1, 2)[:, 1].copy()
    return seconds_of_tone(right, hertz, least=0.2)


def said_by_three(asterisk: PrivateAsterisk, talk: Talk) -> Path | None:
    """The segment that is being written, once it has enough of everybody."""
    last = asterisk.recordings(talk.key)[-1]
    both = min(heard_among_others(last, FIRST), heard_among_others(last, SECOND))
    return last if both > 1.2 and heard(last, CUSTOMER)[0] > 2.7 else None


def hears(talk: Talk, *hertz: int) -> bool:
    sound = talk.call.media.heard(1.0)
    return all(seconds_of_tone(sound, each, least=0.2) > 0.5 for each in hertz)


def legs_that(asterisk: PrivateAsterisk, does: str) -> list[Point]:
    return [p for p in asterisk.points() if p.name == "CONFERENCE" and p.extra["does"] == does]


async def test_three_talk_all_are_recorded_and_the_agent_leaves_the_others_together(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    await confer(board, talk, agent="8002", station="phone")
    await until(lambda: talk.second.taken, "the colleague to answer")
    assert talk.second.rung[0].header("X-Call-Key") == talk.key
    await until(lambda: hears(talk, FIRST, SECOND), "both agents at the customer's ear")
    last = await until(lambda: said_by_three(asterisk, talk), "all three in the recording")
    await talk.first.taken[0].hang_up()
    await until(lambda: is_talking_with(talk, SECOND), "the colleague alone")
    await until(lambda: heard(last, SECOND)[1] > 0.7, "the colleague alone in the recording")
    await talk.call.hang_up()
    await asyncio.wait_for(talk.second.taken[0].ended.wait(), PATIENCE_S)
    await asterisk.ended(talk.key)
    told = {"call": talk.key, "agent": "8002"}
    await until(lambda: legs_that(asterisk, "leaves"), "the leaving of the colleague")
    assert [p.extra for p in legs_that(asterisk, "joins")] == [{**told, "does": "joins"}]
    assert [p.extra for p in legs_that(asterisk, "leaves")] == [{**told, "does": "leaves"}]
    assert asterisk.recordings(talk.key)[-1] == last
    assert heard(last, CUSTOMER)[0] > 2.5
    assert heard(last, CUSTOMER)[1] == 0
    assert heard_among_others(last, FIRST) > 1.0
    sound = heard(last, SECOND)
    assert sound[0] == 0
    assert sound[1] > 0.5


async def test_the_third_leaves_and_two_talk_on_until_the_agent_hangs_up(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    carrier = Robot(
        await asterisk.caller("carrier", asterisk.settings.sip_port + 1), Manner(hertz=SECOND)
    )
    await confer(board, talk, number="13912345678")
    await until(lambda: carrier.taken, "the crew to answer")
    assert carrier.rung[0].caller == "96888"
    await until(lambda: hears(talk, FIRST, SECOND), "both at the customer's ear")
    await carrier.taken[0].hang_up()
    await until(lambda: is_talking_with(talk, FIRST), "the agent alone")
    await talk.first.taken[0].hang_up()
    await asyncio.wait_for(talk.call.ended.wait(), PATIENCE_S)
    assert [p.extra["agent"] for p in legs_that(asterisk, "joins")] == [""]


async def test_dear_numbers_are_not_asked_in(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    carrier = Robot(await asterisk.caller("carrier", asterisk.settings.sip_port + 1), Manner())
    await confer(board, talk, number="16812345678")
    await until(
        lambda: [p for p in asterisk.points() if p.name == "REFUSED"], "the refusal of the number"
    )
    await until(lambda: is_talking_with(talk, FIRST), "the conversation that goes on")
    assert carrier.rung == []
    assert legs_that(asterisk, "joins") == []
