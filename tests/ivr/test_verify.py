"""Nothing private is spoken before the caller has proven who they are."""

from dataclasses import replace

import pytest

from ivr.decision import Decision
from ivr.flows.books import Arrears, Caller
from ivr.menu import MenuTree
from mainline.journal.call_events import CallerNotVerified, CallerVerified, FlowFinished
from tests.fakes.books import HOME, LI, SHOP, FakeBooks
from tests.ivr.walking import Stage

BYE, PERSON = Decision("hangup"), Decision("queue", "service")
UNSURE = replace(LI, confirmed=False)
"""The number is registered, but nobody knows whether it is really his."""
PRIVATE = ("欠费", "元", "账单", "幸福小区")


def _tree(*flows: str) -> MenuTree:
    names = [f"serve_{number}" for number in range(len(flows))]
    nodes: dict[str, object] = {
        name: {"kind": "flow", "flow": flow, "next": following}
        for name, flow, following in zip(names, flows, [*names[1:], "bye"], strict=True)
    }
    nodes |= {"bye": {"kind": "hangup"}, "agent": {"kind": "queue", "queue": "service"}}
    return MenuTree.model_validate(
        {"title": {"zh": "您好", "en": "hello"}, "start": names[0], "person": "agent",
         "nodes": nodes}
    )  # fmt: skip


def _owing(*, broken: frozenset[str] = frozenset()) -> FakeBooks:
    books = FakeBooks(broken=broken)
    books.owed = Arrears(123456, 2)
    return books


def _checks(stage: Stage) -> list[tuple[str, int]]:
    return [
        (fact.how, fact.customer_id) if isinstance(fact, CallerVerified)
        else (f"no/{fact.attempts}/{fact.locked}", fact.customer_id)
        for fact in stage.facts
        if isinstance(fact, CallerVerified | CallerNotVerified)
    ]  # fmt: skip


async def test_a_confirmed_number_is_enough() -> None:
    stage = Stage(books=_owing(), caller=LI)
    assert await stage.walk(_tree("arrears")) == BYE
    assert "一千二百三十四元五角六分" in stage.said
    assert _checks(stage) == [("number", 1)]
    assert stage.books.facts_tried == 0


async def test_a_number_that_is_not_confirmed_needs_two_facts() -> None:
    stage = Stage(["1234", "8000"], books=_owing(), caller=UNSURE)
    assert await stage.walk(_tree("arrears")) == BYE
    assert stage.said.startswith("为保护您的信息，请输入户号的后4位。请输入登记电话的后4位，")
    assert "一千二百三十四元五角六分" in stage.said
    assert _checks(stage) == [("keyed", 1)]


async def test_who_keyed_the_whole_account_number_gives_one_more_fact() -> None:
    stage = Stage(["8001234", "8000"], books=_owing())
    assert await stage.walk(_tree("arrears")) == BYE
    assert "请输入户号的后4位" not in stage.said
    assert _checks(stage) == [("keyed", 1)]


async def test_a_caller_is_checked_once_a_call() -> None:
    stage = Stage(["8001234", "8000"], books=_owing())
    assert await stage.walk(_tree("arrears", "order_status", "arrears")) == BYE
    assert stage.books.facts_tried == 1
    assert _checks(stage) == [("keyed", 1)]


@pytest.mark.parametrize("flow", ["arrears", "order_status"])
async def test_who_cannot_prove_it_reaches_a_person_and_hears_nothing_private(flow: str) -> None:
    stage = Stage(["1234", "1111", "9999", "8000", "1234", "2222"], books=_owing(), caller=UNSURE)
    assert await stage.walk(_tree(flow)) == PERSON
    assert stage.books.facts_tried == 3
    assert stage.said.count("信息核对不一致。") == 3
    assert stage.said.endswith("未能确认您的身份，为保护用户信息，请与人工客服核对。")
    assert not [word for word in PRIVATE if word in stage.said]
    assert _checks(stage) == [("no/3/False", 1)]


async def test_the_attempts_are_those_of_the_whole_call() -> None:
    keys = ["1234", "1111", "0", "1234", "2222", "1234", "3333"]
    stage = Stage(keys, books=_owing(), caller=UNSURE)
    assert await stage.walk(_tree("arrears")) == PERSON
    assert await stage.walk(_tree("order_status")) == PERSON
    assert stage.books.facts_tried == 3
    assert await stage.walk(_tree("arrears")) == PERSON
    assert stage.books.facts_tried == 3


async def test_a_customer_locked_by_guesses_is_served_by_people_only() -> None:
    books = _owing()
    books.proofs = {("1234", "8000"): "locked"}
    stage = Stage(["1234", "8000"], books=books, caller=UNSURE)
    assert await stage.walk(_tree("arrears")) == PERSON
    assert _checks(stage) == [("no/0/True", 1)]
    assert not [word for word in PRIVATE if word in stage.said]


async def test_no_keyed_fact_is_kept_or_recorded() -> None:
    stage = Stage(["8001234", "8000"], books=_owing())
    await stage.walk(_tree("arrears"))
    assert stage.call.unrecorded_keys == ["8001234", "8000"]
    assert stage.call.recording
    assert stage.keys() == ["*******", "****"]
    assert "8000" not in repr(stage.facts)


async def test_the_recording_goes_on_after_a_hang_up_or_a_failure() -> None:
    stage = Stage(["1234", "8000"], books=_owing(broken=frozenset({"prove"})), caller=UNSURE)
    assert await stage.walk(_tree("arrears")) == PERSON
    assert stage.call.recording
    assert [fact.result for fact in stage.facts if isinstance(fact, FlowFinished)] == ["failed"]


async def test_addresses_are_not_offered_to_a_number_that_is_not_confirmed() -> None:
    two = Caller(1, language="zh", accounts=(HOME, SHOP), confirmed=False)
    stage = Stage(["8001234", "8000"], books=_owing(), caller=two)
    assert await stage.walk(_tree("identify", "arrears")) == BYE
    assert "幸福小区" not in stage.said
    assert "兴华街" not in stage.said


async def test_a_fault_is_reported_without_the_address_by_who_has_not_proven_it() -> None:
    stage = Stage(["1", "1"], caller=UNSURE)
    assert await stage.walk(_tree("report_fault")) == BYE
    assert "幸福小区" not in stage.said
    assert [fault.account for fault in stage.books.faults] == [HOME]


async def test_the_number_of_one_customer_does_not_prove_another() -> None:
    other = Caller(7, accounts=(SHOP,))
    stage = Stage(["9", "8001234", "1111", "2222", "3333"], books=_owing())
    stage.journey.callers = (other, replace(other, customer_id=8))
    assert await stage.walk(_tree("arrears")) == PERSON
    assert _checks(stage) == [("no/3/False", 1)]
