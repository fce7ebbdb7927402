"""The worker's hand on the queues."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from mainline.asterisk.ami import Ami
from mainline.asterisk.switchboard import Switchboard
from tests.asterisk.private import PATIENCE_S, PrivateAsterisk


@pytest.fixture
async def board(asterisk: PrivateAsterisk) -> AsyncIterator[Switchboard]:
    """The worker's own AMI user: if it may do these things, its rights suffice."""
    ami = Ami(port=asterisk.settings.ami_port, user="live", secret=asterisk.secrets.ami_live)
    stop = asyncio.Event()
    running = asyncio.create_task(ami.run(stop))
    await asyncio.wait_for(ami.up.wait(), PATIENCE_S)
    yield Switchboard(ami, key_prefix="ml12345678")
    stop.set()
    await running
