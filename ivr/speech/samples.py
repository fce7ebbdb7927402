"""Sound as arrays: trimmed, levelled, stretched, and cut to what a telephone carries. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

TELEPHONE_RATE: Final = 8000
_LOW_HZ, _HIGH_HZ = 120.0, 3600.0
_LEVEL: Final = 0.11
"""RMS of speech, about -19 dBFS: as loud as Asterisk's own prompts."""
_PEAK: Final = 0.7
_QUIET: Final = 0.003
"""Energy below this share of the loudest moment counts as silence."""
_STEP_S, _SEARCH_S = 0.015, 0.008


def silence(seconds: float, rate: int) -> Samples:
    """Nothing, for that long."""
    return np.zeros(int(seconds * rate), dtype=np.float32)


def trimmed(samples: Samples, rate: int, *, margin_s: float = 0.008) -> Samples:
    """Without the silence before and after."""
    window = max(1, rate // 100)
    energy = np.convolve(samples * samples, np.ones(window) / window, "same")
    loud = np.flatnonzero(energy > energy.max(initial=0.0) * _QUIET)
    if not loud.size:
        return samples[:0]
    margin = int(margin_s * rate)
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]


def faded(samples: Samples, rate: int, *, seconds: float = 0.01) -> Samples:
    """Without clicks at both ends."""
    length = min(int(seconds * rate), len(samples) // 4)
    result = samples.copy()
    if length:
        ramp = np.linspace(0.0, 1.0, length, dtype=np.float32)
        result[:length] *= ramp
        result[-length:] *= ramp[::-1]
    return result


def levelled(samples: Samples, level: float = _LEVEL) -> Samples:
    """Brought to the common loudness, never clipped."""
    rms = float(np.sqrt(np.mean(samples * samples))) if samples.size else 0.0
    if rms == 0.0:
        return samples
    peak = float(np.max(np.abs(samples)))
    return (samples * min(level / rms, _PEAK / peak)).astype(np.float32)


def resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    """At another rate, a straight line between two samples."""
    if not samples.size:
        return samples
    places = np.arange(0, len(samples), rate / wanted)
    between: Samples = np.interp(places, np.arange(len(samples)), samples).astype(np.float32)
    return between


def for_telephone(samples: Samples, rate: int) -> Samples:
    """Resampled to 8 kHz and limited to the band a telephone carries."""
    if not samples.size:
        return samples
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    spectrum *= np.clip(hertz / _LOW_HZ, 0, 1) * np.clip((_HIGH_HZ + 300 - hertz) / 300, 0, 1)
    length = max(1, round(len(samples) * TELEPHONE_RATE / rate))
    bins = np.zeros(length // 2 + 1, dtype=complex)
    kept = min(len(bins), len(spectrum))
    bins[:kept] = spectrum[:kept]
    return (np.fft.irfft(bins, length) * (length / len(samples))).astype(np.float32)


def faster(samples: Samples, rate: int, tempo: float) -> Samples:
    """Spoken faster at the same pitch: overlapping pieces laid where they fit best (WSOLA)."""
    step, search = int(_STEP_S * rate), int(_SEARCH_S * rate)
    if tempo <= 1.0 or len(samples) < 4 * step + 2 * search:
        return samples
    window = np.hanning(2 * step + 1)[:-1].astype(np.float32)
    count = int((len(samples) - 2 * step - search) / (step * tempo))
    result = np.zeros((count + 1) * step, dtype=np.float32)
    at = 0
    for piece in range(count):
        if piece:
            at = _best(samples, at + step, int(piece * step * tempo), step, search)
        result[piece * step : piece * step + 2 * step] += samples[at : at + 2 * step] * window
    return result


def _best(samples: Samples, natural: int, wanted: int, step: int, search: int) -> int:
    """The place near ``wanted`` that goes on most like what would naturally follow."""
    first = max(0, wanted - search)
    room = samples[first : min(len(samples) - step, wanted + search + step)]
    target = samples[natural : natural + step]
    if len(room) <= len(target) or len(target) < step:
        return min(wanted, len(samples) - 2 * step)
    place = first + int(np.argmax(np.correlate(room, target, "valid")))
    return min(place, len(samples) - 2 * step)


def pcm(samples: Samples) -> bytes:
    """As 16-bit little-endian samples."""
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
