"""Asterisk has time here, whatever else the machine does."""

import pytest

from mainline.asterisk.ami import Ami
from tests.support.patience import ASTERISK, give_room, give_room_by_default


@pytest.fixture(autouse=True)
def _asterisk_has_time(monkeypatch: pytest.MonkeyPatch) -> None:
    give_room(monkeypatch, *ASTERISK)
    give_room_by_default(monkeypatch, Ami.action, "within_s")
    give_room_by_default(monkeypatch, Ami.__init__, "pong_s")
