"""The waveform of a recording as numbers, small enough for a page."""

import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

POINTS_MAX: Final = 4000
_FULL_SCALE = 32768.0
_CHUNK_FRAMES = 1 << 16


@dataclass(frozen=True, slots=True)
class Peaks:
    """For each channel the loudest sample of each slice of time, 0 to 1."""

    duration_s: float
    channels: list[list[float]]


def peaks(file: Path, points: int = 1200) -> Peaks:
    """Read the file once, in pieces; at most ``points`` values a channel."""
    points = max(1, min(points, POINTS_MAX))
    with wave.open(str(file), "rb") as opened:
        frames, count = opened.getnframes(), opened.getnchannels()
        loudest = np.zeros((points, count))
        position = 0
        for block in _blocks(opened, count):
            slots = (np.arange(position, position + len(block)) * points) // max(1, frames)
            np.maximum.at(loudest, np.minimum(slots, points - 1), block)
            position += len(block)
        duration_s = frames / opened.getframerate()
    return Peaks(duration_s, np.round(loudest.T, 3).tolist())


def _blocks(opened: wave.Wave_read, count: int) -> Iterator[np.ndarray]:
    while data := opened.readframes(_CHUNK_FRAMES):
        samples = np.frombuffer(data, dtype="<i2").reshape(-1, count).astype(np.int32)
        yield np.abs(samples) / _FULL_SCALE
