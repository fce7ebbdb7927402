"""Sounds to say and sounds heard: WAV files, tones, silence."""

import wave
from pathlib import Path

import numpy as np

from mainline.sip.g711 import RATE, Sound

MAX_WAV_S = 600


def tone(hertz: float, seconds: float, level: float = 0.3) -> Sound:
    """A pure tone; ``level`` 1.0 is full scale."""
    moments = np.arange(int(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * hertz * moments) * level * 32767).astype(np.int16)


def silence(seconds: float) -> Sound:
    """Nothing, for so long."""
    return np.zeros(int(seconds * RATE), dtype=np.int16)


def read_wav(path: Path) -> Sound:
    """A WAV as the telephone hears it: first channel, 8 kHz, at most ten minutes."""
    channels, rate = read_channels(path)
    if rate == RATE:
        return channels[0]
    return _resampled(channels[0], rate)


def read_channels(path: Path) -> tuple[list[Sound], int]:
    """Every channel of a 16-bit WAV and its rate."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:  # noqa: PLR2004 - bytes in a 16-bit sample
            raise ValueError(f"{path}: not a 16-bit WAV")
        rate, count = file.getframerate(), file.getnchannels()
        data = file.readframes(min(file.getnframes(), rate * MAX_WAV_S))
    frames = np.frombuffer(data, "<i2").reshape(-1, count)
    return [frames[:, channel].astype(np.int16) for channel in range(count)], rate


def write_wav(path: Path, sound: Sound) -> None:
    """Keep what was heard as a mono 8 kHz WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.astype("<i2").tobytes())


def _resampled(sound: Sound, rate: int) -> Sound:
    wanted = np.arange(int(len(sound) * RATE / rate)) * (rate / RATE)
    resampled: Sound = np.interp(wanted, np.arange(len(sound)), sound).astype(np.int16)
    return resampled
