from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.callbacks.kinds import CALLBACKS
from crm.callbacks.rules import (
    CallbackRules,
    Free,
    Place,
    callable_from,
    next_attempt,
    ordinary,
    same_number,
    turns,
    within_hours,
)
from mainline.phone import normalise
from tests.dialplan.test_lint import STEPS, matches

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NATIONAL = [step.pattern for step in STEPS if step.context == "ml-national"]


def waits(minutes: int, priority: int = 0, callback: int | None = None) -> Place:
    return Place(priority, NINE + timedelta(minutes=minutes), callback)


@pytest.mark.parametrize(
    ("number", "may"),
    [
        ("13912345678", True),
        ("16612345678", True),
        ("02431234567", True),
        ("041112345678", False),
        ("04118234567", True),
        ("0242000000", False),
        ("16812345678", False),
        ("16012345678", False),
        ("+4412345678", False),
        ("0044123456789", False),
        ("4001234567", False),
        ("120", False),
        ("96777", False),
        ("31234567", False),
        ("", False),
        ("139 1234 5678", False),
    ],
)
def test_only_ordinary_national_numbers_are_called_back(number: str, may: bool) -> None:
    assert ordinary(number) is may


@given(st.from_regex(r"\+?[0-9]{3,14}", fullmatch=True))
def test_whatever_is_called_back_the_dialplan_calls_too(raw: str) -> None:
    number = normalise(raw, area_code="024").number or ""
    if ordinary(number):
        assert [pattern for pattern in NATIONAL if matches(pattern, number)]


@pytest.mark.parametrize(
    ("number", "raw", "same"),
    [
        ("13912345678", "+8613912345678", True),
        ("13912345678", "013912345678", True),
        ("13912345678", "13912345679", False),
        ("02431234567", "31234567", True),
        ("02431234567", "+862431234567", True),
        ("13931234567", "31234567", False),
        ("02431234567", "anonymous", False),
    ],
)
def test_a_number_is_known_however_the_network_spells_it(number: str, raw: str, same: bool) -> None:
    assert same_number(number, raw) is same


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ("2026-11-23 07:59", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "2026-11-23 08:00"),
        ("2026-11-23 19:59", "2026-11-23 19:59"),
        ("2026-11-23 20:00", "2026-11-24 08:00"),
        ("2026-11-24 00:10", "2026-11-24 08:00"),
    ],
)
def test_who_asks_at_night_is_called_from_the_morning_on(asked: str, called: str) -> None:
    at, wanted = (datetime.fromisoformat(f"{one}+08:00") for one in (asked, called))
    assert callable_from(CallbackRules(), at, SHANGHAI) == wanted


@pytest.mark.parametrize(
    ("clock", "may"), [("07:59", False), ("08:00", True), ("19:59", True), ("20:00", False)]
)
def test_nobody_is_called_outside_the_hours(clock: str, may: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    at = datetime(2026, 11, 23, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)
    assert within_hours(CallbackRules(), at, SHANGHAI) is may


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_midnight_to_midnight_is_always(hour: int) -> None:
    at = datetime(2026, 11, 23, hour, 59, 59, tzinfo=SHANGHAI)
    assert within_hours(CallbackRules(begins="00:00", ends="24:00"), at, SHANGHAI)


def test_the_pauses_grow_and_the_attempts_are_limited() -> None:
    rules = CallbackRules(attempts_max=5, pauses_min=(5, 15, 45))
    pauses = [next_attempt(rules, made, NINE) for made in range(1, 6)]
    assert pauses == [
        NINE + timedelta(minutes=5),
        NINE + timedelta(minutes=15),
        NINE + timedelta(minutes=45),
        NINE + timedelta(minutes=45),
        None,
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"begins": "20:00", "ends": "08:00"}, "no-hours"),
        ({"keep_h": 12}, "expires-overnight"),
        ({"pauses_min": [15, 5]}, "pauses"),
        ({"pauses_min": [0]}, "pauses"),
        ({"begins": "8 o'clock"}, "shape"),
        ({"attempts_max": 99}, "shape"),
    ],
)
def test_rules_that_cannot_be_kept_are_not_published(body: dict[str, object], code: str) -> None:
    assert [problem.code for problem in CALLBACKS.problems(body)] == [code]


def test_rules_as_delivered_have_no_problem() -> None:
    assert CALLBACKS.problems({}) == []


def test_a_promise_has_its_turn_when_everybody_ahead_has_an_agent() -> None:
    promised = [waits(5, callback=1)]
    ahead, behind = waits(4), waits(6)
    one, two = Free("8001", rested_s=90), Free("8002", rested_s=30)
    assert turns([behind], promised, [one]) == [(1, one)]
    assert turns([ahead, behind], promised, [one]) == []
    assert turns([ahead, behind], promised, [one, two]) == [(1, two)]
    assert turns([], promised, []) == []


def test_a_caller_whose_agent_is_rung_already_needs_no_other() -> None:
    one = Free("8001")
    assert turns([waits(4)], [waits(5, callback=1)], [one], rung=1) == [(1, one)]


def test_a_higher_priority_goes_first_even_if_it_came_later() -> None:
    one = Free("8001")
    assert turns([waits(9, priority=50)], [waits(5, callback=1)], [one]) == []
    assert turns([waits(4)], [waits(9, priority=50, callback=1)], [one]) == [(1, one)]


def test_of_two_who_came_at_once_the_one_on_the_line_goes_first() -> None:
    assert turns([waits(5)], [waits(5, callback=1)], [Free("8001")]) == []


places = st.builds(waits, st.integers(0, 30), st.sampled_from([0, 50]))
promises = st.lists(st.tuples(st.integers(0, 30), st.sampled_from([0, 50])), max_size=6)


@given(st.lists(places, max_size=6), promises, st.integers(0, 8))
def test_nobody_overtakes_and_no_agent_is_kept_twice(
    waiting: list[Place], promised: list[tuple[int, int]], agents: int
) -> None:
    wishes = [waits(at, prio, number) for number, (at, prio) in enumerate(promised)]
    free = [Free(str(8001 + number)) for number in range(agents)]
    found = turns(waiting, wishes, free)
    chosen = [agent.agent for _, agent in found]
    assert len(set(chosen)) == len(chosen)
    for callback, _agent in found:
        mine = wishes[callback]
        ahead = sum(one.order < mine.order for one in [*waiting, *wishes])
        assert ahead < agents
