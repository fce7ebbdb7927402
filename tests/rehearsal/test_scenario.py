"""Scenarios are data with a checked shape."""

from pathlib import Path

import pytest

from mainline.errors import Invalid, NotFound
from mainline.i18n import speaking
from rehearsal.scenario import load, names

GOOD = """
title: {zh: 试, en: Try}
curve: [{minute: 0, calls_per_minute: 1}, {minute: 2, calls_per_minute: 3}]
wants: [{name: person, share: 1, keys: ["0"]}]
"""


def test_every_scenario_that_comes_with_us_can_be_played() -> None:
    assert names() == ["burst-main", "first-heating-day", "night-leak", "quiet-day"]
    for name in names():
        assert load(name).minutes > 0


def test_the_first_heating_day_has_about_ten_times_the_calls_of_a_quiet_day() -> None:
    def busiest(name: str) -> float:
        return max(moment.calls_per_minute for moment in load(name).curve)

    assert 6 <= busiest("first-heating-day") / busiest("quiet-day") <= 10
    assert load("first-heating-day").callers.concentrated == 0.5


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("share: 1", "share: 0.5", "add up"),
        ("minute: 2", "minute: 0", "rise"),
        ('keys: ["0"]', 'keys: ["a"]', "wants.0.keys.0"),
        ("calls_per_minute: 3", "calls_per_minute: 5000", "curve.1.calls_per_minute"),
        ("title:", "other: 1\ntitle:", "other"),
        ("wants:", "wants: [", "while parsing"),
    ],
)
def test_a_mistake_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD.replace(old, new), "utf-8")
    with speaking("en"), pytest.raises(Invalid, match=place):
        load(str(file))


def test_an_unknown_scenario_is_not_found() -> None:
    with pytest.raises(NotFound):
        load("../../pyproject")


def test_a_squeezed_day_keeps_its_rates(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD, "utf-8")
    day = load(str(file)).sped_up(1)
    assert [(m.minute, m.calls_per_minute) for m in day.curve] == [(0, 1), (1, 3)]
