"""A customer talks with 8001, 8002 stands by; sound is proven on both channels of the recording."""

from pathlib import Path

import numpy as np

from mainline.sip.call import Call
from mainline.sip.robot import Robot
from mainline.sip.tones import seconds_of_tone
from tests.asterisk.private import PrivateAsterisk, story, until

CUSTOMER, FIRST, SECOND = 440, 1000, 1500


class Talk:
    """A customer talking with 8001, 8002 standing by."""

    def __init__(self, call: Call, first: Robot, second: Robot, key: str) -> None:
        self.call, self.first, self.second, self.key = call, first, second, key


def is_bridged(asterisk: PrivateAsterisk, key: str) -> bool:
    """An answered call is joined a moment later; who transfers before that transfers nobody."""
    joined = {p.channel[:17] for p in asterisk.points(key) if p.name == "BRIDGE_ENTER"}
    return "PJSIP/phone-8001-" in joined


def heard(path: Path, hertz: int) -> tuple[float, float]:
    """Seconds of that tone on the left (customer) and on the right (what the customer hears)."""
    sound = np.fromfile(path, dtype="<i2")
    pairs = sound[: len(sound) // 2 * 2].reshape(-1, 2)
    left, right = pairs[:, 0].copy(), pairs[:, 1].copy()
    return seconds_of_tone(left, hertz), seconds_of_tone(right, hertz)


def is_talking_with(talk: Talk, hertz: int) -> bool:
    return seconds_of_tone(talk.call.media.heard(1.0), hertz) > 0.7


async def recorded(
    asterisk: PrivateAsterisk, key: str, *, agent: tuple[int, ...], seconds: float = 1.6
) -> None:
    """The segment that is being written has so much of the customer and of one of the agents."""

    def long_enough() -> bool:
        last = asterisk.recordings(key)[-1]
        theirs = max(heard(last, hertz)[1] for hertz in agent)
        return min(heard(last, CUSTOMER)[0], theirs) > seconds

    await until(long_enough, f"{seconds} s of both in the recording")


async def talk_two_seconds_and_hang_up(asterisk: PrivateAsterisk, talk: Talk) -> list[str]:
    await recorded(asterisk, talk.key, agent=(FIRST, SECOND))
    await talk.call.hang_up()
    return story(await asterisk.ended(talk.key))


def assert_last_segment_has_both_sides(asterisk: PrivateAsterisk, talk: Talk, hertz: int) -> None:
    *earlier, last = asterisk.recordings(talk.key)
    assert earlier
    (customer_left, customer_right), (agent_left, agent_right) = (
        heard(last, CUSTOMER),
        heard(last, hertz),
    )
    assert customer_left > 1.5
    assert agent_right > 1.5
    assert customer_right == 0
    assert agent_left == 0
