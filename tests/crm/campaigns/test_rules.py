"""When, how many, how often, whom: pure rules of calling out."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.campaigns import kinds, service
from crm.campaigns.rules import (
    Holiday,
    Load,
    OutboundRules,
    may_dial,
    next_attempt,
    next_permitted,
    outcome,
    permitted,
    working_days_later,
)
from crm.campaigns.selection import Selection, sample, within_quota

ZONE = ZoneInfo("Asia/Shanghai")
RULES = OutboundRules()
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001
    lambda one: one.replace(tzinfo=UTC)
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_the_house_rules_and_questionnaires_have_no_mistakes() -> None:
    content = service.house()
    assert kinds.RULES.problems(content["rules"]) == []
    for body in content["questionnaires"].values():
        assert kinds.QUESTIONNAIRE.problems(body) == []


@pytest.mark.parametrize(
    ("at", "may"),
    [
        ("2026-11-27 08:59:59", False),
        ("2026-11-27 09:00:00", True),
        ("2026-11-27 19:59:59", True),
        ("2026-11-27 20:00:00", False),
        ("2026-11-28 12:00:00", False),  # Saturday
        ("2026-12-01 12:00:00", False),  # a holiday
    ],
)
def test_people_are_called_within_the_hours_only(at: str, may: bool) -> None:
    day = date(2026, 12, 1)
    rules = OutboundRules(weekends=False, holidays=(Holiday(first=day, last=day),))
    assert permitted(rules, local(at), ZONE) is may


def test_round_the_clock_leaves_no_gap_at_midnight() -> None:
    rules = OutboundRules(begins="00:00", ends="24:00")
    assert permitted(rules, local("2026-11-27 23:59:59"), ZONE)
    assert permitted(rules, local("2026-11-28 00:00:00"), ZONE)


@given(at=MOMENTS, weekends=st.booleans())
def test_the_next_permitted_moment_is_permitted_and_not_before(
    at: datetime, weekends: bool
) -> None:
    rules = OutboundRules(weekends=weekends)
    found = next_permitted(rules, at, ZONE)
    assert found >= at
    assert permitted(rules, found, ZONE)
    assert (found == at) is permitted(rules, at, ZONE)
    assert found - at < timedelta(days=3)


@pytest.mark.parametrize(
    ("closed", "due"),
    [
        ("2026-11-23 10:00", "2026-11-25 20:00"),
        ("2026-11-26 10:00", "2026-11-30 20:00"),  # Thursday: Friday, Monday
        ("2026-11-28 10:00", "2026-12-01 20:00"),  # Saturday: Monday, Tuesday
    ],
)
def test_a_complaint_is_asked_about_within_two_working_days(closed: str, due: str) -> None:
    assert working_days_later(RULES, local(closed), 2, ZONE) == local(due)


def test_holidays_are_no_working_days() -> None:
    rules = OutboundRules(holidays=(Holiday(first=date(2026, 11, 24), last=date(2026, 11, 25)),))
    assert working_days_later(rules, local("2026-11-23 10:00"), 2, ZONE) == local(
        "2026-11-27 20:00"
    )


@pytest.mark.parametrize(
    ("load", "room"),
    [
        (Load(0, 0, 0), 5),
        (Load(4, 0, 0), 1),
        (Load(5, 0, 5), 0),
        (Load(0, 19, 0), 1),
        (Load(0, 20, 0), 0),
        (Load(0, 0, 18), 2),
        (Load(0, 0, 25), 0),
    ],
)
def test_no_more_calls_than_lines_and_pace_allow(load: Load, room: int) -> None:
    assert may_dial(RULES, load) == room


@given(
    under_way=st.integers(0, 300), last_minute=st.integers(0, 700), busy=st.integers(0, 1100),
    calls_max=st.integers(1, 200), per_minute=st.integers(1, 600),
)  # fmt: skip
def test_pacing_never_breaks_any_limit(
    under_way: int, last_minute: int, busy: int, calls_max: int, per_minute: int
) -> None:
    rules = OutboundRules(calls_max=calls_max, per_minute=per_minute)
    room = may_dial(rules, Load(under_way, last_minute, busy))
    assert room >= 0
    if room:
        assert under_way + room <= calls_max
        assert last_minute + room <= per_minute
        assert busy + room <= rules.lines - rules.lines_kept


def test_attempts_have_pauses_and_an_end() -> None:
    at = local("2026-11-27 10:00")
    assert next_attempt(RULES, 1, at) == at + timedelta(minutes=60)
    assert next_attempt(RULES, 2, at) == at + timedelta(minutes=240)
    assert next_attempt(RULES, 3, at) is None


@pytest.mark.parametrize(
    ("reached", "status", "came"),
    [
        ("person", "", "answered"),
        ("machine", "", "machine"),
        ("", "BUSY", "busy"),
        ("", "NOANSWER", "no_answer"),
        ("", "CHANUNAVAIL", "failed"),
        ("", "", "no_answer"),
    ],
)
def test_what_an_attempt_came_to(reached: str, status: str, came: str) -> None:
    assert outcome(reached=reached, status=status) == came


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"begins": "20:00", "ends": "09:00"}, "no-hours"),
        ({"pauses_min": [60, 30]}, "pauses"),
        ({"lines": 10, "lines_kept": 10}, "no-lines"),
    ],
)
def test_rules_that_cannot_work_are_not_published(change: dict[str, object], code: str) -> None:
    found = kinds.RULES.problems({**service.house()["rules"], **change})
    assert [problem.code for problem in found] == [code]


@given(
    ids=st.sets(st.integers(1, 10_000), max_size=300), percent=st.integers(1, 100),
    seed=st.integers(0, 1000),
)  # fmt: skip
def test_a_random_share_is_at_least_so_large_and_the_same_each_time(
    ids: set[int], percent: int, seed: int
) -> None:
    chosen = sample(ids, percent, seed)
    assert len(chosen) == len(set(chosen))
    assert set(chosen) <= ids
    assert percent * len(ids) <= 100 * len(chosen) < percent * len(ids) + 100
    assert chosen == sample(sorted(ids, reverse=True), percent, seed)


def test_another_seed_gives_other_people() -> None:
    assert sample(range(1000), 10, 1) != sample(range(1000), 10, 2)


@given(ids=st.lists(st.integers(), unique=True, max_size=100), quota=st.integers(0, 120))
def test_a_quota_is_kept_and_the_order_stays(ids: list[int], quota: int) -> None:
    kept = within_quota(ids, quota, 7)
    assert len(kept) == (min(quota, len(ids)) if quota else len(ids))
    assert kept == [one for one in ids if one in set(kept)]


def test_an_announcement_needs_its_outage() -> None:
    with pytest.raises(ValueError, match="which outage"):
        Selection(source="outage")
    assert Selection(source="outage", outage_id=3).automatic
    assert not Selection(source="complaints").automatic
