"""The RIFF/WAVE header: writing it, reading it, and repairing one whose writer was killed."""

import os
import struct
from pathlib import Path
from typing import Final, Literal

HEADER_BYTES: Final = 44
SAMPLE_BYTES: Final = 2
_DATA_MAX = 0xFFFFFFFF - HEADER_BYTES

Verdict = Literal["ok", "repaired", "empty", "foreign"]


def header(data_bytes: int, *, rate: int, channels: int) -> bytes:
    """The 44 bytes before signed 16 bit PCM."""
    if not 0 <= data_bytes <= _DATA_MAX:
        raise ValueError(f"a WAV cannot hold {data_bytes} bytes")
    block = channels * SAMPLE_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, channels, rate, rate * block,
        block, SAMPLE_BYTES * 8, b"data", data_bytes,
    )  # fmt: skip


def repair(path: Path) -> Verdict:
    """Give a simple PCM WAV the lengths its file really has; the sound is not touched.

    Asterisk writes the lengths when it closes the file: a killed one leaves zeros.
    """
    size = path.stat().st_size
    if size < HEADER_BYTES:
        return "empty"
    with path.open("r+b") as file:
        found = file.read(HEADER_BYTES)
        if not _is_simple_pcm(found):
            return "foreign"
        block = int.from_bytes(found[32:34], "little") or SAMPLE_BYTES
        data = (size - HEADER_BYTES) // block * block
        right = found[:4] + _u32(36 + data) + found[8:40] + _u32(data)
        if found == right and size == HEADER_BYTES + data:
            return "ok"
        file.seek(0)
        file.write(right)
        file.truncate(HEADER_BYTES + data)
        file.flush()
        os.fsync(file.fileno())
    return "repaired"


def _is_simple_pcm(found: bytes) -> bool:
    return found[:4] == b"RIFF" and found[8:16] == b"WAVEfmt " and found[36:40] == b"data"


def _u32(value: int) -> bytes:
    return value.to_bytes(4, "little")
