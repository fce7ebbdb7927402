"""Callers speak words: the voice of the prompts, kept for the next rehearsal."""

from pathlib import Path

import pytest

from mainline.sip.tones import likeness, seconds_of_tone, sounding_s
from mainline.text import LocalizedText
from rehearsal.scenario import load, names
from rehearsal.voices import BREATH_S, LISTENS_S, Voices

WORDS = LocalizedText(zh="家里漏水了。", en="Water is leaking.")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_words_are_spoken_once_and_kept(tmp_path: Path, language: str) -> None:
    with Voices(tmp_path, "", language) as voices:  # type: ignore[arg-type]
        said = await voices.of(WORDS, 440)
        kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.wav")}
        again = await voices.of(WORDS, 440)
    assert len(kept) == 1
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.wav")} == kept
    assert likeness(again, said) == 1
    assert sounding_s(said) > 0.5
    assert seconds_of_tone(said, 440) == 0
    assert not said[: int(BREATH_S * 8000)].any()
    assert not said[-int(LISTENS_S * 8000) :].any()


async def test_who_says_nothing_is_a_tone(tmp_path: Path) -> None:
    with Voices(tmp_path, "", "zh") as voices:
        assert seconds_of_tone(await voices.of(None, 440), 440) == pytest.approx(2.0)


async def test_where_no_engine_can_speak_everybody_is_a_tone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.speech.voice.WavVoice._spoken", _mute)
    with Voices(tmp_path, "", "zh") as voices:
        assert seconds_of_tone(await voices.of(WORDS, 1000), 1000) == pytest.approx(2.0)


def _mute(*_words: object) -> None:
    raise OSError


def test_in_the_days_that_come_with_us_everybody_who_wants_a_person_has_words() -> None:
    for name in names():
        day = load(name)
        assert day.crew.says
        assert all(want.says for want in day.wants if want.person), name
