"""A private Asterisk for each live test of this folder: ready in a second, alone in its home."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from mainline.asterisk import install
from mainline.asterisk.ami import Ami
from mainline.asterisk.switchboard import Switchboard
from mainline.config import Settings
from mainline.sip.sound import tone
from tests.asterisk.gateway import FakeGateway
from tests.asterisk.private import PrivateAsterisk, until
from tests.asterisk.talking import CUSTOMER, FIRST, SECOND, Talk, is_bridged


@pytest.fixture
async def asterisk(settings: Settings) -> AsyncIterator[PrivateAsterisk]:
    install.ensure(settings, lambda _: None)
    instance = PrivateAsterisk(settings)
    try:
        yield await instance.start()
    finally:
        await instance.stop()


@pytest.fixture
async def gateway(asterisk: PrivateAsterisk) -> AsyncIterator[FakeGateway]:
    made = await FakeGateway.open(asterisk.settings.agi_port)
    yield made
    await made.close()


@pytest.fixture
async def board(asterisk: PrivateAsterisk) -> AsyncIterator[Switchboard]:
    """The web's own AMI user: if it may do these things, its rights suffice."""
    ami = Ami(port=asterisk.settings.ami_port, user="web", secret=asterisk.secrets.ami_web)
    stop = asyncio.Event()
    running = asyncio.create_task(ami.run(stop))
    await asyncio.wait_for(ami.up.wait(), 60)
    yield Switchboard(ami)
    stop.set()
    await running


@pytest.fixture
async def talk(asterisk: PrivateAsterisk) -> Talk:
    first = await asterisk.agent("8001", "service", hertz=FIRST)
    second = await asterisk.agent("8002", hertz=SECOND, after_s=0.1)
    call = await (await asterisk.caller()).call("96888", caller="13800000001")
    call.media.play(tone(CUSTOMER, 5), loop=True)
    await until(lambda: first.taken, "the first agent to answer")
    key = await asterisk.call_of("13800000001")
    await until(lambda: is_bridged(asterisk, key), "customer and agent to be joined")
    return Talk(call, first, second, key)
