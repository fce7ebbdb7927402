"""A sound is written down in a process that is limited, alone, and gone afterwards.

What a real model understands: tests/agentdesk/messages/test_written_down.py.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.speech import apart
from ivr.speech.apart import CannotHear, write_down
from ivr.speech.hearing import NoModel

TRIES_TO_TELL = """
import socket
from ivr.speech.apart import _be_limited
_be_limited()
socket.create_connection(("127.0.0.1", 9))
"""


async def test_without_a_model_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoModel):
        await write_down(tmp_path, "zh", tmp_path / "a.wav")


async def test_what_is_no_sound_is_an_error_of_that_process_only(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF and then nothing")
    with pytest.raises(CannotHear, match="ended with 1"):
        await write_down(tmp_path, "en", tmp_path / "a.wav")


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A sound that goes on for ever: nobody writes into this pipe."""
    os.mkfifo(tmp_path / "endless.wav")
    return tmp_path / "endless.wav"


def _end_of(pipe: Path) -> int:
    """Our end of the pipe; OSError while nobody listens."""
    return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)


async def test_a_process_that_does_not_end_is_ended(
    endless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "WAIT_S", 0.2)
    with pytest.raises(TimeoutError):
        await write_down(endless.parent, "en", endless)
    with pytest.raises(OSError, match="No such device"):
        _end_of(endless)


async def test_who_no_longer_waits_leaves_no_process_behind(endless: Path) -> None:
    waiting = asyncio.create_task(write_down(endless.parent, "en", endless))
    while True:
        try:
            pipe = _end_of(endless)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            break
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(BrokenPipeError):
        os.write(pipe, b"RIFF")
    os.close(pipe)


def test_it_reaches_nobody_outside() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", TRIES_TO_TELL], capture_output=True, text=True, check=False
    )
    assert ended.stderr.splitlines()[-1] == "PermissionError: socket.getaddrinfo"
