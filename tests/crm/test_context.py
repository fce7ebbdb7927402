"""Which reason to call is the most pressing, and what counts as calling again. Pure."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crm.context.kinds import CONTEXT, FILE
from crm.context.likely import Contact, Likely, OpenOrder, Repeat, Situation, likely, repeated
from crm.context.rules import PRESSING, ContextRules, RepeatRules
from crm.context.sticky import comes_free
from crm.staff.queries import AgentView
from mainline.config import PROJECT
from mainline.definitions import content

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
RULES = ContextRules()


def ago(**how_long: float) -> datetime:
    return AT - timedelta(**how_long)


ORDER = OpenOrder("W1", ago(days=2), "assigned", "c1")
FIRST = Contact("c1", ago(days=2), "8001", "fault_no_heat")
AGAIN = Contact("c2", ago(days=1), "8002", "fault_no_heat")
ELSE = Contact("c9", ago(hours=1), "8003", "bill")
ASKED = Contact("c3", ago(hours=3), asked=True)


def first(known: Situation, rules: ContextRules = RULES, *, private: bool = True) -> Likely | None:
    return likely(known, rules, at=AT, today=TODAY, private=private)


ALL = Situation(
    orders=[
        ORDER,
        OpenOrder("W2", ago(days=1), "new", None, TODAY),
    ],
    contacts=[FIRST],
    outage=True,
    overdue_fen=5000,
)


def test_the_most_pressing_reason_is_told_and_no_other():
    assert first(ALL) == Likely("outage")
    assert [
        getattr(first(ALL, ContextRules(reasons=PRESSING[least:])), "kind", None)
        for least in range(len(PRESSING) + 1)
    ] == ["outage", "visit", "repeat", "order", "overdue", None]


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (Situation(), None),
        (Situation(overdue_fen=99), None),
        (Situation(overdue_fen=100), Likely("overdue")),
        (Situation(orders=[OpenOrder("W1", ago(days=29))]), Likely("order", "W1")),
        (Situation(orders=[OpenOrder("W1", ago(days=31))]), None),
        (Situation(orders=[OpenOrder("W1", ago(days=1), "done")]), None),
        (
            Situation(orders=[OpenOrder("W1", ago(days=1)), OpenOrder("W2", ago(hours=1))]),
            Likely("order", "W2"),
        ),
        (
            Situation(orders=[OpenOrder("W1", ago(days=99), visit_on=TODAY)]),
            Likely("visit", "W1"),
        ),
        (
            Situation(orders=[OpenOrder("W1", ago(days=99), "done", None, TODAY)]),
            None,
        ),
        (
            Situation(orders=[OpenOrder("W1", ago(days=99), visit_on=date(2026, 11, 24))]),
            None,
        ),
    ],
)
def test_what_is_worth_telling(known: Situation, found: Likely | None):
    assert first(known) == found


def test_the_company_turns_it_off():
    assert first(ALL, ContextRules(enabled=False)) is None
    assert first(ALL, ContextRules(reasons=())) is None


def test_an_unproven_caller_hears_of_the_outage_and_nothing_else():
    assert first(ALL, private=False) == Likely("outage")
    quiet = Situation(orders=ALL.orders, contacts=ALL.contacts, overdue_fen=5000)
    assert first(quiet, private=False) is None


@pytest.mark.parametrize(
    ("contacts", "found"),
    [
        ([FIRST], Repeat("W1", "fault_no_heat", 1, "8001")),
        ([FIRST, AGAIN], Repeat("W1", "fault_no_heat", 2, "8002")),
        ([AGAIN, ASKED, FIRST], Repeat("W1", "fault_no_heat", 3, "8002")),
        ([FIRST, ASKED], Repeat("W1", "fault_no_heat", 2, "8001")),
        # a call about something else, and one from before, count for nothing
        ([FIRST, ELSE], Repeat("W1", "fault_no_heat", 1, "8001")),
        ([FIRST, Contact("c9", ago(days=3), asked=True)], Repeat("W1", "fault_no_heat", 1, "8001")),
        # opened by key: nobody has talked with them yet
        ([Contact("c1", ago(days=2))], Repeat("W1", "", 1, "")),
    ],
)  # fmt: skip
def test_calls_about_an_open_order_are_counted(contacts: list[Contact], found: Repeat):
    assert repeated(Situation([ORDER], contacts), RULES.repeat, AT) == found


def test_calls_of_long_ago_are_forgotten():
    old = OpenOrder("W1", ago(days=20), "assigned", "c1")
    contacts = [Contact("c1", ago(days=20), "8001", "fault_no_heat")]
    assert repeated(Situation([old], contacts), RULES.repeat, AT) is None
    assert repeated(Situation([old], contacts), RepeatRules(order_days=30), AT) is not None


@pytest.mark.parametrize(
    ("contacts", "found"),
    [
        ([], None),
        ([Contact("c1", ago(hours=2), "8001", "bill")], Repeat("", "bill", 1, "8001")),
        # the talk was cut off, and not noted yet
        ([Contact("c1", ago(minutes=2), "8001")], Repeat("", "", 1, "8001")),
        ([Contact("c1", ago(hours=25), "8001", "bill")], None),
        # nobody talked with them
        ([Contact("c1", ago(hours=1))], None),
        (
            [Contact("c1", ago(hours=5), "8001", "bill"), ELSE],
            Repeat("", "bill", 2, "8003"),
        ),
        (
            [Contact("c1", ago(hours=5), "8001", "move"), ELSE],
            Repeat("", "bill", 1, "8003"),
        ),
    ],
)
def test_without_an_order_the_same_reason_within_a_day_is_the_same_matter(
    contacts: list[Contact], found: Repeat | None
):
    assert repeated(Situation((), contacts), RULES.repeat, AT) == found


contacts = st.builds(
    Contact,
    call_id=st.sampled_from(["c1", "c2", "c3", "c4"]),
    at=st.integers(0, 60 * 24 * 20).map(lambda minutes: ago(minutes=minutes)),
    agent=st.sampled_from(["", "8001", "8002"]),
    reason=st.sampled_from([None, "bill", "leak"]),
    asked=st.booleans(),
)
orders = st.builds(
    OpenOrder,
    number=st.sampled_from(["W1", "W2"]),
    opened_at=st.integers(0, 60 * 24 * 40).map(lambda minutes: ago(minutes=minutes)),
    stage=st.sampled_from(["new", "assigned", "done", "returned"]),
    call_id=st.sampled_from([None, "c1", "c2"]),
    visit_on=st.sampled_from([None, TODAY, date(2026, 11, 24)]),
)
situations = st.builds(
    Situation,
    orders=st.lists(orders, max_size=3),
    contacts=st.lists(contacts, max_size=6),
    outage=st.booleans(),
    overdue_fen=st.integers(0, 500),
)


@given(situations, st.booleans())
def test_whatever_is_known_at_most_one_thing_is_told_and_nothing_private_to_strangers(
    known: Situation, private: bool
):
    found = first(known, private=private)
    if found is None:
        return
    assert private or found.kind == "outage"
    assert found.order in {"", *(order.number for order in known.orders)}
    if found.repeat is not None:
        assert found.repeat.calls <= len(known.contacts)
        assert found.repeat.calls >= 1
        assert found.repeat.agent in {"", *(one.agent for one in known.contacts)}


@given(st.permutations([FIRST, AGAIN, ASKED]))
def test_the_order_in_which_calls_are_known_changes_nothing(mixed: list[Contact]):
    found = repeated(Situation([ORDER], mixed), RULES.repeat, AT)
    assert found == Repeat("W1", "fault_no_heat", 3, "8002")


def test_each_call_raises_but_never_past_the_leader_or_a_leak():
    assert [RULES.repeat.priority(calls) for calls in (1, 2, 4, 9)] == [20, 40, 80, 90]


def agent(state: str, word: str = "ready", *, since_s: float = 0) -> AgentView:
    return AgentView("8001", "王芳", 1, "softphone", state, ago(seconds=since_s), "", None, word)


@pytest.mark.parametrize(
    ("one", "free"),
    [
        (agent("ready"), True),
        (agent("wrapup", since_s=44), False),
        (agent("wrapup", since_s=45), True),
        (agent("wrapup", "paused", since_s=59), False),
        (agent("talking"), False),
        (agent("ringing"), False),
        (agent("paused", "paused"), False),
        (agent("closed", "closed"), False),
    ],
)
def test_the_agent_of_before_is_waited_for_only_when_free_in_a_moment(one: AgentView, free: bool):
    assert comes_free(one, AT, wrapup_s=60, wait_s=15) is free


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_the_delivered_rules_are_without_a_fault(pack: str):
    body = content(PROJECT / "packs" / pack / FILE)
    assert CONTEXT.problems(body) == []
    more_key = "9" if pack == "gas" else "1"  # in the gas menu, 1 is the leak
    assert CONTEXT.parse(body) == ContextRules(more_key=more_key)


@pytest.mark.parametrize(
    "body",
    [
        {"reasons": ["weather"]},
        {"repeat": {"raise_by": 91}},
        {"repeat": {"wait_s": 61}},
        {"repeat": {"escalate_at": 0}},
        {"order_days": 0},
        {"more_key": "0"},
        {"loud": True},
    ],
)
def test_rules_of_a_wrong_form_are_refused(body: dict[str, Any]):
    with pytest.raises(ValidationError):
        CONTEXT.parse(body)


def test_a_reason_named_twice_is_a_fault():
    (problem,) = CONTEXT.problems({"reasons": ["order", "order"]})
    assert (problem.level, problem.code, problem.where) == ("error", "twice", "order")
