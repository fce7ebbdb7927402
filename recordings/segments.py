"""Where the raw segments of a call lie on the call's clock. Pure.

A segment is interleaved stereo, signed 16 bit, 8 kHz, without a header: left the caller, right what
the caller hears. A call has several when its legs changed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

RATE: Final = 8000
GAP_MAX_S: Final = 3600
"""A longer hole between two segments is a wrong clock, not a silence."""

MESSAGE_SUFFIX: Final = "-message.wav"
_NAME = re.compile(r"(?P<call>[a-z0-9.-]{1,80})-(?P<number>\d{1,4})\.raw")
_MESSAGE = re.compile(r"(?P<call>[a-z0-9.-]{1,80})-message\.wav")
_KEY = re.compile(r"^(ml[0-9a-f]{8})(\d+\.\d+)$")


@dataclass(frozen=True, slots=True)
class Form:
    """How the samples lie in a file that Asterisk wrote."""

    channels: int
    header_bytes: int

    @property
    def frame_bytes(self) -> int:
        """One sample of each channel, 16 bit."""
        return 2 * self.channels

    def frames_in(self, size_bytes: int) -> int:
        """Whole frames in a file; one cut in half by a crash does not count."""
        return max(0, size_bytes - self.header_bytes) // self.frame_bytes


RAW_STEREO: Final = Form(channels=2, header_bytes=0)
"""MixMonitor with option D."""
WAV_MONO: Final = Form(channels=1, header_bytes=44)
"""Record(), as it writes messages."""


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """One raw file of a call."""

    number: int
    file: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment's place in the finished recording, in frames."""

    file: str
    offset: int
    frames: int

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.offset + self.frames


def parse_name(file: str) -> tuple[str, int] | None:
    """Call and segment number that a raw file's base name tells; None for any other name."""
    found = _NAME.fullmatch(file)
    return (_call(found["call"]), int(found["number"])) if found else None


def parse_message(file: str) -> str | None:
    """The call in which this message was left; None for any other name."""
    found = _MESSAGE.fullmatch(file)
    return _call(found["call"]) if found else None


def _call(name: str) -> str:
    """The dialplan leaves the system name's hyphen out of file names: put it back."""
    return _KEY.sub(r"\1-\2", name)


def lay_out(segments: Sequence[Segment], frames: Mapping[str, int]) -> list[Piece]:
    """The pieces in the order they were spoken, each where the call's clock says.

    A piece never overlaps the one before: rather a few milliseconds late than a word lost.
    """
    ordered = sorted(segments)
    pieces: list[Piece] = []
    end = 0
    for segment in ordered:
        by_clock = round((segment.started_at - ordered[0].started_at).total_seconds() * RATE)
        offset = min(max(end, by_clock), end + GAP_MAX_S * RATE)
        piece = Piece(segment.file, offset, frames[segment.file])
        pieces.append(piece)
        end = piece.end
    return pieces


def seconds(frames: int) -> float:
    """How long so many frames last."""
    return frames / RATE
