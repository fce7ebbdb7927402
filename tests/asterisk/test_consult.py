"""An agent asks a number outside alone, a team rings at once: the customer is never lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from mainline.asterisk.switchboard import Switchboard
from mainline.sip.robot import Manner, Robot
from tests.asterisk.private import PATIENCE_S, PrivateAsterisk, until
from tests.asterisk.talking import (
    FIRST,
    SECOND,
    Talk,
    assert_last_segment_has_both_sides,
    is_talking_with,
    talk_two_seconds_and_hang_up,
)
from tests.asterisk.test_moves import extras, hears, send

pytestmark = pytest.mark.call
CREW = "13912345678"


@pytest.fixture
async def carrier(asterisk: PrivateAsterisk) -> AsyncIterator[Robot]:
    """Whoever is called outside."""
    port = asterisk.settings.sip_port + 1
    robot = Robot(await asterisk.caller("carrier", port), Manner(hertz=SECOND))
    yield robot
    await robot.close()


async def ask(board: Switchboard, talk: Talk, number: str = CREW) -> None:
    """As the desk does it; the customer is on hold first."""
    await talk.first.taken[0].hold()
    customer = await board.customer_channel(talk.key)
    await board.consult(talk.key, customer, "8001", "phone", number)


async def asked_leg(board: Switchboard, key: str) -> str:
    customer = await board.customer_channel(key)
    legs = [leg.name for leg in await board.channels() if leg.is_customer]
    (other,) = set(legs) - {customer}
    return other


async def test_a_number_outside_is_asked_alone_and_the_customer_handed_over(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard, carrier: Robot
) -> None:
    await ask(board, talk)
    await until(lambda: carrier.taken, "the crew to answer")
    assert carrier.rung[0].caller == "96888"
    assert talk.first.rung[1].header("X-Consults") == talk.key
    assert talk.first.rung[1].header("X-Call-Key") == ""
    assert CREW not in str(talk.first.rung[1].invite)
    await until(lambda: not is_talking_with(talk, FIRST), "music for the customer")
    assert not is_talking_with(talk, SECOND)
    leg = await asked_leg(board, talk.key)
    await send(board, talk, "ml-join", CREW, JOIN_CHANNEL=leg)
    await until(lambda: is_talking_with(talk, SECOND), "the crew at the customer's ear")
    await asyncio.wait_for(talk.first.taken[1].ended.wait(), PATIENCE_S)
    await talk_two_seconds_and_hang_up(asterisk, talk)
    assert extras(asterisk, talk, "TRANSFER") == [
        {"kind": "attended", "agent": "8001", "target": CREW}
    ]
    assert_last_segment_has_both_sides(asterisk, talk, SECOND)


async def test_whoever_hangs_up_before_the_joining_leaves_the_customer_to_the_agent(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard, carrier: Robot
) -> None:
    await ask(board, talk)
    await until(lambda: carrier.taken, "the crew to answer")
    leg = await asked_leg(board, talk.key)
    await carrier.taken[0].hang_up()
    await asyncio.wait_for(talk.first.taken[1].ended.wait(), PATIENCE_S)
    await send(board, talk, "ml-join", CREW, JOIN_CHANNEL=leg)
    await until(lambda: len(talk.first.taken) == 3, "the agent to have the customer again")
    await until(lambda: is_talking_with(talk, FIRST), "the agent at the customer's ear")
    assert not talk.call.ended.is_set()


async def test_the_asked_one_talks_with_both_when_brought_in(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard, carrier: Robot
) -> None:
    await ask(board, talk)
    await until(lambda: carrier.taken, "the crew to answer")
    leg = await asked_leg(board, talk.key)
    customer = await board.customer_channel(talk.key)
    own = await board.agent_channel(talk.key, "8001")
    await board.redirect_both((customer, "customer"), (own, "agent"), "ml-conference")
    await board.redirect(leg, "ml-conference", "outside")
    await talk.first.taken[0].resume()
    told = {"call": talk.key, "agent": "", "does": "joins"}
    await until(lambda: extras(asterisk, talk, "CONFERENCE") == [told], "the joining")
    await until(lambda: hears(talk, FIRST, SECOND), "both at the customer's ear")
    await talk.call.hang_up()
    await asyncio.wait_for(carrier.taken[0].ended.wait(), PATIENCE_S)


async def test_a_refused_number_and_a_page_that_comes_back_leave_no_trace_but_the_customer(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard, carrier: Robot
) -> None:
    await ask(board, talk, "16812345678")
    await until(lambda: len(talk.first.taken) == 2, "the second line")
    await asyncio.wait_for(talk.first.taken[1].ended.wait(), PATIENCE_S)
    assert carrier.rung == []
    assert not [p for p in asterisk.points() if p.name == "REFUSED"]
    await board.consult(talk.key, await board.customer_channel(talk.key), "8001", "phone", CREW)
    await until(lambda: carrier.taken, "the crew to answer")
    await board.rejoin(talk.key, "8001")
    await asyncio.wait_for(carrier.taken[0].ended.wait(), PATIENCE_S)
    await until(lambda: is_talking_with(talk, FIRST), "the agent at the customer's ear")


async def test_a_team_rings_at_once_and_the_first_to_answer_has_the_caller(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    third = await asterisk.agent("8003", hertz=1800)
    third.manner.reaction = "ignores"
    await send(board, talk, "ml-team", "team", RINGS="8002-8003")
    await until(lambda: talk.second.taken and third.rung, "both to ring, one to answer")
    await asyncio.wait_for(third.rung[0].ended.wait(), PATIENCE_S)
    await until(lambda: is_talking_with(talk, SECOND), "the colleague at the customer's ear")
    await talk_two_seconds_and_hang_up(asterisk, talk)
    assert_last_segment_has_both_sides(asterisk, talk, SECOND)
    rung = [extra["agent"] for extra in extras(asterisk, talk, "RING")]
    assert sorted(rung[-2:]) == ["8002", "8003"]
    assert extras(asterisk, talk, "UP")[-1]["agent"] == "8002"


async def test_a_team_of_which_nobody_answers_gives_the_caller_back_to_the_agent(
    asterisk: PrivateAsterisk, talk: Talk, board: Switchboard
) -> None:
    talk.second.manner.reaction = "declines"
    await send(board, talk, "ml-team", "team", RINGS="8002-8009")
    await until(lambda: len(talk.first.taken) == 2, "the agent to have the customer again")
    await until(lambda: is_talking_with(talk, FIRST), "the agent at the customer's ear")
    assert len(talk.second.rung) == 1
