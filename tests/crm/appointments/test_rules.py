"""Which times can be promised, and when a promise was kept."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from crm.appointments.rules import (
    AppointmentRules,
    asked_at,
    calendar,
    in_time,
    places,
    pool_for,
    problems,
)
from mainline.config import PROJECT

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)


def rules(**changes: Any) -> AppointmentRules:
    pair = {"zh": "x", "en": "x"}
    body = {
        "slots": [
            {"code": "am", "label": pair, "begins": "08:30", "ends": "12:00",
             "ask": {"days_before": 1, "at": "18:00"}},
            {"code": "pm", "label": pair, "begins": "13:30", "ends": "17:30"},
        ],
        "pools": [
            {"code": "near", "label": pair, "teams": ["repair"], "areas": ["heping"],
             "places": {"am": 2, "pm": 1}},
            {"code": "far", "label": pair, "teams": ["repair", "metering"], "places": {"pm": 1}},
        ],
        "days_ahead": 2,
        **changes,
    }  # fmt: skip
    return AppointmentRules.model_validate(body)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_the_packs_rules_have_no_problems(pack: str) -> None:
    body = yaml.safe_load((PROJECT / "packs" / pack / "appointments.yaml").read_text("utf-8"))
    assert problems(AppointmentRules.model_validate(body)) == []


def test_the_first_pool_of_the_team_that_serves_the_place_comes() -> None:
    assert [
        found.code if (found := pool_for(rules(), team, areas)) else None
        for team, areas in (
            ("repair", ["heping", "s-xingfu"]), ("repair", ["tiexi"]), ("repair", []),
            ("metering", ["heping"]), ("care", ["heping"]),
        )
    ] == ["near", "far", "far", "far", None]  # fmt: skip


def test_the_calendar_tells_what_is_free_full_too_late_or_not_offered() -> None:
    allowed = rules(notice_min=60)
    far = allowed.pools[1]
    taken = {(date(2026, 11, 24), "pm"): 1}
    days = calendar(allowed, far, taken, at=local(23, 12, 31), zone=ZONE)
    assert [[(one.day.day, one.slot.code, one.free, one.why) for one in day] for day in days] == [
        [(23, "am", 0, "late"), (23, "pm", 0, "late")],
        [(24, "am", 0, "none"), (24, "pm", 0, "full")],
        [(25, "am", 0, "none"), (25, "pm", 1, "")],
    ]
    assert calendar(allowed, far, {}, at=local(23, 12, 30), zone=ZONE)[0][1].free == 1


def test_special_days_and_free_weekdays_change_the_places() -> None:
    allowed = rules(
        weekdays=[1, 2, 3, 4, 5],
        specials=[
            {"first": "2026-11-24", "last": "2026-11-25"},
            {"first": "2026-11-25", "last": "2026-11-25", "pools": ["near"], "places": {"am": 7}},
            {"first": "2026-11-28", "last": "2026-11-28", "places": {"pm": 1}},
        ],
    )
    near, far = allowed.pools
    assert [places(allowed, near, date(2026, 11, day), "am") for day in range(23, 30)] == [
        2, 0, 7, 2, 2, 0, 0,
    ]  # fmt: skip
    assert places(allowed, far, date(2026, 11, 25), "pm") == 0
    assert places(allowed, far, date(2026, 11, 28), "pm") == 1


def test_the_household_is_asked_at_the_hour_of_the_rules() -> None:
    found = asked_at(rules(), "am", MONDAY, ZONE)
    assert found == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert asked_at(rules(), "pm", MONDAY, ZONE) is None
    assert asked_at(rules(), "gone", MONDAY, ZONE) is None


@pytest.mark.parametrize(
    ("arrived", "kept"),
    [((7, 59), False), ((8, 0), True), ((12, 15), True), ((12, 16), False)],
)
def test_kept_is_who_comes_a_little_early_or_late(arrived: tuple[int, int], kept: bool) -> None:
    came = local(23, *arrived)
    assert in_time(rules(), local(23, 8, 30), local(23, 12), came) is kept


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weekdays": [0]}, "weekday"),
        ({"specials": [{"first": "2026-11-24", "last": "2026-11-23"}]}, "special"),
        ({"specials": [{"first": "2026-11-24", "last": "2026-11-24", "pools": ["x"]}]}, "special"),
        ({"specials": [{"first": "2026-11-24", "last": "2026-11-24", "places": {"x": 1}}]},
         "no-slot"),
        ({"specials": [{"first": "2026-11-24", "last": "2026-11-24", "places": {"am": 501}}]},
         "places"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_meant_are_refused(changes: dict[str, Any], code: str) -> None:
    assert [found.code for found in problems(rules(**changes))] == [code]


def test_slots_are_checked_for_their_hours_and_for_when_the_household_is_asked() -> None:
    pair = {"zh": "x", "en": "x"}
    slots = [
        {"code": "am", "label": pair, "begins": "12:00", "ends": "08:30"},
        {"code": "pm", "label": pair, "begins": "13:30", "ends": "17:30", "ask": {"at": "13:30"}},
        {"code": "pm", "label": pair, "begins": "13:30", "ends": "17:30"},
    ]
    found = [(one.code, one.where) for one in problems(rules(slots=slots))]
    assert found == [("twice", "pm"), ("no-hours", "am"), ("asked-late", "pm")]
