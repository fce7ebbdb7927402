"""Two telephones of ours call one another on the loopback."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from mainline.sip.call import Call
from mainline.sip.listening import until
from mainline.sip.phone import Phone
from mainline.sip.sound import tone
from mainline.sip.tones import seconds_of_tone
from mainline.sip.transactions import RefusedError


class Pair:
    """A caller and somebody who is called."""

    def __init__(self, caller: Phone, callee: Phone) -> None:
        self.caller, self.callee = caller, callee
        self.rung: asyncio.Queue[Call] = asyncio.Queue()
        callee.on_call = self.rung.put_nowait

    async def talk(self) -> tuple[Call, Call]:
        dialling = asyncio.create_task(self.caller.call("8001", caller="13800000001", timeout_s=60))
        there = await asyncio.wait_for(self.rung.get(), 60)
        there.ring()
        await there.answer()
        return await dialling, there


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    callee = await Phone.open(("127.0.0.1", 9), user="8001")
    caller = await Phone.open(("127.0.0.1", callee.port))
    yield Pair(caller, callee)
    await caller.close()
    await callee.close()


async def test_each_side_hears_the_tone_of_the_other_and_not_its_own(pair: Pair) -> None:
    here, there = await pair.talk()
    here.media.play(tone(440, 2), loop=True)
    there.media.play(tone(1000, 2), loop=True)
    await until(lambda: seconds_of_tone(there.media.heard(), 440) > 0.6, 60, "the caller's tone")
    await until(lambda: seconds_of_tone(here.media.heard(), 1000) > 0.6, 60, "the other's tone")
    assert seconds_of_tone(here.media.heard(), 440) == 0
    assert seconds_of_tone(there.media.heard(), 1000) == 0


async def test_keys_arrive_in_order_and_once(pair: Pair) -> None:
    here, there = await pair.talk()
    here.media.press("12#")
    there.media.press("90")
    async with asyncio.timeout(60):
        while here.media.keys_heard != "90" or there.media.keys_heard != "12#":
            await asyncio.sleep(0.02)


async def test_the_called_sees_the_number_of_the_caller(pair: Pair) -> None:
    _, there = await pair.talk()
    assert there.caller == "13800000001"


async def test_either_side_can_hang_up(pair: Pair) -> None:
    here, there = await pair.talk()
    await here.hang_up()
    await asyncio.wait_for(there.ended.wait(), 60)
    assert (here.ended_by, there.ended_by) == ("us", "them")
    here, there = await pair.talk()
    await there.hang_up()
    await asyncio.wait_for(here.ended.wait(), 60)
    assert (here.ended_by, there.ended_by) == ("them", "us")
    assert not pair.caller.calls
    assert not pair.callee.calls


async def test_a_declined_call_tells_the_status_and_leaves_nothing_behind(pair: Pair) -> None:
    dialling = asyncio.create_task(pair.caller.call("8001", caller="1", timeout_s=60))
    there = await asyncio.wait_for(pair.rung.get(), 60)
    there.decline(486)
    with pytest.raises(RefusedError) as refusal:
        await dialling
    assert refusal.value.status == 486
    assert not pair.caller.calls


async def test_who_gives_up_while_it_rings_is_not_connected(pair: Pair) -> None:
    call = pair.caller.prepare("8001", caller="1")
    dialling = asyncio.create_task(call.dial(60))
    there = await asyncio.wait_for(pair.rung.get(), 60)
    there.ring()
    await asyncio.wait_for(call.rang.wait(), 60)
    await call.hang_up()
    await asyncio.wait_for(there.ended.wait(), 60)
    with pytest.raises(RefusedError) as refusal:
        await dialling
    assert refusal.value.status == 487
    assert not there.answered.is_set()


async def test_nobody_there_ends_in_time(pair: Pair) -> None:
    pair.callee.on_call = lambda _: None
    with pytest.raises(TimeoutError):
        await pair.caller.call("8001", caller="1", timeout_s=0.3)
    assert not pair.caller.calls


async def test_hold_silences_the_other_side_and_resume_brings_it_back(pair: Pair) -> None:
    here, there = await pair.talk()
    await here.hold()
    assert there.media.direction == "sendonly"
    await here.resume()
    assert there.media.direction == "sendrecv"


async def test_a_withheld_number_is_anonymous(pair: Pair) -> None:
    dialling = asyncio.create_task(pair.caller.call("8001", timeout_s=60))
    there = await asyncio.wait_for(pair.rung.get(), 60)
    there.decline()
    assert there.caller == "anonymous"
    with pytest.raises(RefusedError):
        await dialling


async def test_a_hostile_from_header_is_sent_as_it_is(pair: Pair) -> None:
    hostile = "<sip:1380%0aagi_extension%3A%20evil@127.0.0.1>"
    dialling = asyncio.create_task(pair.caller.call("8001", raw_from=hostile, timeout_s=60))
    there = await asyncio.wait_for(pair.rung.get(), 60)
    there.decline()
    assert there.header("From").startswith(hostile)
    with pytest.raises(RefusedError):
        await dialling
