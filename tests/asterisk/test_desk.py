"""What the desk asks of Asterisk beside transfers: quiet agents, hold, calls of colleagues."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from mainline.asterisk.ami import Ami, Fields
from mainline.asterisk.ari import Ari
from mainline.sip.transactions import RefusedError
from tests.asterisk.private import PrivateAsterisk, story, until
from tests.asterisk.talking import is_bridged

pytestmark = pytest.mark.call


@pytest.fixture
async def ari(asterisk: PrivateAsterisk) -> AsyncIterator[Ari]:
    settings = asterisk.settings
    async with Ari(port=settings.asterisk_http_port, secret=asterisk.secrets.ari) as opened:
        yield opened


async def test_who_is_not_to_be_disturbed_is_not_rung_and_finds_the_call_in_the_list(
    asterisk: PrivateAsterisk, ari: Ari
) -> None:
    first, second = await asterisk.agent("8001"), await asterisk.agent("8002")
    await ari.keep_quiet("8002", on=True)
    assert await ari.quiet() == {"8002"}
    with pytest.raises(RefusedError) as refusal:
        await first.phone.call("8002", caller="phone-8001", timeout_s=60)
    assert refusal.value.status == 486
    missed = await until(
        lambda: [p.extra for p in asterisk.points() if p.name == "DIRECT"], "the missed call"
    )
    assert missed == [{"agent": "8002", "caller": "8001", "why": "QUIET"}]
    assert second.rung == []
    await ari.keep_quiet("8002", on=False)
    assert await ari.quiet() == set()
    call = await first.dial("8002")
    await until(lambda: second.taken, "the colleague to answer")
    await call.hang_up()


async def test_a_transfer_to_somebody_not_to_be_disturbed_goes_back_to_the_queue(
    asterisk: PrivateAsterisk, ari: Ari
) -> None:
    first, second = await asterisk.agent("8001", "service"), await asterisk.agent("8002")
    await ari.keep_quiet("8002", on=True)
    caller = await (await asterisk.caller()).call("96888", caller="13800000021")
    await until(lambda: first.taken, "the first agent to answer")
    key = await asterisk.call_of("13800000021")
    await until(lambda: is_bridged(asterisk, key), "both to be joined")
    await asyncio.sleep(0.5)
    assert await first.taken[0].transfer("8002") == 202
    await until(lambda: len(first.taken) == 2, "the first agent to answer again")
    assert second.rung == []
    await caller.hang_up()
    points = story(await asterisk.ended(key))
    assert points[-6:] == ["TRANSFER", "RECORDING", "QUEUED", "RING", "UP", "UNQUEUED"]
    await ari.keep_quiet("8002", on=False)


async def test_the_workers_link_hears_hold_and_resume_and_nothing_else(
    asterisk: PrivateAsterisk,
) -> None:
    heard: list[Fields] = []

    async def listen(event: Fields) -> None:
        heard.append(event)

    ami = Ami(
        port=asterisk.settings.ami_port,
        user="live",
        secret=asterisk.secrets.ami_live,
        listener=listen,
    )
    stop = asyncio.Event()
    running = asyncio.create_task(ami.run(stop))
    await asyncio.wait_for(ami.up.wait(), 60)
    agent = await asterisk.agent("8001", "service")
    caller = await (await asterisk.caller()).call("96888", caller="13800000022")
    await until(lambda: agent.taken, "the agent to answer")
    key = await asterisk.call_of("13800000022")
    await until(lambda: is_bridged(asterisk, key), "both to be joined")
    await agent.taken[0].hold()
    await until(lambda: len(heard) == 1, "the hold")
    await agent.taken[0].resume()
    await until(lambda: len(heard) == 2, "the end of the hold")
    await caller.hang_up()
    await asterisk.ended(key)
    stop.set()
    await running
    told = [(event["Event"], event["Linkedid"]) for event in heard]
    assert told == [("Hold", key), ("Unhold", key)]
    assert all(event["Channel"].startswith("PJSIP/phone-8001-") for event in heard)
    assert all(float(event["Timestamp"]) > 1e9 for event in heard)
