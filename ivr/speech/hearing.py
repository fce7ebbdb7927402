"""What callers said, as text: by a model, where one is installed. Nothing is ever fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import soundfile  # type: ignore[import-untyped]

from ivr.say import Language
from ivr.speech import samples as sound
from ivr.speech.samples import Samples

RATE: Final = 16_000
"""What models were trained at: most of them refuse a telephone's 8000."""
PIECE_FRAMES: Final = 4000
LONGEST_S: Final = 600.0
VOSK: Final = "vosk"
VOSK_FILES: Final = ("am/final.mdl", "final.mdl")
MOONSHINE: Final = "moonshine_voice"
MOONSHINE_MODEL: Final = "tiny-en"
_BETWEEN_HAN: Final = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


class NoModel(Exception):
    """Speech in this language cannot be written down here."""


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
    """A model of vosk; ``begin`` makes a recogniser for a rate."""

    def __init__(self, name: str, begin: Callable[[int], Recogniser]) -> None:
        self.name = name
        self._begin = begin

    def transcribe(self, wav: Path) -> str:
        """Listen piece by piece, sentence by sentence."""
        samples, heard = spoken(wav), self._begin(RATE)
        pieces = (samples[at : at + PIECE_FRAMES] for at in range(0, len(samples), PIECE_FRAMES))
        sentences = [
            _text(heard.Result()) for piece in pieces if heard.AcceptWaveform(sound.pcm(piece))
        ]
        return _joined([*sentences, _text(heard.FinalResult())])


class Moonshine:
    """A model of moonshine; ``hear`` gives the lines it hears in samples at a rate."""

    def __init__(self, name: str, hear: Callable[[list[float], int], Any]) -> None:
        self.name = name
        self._hear = hear

    def transcribe(self, wav: Path) -> str:
        """Listen to the whole; the library finds the pauses."""
        samples = spoken(wav)
        if not samples.size:
            return ""
        return _joined([line.text.strip() for line in self._hear(samples.tolist(), RATE).lines])


def spoken(wav: Path) -> Samples:
    """The first channel of a sound, at the rate of the models."""
    with soundfile.SoundFile(wav) as file:
        rate = file.samplerate
        data = file.read(int(LONGEST_S * rate), dtype="float32", always_2d=True)
    return sound.resampled(data[:, 0], rate, RATE)


def _text(answer: str) -> str:
    """A sentence; vosk sets spaces between Chinese words, which nobody writes."""
    return _BETWEEN_HAN.sub("", str(json.loads(answer).get("text", "")).strip())


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(filter(None, sentences))


def installed(models: Path, language: Language) -> bool:
    """Whether speech in that language can be written down here."""
    return _has_vosk(models, language) or (language == "en" and _moonshine_model() is not None)


def folder(models: Path, language: Language) -> Path:
    """Where a vosk model of a language is looked for."""
    return models / f"vosk-{language}"


def transcriber(models: Path, language: Language) -> Transcriber:
    """The model for a language, the one the company chose before the one a library carries."""
    try:
        if _has_vosk(models, language):
            return _load_vosk(folder(models, language))
        if language == "en" and (model := _moonshine_model()) is not None:
            return _load_moonshine(model)
    except Exception as error:
        raise NoModel(f"{language}: {error}") from error
    raise NoModel(f"{language}: none is installed")


def _has_vosk(models: Path, language: Language) -> bool:
    model = folder(models, language)
    return any((model / file).is_file() for file in VOSK_FILES) and find_spec(VOSK) is not None


def _load_vosk(model: Path) -> Vosk:
    # By its path: by its name the library would look for it in the internet.
    vosk = import_module(VOSK)
    loaded = vosk.Model(str(model))
    return Vosk(model.name, lambda rate: vosk.KaldiRecognizer(loaded, rate))


def _moonshine_model() -> Path | None:
    """The model inside the library; releases after 0.1.0 carry none."""
    found = find_spec(MOONSHINE)
    if found is None or found.origin is None:
        return None
    model = Path(found.origin).parent / "assets" / MOONSHINE_MODEL
    return model if model.is_dir() else None


def _load_moonshine(model: Path) -> Moonshine:
    library = import_module(f"{MOONSHINE}.transcriber")
    loaded = library.Transcriber(str(model), library.ModelArch.TINY)
    return Moonshine(f"moonshine-{model.name}", loaded.transcribe_without_streaming)
