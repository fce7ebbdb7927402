"""Being called back, on a real Asterisk: in turn, to the agent kept free, and no dear number."""

import pytest

from mainline.asterisk.switchboard import Switchboard
from mainline.clock import now
from mainline.sip.robot import Manner, Robot
from tests.asterisk.gateway import FakeGateway
from tests.asterisk.private import PrivateAsterisk, until
from tests.asterisk.waiting.line import joins, waiting

pytestmark = pytest.mark.call


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
