"""When calls are more than chance, and what a call points to. Pure."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.sense.evidence import points_to
from crm.sense.kinds import OUTAGE_SENSE
from crm.sense.rule import SenseRule, chance_of, normal, surge, unusual
from mainline.journal.call_events import (
    CallDisposed,
    CallEnded,
    CallerIdentified,
    CallOffered,
    CallPlaced,
    MenuVisited,
)
from tests.crm.calls import NINE, facts

RULE = SenseRule.model_validate(
    {
        "classes": [
            {
                "code": code,
                "label": {"zh": code, "en": code},
                "nodes": nodes,
                "orders": [code],
                "reasons": [f"fault_{code}"],
                "text": {"zh": "{area}", "en": "{area}"},
            }
            for code, nodes in (("no_heat", ["repair", "outage"]), ("leak", ["burst"]))
        ]
    }
)
EXPECTED = st.floats(min_value=0.0, max_value=200.0)
CALLERS = st.integers(min_value=0, max_value=400)


@pytest.mark.parametrize(
    ("callers", "expected", "wanted"),
    [(0, 5.0, 1.0), (1, 0.0, 0.0), (1, 1.0, 1.0), (2, 1.0, 0.264241), (4, 0.1, 3.84681e-6),
     (10, 2.0, 4.6498e-5), (30, 10.0, 2.50995e-7)],
)  # fmt: skip
def test_the_chance_of_so_many_callers(callers: int, expected: float, wanted: float) -> None:
    assert chance_of(callers, expected) == pytest.approx(wanted, rel=1e-3)


@given(CALLERS, EXPECTED)
def test_a_chance_is_one_and_never_grows_with_more_callers(callers: int, expected: float) -> None:
    here, more = chance_of(callers, expected), chance_of(callers + 1, expected)
    assert 0.0 <= more <= here <= 1.0


@given(CALLERS, EXPECTED, st.floats(min_value=0.0, max_value=50.0))
def test_what_is_normal_more_often_is_less_unusual(n: int, expected: float, more: float) -> None:
    if unusual(RULE, n, expected + more):
        assert unusual(RULE, n, expected)


@given(CALLERS, EXPECTED)
def test_fewer_than_the_least_number_never_raise_anything(n: int, expected: float) -> None:
    assert not (unusual(RULE, n, expected) and n < RULE.callers_min)


@given(st.integers(2, 100), EXPECTED)
def test_there_is_always_a_number_that_is_unusual(least: int, expected: float) -> None:
    rule = RULE.model_copy(update={"callers_min": least})
    enough = least + math.ceil(expected + 12 * math.sqrt(expected + 1) + 20)
    assert unusual(rule, enough, expected)


def test_before_anything_is_learned_the_companys_belief_counts() -> None:
    believed = normal(RULE, callers=0, learned_days=0, hours=3, premises=1000)
    assert believed == pytest.approx(1.5 / 24 / 4)


def test_what_was_learned_outweighs_the_belief() -> None:
    learned = normal(RULE, callers=252, learned_days=28, hours=3, premises=1000)
    assert learned == pytest.approx((252 + 1.5 / 24 * 9) / (28 * 3 + 9) / 4)


def test_on_a_day_when_everybody_calls_the_town_is_the_measure() -> None:
    assert surge(RULE, 200, [(9, 100), (9, 100), (9, 100), (9, 100), (0, 0)]) == pytest.approx(21.0)
    assert surge(RULE, 200, [(0, 100), (1, 100), (0, 100), (0, 100)]) == pytest.approx(1.0)
    assert surge(RULE, 200, [(0, 100), (0, 100)]) == 0.0
    assert surge(RULE, 200, []) == 0.0


def test_outages_elsewhere_do_not_hide_one_here() -> None:
    quiet = [(0, 100)] * 7
    hidden = surge(RULE, 100, [*quiet, (50, 100), (60, 100)])
    assert hidden == pytest.approx((6 + 6**0.5) / 9)
    assert hidden == surge(RULE, 100, [*quiet, (500, 100), (600, 100)])


def known(after: float = 0.1, account: int | None = 3) -> tuple[float, type, dict[str, object]]:
    return (after, CallerIdentified, {"how": "ani", "customer_id": 7, "account_id": account})


OFFERED = (0.0, CallOffered, {"ani": "13800008000", "dnis": "96777"})


@pytest.mark.parametrize(
    ("told", "orders", "wanted"),
    [
        ([(1, MenuVisited, {"node": "main"})], [], None),
        ([(1, MenuVisited, {"node": "repair"})], [], {"no_heat"}),
        ([(2, MenuVisited, {"node": "burst"}), (1, MenuVisited, {"node": "repair"})], [], {"leak"}),
        ([(1, MenuVisited, {"node": "repair"})], ["leak", "meter"], {"leak"}),
        ([(9, CallDisposed, {"agent": "1", "reason": "fault_no_heat"})], ["leak"], {"no_heat"}),
        ([(1, MenuVisited, {"node": "repair"}),
          (9, CallDisposed, {"agent": "1", "reason": "praise"})], ["no_heat"], None),
        ([(8, CallDisposed, {"agent": "1", "reason": "praise"}),
          (9, CallDisposed, {"agent": "1", "reason": "fault_leak"})], [], {"leak"}),
    ],
)  # fmt: skip
def test_what_a_call_points_to(told: list, orders: list[str], wanted: set[str] | None) -> None:
    found = points_to(RULE, facts("ml-1.1", OFFERED, known(), *told), orders)
    assert (set(found.classes) if found else None) == wanted
    if found:
        assert (found.at, found.customer_id, found.account_id) == (NINE, 7, 3)


def test_the_last_word_on_who_called_counts() -> None:
    told = facts("ml-1.1", OFFERED, known(account=None), (1, MenuVisited, {"node": "repair"}),
                 known(5, account=9))  # fmt: skip
    found = points_to(RULE, told)
    assert found is not None
    assert (found.at, found.account_id) == (NINE, 9)


def test_a_caller_nobody_knows_and_a_call_of_our_own_point_to_nothing() -> None:
    visited = (1, MenuVisited, {"node": "repair"})
    stranger = (0.1, CallerIdentified, {"how": "none"})
    assert points_to(RULE, facts("ml-1.1", OFFERED, stranger, visited)) is None
    placed = (0.0, CallPlaced, {"agent": "8001", "number": "13800008000"})
    assert points_to(RULE, facts("ml-1.1", placed, known(), visited), ["leak"]) is None
    assert points_to(RULE, []) is None


WHOLE = (
    OFFERED,
    known(),
    (1, MenuVisited, {"node": "repair"}),
    (2, MenuVisited, {"node": "burst"}),
    (60, CallEnded, {}),
)


@given(st.permutations(facts("ml-1.1", *WHOLE)))
def test_the_order_in_which_facts_come_does_not_matter(told: list) -> None:
    found = points_to(RULE, told)
    assert found is not None
    assert (found.at, found.classes) == (NINE, frozenset({"leak"}))
    assert min(fact.at for fact in told) + timedelta(seconds=60) == max(f.at for f in told)


def test_what_would_belong_to_two_classes_is_refused() -> None:
    body = RULE.model_dump(mode="json")
    body["classes"][1]["nodes"] = ["repair"]
    assert [(one.level, one.where) for one in OUTAGE_SENSE.problems(body)] == [
        ("error", "leak/repair")
    ]
    assert OUTAGE_SENSE.problems(RULE.model_dump(mode="json")) == []
