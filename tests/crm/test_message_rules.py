"""Whose task a message is, and until when."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.messages.rules import MessageRules, Rule, due, problems, rule_about, rule_for

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = MessageRules()


@pytest.mark.parametrize(
    ("path", "about", "owner"),
    [
        (["hello", "main", "message"], "message", "service"),
        (["hello", "main", "complaint"], "complaint", "leader"),
        ([], "message", "service"),
    ],
)
def test_the_way_the_caller_came_says_whose_task_it_is(
    path: list[str], about: str, owner: str
) -> None:
    rule = rule_for(RULES, path)
    assert (rule.about, rule.owner) == (about, owner)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ("2026-11-27T10:00", "2026-11-27T14:00"),
        ("2026-11-27T23:30", "2026-11-28T12:00"),
        ("2026-11-27T20:00", "2026-11-28T12:00"),
        ("2026-11-28T03:00", "2026-11-28T12:00"),
        ("2026-11-28T08:00", "2026-11-28T12:00"),
        ("2026-12-31T21:00", "2027-01-01T12:00"),
    ],
)
def test_what_is_left_at_night_is_due_after_the_morning(left: str, expected: str) -> None:
    at = datetime.fromisoformat(left).replace(tzinfo=SHANGHAI)
    found = due(RULES, rule_about(RULES, "message"), at, SHANGHAI)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=SHANGHAI)


@given(st.integers(0, 366 * 24 * 60), st.integers(5, 5000))
def test_a_deadline_is_never_sooner_than_promised(left: int, minutes: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=left)
    rule = Rule(about="message", owner="x", due_minutes=minutes)
    waits = due(RULES, rule, at, SHANGHAI) - at
    assert timedelta(minutes=minutes) <= waits <= timedelta(minutes=minutes, hours=12)


def test_rules_that_leave_a_message_without_an_owner_are_refused() -> None:
    assert problems(RULES) == []
    lone = MessageRules(
        begins="09:00", ends="08:00",
        rules=(Rule(about="complaint", nodes=("c",), owner="leader", due_minutes=60),),
    )  # fmt: skip
    assert [(one.level, one.code) for one in problems(lone)] == [
        ("error", "hours-reversed"),
        ("error", "no-rule"),
    ]
    assert rule_about(lone, "message").owner == "leader"
