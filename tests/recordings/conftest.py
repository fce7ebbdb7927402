from collections.abc import Callable

import pytest

from mainline.config import Settings


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    made = make_settings()
    made.recordings_incoming.mkdir(parents=True)
    made.recordings_store.mkdir(parents=True)
    return made
