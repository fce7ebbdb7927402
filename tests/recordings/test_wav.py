import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.wav import header, repair
from tests.recordings.sounds import heard


def unfinished(samples: bytes, *, channels: int = 1) -> bytes:
    """What a killed writer leaves: zero lengths."""
    whole = bytearray(header(0, rate=8000, channels=channels))
    whole[4:8] = struct.pack("<I", 0)
    return bytes(whole) + samples


def test_header_of_a_killed_writer_gets_its_real_lengths(tmp_path: Path):
    path = tmp_path / "m.wav"
    path.write_bytes(unfinished(b"\x01\x02" * 800))
    assert repair(path) == "repaired"
    assert len(heard(path)) == 800
    assert path.read_bytes()[44:] == b"\x01\x02" * 800


@given(samples=st.binary(max_size=400), channels=st.sampled_from([1, 2]))
@settings(max_examples=50, deadline=None)
def test_repairing_twice_changes_nothing_the_second_time(
    tmp_path_factory: pytest.TempPathFactory, samples: bytes, channels: int
):
    path = tmp_path_factory.mktemp("wav") / "m.wav"
    path.write_bytes(unfinished(samples, channels=channels))
    repair(path)
    once = path.read_bytes()
    assert repair(path) == "ok"
    assert path.read_bytes() == once
    whole = len(samples) // (2 * channels) * (2 * channels)
    assert once == header(whole, rate=8000, channels=channels) + samples[:whole]


def test_a_good_file_is_left_alone(tmp_path: Path):
    path = tmp_path / "m.wav"
    path.write_bytes(header(4, rate=8000, channels=2) + b"abcd")
    before = path.stat().st_mtime_ns
    assert repair(path) == "ok"
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("content", [b"OggS" + bytes(60), b"RIFF" + bytes(60)])
def test_what_is_not_a_simple_wav_is_not_touched(tmp_path: Path, content: bytes):
    path = tmp_path / "m.wav"
    path.write_bytes(content)
    assert repair(path) == "foreign"
    assert path.read_bytes() == content


def test_a_file_without_even_a_header_is_empty(tmp_path: Path):
    path = tmp_path / "m.wav"
    path.write_bytes(b"RIFF")
    assert repair(path) == "empty"
    assert path.read_bytes() == b"RIFF"


def test_more_than_a_wav_can_hold_is_refused():
    with pytest.raises(ValueError, match="cannot hold"):
        header(1 << 32, rate=8000, channels=2)
