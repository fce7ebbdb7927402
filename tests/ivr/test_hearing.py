"""Speech to text: a model is used where one is installed, and nothing is claimed elsewhere."""

import json
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ivr.say import Language
from ivr.speech import hearing
from ivr.speech.hearing import Moonshine, NoModel, Vosk, installed, transcriber


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
        return json.dumps({"text": "" if self.frames % self.rate == 0 else "水管 漏水 pipe 2 楼"})


def sound(path: Path, seconds: float, *, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.zeros(int(seconds * 8000) * channels, "<i2").tobytes())
    return path


@pytest.mark.parametrize("channels", [1, 2])
def test_sentence_by_sentence_is_written_down_at_the_rate_of_the_model(
    tmp_path: Path, channels: int
) -> None:
    made: list[FakeRecogniser] = []

    def begin(rate: int) -> FakeRecogniser:
        made.append(FakeRecogniser(rate))
        return made[-1]

    text = Vosk("fake", begin).transcribe(sound(tmp_path / "a.wav", 2.25, channels=channels))
    assert text == "sentence 1 sentence 2 水管漏水 pipe 2 楼"
    assert (made[0].rate, made[0].frames) == (16_000, 36_000)


def test_the_first_channel_is_heard_and_keeps_its_pitch(tmp_path: Path) -> None:
    caller = 0.5 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
    both = np.stack([caller * 32767, np.full(8000, 9000.0)], axis=1).astype("<i2")
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(both.tobytes())
    samples = hearing.spoken(tmp_path / "a.wav")
    loudest = int(np.argmax(np.abs(np.fft.rfft(samples))))
    assert (len(samples), loudest, round(float(samples.max()), 1)) == (16_000, 440, 0.5)


def test_silence_gives_no_words(tmp_path: Path) -> None:
    nothing = sound(tmp_path / "a.wav", 0)
    assert Vosk("fake", FakeRecogniser).transcribe(nothing) == ""

    def never(_samples: list[float], _rate: int) -> Any:
        raise AssertionError("there is nothing to hear")

    assert Moonshine("fake", never).transcribe(nothing) == ""


def test_an_endless_message_is_heard_for_ten_minutes_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "LONGEST_S", 1.0)
    assert Vosk("fake", FakeRecogniser).transcribe(sound(tmp_path / "a.wav", 5)) == "sentence 1"


def _without_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "find_spec", lambda _name: None)


def _vosk(monkeypatch: pytest.MonkeyPatch, model: Any) -> None:
    fake = SimpleNamespace(
        Model=model, KaldiRecognizer=lambda _model, rate: FakeRecogniser(int(rate))
    )
    spec = SimpleNamespace(origin=None)
    monkeypatch.setattr(hearing, "find_spec", lambda name: spec if name == "vosk" else None)
    monkeypatch.setattr(hearing, "import_module", lambda _name: fake)


def _unpack(models: Path, language: Language, file: str = "am/final.mdl") -> Path:
    model = models / f"vosk-{language}"
    (model / file).parent.mkdir(parents=True)
    (model / file).touch()
    return model


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_a_library_there_is_no_transcriber(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    _without_libraries(monkeypatch)
    _unpack(tmp_path, language)
    assert not installed(tmp_path, language)
    with pytest.raises(NoModel):
        transcriber(tmp_path, language)


@pytest.mark.parametrize("file", ["am/final.mdl", "final.mdl"])
def test_an_installed_model_is_loaded_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    loaded: list[str] = []
    _vosk(monkeypatch, loaded.append)
    model = _unpack(tmp_path, "zh", file)
    assert installed(tmp_path, "zh")
    found = transcriber(tmp_path, "zh")
    assert found.name == "vosk-zh"
    assert loaded == [str(model)]
    assert found.transcribe(sound(tmp_path / "a.wav", 1)) == "sentence 1"
    assert not installed(tmp_path, "en")


def test_a_model_unpacked_one_folder_too_deep_is_not_taken_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _vosk(monkeypatch, str)
    _unpack(tmp_path, "zh", "vosk-model-small-cn-0.22/am/final.mdl")
    assert not installed(tmp_path, "zh")


def test_a_model_that_cannot_be_read_is_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_path: str) -> None:
        raise Exception("Failed to create a model")  # noqa: TRY002 - as the library does

    _vosk(monkeypatch, broken)
    _unpack(tmp_path, "zh")
    with pytest.raises(NoModel, match="Failed to create a model"):
        transcriber(tmp_path, "zh")


def test_english_has_a_model_in_a_library_and_chinese_has_not(tmp_path: Path) -> None:
    assert installed(tmp_path, "en")
    assert not installed(tmp_path, "zh")


def test_a_release_without_its_model_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(hearing, "find_spec", lambda _name: spec)
    assert not installed(tmp_path, "en")


def test_the_model_that_a_company_chose_goes_before_the_one_of_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _vosk(monkeypatch, str)
    _unpack(tmp_path, "en")
    assert transcriber(tmp_path, "en").name == "vosk-en"
