"""G.711: the two encodings of the telephone network, as table look-ups."""

from typing import Final

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.int16]
"""Linear samples at 8 kHz, mono."""

RATE: Final = 8000
FRAME: Final = 160
"""Samples in one packet of 20 ms."""

ULAW: Final = 0
ALAW: Final = 8


def _alaw_value(code: int) -> int:
    bits = code ^ 0x55
    mantissa, exponent = (bits & 0x0F) << 4, (bits & 0x70) >> 4
    value = mantissa + 8 if exponent == 0 else (mantissa + 0x108) << (exponent - 1)
    return value if bits & 0x80 else -value


def _ulaw_value(code: int) -> int:
    bits = ~code & 0xFF
    value = ((((bits & 0x0F) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84
    return -value if bits & 0x80 else value


def _nearest(values: Sound) -> npt.NDArray[np.uint8]:
    """For each of the 65536 samples the code whose value lies nearest."""
    order = np.argsort(values, kind="stable")
    ranked = values[order].astype(np.int32)
    samples = np.arange(-32768, 32768, dtype=np.int32)
    above = np.clip(np.searchsorted(ranked, samples), 1, len(ranked) - 1)
    lower_is_nearer = samples - ranked[above - 1] < ranked[above] - samples
    return order[np.where(lower_is_nearer, above - 1, above)].astype(np.uint8)


_DECODE: Final[dict[int, Sound]] = {
    ALAW: np.array([_alaw_value(code) for code in range(256)], dtype=np.int16),
    ULAW: np.array([_ulaw_value(code) for code in range(256)], dtype=np.int16),
}
_ENCODE: Final = {codec: _nearest(values) for codec, values in _DECODE.items()}


def decode(payload: bytes, codec: int) -> Sound:
    """Linear samples of a packet's payload."""
    return _DECODE[codec][np.frombuffer(payload, np.uint8)]


def encode(sound: Sound, codec: int) -> bytes:
    """The payload that carries these samples."""
    return _ENCODE[codec][sound.astype(np.int32) + 32768].tobytes()
