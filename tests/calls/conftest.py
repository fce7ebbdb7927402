"""One private instance for all scenarios of a session."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.calls.instance import Instance, private_settings
from tests.support.metronome import listening


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def instance(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    """Mainline with demo data, started once."""
    home: Path = tmp_path_factory.mktemp("mainline")
    running = Instance(private_settings(home))
    async with listening(home, phones=True) as stalls:
        running.stalled_s = stalls.between
        try:
            await running.start()
            yield running
        finally:
            await running.stop()
