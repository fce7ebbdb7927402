import hashlib
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.join import join
from recordings.segments import GAP_MAX_S, Segment, lay_out, parse_message, parse_name
from tests.recordings.sounds import heard, stereo

START = datetime(2026, 1, 1, tzinfo=UTC)
spoken = st.lists(
    st.tuples(
        st.floats(0, 30, allow_nan=False),  # start after the one before began
        st.integers(0, 4000),  # frames
    ),
    min_size=1,
    max_size=6,
)


def segments_of(parts: list[tuple[float, int]]) -> tuple[list[Segment], dict[str, int]]:
    at, made, frames = START, [], {}
    for number, (after, count) in enumerate(parts):
        at += timedelta(seconds=after if number else 0)
        made.append(Segment(number, f"c-{number}.raw", at))
        frames[f"c-{number}.raw"] = count
    return made, frames


@given(spoken)
def test_pieces_never_overlap_and_no_sound_is_lost(parts: list[tuple[float, int]]):
    made, frames = segments_of(parts)
    pieces = lay_out(made, frames)
    assert [piece.frames for piece in pieces] == [count for _after, count in parts]
    assert pieces[0].offset == 0
    for before, after in itertools.pairwise(pieces):
        assert after.offset >= before.end


@given(spoken)
def test_a_piece_is_where_the_clock_says_unless_the_one_before_still_speaks(
    parts: list[tuple[float, int]],
):
    made, frames = segments_of(parts)
    end = 0
    for segment, piece in zip(made, lay_out(made, frames), strict=True):
        by_clock = round((segment.started_at - START).total_seconds() * 8000)
        assert piece.offset == max(by_clock, end)
        end = piece.end


@given(spoken)
@settings(max_examples=20, deadline=None)
def test_joined_length_is_the_plan_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[float, int]]
):
    folder = tmp_path_factory.mktemp("join")
    made, frames = segments_of([(min(after, 1.0), count) for after, count in parts])
    for name, count in frames.items():
        (folder / name).write_bytes(stereo(100, -100, count / 8000))
    pieces = lay_out(made, frames)
    result = join(pieces, folder, folder / "out.wav")
    assert result.size_bytes == 44 + 4 * pieces[-1].end == (folder / "out.wav").stat().st_size
    sound = heard(folder / "out.wav")
    assert len(sound) == pieces[-1].end
    assert np.count_nonzero(sound[:, 0]) == sum(frames.values())


def test_caller_left_agent_right_and_the_hole_between_is_silence(tmp_path: Path):
    (tmp_path / "c-0.raw").write_bytes(stereo(1000, 2000, 1.0))
    (tmp_path / "c-1.raw").write_bytes(stereo(3000, 4000, 1.0))
    made = [Segment(0, "c-0.raw", START), Segment(1, "c-1.raw", START + timedelta(seconds=1.3))]
    result = join(lay_out(made, {"c-0.raw": 8000, "c-1.raw": 8000}), tmp_path, tmp_path / "o.wav")
    sound = heard(tmp_path / "o.wav")
    assert result.duration_s == pytest.approx(2.3)
    assert sound[:8000].tolist() == [[1000, 2000]] * 8000
    assert not sound[8000:10400].any()
    assert sound[10400:].tolist() == [[3000, 4000]] * 8000


def test_segments_are_ordered_by_number_not_by_arrival():
    made = [Segment(10, "c-10.raw", START + timedelta(seconds=9)), Segment(2, "c-2.raw", START)]
    assert [p.file for p in lay_out(made, {"c-2.raw": 1, "c-10.raw": 1})] == ["c-2.raw", "c-10.raw"]


def test_a_wrong_clock_does_not_make_a_day_of_silence():
    made = [Segment(0, "c-0.raw", START), Segment(1, "c-1.raw", START + timedelta(days=20))]
    pieces = lay_out(made, {"c-0.raw": 8000, "c-1.raw": 8000})
    assert pieces[1].offset == 8000 + GAP_MAX_S * 8000


def test_joining_twice_gives_the_same_file_and_the_hash_is_that_of_its_bytes(tmp_path: Path):
    (tmp_path / "c-0.raw").write_bytes(stereo(5, 6, 0.5))
    pieces = lay_out([Segment(0, "c-0.raw", START)], {"c-0.raw": 4000})
    first = join(pieces, tmp_path, tmp_path / "o.wav")
    second = join(pieces, tmp_path, tmp_path / "o.wav")
    assert first == second
    assert first.sha256 == hashlib.sha256((tmp_path / "o.wav").read_bytes()).hexdigest()


def test_a_recording_is_readable_by_its_owner_only(tmp_path: Path):
    (tmp_path / "c-0.raw").write_bytes(stereo(5, 6, 0.1))
    join(lay_out([Segment(0, "c-0.raw", START)], {"c-0.raw": 800}), tmp_path, tmp_path / "o.wav")
    assert (tmp_path / "o.wav").stat().st_mode & 0o777 == 0o600


def test_killed_in_the_middle_leaves_no_half_recording(tmp_path: Path):
    (tmp_path / "c-0.raw").write_bytes(stereo(5, 6, 0.1))
    pieces = lay_out([Segment(0, "c-0.raw", START)], {"c-0.raw": 99_999})  # more than there is
    with pytest.raises(OSError, match="shorter"):
        join(pieces, tmp_path, tmp_path / "o.wav")
    assert not (tmp_path / "o.wav").exists()


def test_sound_that_comes_after_the_plan_is_left_for_the_next_time(tmp_path: Path):
    (tmp_path / "c-0.raw").write_bytes(stereo(5, 6, 1.0))
    join(lay_out([Segment(0, "c-0.raw", START)], {"c-0.raw": 10}), tmp_path, tmp_path / "o.wav")
    assert len(heard(tmp_path / "o.wav")) == 10


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ml0123abcd1795000000.5-0.raw", ("ml0123abcd-1795000000.5", 0)),
        ("1795000000.5-12.raw", ("1795000000.5", 12)),
        ("../../etc/passwd-0.raw", None),
        ("a/b-0.raw", None),
        ("x-0.wav", None),
        ("x-0.raw\n", None),
        ("-0.raw", None),
    ],
)
def test_only_names_of_our_own_form_are_taken(name: str, found: tuple[str, int] | None):
    assert parse_name(name) == found


def test_a_message_names_its_call():
    assert parse_message("ml0123abcd1795000000.5-message.wav") == "ml0123abcd-1795000000.5"
    assert parse_message("../x-message.wav") is None
