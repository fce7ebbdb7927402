"""Opening hours, lunch, holidays, and the leader's hand."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ivr.hours import Mode, OpeningHours, State, opens, state

ZONE = ZoneInfo("Asia/Shanghai")
TITLE = {"zh": "服务时间", "en": "Service hours"}
OFFICE = OpeningHours.model_validate(
    {
        "title": TITLE,
        "week": {
            "mon": ["08:00-17:30"], "tue": ["08:00-17:30"], "sat": ["09:00-12:00", "13:00-24:00"],
        },
        "lunch": "11:30-12:30",
        "holidays": [
            {"name": TITLE, "first": "2026-10-01", "last": "2026-10-07"},
            {"name": TITLE, "first": "2026-10-10", "last": "2026-10-10", "open": ["08:00-17:30"]},
        ],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-23 07:59", "night"),
        ("2026-11-23 08:00", "open"),
        ("2026-11-23 11:29", "open"),
        ("2026-11-23 11:30", "lunch"),
        ("2026-11-23 12:30", "open"),
        ("2026-11-23 17:29", "open"),
        ("2026-11-23 17:30", "night"),
        ("2026-11-25 10:00", "night"),
        ("2026-11-28 12:15", "night"),
        ("2026-11-28 23:59", "open"),
        ("2026-11-29 00:00", "night"),
        ("2026-10-05 10:00", "holiday"),
        ("2026-10-07 23:59", "holiday"),
        ("2026-10-10 10:00", "open"),
        ("2026-10-10 19:00", "holiday"),
    ],
)
def test_the_calendar(local: str, expected: State) -> None:
    assert state(OFFICE, datetime.fromisoformat(local).replace(tzinfo=ZONE), ZONE) == expected


def test_the_companys_zone_counts_not_utc() -> None:
    assert state(OFFICE, datetime(2026, 11, 23, 0, 0, tzinfo=UTC), ZONE) == "open"
    assert state(OFFICE, datetime(2026, 11, 23, 9, 30, tzinfo=UTC), ZONE) == "night"


@pytest.mark.parametrize("mode", ["night", "emergency"])
def test_the_leaders_hand_goes_before_the_calendar(mode: Mode) -> None:
    assert state(OFFICE, datetime(2026, 11, 23, 10, tzinfo=ZONE), ZONE, mode) == mode


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)))
def test_the_emergency_line_is_always_open(at: datetime) -> None:
    always = OpeningHours.model_validate({"title": TITLE, "always": True})
    assert state(always, at.replace(year=2026, day=1), ZONE) == "open"


@pytest.mark.parametrize(
    "week",
    [{}, {"mon": ["17:00-08:00"]}, {"mon": ["8-17"]}, {"day": ["08:00-09:00"]}, {"mon": [480]}],
)
def test_unclear_hours_are_refused(week: object) -> None:
    with pytest.raises(ValidationError):
        OpeningHours.model_validate({"title": TITLE, "week": week})


@pytest.mark.parametrize(
    ("local", "mode", "expected"),
    [
        ("2026-11-23 10:00", "auto", "2026-11-23 10:00"),
        ("2026-11-23 11:45", "auto", "2026-11-23 11:45"),
        ("2026-11-23 06:00", "auto", "2026-11-23 08:00"),
        ("2026-11-23 17:30", "auto", "2026-11-24 08:00"),
        ("2026-11-28 12:30", "auto", "2026-11-28 13:00"),
        ("2026-10-05 10:00", "auto", "2026-10-10 08:00"),
        ("2026-11-23 10:00", "night", "2026-11-24 08:00"),
        ("2026-11-23 10:00", "emergency", "2026-11-23 10:00"),
    ],
)
def test_people_are_there_from_then_on(local: str, mode: Mode, expected: str) -> None:
    at, wanted = (datetime.fromisoformat(f"{one}+08:00") for one in (local, expected))
    assert opens(OFFICE, at, ZONE, mode) == wanted


def test_a_line_that_never_closes_and_one_that_never_opens_promise_no_other_time() -> None:
    at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    never = OpeningHours.model_validate({"title": TITLE, "week": {"mon": []}})
    always = OpeningHours.model_validate({"title": TITLE, "always": True})
    assert opens(never, at, ZONE) == opens(always, at, ZONE, "night") == at
