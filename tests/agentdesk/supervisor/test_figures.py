from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentdesk.supervisor.figures import Figures, Stay, curve, figures, together

START = datetime(2026, 11, 23, 2, tzinfo=UTC)


def stay(wait_s: float, how: str | None, *, after_s: float = 0, queue: str = "service") -> Stay:
    entered = START + timedelta(seconds=after_s)
    return Stay(queue, entered, entered + timedelta(seconds=wait_s) if how else None, how)


hows = st.sampled_from(
    [None, "answered", "abandoned", "timeout", "empty", "key", "withdrawn", "something new"]
)
stays = st.lists(st.builds(stay, st.floats(0, 900), hows, after_s=st.floats(0, 80_000)))


@given(stays)
def test_nobody_is_lost_between_the_figures(found: list[Stay]):
    assert figures(found, 20).balanced


@given(stays)
def test_a_service_level_is_a_share_or_unknown(found: list[Stay]):
    level = figures(found, 20).service_level
    assert level is None or 0 <= level <= 1


def test_figures_of_a_morning():
    found = figures(
        [
            stay(10, "answered"),
            stay(40, "answered"),
            stay(60, "abandoned"),
            stay(2, "abandoned"),
            stay(90, "timeout"),
            stay(0, None, after_s=5),
            stay(0, None, after_s=3),
        ],
        level_s=20,
    )
    assert found == Figures(
        offered=7,
        answered=2,
        abandoned=2,
        other=1,
        waiting=2,
        longest_since=START + timedelta(seconds=3),
        service_level=0.3333,
        asa_s=25.0,
        longest_wait_s=90.0,
    )


def test_who_gives_up_at_once_does_not_spoil_the_service_level():
    assert figures([stay(5, "answered"), stay(4, "abandoned")], 20).service_level == 1.0


def test_an_empty_queue_has_no_service_level_rather_than_a_perfect_one():
    assert figures([], 20) == Figures()
    assert together([figures([], 20)], []) == Figures()


def test_the_days_level_weighs_queues_by_their_calls():
    one = [stay(5, "answered")] * 3
    other = [stay(50, "answered")]
    whole = together([figures(one, 20), figures(other, 20)], one + other)
    assert whole.service_level == 0.75
    assert whole.answered == 4
    assert whole.asa_s == pytest.approx(16.2, abs=0.1)


@given(stays)
def test_the_curve_holds_every_caller_of_the_day_once(found: list[Stay]):
    drawn = curve(found, START, START + timedelta(hours=24), 900)
    assert sum(drawn["offered"]) == len(found)
    assert sum(drawn["answered"]) == sum(s.how == "answered" for s in found)


def test_the_curve_ends_now():
    drawn = curve([stay(1, "answered", after_s=1000)], START, START + timedelta(seconds=1801), 900)
    assert drawn == {"offered": [0, 1, 0], "answered": [0, 1, 0], "abandoned": [0, 0, 0]}
