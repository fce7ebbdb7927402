"""Sound and facts for the tests of recordings."""

import os
import wave
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from mainline.clock import now
from mainline.config import Settings
from mainline.db import Database
from mainline.journal import Event, append_all, consume
from mainline.journal.call_events import CallEnded, RecordingStarted
from mainline.journal.talk_events import AgentAnswered
from recordings.subscribers import CONSUMERS

CALL = "ml0123abcd-1795000000.5"
FILES = "ml0123abcd1795000000.5"


def stereo(caller: int, agent: int, seconds: float) -> bytes:
    """Interleaved sound, a constant on each side."""
    frames = round(seconds * 8000)
    return np.tile(np.array([caller, agent], "<i2"), frames).tobytes()


def heard(file: Path) -> np.ndarray:
    with wave.open(str(file)) as opened:
        assert opened.getframerate() == 8000
        assert opened.getsampwidth() == 2
        samples = np.frombuffer(opened.readframes(opened.getnframes()), "<i2")
        return samples.reshape(-1, opened.getnchannels())


def write_raw(settings: Settings, name: str, sound: bytes, *, age_s: float = 30) -> Path:
    path = settings.recordings_incoming / name
    path.write_bytes(sound)
    then = now().timestamp() - age_s
    os.utime(path, (then, then))
    return path


async def tell(database: Database, *events: Event) -> None:
    """Append facts and let the recordings take them in."""
    async with database.unit_of_work() as session:
        await append_all(session, events)
    while await consume(database, consumer="recordings", handlers=CONSUMERS["recordings"]):
        pass


def started(segment: int, at: datetime, call: str = CALL) -> RecordingStarted:
    name = f"{call.replace('-', '')}-{segment}.raw"
    return RecordingStarted(subject=f"call:{call}", at=at, file=name, segment=segment)


def answered(at: datetime, call: str = CALL) -> AgentAnswered:
    return AgentAnswered(subject=f"call:{call}", at=at, agent="8001")


def ended(at: datetime, call: str = CALL) -> CallEnded:
    return CallEnded(subject=f"call:{call}", at=at)


def ago(seconds: float) -> datetime:
    return now() - timedelta(seconds=seconds)
