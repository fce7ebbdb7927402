"""A private Asterisk for each live test of this folder: ready in a second, alone in its home."""

from collections.abc import AsyncIterator

import pytest

from mainline.asterisk import install
from mainline.config import Settings
from tests.asterisk.gateway import FakeGateway
from tests.asterisk.private import PrivateAsterisk


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
