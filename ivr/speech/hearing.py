"""What callers said, as text: by a model, where one is installed. Blocking: run in a thread."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

from ivr.say import Language
from mainline.log import get_logger

PIECE_FRAMES: Final = 4000
LONGEST_S: Final = 600.0
LIBRARY: Final = "vosk"

log = get_logger("hearing")


class Recogniser(Protocol):
    """One hearing of one sound, as vosk's KaldiRecognizer."""

    def AcceptWaveform(self, data: bytes) -> Any:  # noqa: N802 - the library's name
        """Listen on; true at the end of a sentence."""
        ...

    def Result(self) -> str:  # noqa: N802 - the library's name
        """The sentence that has just ended, as JSON."""
        ...

    def FinalResult(self) -> str:  # noqa: N802 - the library's name
        """What is left, as JSON."""
        ...


class Transcriber(Protocol):
    """Writes down a sound. ``name`` is kept beside the text."""

    @property
    def name(self) -> str:
        """Which model it is."""
        ...

    def transcribe(self, wav: Path) -> str:
        """The words; empty when none were understood."""
        ...


class Vosk:
    """A model of vosk, loaded once; ``begin`` makes a recogniser for a rate."""

    def __init__(self, name: str, begin: Callable[[int], Recogniser]) -> None:
        self.name = name
        self._begin = begin

    def transcribe(self, wav: Path) -> str:
        """Listen to the first channel, sentence by sentence."""
        with wave.open(str(wav)) as file:
            rate, channels = file.getframerate(), file.getnchannels()
            left, heard = int(LONGEST_S * rate), self._begin(rate)
            sentences: list[str] = []
            while left > 0 and (data := file.readframes(min(PIECE_FRAMES, left))):
                left -= PIECE_FRAMES
                if heard.AcceptWaveform(_first(data, channels)):
                    sentences.append(_text(heard.Result()))
        return " ".join(filter(None, [*sentences, _text(heard.FinalResult())]))


def _first(data: bytes, channels: int) -> bytes:
    if channels == 1:
        return data
    width = 2 * channels
    return b"".join(data[at : at + 2] for at in range(0, len(data), width))


def _text(answer: str) -> str:
    return str(json.loads(answer).get("text", "")).strip()


def installed(models: Path, language: Language) -> bool:
    """Whether speech in that language can be written down here."""
    return folder(models, language).is_dir() and find_spec(LIBRARY) is not None


def folder(models: Path, language: Language) -> Path:
    """Where the model of a language is looked for."""
    return models / f"vosk-{language}"


def transcriber(models: Path, language: Language) -> Transcriber | None:
    """The model for a language; None when there is none, or it cannot be read."""
    if not installed(models, language):
        return None
    try:
        vosk = import_module(LIBRARY)
        model = vosk.Model(str(folder(models, language)))
    except Exception as error:
        log.warning("hearing.no_model", language=language, error=type(error).__name__)
        return None
    return Vosk(f"vosk-{language}", lambda rate: vosk.KaldiRecognizer(model, rate))
