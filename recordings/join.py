"""Raw segments into one stereo WAV: whole or not there at all."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recordings.segments import RATE, RAW_STEREO, Form, Piece, seconds
from recordings.wav import header

CHUNK_BYTES: Final = 1 << 18
DURATION_MAX_S: Final = 12 * 3600


@dataclass(frozen=True, slots=True)
class Joined:
    """What was written."""

    sha256: str
    size_bytes: int
    duration_s: float


def join(pieces: Sequence[Piece], incoming: Path, target: Path, form: Form = RAW_STEREO) -> Joined:
    """Write ``target`` atomically and durably; a file of that name is replaced.

    Joining the same segments again gives the same bytes, so a crash at any point costs nothing.
    """
    frames = pieces[-1].end if pieces else 0
    if seconds(frames) > DURATION_MAX_S:
        raise ValueError(f"{seconds(frames):.0f} s are more than a call lasts")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".part")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    digest = hashlib.sha256()
    with partial.open("wb") as file:
        for chunk in _content(pieces, incoming, form):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    partial.replace(target)
    sync_folder(target.parent)
    return Joined(digest.hexdigest(), size, seconds(frames))


def _content(pieces: Sequence[Piece], incoming: Path, form: Form) -> Iterator[bytes]:
    size = form.frame_bytes
    yield header(pieces[-1].end * size if pieces else 0, rate=RATE, channels=form.channels)
    position = 0
    for piece in pieces:
        yield from _silence((piece.offset - position) * size)
        if piece.frames:
            yield from _sound(incoming / piece.file, form.header_bytes, piece.frames * size)
        position = piece.end


def _silence(length: int) -> Iterator[bytes]:
    for start in range(0, length, CHUNK_BYTES):
        yield bytes(min(CHUNK_BYTES, length - start))


def _sound(path: Path, start: int, length: int) -> Iterator[bytes]:
    """Exactly ``length`` bytes: the plan was made from the size seen then."""
    left = length
    with path.open("rb") as file:
        file.seek(start)
        while left:
            chunk = file.read(min(CHUNK_BYTES, left))
            if not chunk:
                raise OSError(f"{path.name} became shorter while it was read")
            left -= len(chunk)
            yield chunk


def sync_folder(folder: Path) -> None:
    """Make a rename or removal in it survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
