"""What is in a sound: how loud, which tones, where speech and where silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mainline.sip.g711 import FRAME, RATE, Sound

QUIET_RMS = 60.0
"""Below this a frame is silence: comfort noise and G.711's own dither stay under it."""
GAP_S = 0.35
"""Pauses shorter than this belong to the sound around them."""
MUSIC_S = 9.0
"""Speech does not go on so long without a pause; hold music does."""
PURE = 0.6
"""Share of the energy in one line of the spectrum from which a sound counts as a tone."""

_PIECE = RATE // 16
"""So short that a hole costs little: of prompts that are played late or in part it finds most."""
_FOUND = 0.5
"""Share of the pieces from which a prompt counts as said; in 150 other ones at most a third was."""
_SAME = 0.8
"""Correlation from which a piece counts as found, codec and noise included."""
_TORN = int(1.5 * RATE)
"""So much later than the first piece the last one may be: a busy machine tears holes into them."""
_NEAR = RATE // 50
"""By so much a piece may be earlier than where the one before it belongs."""

Kind = Literal["silence", "tone", "speech", "music"]


@dataclass(frozen=True)
class Stretch:
    """A part of a sound that is of one kind."""

    kind: Kind
    start_s: float
    end_s: float
    hertz: int = 0

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.end_s - self.start_s


def share_of_tone(sound: Sound, hertz: float) -> float:
    """Goertzel: the part of the sound's energy that lies at this frequency, 0 to 1."""
    samples = sound.astype(np.float64)
    energy = float(np.dot(samples, samples))
    if len(samples) == 0 or energy == 0.0:
        return 0.0
    turns = np.exp(-2j * np.pi * hertz / RATE * np.arange(len(samples)))
    return float(min(1.0, 2 * abs(np.dot(samples, turns)) ** 2 / (len(samples) * energy)))


def seconds_of_tone(sound: Sound, hertz: float, *, least: float = 0.5) -> float:
    """For how long the tone is clearly there, counted in frames of 100 ms."""
    frames = _frames(sound, 5 * FRAME)
    return sum(
        0.1 for frame in frames if _rms(frame) > QUIET_RMS and share_of_tone(frame, hertz) > least
    )


def rms(sound: Sound) -> float:
    """Loudness of the whole sound."""
    return _rms(sound) if len(sound) else 0.0


def stretches(sound: Sound) -> list[Stretch]:
    """The sound told as a sequence of silence, tones, speech and music."""
    return [_named(sound, start, end, loud) for start, end, loud in _runs(_loud_frames(sound))]


def silent_for(sound: Sound) -> float:
    """Seconds of silence at the end."""
    loud = np.flatnonzero(_levels(sound) > QUIET_RMS)
    frames = len(sound) // FRAME
    return (frames - (int(loud[-1]) + 1 if len(loud) else 0)) * FRAME / RATE


def sounding_s(sound: Sound) -> float:
    """Seconds in which anything is to hear."""
    return float(np.count_nonzero(_levels(sound) > QUIET_RMS)) * FRAME / RATE


def contains(sound: Sound, sample: Sound, *, least: float = _FOUND, probe_s: float = 2.0) -> bool:
    """Whether the beginning of ``sample`` was heard anywhere in ``sound``."""
    return end_of(sound, sample, least=least, probe_s=probe_s) is not None


def likeness(sound: Sound, sample: Sound, *, probe_s: float = 2.0) -> float:
    """How much of the beginning of ``sample`` is in ``sound``: share of its sixteenths of a second.

    Found piece by piece in their order, because a busy machine tears holes into what it plays.
    """
    return _best(sound, _probe(sample, probe_s))[1]


def end_of(
    sound: Sound, sample: Sound, *, least: float = _FOUND, probe_s: float = 2.0
) -> int | None:
    """Where in ``sound`` the beginning of ``sample`` has been said, in samples; or that it was not.

    What was said after it is still to be understood, however late anybody looks.
    """
    probe = _probe(sample, probe_s)
    start, share = _best(sound, probe)
    return max(0, start) + len(probe) if share >= least else None


def _probe(sample: Sound, probe_s: float) -> Sound:
    return _trimmed(sample)[: int(probe_s * RATE)]


def _best(sound: Sound, probe: Sound) -> tuple[int, float]:
    """Where the probe begins in the sound, and which share of its pieces is found there."""
    pieces = [(i, p) for i, p in enumerate(_frames(probe, _PIECE)) if _rms(p) > QUIET_RMS]
    if not pieces or len(sound) < len(probe):
        return 0, 0.0
    found = _Search(sound)
    places = [(found.best(piece), index * _PIECE) for index, piece in pieces]
    chain = _longest([at - offset for (at, match), offset in places if match >= _SAME])
    return (chain[-1], len(chain) / len(pieces)) if chain else (0, 0.0)


def _longest(starts: Sequence[int]) -> list[int]:
    """The most pieces of which none comes before the one before it, nor long after the first."""
    best: list[int] = []
    for first in range(len(starts)):
        chains = [[starts[first]]]
        for start in starts[first + 1 :]:
            if start > starts[first] + _TORN:
                continue
            before = [chain for chain in chains if start >= chain[-1] - _NEAR]
            if before:
                chains.append([*max(before, key=len), start])
        best = max([best, *chains], key=len)
    return best


class _Search:
    """Cross-correlation of one sound with many pieces."""

    def __init__(self, sound: Sound) -> None:
        heard = sound.astype(np.float64)
        self._length = len(heard) - _PIECE + 1
        self._size = 1 << (len(heard) + _PIECE).bit_length()
        self._spectrum = np.fft.rfft(heard, self._size)
        power = np.concatenate(([0.0], np.cumsum(heard**2)))
        self._local = power[_PIECE:] - power[:-_PIECE]

    def best(self, piece: Sound) -> tuple[int, float]:
        """Where the piece fits best, and how well: 1 is the very same."""
        samples = piece.astype(np.float64)
        energy = float(np.dot(samples, samples))
        spectrum = self._spectrum * np.conj(np.fft.rfft(samples, self._size))
        match = np.fft.irfft(spectrum, self._size)[: self._length]
        fit = match / np.sqrt(np.maximum(self._local, energy * 1e-2) * energy)
        place = int(np.argmax(fit))
        return place, float(fit[place])


def _trimmed(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > QUIET_RMS)
    return sound[loud[0] :] if len(loud) else sound[:0]


def _frames(sound: Sound, size: int) -> Sound:
    whole = len(sound) // size
    return sound[: whole * size].reshape(whole, size)


def _rms(frame: Sound) -> float:
    samples = frame.astype(np.float64)
    return float(np.sqrt(np.mean(samples * samples)))


def _levels(sound: Sound) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    frames = _frames(sound, FRAME).astype(np.float64)
    levels: np.ndarray[tuple[int], np.dtype[np.float64]] = np.sqrt(np.mean(frames**2, axis=1))
    return levels


def _loud_frames(sound: Sound) -> list[bool]:
    """Per frame whether something is to hear, short pauses closed."""
    loud = [bool(value) for value in _levels(sound) > QUIET_RMS] if len(sound) >= FRAME else []
    longest = int(GAP_S * RATE / FRAME)
    for start, end, is_loud in _runs(loud):
        if not is_loud and start > 0 and end < len(loud) and end - start <= longest:
            loud[start:end] = [True] * (end - start)
    return loud


def _runs(flags: list[bool]) -> list[tuple[int, int, bool]]:
    runs: list[tuple[int, int, bool]] = []
    for index, flag in enumerate(flags):
        if runs and runs[-1][2] == flag:
            runs[-1] = (runs[-1][0], index + 1, flag)
        else:
            runs.append((index, index + 1, flag))
    return runs


def _named(sound: Sound, start: int, end: int, loud: bool) -> Stretch:
    begin, finish = start * FRAME / RATE, end * FRAME / RATE
    if not loud:
        return Stretch("silence", begin, finish)
    part = sound[start * FRAME : end * FRAME]
    hertz = _main_tone(part)
    if hertz:
        return Stretch("tone", begin, finish, hertz)
    return Stretch("music" if finish - begin > MUSIC_S else "speech", begin, finish)


def _main_tone(part: Sound) -> int:
    """The frequency that carries most of the energy, or 0 when none does."""
    window = part[: 4 * RATE].astype(np.float64)
    if len(window) < FRAME * 3:
        return 0
    power = np.abs(np.fft.rfft(window * np.hanning(len(window)))) ** 2
    peak = int(np.argmax(power))
    share = float(power[max(0, peak - 2) : peak + 3].sum() / max(power.sum(), 1.0))
    return round(peak * RATE / len(window)) if share > PURE else 0
