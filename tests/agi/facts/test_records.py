"""A record is a whole line of the right shape, and nothing else is one."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agi.facts.records import parse, split

LINE = (Path(__file__).parent / "rows" / "blind_transfer.csv").read_bytes().splitlines()[1]


def test_a_line_is_a_record():
    row = parse(LINE)
    assert row is not None
    assert (row.user, row.call_id) == ("OFFERED", "ml6ec1cf2a-1795429834.8")
    assert row.extra == {"ani": "13900000002", "dnis": "96888", "entry": "trunk"}


def test_a_half_written_tail_waits():
    assert split(b"one\ntwo\nthr") == ([b"one", b"two"], 8)
    assert split(b"thr") == ([], 0)


@pytest.mark.parametrize("cut", [1, 20, 60, len(LINE) - 1])
def test_a_line_cut_by_a_crash_is_none(cut: int):
    assert parse(LINE[:cut]) is None


@pytest.mark.parametrize("cut", [1, 20, 60, len(LINE) - 1])
def test_after_a_crash_the_next_record_is_not_lost(cut: int):
    assert parse(LINE[:cut] + LINE) == parse(LINE)


def test_a_name_with_a_line_feed_cannot_forge_a_record():
    """Quotes are doubled inside a field, so the second line does not begin like a record."""
    name = b"x\n" + LINE.replace(b'"', b'""')
    lines, _ = split(LINE.replace(b'"13900000002"', b'"' + name + b'"', 1) + b"\n")
    assert [parse(line) for line in lines] == [None, None]


def test_an_extra_that_is_no_json_costs_the_extra_only():
    broken = LINE.replace(b'"{""extra""', b'"{""extra')
    row = parse(broken)
    assert row is not None
    assert row.extra == {}


@settings(max_examples=1500)
@given(raw=st.binary(max_size=300))
def test_noise_is_no_record(raw: bytes):
    assert parse(raw) is None


@settings(max_examples=500)
@given(at=st.integers(0, len(LINE)), raw=st.binary(max_size=30))
def test_a_damaged_line_never_raises(at: int, raw: bytes):
    parse(LINE[:at] + raw + LINE[at:])
