"""What is heard does not depend on when the loop finds time to read it."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator

import pytest

from mainline.sip.g711 import ALAW, FRAME, encode
from mainline.sip.rtp import Media
from mainline.sip.sound import tone
from mainline.sip.tones import seconds_of_tone, silent_for

HERTZ = 1000
FRAMES = 45
"""Nine tenths of a second."""


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


async def test_what_came_while_the_loop_stood_still_is_no_silence(media: Media) -> None:
    first, *others = packets()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
        speaker.connect(("127.0.0.1", media.port))
        speaker.send(first)
        await asyncio.wait_for(media.heard_changed.wait(), 10)
        began = time.monotonic()
        for packet in others:
            speaker.send(packet)
        time.sleep(max(0.0, FRAMES * FRAME / 8000 - (time.monotonic() - began)))
        heard = media.heard(4.0)
    assert silent_for(heard) < 0.2
    assert seconds_of_tone(heard, HERTZ) > 0.8


async def test_a_telephone_that_was_closed_hears_nothing_and_does_not_fail(media: Media) -> None:
    media.close()
    await asyncio.sleep(0)
    assert not media.heard(1.0).any()
