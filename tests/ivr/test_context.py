"""What a caller most likely calls about is said first, once, in a sentence; then the menu."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.decision import Decision, emergency
from ivr.flows.books import Caller, Context, OrderState, OutageNews
from ivr.menu import MenuTree
from mainline.journal.call_events import CallContextTold, CallRepeated, FlowFinished
from mainline.text import LocalizedText
from tests.fakes.books import HOME, LI, FakeBooks
from tests.fakes.call import GONE
from tests.ivr.walking import Stage

TEXT = {"zh": "您好", "en": "hello"}
BYE, PERSON = Decision("hangup"), Decision("queue", "repair", 5)
THEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ORDER = OrderState("20261123-0007", LocalizedText(zh="室内不热", en="No heating"), "assigned", THEN)
RUNNING = OutageNews(planned=False, starts_at=datetime(2020, 1, 1, tzinfo=UTC), ends_at=None)
AFTERNOON = (datetime(2026, 11, 23, 13, 30), datetime(2026, 11, 23, 17, 30))  # noqa: DTZ001 - local
TREE = MenuTree.model_validate(
    {
        "title": TEXT,
        "start": "first",
        "person": "agent",
        "nodes": {
            "first": {"kind": "flow", "flow": "context", "next": "bye", "otherwise": "repair"},
            "repair": {"kind": "queue", "queue": "repair", "priority": 5},
            "bye": {"kind": "hangup"},
            "agent": {"kind": "queue", "queue": "service"},
        },
    }
)
REPEAT = Context(
    "repeat",
    order=ORDER,
    calls=2,
    matter="fault_no_heat",
    agent="8001",
    wait_s=15,
    priority=40,
    escalated=True,
)


def stage(found: Context | None, *keys: str, caller: Caller | None = LI) -> Stage:
    books = FakeBooks()
    books.likely = found
    return Stage(keys, books=books, caller=caller)


def told(one: Stage) -> list[tuple[str, str, int]]:
    return [(f.reason, f.order, f.calls) for f in one.facts if isinstance(f, CallContextTold)]


def finished(one: Stage) -> list[tuple[str, str]]:
    return [(f.result, f.detail) for f in one.facts if isinstance(f, FlowFinished)]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            Context("order", order=ORDER),
            "您的室内不热工单，尾号零零零七。已派工，维修人员将与您联系。",
        ),
        (
            Context("visit", order=ORDER, visit=AFTERNOON),
            "您预约了今天下午一点三十分至下午五点三十分的上门服务，室内不热，工单尾号零零零七。"
            "已派工，维修人员将与您联系。",
        ),
        (Context("overdue", overdue_fen=12300), "您有逾期未缴的账单，金额一百二十三元。"),
        (Context("outage", news=replace(RUNNING, planned=True)), "您的地址目前计划停热。"),
    ],
)
async def test_the_one_reason_is_said_first_then_the_menu(found: Context, sentence: str) -> None:
    one = stage(found)
    assert await one.walk(TREE) == BYE
    assert one.said == f"{sentence}详情请按一。"
    assert told(one) == [(found.reason, found.order.number if found.order else "", 0)]
    assert finished(one) == [("nothing", found.reason)]


@pytest.mark.parametrize(
    ("changes", "offer"),
    [
        ({}, "继续处理请按一，由上次的坐席为您服务。"),
        ({"agent": ""}, "继续处理请按一，优先为您接通坐席。"),
    ],
)
async def test_who_calls_again_hears_the_state_first_and_is_offered_the_same_agent(
    changes: dict[str, Any], offer: str
) -> None:
    again = Context("repeat", order=ORDER, calls=2, **{"agent": "8001", **changes})
    one = stage(again)
    assert await one.walk(TREE) == BYE
    assert one.said == (
        f"关于室内不热，您已来电两次，工单尾号零零零七。已派工，维修人员将与您联系。{offer}"
    )
    assert told(one) == [("repeat", ORDER.number, 2)]
    assert "call.repeated" not in one.kinds()


async def test_a_second_call_is_told_without_counting() -> None:
    one = stage(Context("repeat", order=ORDER, calls=1))
    await one.walk(TREE)
    assert one.said.startswith("您之前来电说过室内不热，工单尾号零零零七。已派工")


async def test_the_same_reason_without_an_order_names_nothing_private() -> None:
    one = stage(Context("repeat", calls=1, matter="bill_dispute", agent="8001"))
    await one.walk(TREE)
    assert one.said.startswith("您不久前与我们的坐席通过话。继续处理请按一")


@pytest.mark.parametrize("key", ["1", "0"])
async def test_who_calls_again_is_led_to_the_same_agent_ahead_of_others(key: str) -> None:
    one = stage(REPEAT, "", key)
    assert await one.walk(TREE) == Decision("queue", "repair", 40)
    assert (one.journey.agent, one.journey.agent_wait_s) == ("8001", 15)
    (fact,) = [fact for fact in one.facts if isinstance(fact, CallRepeated)]
    assert fact.model_dump(exclude={"subject", "at"}) == {
        "count": 3,
        "order": ORDER.number,
        "reason": "fault_no_heat",
        "agent": "8001",
        "escalated": True,
    }
    assert finished(one) == [("person", ORDER.number)]


async def test_a_key_while_it_is_said_counts_already() -> None:
    one = stage(REPEAT, "1")
    assert (await one.walk(TREE)).priority == 40
    assert one.call.asked == 1


async def test_a_key_of_the_menu_pressed_early_counts_there() -> None:
    nodes = TREE.model_dump()["nodes"]
    leak = {"key": "1", "go": "leak"}
    person = {"key": "0", "go": "agent"}
    text = {"zh": "请按键。", "en": "Press a key."}
    nodes["bye"] = {"kind": "menu", "text": text, "choices": [leak, person]}
    nodes["leak"] = {"kind": "queue", "queue": "emergency", "urgent": "burst"}
    tree = MenuTree.model_validate({**TREE.model_dump(), "nodes": nodes})
    one = stage(Context("order", order=ORDER, key="9"), "1")
    assert await one.walk(tree) == emergency("burst")
    assert "请按键" not in one.said
    assert one.keys() == ["1", "1"]


async def test_more_about_an_order_is_told_and_then_the_menu() -> None:
    one = stage(Context("order", order=ORDER), "", "1")
    one.books.orders = [ORDER]
    assert await one.walk(TREE) == BYE
    assert "室内不热工单，尾号零零零七，" in one.said
    assert finished(one) == [("done", "order")]


async def test_who_hears_of_an_outage_first_may_be_called_when_it_is_over() -> None:
    one = stage(Context("outage", news=replace(RUNNING, outage_id=7)), "", "1")
    assert await one.walk(TREE) == BYE
    assert one.said.endswith("已为您登记，恢复供应后我们会给您打电话。")
    assert [wish.outage_id for wish in one.books.wishes] == [7]
    assert finished(one) == [("done", "outage")]


async def test_more_about_a_planned_interruption_is_told() -> None:
    planned = replace(RUNNING, planned=True)
    one = stage(Context("outage", news=planned), "1")
    one.books.news = [planned]
    assert await one.walk(TREE) == BYE
    assert one.said.count("目前计划停热") == 2
    assert one.books.wishes == []


async def test_zero_leads_to_a_person_also_from_here() -> None:
    one = stage(Context("outage", news=RUNNING), "0")
    assert await one.walk(TREE) == PERSON
    assert one.journey.agent == ""


async def test_who_has_no_reason_to_call_hears_nothing() -> None:
    one = stage(None)
    assert await one.walk(TREE) == BYE
    assert (one.said, one.call.asked) == ("", 0)
    assert one.kinds() == ["menu.started", "menu.visited", "menu.visited"]


async def test_books_that_are_gone_keep_nobody_waiting() -> None:
    one = Stage(books=FakeBooks(broken=frozenset({"context"})), caller=LI)
    assert await one.walk(TREE) == BYE
    assert one.said == ""


@pytest.mark.parametrize(
    ("caller", "asked"),
    [
        (LI, (LI, (HOME,), True)),
        (None, (None, (), True)),
        (
            Caller(2, accounts=(HOME,), confirmed=False),
            (Caller(2, accounts=(HOME,), confirmed=False), (HOME,), False),
        ),
    ],
)
async def test_private_reasons_are_asked_for_only_where_the_number_proves_who_calls(
    caller: Caller | None, asked: Any
) -> None:
    one = stage(None, caller=caller)
    await one.walk(TREE)
    assert one.books.asked_context == [asked]


async def test_somebody_of_several_customers_hears_nothing_private() -> None:
    one = stage(None, caller=None)
    one.journey.callers = (LI, Caller(2))
    await one.walk(TREE)
    assert one.books.asked_context == [(None, (), False)]


async def test_who_hangs_up_in_the_middle_was_told_nothing() -> None:
    from mainline.asterisk.call import CallerGone

    one = stage(REPEAT, GONE)
    with pytest.raises(CallerGone):
        await one.walk(TREE)
    assert told(one) == []
