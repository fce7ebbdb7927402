from datetime import UTC, datetime
from pathlib import Path

import pytest

from recordings.export import export_wav
from recordings.peaks import peaks
from recordings.store import (
    RecordingAltered,
    RecordingGone,
    Verifier,
    free_share,
    located,
    new_path,
    sha256_of,
)
from recordings.wav import header
from tests.recordings.sounds import heard, stereo


def wav(path: Path, sound: bytes) -> Path:
    path.write_bytes(header(len(sound), rate=8000, channels=2) + sound)
    return path


def test_path_tells_the_day_and_nothing_else():
    made = new_path(datetime(2026, 11, 23, 1, tzinfo=UTC))
    assert made.startswith("2026/11/23/")
    assert len(made) == len("2026/11/23/") + 32 + len(".wav")
    assert made != new_path(datetime(2026, 11, 23, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "path",
    ["../../etc/passwd", "/etc/passwd", "2026/11/23/../../../x.wav", "", "2026/11/23/zz.wav"],
)
def test_path_that_was_not_made_here_is_refused(tmp_path: Path, path: str):
    with pytest.raises(RecordingGone):
        located(tmp_path, path)


def test_untouched_file_is_trusted_and_an_altered_one_refused(tmp_path: Path):
    file = wav(tmp_path / "r.wav", stereo(1, 2, 0.1))
    good, verifier = sha256_of(file), Verifier()
    verifier.check(file, good)
    verifier.check(file, good)
    with file.open("r+b") as opened:
        opened.seek(100)
        opened.write(b"\x99")
    with pytest.raises(RecordingAltered):
        verifier.check(file, good)


def test_an_altered_file_with_its_old_time_put_back_is_still_refused(tmp_path: Path):
    import os

    file = wav(tmp_path / "r.wav", stereo(1, 2, 0.1))
    good, verifier, before = sha256_of(file), Verifier(), file.stat()
    verifier.check(file, good)
    with file.open("r+b") as opened:
        opened.seek(100)
        opened.write(b"\x99")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(RecordingAltered):
        verifier.check(file, good)


def test_a_file_that_is_gone_is_said_to_be_gone(tmp_path: Path):
    with pytest.raises(RecordingGone):
        Verifier().check(tmp_path / "r.wav", "0" * 64)


def test_free_share_is_a_share(tmp_path: Path):
    assert 0 < free_share(tmp_path / "not" / "made") <= 1


def test_waveform_shows_each_side_where_it_spoke(tmp_path: Path):
    sound = stereo(16384, 0, 1.0) + stereo(0, 8192, 1.0)
    found = peaks(wav(tmp_path / "r.wav", sound), points=4)
    assert found.duration_s == 2.0
    assert found.channels == [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.25, 0.25]]


def test_waveform_of_the_loudest_negative_sample_is_one(tmp_path: Path):
    assert peaks(wav(tmp_path / "r.wav", stereo(-32768, 0, 0.1)), 1).channels == [[1.0], [0.0]]


def test_waveform_of_nothing_is_silence(tmp_path: Path):
    assert peaks(wav(tmp_path / "r.wav", b""), 3).channels == [[0.0] * 3, [0.0] * 3]


@pytest.mark.parametrize(("side", "value"), [("caller", 11), ("agent", 22)])
def test_one_side_can_be_handed_on(tmp_path: Path, side: str, value: int):
    file = wav(tmp_path / "r.wav", stereo(11, 22, 0.5))
    (tmp_path / "out.wav").write_bytes(export_wav(file, side))  # type: ignore[arg-type]
    sound = heard(tmp_path / "out.wav")
    assert sound.shape == (4000, 1)
    assert set(sound[:, 0].tolist()) == {value}


def test_both_sides_handed_on_are_the_recording(tmp_path: Path):
    file = wav(tmp_path / "r.wav", stereo(11, 22, 0.5))
    (tmp_path / "out.wav").write_bytes(export_wav(file, "both"))
    assert heard(tmp_path / "out.wav").tolist() == heard(file).tolist()
