"""Speech to text: a model is used where one is installed, and nothing is claimed elsewhere."""

import json
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ivr.speech import hearing
from ivr.speech.hearing import Vosk, installed, transcriber


class FakeRecogniser:
    """Ends a sentence each second, as KaldiRecognizer answers."""

    def __init__(self, rate: int) -> None:
        self.rate, self.frames, self.sentences = rate, 0, 0

    def AcceptWaveform(self, data: bytes) -> bool:  # noqa: N802
        before = self.frames // self.rate
        self.frames += len(data) // 2
        return self.frames // self.rate > before

    def Result(self) -> str:  # noqa: N802
        self.sentences += 1
        return json.dumps({"text": f"sentence {self.sentences}"})

    def FinalResult(self) -> str:  # noqa: N802
        return json.dumps({"text": "" if self.frames % self.rate == 0 else "the rest"})


def sound(path: Path, seconds: float, *, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.zeros(int(seconds * 8000) * channels, "<i2").tobytes())
    return path


@pytest.mark.parametrize("channels", [1, 2])
def test_sentence_by_sentence_is_written_down_at_the_sounds_own_rate(
    tmp_path: Path, channels: int
) -> None:
    made: list[FakeRecogniser] = []

    def begin(rate: int) -> FakeRecogniser:
        made.append(FakeRecogniser(rate))
        return made[-1]

    text = Vosk("fake", begin).transcribe(sound(tmp_path / "a.wav", 2.25, channels=channels))
    assert text == "sentence 1 sentence 2 the rest"
    assert (made[0].rate, made[0].frames) == (8000, 18_000)


def test_silence_gives_no_words(tmp_path: Path) -> None:
    assert Vosk("fake", FakeRecogniser).transcribe(sound(tmp_path / "a.wav", 0)) == ""


def test_an_endless_message_is_heard_for_ten_minutes_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "LONGEST_S", 1.0)
    assert Vosk("fake", FakeRecogniser).transcribe(sound(tmp_path / "a.wav", 5)) == "sentence 1"


def test_without_a_model_there_is_no_transcriber(tmp_path: Path) -> None:
    assert not installed(tmp_path, "zh")
    assert transcriber(tmp_path, "zh") is None


def _library(monkeypatch: pytest.MonkeyPatch, model: Any) -> None:
    fake = SimpleNamespace(
        Model=model, KaldiRecognizer=lambda _model, rate: FakeRecogniser(int(rate))
    )
    monkeypatch.setattr(hearing, "find_spec", lambda _name: object())
    monkeypatch.setattr(hearing, "import_module", lambda _name: fake)


def test_an_installed_model_is_loaded_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    _library(monkeypatch, loaded.append)
    (tmp_path / "vosk-zh").mkdir()
    found = transcriber(tmp_path, "zh")
    assert found is not None
    assert found.name == "vosk-zh"
    assert loaded == [str(tmp_path / "vosk-zh")]
    assert found.transcribe(sound(tmp_path / "a.wav", 1)) == "sentence 1"
    assert transcriber(tmp_path, "en") is None


def test_a_model_that_cannot_be_read_is_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_path: str) -> None:
        raise RuntimeError("Failed to create a model")

    _library(monkeypatch, broken)
    (tmp_path / "vosk-zh").mkdir()
    assert transcriber(tmp_path, "zh") is None
