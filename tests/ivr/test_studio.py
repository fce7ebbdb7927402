"""Recordings that people hand in: any usual form is taken, what is none is refused in words."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.speech import studio
from ivr.speech.studio import NotASound, OnlySilence, WrongLength
from ivr.speech.voice import WavVoice
from tests.ivr.test_speech import FakeEngine, _pitch, _tone, _voice


def sound_file(seconds: float, *, rate: int = 44_100, form: str = "WAV", channels: int = 1,
               hertz: float = 600) -> bytes:  # fmt: skip
    data = np.repeat(_tone(hertz, seconds, rate)[:, None], channels, axis=1)
    out = io.BytesIO()
    soundfile.write(out, data, rate, format=form)
    return out.getvalue()


@pytest.mark.parametrize("form", ["WAV", "MP3", "FLAC", "OGG"])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_usual_form_becomes_what_a_telephone_plays(
    tmp_path: Path, form: str, channels: int
) -> None:
    kept = tmp_path / "kept.wav"
    assert studio.keep(kept, sound_file(2, form=form, channels=channels)) == pytest.approx(2, 0.1)
    with wave.open(str(kept)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        heard = np.frombuffer(file.readframes(-1), "<i2").astype(np.float32)
    assert _pitch(heard, 8000) == pytest.approx(600, abs=2)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", NotASound),
        (b"MZ this is a program" * 50, NotASound),
        (sound_file(2)[:60], WrongLength),
        (sound_file(0.1), WrongLength),
        (sound_file(61, rate=8000), WrongLength),
        (sound_file(2, channels=4), NotASound),
        (sound_file(2, rate=4000), NotASound),
        (sound_file(2, hertz=0), OnlySilence),
    ],
)
def test_what_is_no_prompt_is_refused_and_nothing_is_kept(
    tmp_path: Path, data: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        studio.keep(tmp_path / "kept.wav", data)
    assert list(tmp_path.iterdir()) == []


async def test_a_recording_of_words_in_two_scripts_is_played_as_one(tmp_path: Path) -> None:
    voice = _voice(tmp_path, FakeEngine())
    text = "请说 hello 然后挂机"
    assert len(await voice.sounds([text], "zh")) == 3
    studio.keep(voice.recording(text, "zh"), sound_file(2))
    (played,) = await voice.sounds([text], "zh")
    assert played.seconds == pytest.approx(2, 0.1)


def test_chinese_words_are_looked_for_as_chinese_whoever_calls() -> None:
    voice = WavVoice(Path("/nowhere"), find=lambda _language, _command: [])
    assert voice.recording("您好", "en") == voice.studio_file("您好", "zh")
    voice.close()
