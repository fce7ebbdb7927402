"""Recordings of prompts that people hand in: checked, converted, kept where voices look first."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
import soundfile  # type: ignore[import-untyped]

from ivr.speech import samples as sound
from ivr.speech.samples import Samples
from ivr.speech.voice import write_wav
from mainline.errors import Invalid
from mainline.i18n import Text

SHORTEST_S: Final = 0.3
LONGEST_S: Final = 60.0
RATES: Final = range(8000, 192_001)
CHANNELS_MAX: Final = 2
_LOUD: Final = 0.01
"""A voice reaches this somewhere; a dead microphone does not."""


class NotASound(Invalid):
    """It cannot be read."""

    code = "not-a-sound"
    words = Text("This is no sound that can be used. Take a WAV, MP3, FLAC or OGG file.")


class WrongLength(Invalid):
    """A prompt is a sentence or two."""

    code = "sound-length"
    words = Text("A prompt lasts from half a second to one minute; this lasts %(seconds)s s.")


class OnlySilence(Invalid):
    """Nobody would hear anything."""

    code = "only-silence"
    words = Text("There is nothing to be heard in it. Is the microphone on?")


def keep(path: Path, data: bytes) -> float:
    """Check and convert a recording and keep it there; how many seconds it lasts."""
    samples = telephone_samples(data)
    write_wav(path, samples)
    return len(samples) / sound.TELEPHONE_RATE


def telephone_samples(data: bytes) -> Samples:
    """What a caller would hear of it: one channel, 8 kHz, without silence at its ends."""
    samples, rate = _read(data)
    heard = sound.trimmed(sound.for_telephone(samples, rate), sound.TELEPHONE_RATE)
    if not heard.size or float(np.max(np.abs(heard))) < _LOUD:
        raise OnlySilence
    return sound.levelled(heard)


def _read(data: bytes) -> tuple[Samples, int]:
    try:
        with soundfile.SoundFile(BytesIO(data)) as file:
            rate, seconds = file.samplerate, file.frames / max(1, file.samplerate)
            if rate not in RATES or file.channels > CHANNELS_MAX:
                raise NotASound(f"{rate} Hz, {file.channels} channels")
            if not SHORTEST_S <= seconds <= LONGEST_S:
                raise WrongLength(seconds=round(seconds, 1))
            samples = file.read(dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, ValueError) as error:
        raise NotASound(type(error).__name__) from error
    return samples.mean(axis=1).astype(np.float32), rate
