"""Speech engines: what is installed, and how each is made to speak. Blocking: run in a thread."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import soundfile  # type: ignore[import-untyped]

from ivr.say import Language
from ivr.speech import samples as sound
from ivr.speech.pinyin import bopomofo, numbered
from ivr.speech.samples import Samples

LIMIT_S: Final = 20.0
GCIN_DIR: Final = Path("/usr/share/gcin-voice/ogg")


class CannotSpeak(Exception):
    """This engine has no sound for this text; the next one may."""


class Engine(Protocol):
    """A voice in one language or all. ``name`` is part of the cache key."""

    @property
    def name(self) -> str:
        """Changes when the voice does."""
        ...

    def speak(self, text: str, language: Language) -> tuple[Samples, int]:
        """Samples and their rate; CannotSpeak when it cannot."""
        ...


def engines(language: Language, command: str = "") -> list[Engine]:
    """The engines installed here, the best first."""
    found: list[Engine] = [Command(command)] if command else []
    if language == "zh":
        found += [Gcin(GCIN_DIR)] if GCIN_DIR.is_dir() else []
    elif shutil.which("flite"):
        found.append(
            Program("flite-rms", ("flite", "-voice", "rms", "-t", "{text}", "-o", "{out}"))
        )
    if shutil.which("espeak-ng"):
        found.append(_ESPEAK[language])
    return found


class Program:
    """An engine that is a program writing a WAV file."""

    def __init__(self, name: str, command: Sequence[str], *, pinyin: bool = False) -> None:
        self.name = name
        self._command = command
        self._pinyin = pinyin

    def speak(self, text: str, language: Language) -> tuple[Samples, int]:
        """Run the program once."""
        spoken = numbered(text) if self._pinyin else text
        with tempfile.TemporaryDirectory(prefix="mainline-speech-") as folder:
            out = Path(folder) / "out.wav"
            # A text that begins with a dash must not be taken for an option.
            filled = {"text": spoken.lstrip("-– "), "out": str(out)}
            _run([part.format(**filled) for part in self._command])
            return read_sound(out)


class Command:
    """The company's own voice: ``{text_file} {out_wav} {lang}`` in a command line."""

    def __init__(self, template: str) -> None:
        self.name = f"command {template}"
        self._template = template

    def speak(self, text: str, language: Language) -> tuple[Samples, int]:
        """Write the text to a file and run the command."""
        with tempfile.TemporaryDirectory(prefix="mainline-speech-") as folder:
            text_file, out = Path(folder) / "text.txt", Path(folder) / "out.wav"
            text_file.write_text(text, encoding="utf-8")
            filled = {"text_file": str(text_file), "out_wav": str(out), "lang": language}
            _run([part.format(**filled) for part in shlex.split(self._template)])
            return read_sound(out)


_ESPEAK: Final[dict[Language, Engine]] = {
    "zh": Program(
        "espeak-pinyin",
        ("espeak-ng", "-v", "cmn-latn-pinyin", "-s", "150", "-w", "{out}", "--", "{text}"),
        pinyin=True,
    ),
    "en": Program(
        "espeak-en", ("espeak-ng", "-v", "en", "-s", "150", "-w", "{out}", "--", "{text}")
    ),
}


class Gcin:
    """Human syllables of gcin-voice, joined and sped up to the pace of speech.

    At 1.35 a recogniser understands as many phrases as at their slow original pace; at 1.45 fewer.
    """

    name = "gcin-3 at 1.35"
    _rate: Final = 16000
    _tempo: Final = 1.35
    _pauses: Final = {",": 0.26, ".": 0.5}

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def speak(self, text: str, language: Language) -> tuple[Samples, int]:
        """Join the syllables; a text with anything else in it is left to the next engine."""
        pieces = [
            sound.silence(self._pauses[key], self._rate)
            if key in self._pauses
            else _syllable(self._folder, key, self._rate)
            for key in bopomofo(text)
        ]
        if not pieces:
            raise CannotSpeak(text)
        return sound.faster(np.concatenate(pieces), self._rate, self._tempo), self._rate


@lru_cache(maxsize=256)
def _syllable(folder: Path, key: str, rate: int) -> Samples:
    samples, own_rate = read_sound(_recorded(folder, key))
    syllable = sound.trimmed(sound.resampled(samples, own_rate, rate), rate)
    return sound.faded(sound.levelled(syllable), rate)


def _recorded(folder: Path, key: str) -> Path:
    """The syllable; a neutral tone that was not recorded is heard well enough in another."""
    plain = key.removesuffix("1")
    tones = (key, plain, plain + "2", plain + "4", plain + "3") if key != plain else (key,)
    for tone in tones:
        path = folder / tone / "3.ogg"
        if "/" not in tone and path.is_file():
            return path
    raise CannotSpeak(key)


def read_sound(path: Path) -> tuple[Samples, int]:
    """A sound file of any rate and form, mixed to one channel."""
    try:
        data, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise CannotSpeak(str(error)) from error
    return data.mean(axis=1).astype(np.float32), int(rate)


def _run(command: list[str]) -> None:
    try:
        subprocess.run(  # noqa: S603 - no shell; the text is one argument
            command, check=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotSpeak(command[0]) from error
