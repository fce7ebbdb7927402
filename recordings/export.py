"""One side or both as a file for others: a court, a customer, a training."""

import io
import warnings
from pathlib import Path
from typing import Final, Literal

from recordings.segments import RATE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it tells of audioop and of ffmpeg, which WAV does not need
    from pydub import AudioSegment

Side = Literal["both", "caller", "agent"]
_CHANNEL: Final[dict[str, int]] = {"caller": 0, "agent": 1}


def export_wav(file: Path, side: Side) -> bytes:
    """A stored recording, or one channel of it, as WAV.

    Only for files of our own store, which are plain PCM: pydub misreads mu-law without a word.
    """
    with file.open("rb") as opened:
        sound = AudioSegment.from_wav(opened)
    if sound.frame_rate != RATE:
        raise ValueError("not a recording of ours")
    if side != "both":
        sound = sound.split_to_mono()[min(_CHANNEL[side], sound.channels - 1)]
    written = io.BytesIO()
    sound.export(written, format="wav")
    return written.getvalue()
