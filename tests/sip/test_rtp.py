"""What is heard does not depend on when the loop finds time to read it."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator

import pytest

from mainline.sip.g711 import ALAW, FRAME, encode
from mainline.sip.rtp import Media
from mainline.sip.sound import tone
from mainline.sip.tones import seconds_of_tone, silent_for

HERTZ = 1000
FRAMES = 45
"""Nine tenths of a second."""


class Hands:
    """The loop's clock: it goes on when it is moved, however long the machine takes."""

    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        """Called by asyncio and by whoever hears."""
        return self.at


@pytest.fixture
async def media() -> AsyncIterator[Media]:
    opened = await Media.open("127.0.0.1")
    yield opened
    opened.close()


def packets() -> list[bytes]:
    sound = encode(tone(HERTZ, (FRAMES + 1) * FRAME / 8000), ALAW)
    return [
        struct.pack("!BBHII", 0x80, ALAW, k, k * FRAME, 1) + sound[k * FRAME : (k + 1) * FRAME]
        for k in range(FRAMES + 1)
    ]


@pytest.fixture
async def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    loop = asyncio.get_running_loop()
    made = Hands(loop.time())
    monkeypatch.setattr(loop, "time", made)
    return made


async def test_what_came_while_the_loop_stood_still_is_no_silence(
    media: Media, hands: Hands
) -> None:
    first, *others = packets()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
        speaker.connect(("127.0.0.1", media.port))
        speaker.send(first)
        await media.heard_changed.wait()
        for packet in others:
            speaker.send(packet)
        hands.at += FRAMES * FRAME / 8000
        heard = media.heard(4.0)
    assert silent_for(heard) == 0
    assert seconds_of_tone(heard[-FRAMES * FRAME :], HERTZ) == pytest.approx(0.9)


async def test_a_telephone_that_was_closed_hears_nothing_and_does_not_fail(media: Media) -> None:
    media.close()
    await asyncio.sleep(0)
    assert not media.heard(1.0).any()
