"""The walk: any keys, any accepted tree, always an end, and the facts of the way."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.check import problems
from ivr.decision import Decision, emergency
from ivr.flows.journey import DONE, Journey, Outcome
from ivr.menu import MenuTree
from ivr.run import STEPS_MAX
from ivr.talk import WantsPerson
from mainline.asterisk.call import CallerGone
from mainline.journal.call_events import FlowFinished, KeyPressed, MenuStarted, MenuVisited
from tests.fakes.books import FakeBooks
from tests.fakes.call import GONE
from tests.ivr.trees import KNOWN, menus
from tests.ivr.walking import Stage

TEXT = {"zh": "您好", "en": "hello"}
PERSON = Decision("queue", "service", 5)


async def _fine(journey: Journey) -> Outcome:
    return DONE


async def _broken(journey: Journey) -> Outcome:
    raise ConnectionError("the books are gone")


async def _person(journey: Journey) -> Outcome:
    raise WantsPerson


async def _leak(journey: Journey) -> Outcome:
    return Outcome("person", urgent="burst")


FLOWS = {"fine": _fine, "broken": _broken, "person": _person, "leak": _leak}


def _tree(**nodes: Any) -> MenuTree:
    agent = {"kind": "queue", "queue": "service", "priority": 5}
    return MenuTree.model_validate(
        {"title": TEXT, "start": "start", "person": "agent", "nodes": {"agent": agent} | nodes}
    )


def _menu(**choices: str) -> dict[str, Any]:
    return {
        "kind": "menu",
        "text": {"zh": "请选择。", "en": "Please choose."},
        "choices": [{"key": key.strip("_"), "go": go} for key, go in choices.items()],
    }


REPAIR = _tree(start=_menu(_1="repair", _0="agent"), repair={"kind": "queue", "queue": "repair"})


async def test_a_key_leads_where_the_tree_says() -> None:
    stage = Stage(["1"])
    assert await stage.walk(REPAIR) == Decision("queue", "repair")
    subject = "call:call-1"
    expected = [
        MenuStarted(subject=subject, menu="main", version=3, language="zh"),
        MenuVisited(subject=subject, node="start"),
        KeyPressed(subject=subject, node="start", keys="1"),
        MenuVisited(subject=subject, node="repair"),
    ]
    assert [fact.model_dump(exclude={"at"}) for fact in stage.facts] == [
        fact.model_dump(exclude={"at"}) for fact in expected
    ]


async def test_key_0_leads_to_a_person() -> None:
    assert await Stage(["0"]).walk(REPAIR) == PERSON


async def test_key_0_leads_to_a_person_even_where_a_menu_forgot_it() -> None:
    tree = _tree(start=_menu(_1="bye"), bye={"kind": "hangup"})
    assert await Stage(["0"]).walk(tree) == PERSON


async def test_wrong_keys_are_told_and_lead_to_a_person_after_three() -> None:
    stage = Stage(["7", "8", "9", "1"])
    assert await stage.walk(REPAIR) == PERSON
    assert stage.call.asked == 3
    assert stage.said.count("您的输入有误") == 3
    assert stage.keys() == ["7", "8", "9"]


async def test_a_silent_caller_reaches_a_person() -> None:
    stage = Stage()
    assert await stage.walk(REPAIR) == PERSON
    assert stage.said.count("没有收到您的按键") == 2
    assert stage.keys() == []


async def test_a_wrong_key_is_forgiven_when_a_right_one_follows() -> None:
    assert await Stage(["9", "", "1"]).walk(REPAIR) == Decision("queue", "repair")


async def test_english_is_spoken_once_chosen() -> None:
    tree = _tree(
        start={"kind": "language", "text": {"zh": "中文请按1。", "en": "For English, press 2."},
               "keys": {"1": "zh", "2": "en"}, "next": "ask"},
        ask=_menu(_1="agent"),
    )  # fmt: skip
    stage = Stage(["2", "1"])
    assert await stage.walk(tree) == PERSON
    assert stage.call.heard == ["中文请按1。", "For English, press 2.", "Please choose."]
    assert stage.call.language == "en"
    started = [fact for fact in stage.facts if isinstance(fact, MenuStarted)]
    assert [fact.language for fact in started] == ["zh", "en"]


async def test_private_digits_never_reach_the_journal() -> None:
    tree = _tree(
        start={"kind": "collect", "name": "card", "text": TEXT, "digits_min": 4, "digits_max": 8,
               "private": True, "next": "agent"},
    )  # fmt: skip
    stage = Stage(["12", "123456#"])
    assert await stage.walk(tree) == PERSON
    assert stage.journey.entries == {"card": "123456"}
    assert stage.keys() == ["**", "******"]
    assert "123456" not in repr(stage.facts)


@pytest.mark.parametrize(
    ("state", "queue"), [("open", "service"), ("night", "duty"), ("lunch", "duty")]
)
async def test_the_hour_decides_the_way(state: Any, queue: str) -> None:
    tree = _tree(
        start={"kind": "hours", "open": "agent", "night": "duty"},
        duty={"kind": "queue", "queue": "duty"},
    )
    assert (await Stage(state=state).walk(tree)).queue == queue


@pytest.mark.parametrize(
    ("flow", "decision", "result"),
    [
        ("fine", Decision("hangup"), "done"),
        ("broken", PERSON, "failed"),
        ("person", PERSON, "person"),
        ("unheard", PERSON, "failed"),
        ("leak", emergency("burst"), "person"),
    ],
)
async def test_a_flow_that_fails_hands_over_to_a_person(
    flow: str, decision: Decision, result: str
) -> None:
    tree = _tree(start={"kind": "flow", "flow": flow, "next": "bye"}, bye={"kind": "hangup"})
    stage = Stage(flows=FLOWS)
    assert await stage.walk(tree) == decision
    finished = [fact for fact in stage.facts if isinstance(fact, FlowFinished)]
    assert [(fact.flow, fact.result) for fact in finished] == [(flow, result)]


LEAK = _tree(
    start=_menu(_1="leak", _0="agent"),
    leak={"kind": "queue", "queue": "emergency", "urgent": "burst"},
)


async def test_a_leak_goes_ahead_of_all_and_its_order_is_open_before_anybody_is_rung() -> None:
    stage = Stage(["1"])
    stage.journey.priority = 80
    assert await stage.walk(LEAK) == Decision("queue", "emergency", 100, urgent="burst")
    (fault,) = stage.books.faults
    assert (fault.call_id, fault.fault, fault.began_at) == (
        "call-1",
        "burst",
        stage.journey.began_at,
    )
    assert stage.said == "请选择。"


async def test_nobody_else_goes_as_far_ahead_as_a_leak() -> None:
    stage = Stage(["1"])
    stage.journey.priority = 100
    assert (await stage.walk(REPAIR)).priority == 99


async def test_a_leak_waits_for_no_book_that_is_dead() -> None:
    stage = Stage(["1"], books=FakeBooks(broken=frozenset({"report_fault"})))
    assert await stage.walk(LEAK) == emergency("burst")
    assert stage.books.faults == []


async def test_a_priority_caller_goes_ahead_in_every_queue() -> None:
    stage = Stage(["1"])
    stage.journey.priority = 10
    assert await stage.walk(REPAIR) == Decision("queue", "repair", 10)


async def test_hanging_up_ends_the_walk() -> None:
    with pytest.raises(CallerGone):
        await Stage([GONE]).walk(REPAIR)


async def test_a_caller_who_goes_round_for_ever_is_given_to_a_person() -> None:
    stage = Stage(["1"] * 1000)
    assert await stage.walk(_tree(start=_menu(_1="start", _0="agent"))) == PERSON
    assert stage.call.asked == STEPS_MAX


async def test_the_dead_man_switch_outlasts_every_step() -> None:
    stage = Stage(["1"])
    await stage.walk(REPAIR)
    assert stage.call.deadlines == [1.0 + 5.0 + 6.0]


@settings(deadline=None)
@given(
    menus(),
    st.lists(st.sampled_from(["0", "1", "2", "3", "9", "*", "#", "", "12", "1234"]), max_size=30),
    st.sampled_from(["open", "night", "lunch", "holiday", "emergency"]),
)
async def test_any_accepted_menu_ends_whatever_is_keyed(
    body: dict[str, Any], keys: list[str], state: Any
) -> None:
    tree = MenuTree.model_validate(body)
    if any(problem.level == "error" for problem in problems(tree, KNOWN)):
        return
    decision = await Stage(keys, state=state, flows=FLOWS).walk(tree)
    assert decision.action in {"queue", "message", "hangup"}
    assert decision.action != "queue" or decision.queue in {"service", "repair", "emergency"}


@settings(deadline=None)
@given(menus(), st.lists(st.sampled_from(["0", "1", "2", "#", "", "77"]), max_size=20))
async def test_even_a_senseless_menu_ends(body: dict[str, Any], keys: list[str]) -> None:
    tree = MenuTree.model_validate(body)
    stage = Stage(keys, flows=FLOWS)
    await stage.walk(tree)
    assert len(stage.path()) <= STEPS_MAX
