"""Sounds: the right form, made once, never in the caller's way."""

import asyncio
import shutil
import threading
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.say import LANGUAGES, VOCABULARY, Language
from ivr.speech import samples as sound
from ivr.speech.engines import CannotSpeak, Command, Engine, Gcin, engines
from ivr.speech.pinyin import READINGS, bopomofo, numbered
from ivr.speech.samples import Samples
from ivr.speech.voice import WavVoice, runs, write_wav

GCIN = Path("/usr/share/gcin-voice/ogg")
needs_voices = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("flite") and GCIN.is_dir()),
    reason="needs espeak-ng, flite and gcin-voice (scripts/apt-packages.txt)",
)


def _tone(hertz: float, seconds: float, rate: int) -> Samples:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(
        np.float32
    )


def _pitch(samples: Samples, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum) * rate / len(samples))


class FakeEngine:
    """Counts what it is asked; may be slow or unable."""

    def __init__(self, name: str = "fake", *, able: bool = True) -> None:
        self.name = name
        self.able = able
        self.asked: list[tuple[str, Language]] = []
        self.go = threading.Event()
        self.go.set()

    def speak(self, text: str, language: Language) -> tuple[Samples, int]:
        self.asked.append((text, language))
        assert self.go.wait(10)
        if not self.able:
            raise CannotSpeak(text)
        return _tone(400, 0.5, 16000), 16000


def _voice(folder: Path, *chain: Engine, wait_s: float = 5) -> WavVoice:
    return WavVoice(folder, find=lambda _language, _command: list(chain), wait_s=wait_s)


async def test_a_sound_is_what_a_telephone_plays(tmp_path: Path) -> None:
    (made,) = await _voice(tmp_path, FakeEngine()).sounds(["您好"], "zh")
    with wave.open(f"{made.path}.wav") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        frames = np.frombuffer(file.readframes(10**6), "<i2").astype(np.float32) / 32768
    assert made.seconds == pytest.approx(len(frames) / 8000)
    assert _pitch(frames[:4000], 8000) == pytest.approx(400, abs=4)
    assert 20 * np.log10(np.sqrt(np.mean(frames[:4000] ** 2))) == pytest.approx(-19.2, abs=1)


async def test_a_lone_mark_is_a_pause(tmp_path: Path) -> None:
    engine = FakeEngine()
    (pause,) = await _voice(tmp_path, engine).sounds(["。"], "zh")
    assert pause.seconds == pytest.approx(0.3)
    assert engine.asked == []


async def test_a_text_is_spoken_once(tmp_path: Path) -> None:
    engine = FakeEngine()
    voice = _voice(tmp_path, engine)
    first = await voice.sounds(["一百", "元"], "zh")
    again = await _voice(tmp_path, engine).sounds(["一百", "元"], "zh")
    assert first == again
    assert sorted(engine.asked) == [("一百", "zh"), ("元", "zh")]


async def test_many_callers_wait_for_one_making(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.go.clear()
    voice = _voice(tmp_path, engine)
    waiting = [asyncio.create_task(voice.sounds(["您好"], "zh")) for _ in range(20)]
    await asyncio.sleep(0)
    engine.go.set()
    found = await asyncio.gather(*waiting)
    assert len({one[0].path for one in found}) == 1
    assert engine.asked == [("您好", "zh")]


async def test_a_slow_voice_is_left_out_and_there_the_next_time(tmp_path: Path) -> None:
    engine = FakeEngine()
    engine.go.clear()
    voice = _voice(tmp_path, engine, wait_s=0.01)
    assert await voice.sounds(["您好"], "zh") == []
    engine.go.set()
    assert len(await voice.make("您好", "zh")) == 1
    assert len(await voice.sounds(["您好"], "zh")) == 1
    assert len(engine.asked) == 1


async def test_without_any_engine_a_text_is_silence(tmp_path: Path) -> None:
    assert await _voice(tmp_path).sounds(["您好", "一"], "zh") == []


async def test_the_next_engine_helps_out(tmp_path: Path) -> None:
    first, second = FakeEngine("first", able=False), FakeEngine("second")
    assert len(await _voice(tmp_path, first, second).sounds(["您好"], "zh")) == 1
    assert len(first.asked) == len(second.asked) == 1


async def test_a_studio_recording_goes_before_any_engine(tmp_path: Path) -> None:
    engine = FakeEngine()
    voice = _voice(tmp_path, engine)
    (robot,) = await voice.sounds(["您好"], "zh")
    studio = voice.studio_file("您好", "zh")
    write_wav(studio, _tone(1000, 0.4, 8000))
    (person,) = await voice.sounds(["您好"], "zh")
    assert person.path != robot.path
    assert len(engine.asked) == 1
    with wave.open(f"{person.path}.wav") as file:
        frames = np.frombuffer(file.readframes(3000), "<i2").astype(np.float32)
    assert _pitch(frames, 8000) == pytest.approx(1000, abs=10)


async def test_a_broken_studio_recording_is_silence_not_an_error(tmp_path: Path) -> None:
    voice = _voice(tmp_path, FakeEngine())
    studio = voice.studio_file("您好", "zh")
    studio.parent.mkdir(parents=True)
    studio.write_bytes(b"not a sound")
    assert await voice.sounds(["您好"], "zh") == []


async def test_the_companys_own_voice(tmp_path: Path) -> None:
    tone = tmp_path / "tone.wav"
    write_wav(tone, _tone(700, 0.5, 8000))
    engine = Command(f"cp {tone} {{out_wav}}")
    assert len(await _voice(tmp_path, engine).sounds(["; rm -rf /"], "en")) == 1
    with pytest.raises(CannotSpeak):
        Command("false {text_file} {out_wav} {lang}").speak("hello", "en")


def test_half_a_file_is_never_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "pcm", lambda _samples: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_wav(tmp_path / "a.wav", _tone(400, 1, 8000))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "language", "cut"),
    [
        ("您好。", "en", [("您好。", "zh")]),
        ("For English, press 2.", "zh", [("For English, press 2.", "en")]),
        ("IC卡表", "zh", [("IC", "en"), ("卡表", "zh")]),
        ("A", "zh", [("A", "en")]),
        ("12", "zh", [("12", "zh")]),
        ("，", "en", [("，", "zh")]),
        ("——", "zh", []),
        ("  ", "en", []),
    ],
)
def test_each_script_is_spoken_in_its_language(
    text: str, language: Language, cut: list[tuple[str, str]]
) -> None:
    assert list(runs(text, language)) == cut


def test_faster_speech_keeps_its_pitch() -> None:
    slow = _tone(220, 2, 16000)
    fast = sound.faster(slow, 16000, 1.45)
    assert len(fast) == pytest.approx(len(slow) / 1.45, rel=0.03)
    assert _pitch(fast, 16000) == pytest.approx(220, abs=3)
    middle = fast[1600:-1600]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)


def test_silence_around_speech_is_cut() -> None:
    quiet = sound.silence(0.5, 8000)
    padded = np.concatenate([quiet, _tone(400, 0.5, 8000), quiet])
    assert len(sound.trimmed(padded, 8000)) / 8000 == pytest.approx(0.5, abs=0.05)
    assert sound.trimmed(quiet, 8000).size == 0


@pytest.mark.parametrize(("text", "spoken"), sorted(READINGS.items()))
def test_the_trades_words_are_read_rightly(text: str, spoken: str) -> None:
    marks = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔù", "aaaaeeeeiiiioooouuuu")
    toneless = "".join(one for one in numbered(text) if not one.isdigit())
    assert toneless == spoken.translate(marks)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("银行", "yin2 hang2"),
        ("重庆", "chong2 qing4"),
        ("还款", "huan2 kuan3"),
        ("重新选择", "chong2 xin1 xuan3 ze2"),
        ("您好", "nin2 hao3"),
    ],
)
def test_readings_that_engines_get_wrong(text: str, spoken: str) -> None:
    assert numbered(text) == spoken


def test_pauses_are_kept() -> None:
    assert bopomofo("您好，再见。") == ["ㄋㄧㄣ2", "ㄏㄠ3", ",", "ㄗㄞ4", "ㄐㄧㄢ4", "."]


@needs_voices
def test_human_syllables_exist_for_every_live_word() -> None:
    words = [word for word in VOCABULARY["zh"] if not word.isascii()]
    for word in words:
        samples, rate = Gcin(GCIN).speak(word, "zh")
        assert 0.1 < len(samples) / rate < 2, word


@needs_voices
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_real_voices_speak(tmp_path: Path, language: Language) -> None:
    text = {"zh": "您好，报修请按一。", "en": "For repairs, press one."}[language]
    for engine in engines(language):
        samples, rate = engine.speak(text, language)
        assert 1 < len(samples) / rate < 6, engine.name
    (made,) = await WavVoice(tmp_path).sounds([text], language)
    assert 1 < made.seconds < 5


@needs_voices
async def test_an_option_is_spoken_not_obeyed(tmp_path: Path) -> None:
    evil = tmp_path / "evil.wav"
    await WavVoice(tmp_path).sounds([f"-w {evil} hello", f"--help -o {evil}"], "en")
    assert not evil.exists()
