"""What is found in a sound, and what is not."""

from pathlib import Path

import numpy as np

from mainline.sip.g711 import ALAW, FRAME, RATE, ULAW, decode, encode
from mainline.sip.sound import read_wav, silence, tone, write_wav
from mainline.sip.tones import (
    contains,
    end_of,
    seconds_of_tone,
    share_of_tone,
    silent_for,
    stretches,
)


def speech(seconds: float, seed: int = 1) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """Noise with the rhythm of syllables."""
    noise = np.random.default_rng(seed).normal(0, 3000, int(seconds * 8000))
    rhythm = 0.5 + 0.5 * np.sin(np.arange(len(noise)) / 8000 * 2 * np.pi * 4)
    return (noise * rhythm).astype(np.int16)


def test_both_codecs_keep_a_sample_within_their_step() -> None:
    samples = np.arange(-30000, 30000, 7, dtype=np.int16)
    for codec in (ALAW, ULAW):
        back = decode(encode(samples, codec), codec).astype(np.int32)
        error = np.abs(back - samples)
        assert np.all(error <= np.maximum(np.abs(samples.astype(np.int32)) / 16, 16))


def test_a_code_read_and_written_again_is_worth_the_same() -> None:
    codes = bytes(range(256))
    for codec in (ALAW, ULAW):
        values = decode(codes, codec)
        assert np.array_equal(decode(encode(values, codec), codec), values)


def test_a_tone_is_found_and_its_neighbour_is_not() -> None:
    assert share_of_tone(tone(440, 1), 440) > 0.99
    assert share_of_tone(tone(440, 1), 1000) < 0.01
    mixed = np.concatenate((tone(440, 1), silence(1), tone(1000, 0.5)))
    assert abs(seconds_of_tone(mixed, 440) - 1.0) < 0.11
    assert abs(seconds_of_tone(mixed, 1000) - 0.5) < 0.11


def test_a_tone_under_speech_of_the_other_side_is_not_claimed() -> None:
    assert seconds_of_tone(speech(3), 440) == 0


def test_the_stretches_tell_the_story() -> None:
    sound = np.concatenate((silence(0.5), speech(2), silence(1), tone(440, 1)))
    kinds = [(part.kind, round(part.seconds, 1)) for part in stretches(sound)]
    assert kinds == [("silence", 0.5), ("speech", 2.0), ("silence", 1.0), ("tone", 1.0)]
    assert stretches(sound)[-1].hertz == 440


def test_silence_at_the_end_is_measured() -> None:
    assert silent_for(np.concatenate((speech(1), silence(0.8)))) == 0.8
    assert silent_for(silence(0.4)) == 0.4


def test_a_prompt_is_recognised_through_the_codec_and_another_is_not() -> None:
    prompt, other = speech(3, seed=2), speech(3, seed=3)
    line = decode(encode(np.concatenate((silence(1), prompt, silence(1))), ALAW), ALAW)
    assert contains(line, prompt)
    assert not contains(line, other)


def test_a_prompt_torn_by_a_busy_machine_is_still_recognised() -> None:
    prompt = speech(3, seed=4)
    torn = np.concatenate((prompt[:6000], silence(0.08), prompt[6000:12000], silence(0.06)))
    assert contains(np.concatenate((silence(0.5), torn, prompt[12000:])), prompt)
    assert not contains(np.concatenate((silence(0.5), prompt[:6000], silence(2.5))), prompt)


def test_a_prompt_with_a_hole_every_quarter_of_a_second_is_still_recognised_and_ends_later() -> (
    None
):
    prompt, other = speech(3, seed=8), speech(3, seed=9)
    hole = silence(0.12)
    torn = [
        part
        for start in range(0, len(prompt), 2200)
        for part in (prompt[start : start + 2200], hole)
    ]
    line = np.concatenate((silence(0.5), *torn))
    end = end_of(line, prompt)
    assert end is not None
    assert 2.5 + 0.6 < end / RATE < 2.5 + 1.0  # seven holes of 0.12 s within its two seconds
    assert not contains(line, other)
    backwards = np.concatenate([silence(0.5), *torn[::-1]])
    assert not contains(backwards, prompt)


def test_a_prompt_ends_where_it_was_said_however_late_anybody_looks() -> None:
    prompt, next_prompt = speech(3, seed=5), speech(3, seed=6)
    line = np.concatenate((silence(1), prompt, next_prompt, silence(4)))
    end = end_of(line, prompt)
    assert end is not None
    assert abs(end - 3 * RATE) <= FRAME
    assert contains(line[end:], next_prompt)
    assert not contains(line[end:], prompt)
    assert end_of(line, speech(3, seed=7)) is None


def test_a_wav_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    write_wav(path, tone(440, 0.2))
    assert np.array_equal(read_wav(path), tone(440, 0.2))
