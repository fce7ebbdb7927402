"""Signs of life, and what is concluded from them."""

import asyncio
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mainline.process import heartbeat, pids
from mainline.process.health import STALE_S, Health, Verdict, judge, overall
from mainline.process.heartbeat import Beat, Pulse, beating, last_beat
from tests.support.clock import StandingClock

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOMEBODY = pids.Identity(4711, 1)


def beat(age_s: float, state: heartbeat.State = "up") -> Beat:
    return Beat("web", SOMEBODY, state, AT - timedelta(seconds=age_s), "busy")


async def test_a_process_beats_until_it_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_S", 0.01)
    async with beating(tmp_path, "worker") as pulse:
        first = last_beat(tmp_path, "worker")
        assert first is not None
        assert (first.state, first.who.pid) == ("starting", os.getpid())
        pulse.say("up", "following")
        said = last_beat(tmp_path, "worker")
        assert said is not None
        assert (said.state, said.detail) == ("up", "following")
        async with asyncio.timeout(60):
            while last_beat(tmp_path, "worker") == said:
                await asyncio.sleep(0.01)
    after = last_beat(tmp_path, "worker")
    assert after is not None
    assert after.state == "stopping"
    assert after.at > said.at


def test_nobody_has_beaten_yet(tmp_path: Path) -> None:
    assert last_beat(tmp_path, "web") is None


@pytest.mark.parametrize(
    "spoilt",
    ["", "{", "[]", '{"at": "yesterday"}', '{"pid": 1, "started": 1, "at": "2026-01-01T00:00:00"}'],
)
def test_a_spoilt_sign_of_life_is_none(tmp_path: Path, spoilt: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "web.json").write_text(spoilt)
    assert last_beat(tmp_path, "web") is None


def test_a_full_disk_does_not_stop_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(heartbeat, "_replace", full)
    Pulse(tmp_path, "web").say("up")
    assert last_beat(tmp_path, "web") is None


def test_systemd_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(address))
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        Pulse(tmp_path, "web").say("up")
        assert [listener.recv(64), listener.recv(64)] == [b"WATCHDOG=1", b"READY=1"]


@pytest.mark.parametrize(
    ("last", "alive", "state", "age_s"),
    [
        (None, False, "down", None),
        (beat(1), True, "up", 1.0),
        (beat(1), False, "down", 1.0),
        (beat(0, "starting"), True, "starting", 0.0),
        (beat(2, "degraded"), True, "degraded", 2.0),
        (beat(STALE_S), True, "up", STALE_S),
        (beat(STALE_S + 0.1), True, "hung", STALE_S + 0.1),
        (beat(-3600), True, "up", 0.0),
    ],
)
def test_how_a_process_is(last: Beat | None, alive: bool, state: str, age_s: float | None) -> None:
    found = judge("web", last, AT, alive=alive)
    assert (found.state, found.age_s) == (state, age_s)


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ({"asterisk": "up", "web": "up"}, "ok"),
        ({"asterisk": "up", "web": "up", "gateway": "down"}, "degraded"),
        ({"asterisk": "up", "worker": "hung"}, "degraded"),
        ({"asterisk": "starting", "web": "up"}, "down"),
        ({"asterisk": "down", "web": "up"}, "down"),
        ({}, "down"),
    ],
)
def test_calls_are_taken_while_asterisk_is_up(states: dict[str, str], verdict: Verdict) -> None:
    assert overall(Health(name, state, 0.0) for name, state in states.items()) == verdict  # type: ignore[arg-type]


def test_the_clock_of_signs_is_ours(tmp_path: Path, clock: StandingClock) -> None:
    Pulse(tmp_path, "web").beat()
    found = last_beat(tmp_path, "web")
    assert found is not None
    assert found.at == clock.at
