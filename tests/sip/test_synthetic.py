"""A synthetic caller and a robot agent against a hotline of two prompts."""

import asyncio
from collections.abc import AsyncIterator
from itertools import groupby

import numpy as np
import pytest

from mainline.sip.call import Call
from mainline.sip.lateness import notice
from mainline.sip.listening import until
from mainline.sip.phone import Phone
from mainline.sip.robot import Manner, Robot
from mainline.sip.sound import silence, tone
from mainline.sip.synthetic import Plan, Report, place
from mainline.sip.tones import seconds_of_tone
from mainline.sip.transactions import RefusedError


class Hotline:
    """Says a prompt, waits for a key, says another prompt, hangs up."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.calls: list[Call] = []
        self._tasks: list[asyncio.Task[None]] = []
        phone.on_call = lambda call: self._tasks.append(asyncio.create_task(self._serve(call)))

    async def _serve(self, call: Call) -> None:
        self.calls.append(call)
        await call.answer()
        await call.media.play(np.concatenate((tone(600, 0.8), silence(0.1)))).wait()
        async with asyncio.timeout(60):
            while not call.media.keys_heard:
                await asyncio.sleep(0.02)
        await call.media.play(np.concatenate((tone(700, 0.8), silence(0.1)))).wait()
        await call.hang_up()


@pytest.fixture
async def hotline() -> AsyncIterator[Hotline]:
    phone = await Phone.open(("127.0.0.1", 9))
    yield Hotline(phone)
    await phone.close()


STILL_S = 0.4
"""Caller and hotline share this loop: when it stands still for long, that is heard as a pause."""


async def lived_through(plan: Plan, hotline: Hotline) -> Report:
    """What a caller met with while the loop never stood still for long."""
    for _ in range(5):
        late: list[float] = []
        noticing = asyncio.create_task(notice(late.append))
        report = await place(plan, ("127.0.0.1", hotline.phone.port))
        noticing.cancel()
        if max(late, default=0.0) < STILL_S:
            break
    return report


async def test_the_caller_presses_only_when_the_prompt_is_over(hotline: Hotline) -> None:
    plan = Plan(caller="13800000001", number="96777", keys=("1",), seconds=60)
    report = await lived_through(plan, hotline)
    assert report.status == 200
    assert report.ended_by == "them"
    assert hotline.calls[-1].media.keys_heard == "1"
    tones = [part.hertz for part in report.heard if part.kind == "tone"]
    assert [hertz for hertz, _ in groupby(tones)] == [600, 700]
    pressed_after = max(part.end_s for part in report.heard if part.hertz == 600)
    assert next(part.start_s for part in report.heard if part.hertz == 700) - pressed_after >= 0.8


async def test_a_refused_call_is_reported_not_raised(hotline: Hotline) -> None:
    hotline.phone.on_call = lambda call: call.decline(403, "Forbidden")
    report = await place(Plan(caller="", number="96777"), ("127.0.0.1", hotline.phone.port))
    assert (report.status, report.heard) == (403, [])


async def test_the_caller_hangs_up_when_the_time_is_over(hotline: Hotline) -> None:
    plan = Plan(caller="13800000001", number="96777", seconds=0.5)
    report = await place(plan, ("127.0.0.1", hotline.phone.port))
    assert report.ended_by == "us"
    assert report.seconds > 0.4


@pytest.mark.parametrize(("reaction", "status"), [("declines", 486), ("ignores", 408)])
async def test_a_robot_can_refuse_or_let_it_ring(
    hotline: Hotline, reaction: str, status: int
) -> None:
    robot = Robot(hotline.phone, Manner(reaction, 0.05))  # type: ignore[arg-type]
    caller = await Phone.open(("127.0.0.1", hotline.phone.port))
    with pytest.raises(RefusedError if status == 486 else TimeoutError):
        await caller.call("8001", caller="1", timeout_s=60 if status == 486 else 0.6)
    await until(lambda: len(robot.rung) > 0, 60, "the ringing")
    assert len(robot.rung) == 1
    assert robot.taken == []
    await caller.close()
    await robot.close()


async def test_a_robot_that_answers_says_its_tone(hotline: Hotline) -> None:
    robot = Robot(hotline.phone, Manner("answers", 0.05, hertz=1500))
    caller = await Phone.open(("127.0.0.1", hotline.phone.port))
    call = await caller.call("8001", caller="1", timeout_s=60)
    await until(lambda: seconds_of_tone(call.media.heard(), 1500) > 0.3, 60, "the robot's tone")
    assert robot.talking is not None
    await call.hang_up()
    await asyncio.wait_for(robot.taken[0].ended.wait(), 60)
    assert robot.talking is None
    await caller.close()
    await robot.close()
