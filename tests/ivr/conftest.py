"""Logs of the faults that tests provoke are kept off the screen: writing them takes long."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from ivr.speech.voice import WavVoice
from tests.support.patience import CALLERS, give_room, give_room_by_default


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with capture_logs():
        yield


@pytest.fixture(autouse=True)
def _callers_are_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    give_room(monkeypatch, *CALLERS)
    give_room_by_default(monkeypatch, WavVoice.__init__, "wait_s")
