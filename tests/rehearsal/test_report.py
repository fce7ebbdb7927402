"""What happened beside what was predicted."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mainline.i18n import speaking
from rehearsal.predict import Band, Outcome, Prediction
from rehearsal.report import Happened, Late, as_data, lateness, plot, table
from rehearsal.scenario import load

WAS = Happened(
    calls=12,
    outcomes={"answered": 9, "abandoned": 1, "self-served": 2},
    persons=Outcome(offered=10, answered=9, abandoned=1, in_time=8, wait_s=14.6),
    by_minute={0: 4, 1: 8},
    longest_by_minute={0: 5.0, 1: 31.4},
)
EXPECTED = Prediction(
    offered=Band(6, 9, 13),
    service_level=Band(0.9, 0.95, 1.0),
    abandon_rate=Band(0, 0.05, 0.2),
    wait_s=Band(5, 9, 16),
)


def test_each_figure_is_told_with_its_band_and_a_verdict() -> None:
    with speaking("en"):
        lines = table(WAS, EXPECTED)
    assert lines[0] == "12 calls: abandoned 1, answered 9, self-served 2"
    assert lines[1] == "      10  wanted a person  (predicted 6 … 13: as predicted)"
    assert lines[2] == "     80%  answered in time  (predicted 90% … 100%: not as predicted)"
    assert lines[3] == "     10%  gave up  (predicted 0% … 20%: as predicted)"


def test_without_robots_nothing_is_predicted() -> None:
    with speaking("en"):
        assert table(WAS, None)[1] == "      10  wanted a person"


def test_minutes_are_drawn_with_what_was_expected_and_the_longest_wait() -> None:
    with speaking("en"):
        lines = plot(WAS, load("quiet-day"))
    assert len(lines) == 1 + 9
    assert lines[2].split() == ["1", "▇" * 30, "8", "(5)", "31", "s"]
    assert lines[1].split()[1] == "▇" * 15


def test_programs_get_the_same_figures() -> None:
    told = as_data(WAS, EXPECTED, load("quiet-day"))
    assert told["persons"] == {
        "offered": 10,
        "answered": 9,
        "abandoned": 1,
        "service_level": 0.8,
        "abandon_rate": 0.1,
        "mean_wait_s": 14.6,
    }
    assert told["by_minute"] == [4, 8, 0, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("seconds", [(), (0.1, 0.4)])
def test_a_machine_that_kept_up_is_not_talked_about(seconds: tuple[float, ...]) -> None:
    assert lateness(late(*seconds)) == []


def test_a_machine_that_was_too_busy_says_so() -> None:
    with speaking("en"):
        [line] = lateness(late(0.1, 0.84))
    assert line.startswith("This machine was too busy: telephones spoke up to 0.8 s late.")
    moments = as_data(late(0.84), None, load("quiet-day"))["late"]
    assert moments == [{"until": "2026-11-28T08:00:00+00:00", "seconds": 0.84}]


def late(*seconds: float) -> Happened:
    at = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
    return replace(WAS, late=[Late(at, one) for one in seconds])
