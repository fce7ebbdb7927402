"""What waiting callers choose, and what they are told of the wait."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.decision import Decision
from ivr.flows.books import CallbackWish
from ivr.plan import pack_plan
from ivr.service import handle_again, handle_choice
from ivr.waiting import Place
from mainline.asterisk.call import CallerGone
from mainline.clock import now
from tests.fakes.books import LI
from tests.fakes.call import GONE, FakeCall
from tests.ivr.test_service import ANI, House
from tests.ivr.walking import HEAT, Stage
from tests.support.clock import StandingClock

SINCE = datetime(2026, 11, 23, 1, 53, 20, tzinfo=UTC)
WORDS = ["ml-7.1", "repair", "5", "zh", str(int(SINCE.timestamp())), "ask"]
STAY = Decision("queue", "repair", 5)


def place(**changes: str) -> Place:
    names = ["call", "queue", "priority", "language", "since", "wish"]
    return Place.of([changes.get(name, word) for name, word in zip(names, WORDS, strict=True)])


async def chosen(house: House, *keys: str, ani: str = ANI, **changes: str) -> Decision:
    return await handle_choice(FakeCall(keys, ani=ani), place(**changes), house.deps())


@pytest.fixture(autouse=True)
def ten(clock: StandingClock) -> None:
    assert now() == SINCE + timedelta(seconds=400)


def test_a_place_is_what_the_dialplan_says() -> None:
    assert place() == Place("ml-7.1", "repair", 5, "zh", SINCE, "ask")


@pytest.mark.parametrize("words", [[], ["x"], ["", "", "-1", "de", "soon", "dance"], ["a"] * 9])
def test_strange_words_make_a_place_at_the_end(words: list[str]) -> None:
    found = Place.of(words)
    assert (found.priority, found.language, found.since, found.wish) == (0, "zh", now(), "ask")


def test_nobody_came_later_than_now() -> None:
    assert place(since="9999999999").since == now()


@pytest.mark.parametrize(
    ("keys", "decision"),
    [
        (["0"], STAY),
        ([""], STAY),
        (["9"], STAY),
        (["1"], Decision("message", "repair", 5)),
        (["3"], Decision("menu", "repair", 5)),
        (["2", "1"], Decision("callback", "repair", 5)),
        (["2", "0"], STAY),
        (["2", "", ""], STAY),
    ],
)
async def test_one_key_chooses_and_silence_waits_on(keys: list[str], decision: Decision) -> None:
    assert await chosen(House(), *keys) == decision


async def test_a_call_back_keeps_place_priority_language_and_customer() -> None:
    house = House(LI)
    assert (await chosen(house, "1", wish="callback", language="en")).action == "callback"
    assert house.books.wishes == [
        CallbackWish(ANI, "repair", SINCE, 5, "en", "ml-7.1", 1, "queue", now())
    ]


async def test_another_number_is_read_back_before_it_is_promised() -> None:
    house = House()
    call = FakeCall(["2", "12345#", "02431234567#", "1"])
    decision = await handle_choice(call, place(wish="callback"), house.deps())
    assert (decision.action, [wish.number for wish in house.books.wishes]) == (
        "callback",
        ["02431234567"],
    )
    assert "这个号码无法回拨。" in call.heard


async def test_who_withholds_the_number_is_asked_for_one() -> None:
    house = House()
    assert await chosen(house, "13912345678#", "1", ani="anonymous", wish="callback") == (
        Decision("callback", "repair", 5)
    )
    assert house.books.wishes[0].number == "13912345678"


async def test_a_dear_number_is_never_promised() -> None:
    house = House()
    keys = ["2", "16812345678#", "0044123456789#"]
    assert await chosen(house, *keys, wish="callback") == STAY
    assert house.books.wishes == []


async def test_when_no_more_can_be_promised_the_caller_is_told_and_waits_on() -> None:
    house = House()
    house.books.full = True
    call = FakeCall(["1"])
    assert await handle_choice(call, place(wish="callback"), house.deps()) == STAY
    assert "目前等待回拨的人数过多，无法登记。" in call.heard


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, ["预计等候不到一分钟。"]),
        (2, ["预计等候大约", "两", "分钟。"]),
        (10, ["预计等候大约", "十", "分钟。"]),
        (11, ["预计等候超过", "十", "分钟。"]),
        (None, []),
    ],
)
async def test_the_wait_is_told_with_the_choice(minutes: int | None, words: list[str]) -> None:
    house, call = House(), FakeCall(["0"])
    house.books.minutes = minutes
    await handle_choice(call, place(), house.deps())
    assert call.heard[: len(words)] == words
    assert call.heard[len(words)].startswith("继续等候请按")
    assert house.books.asked_waits == [("repair", 5)]


async def test_it_is_told_in_english_too() -> None:
    house, call = House(), FakeCall(["0"])
    house.books.minutes = 3
    await handle_choice(call, place(language="en"), house.deps())
    assert call.heard[:3] == ["You will wait about", "three", "minutes."]


async def test_books_that_do_not_answer_say_nothing_and_the_choice_stands() -> None:
    house = House(broken=frozenset({"wait_minutes", "identify"}))
    assert (await chosen(house, "3")).action == "menu"


async def test_who_hangs_up_while_choosing_is_gone() -> None:
    with pytest.raises(CallerGone):
        await chosen(House(), GONE)


async def test_the_wait_is_told_before_the_queue_but_not_in_an_emergency() -> None:
    house, call = House(), FakeCall(["", "0"])
    house.books.minutes = 4
    await house.call(call)
    assert call.heard[-3:] == ["预计等候大约", "四", "分钟。"]
    urgent = FakeCall(["", "1", "1"])
    assert (await house.call(urgent)).queue == "emergency"
    assert not any("预计等候" in text for text in urgent.heard)


async def test_who_comes_back_to_the_menu_is_not_greeted_again_and_keeps_the_queue() -> None:
    house, call = House(LI), FakeCall(["0"])
    decision = await handle_again(call, place(language="en"), house.deps())
    assert decision == Decision("queue", "repair", 5, "en", 1)
    assert call.heard[0] == "For faults and leaks, press 1."
    assert [fact.kind for fact in house.recorder.facts[:2]] == ["menu.started", "menu.visited"]
    assert {fact.subject for fact in house.recorder.facts} == {"call:ml-7.1"}


async def test_a_queue_chosen_in_the_menu_counts() -> None:
    decision = await handle_again(FakeCall(["2", "0"]), place(), House().deps())
    assert (decision.action, decision.queue, decision.priority) == ("queue", "billing", 5)


@pytest.mark.parametrize(
    ("keys", "queue"), [(["0"], "emergency"), (["2", "0"], "billing"), ([""], "emergency")]
)
async def test_an_emergency_that_looks_into_self_service_stays_ahead_of_all(
    keys: list[str], queue: str
) -> None:
    house = House(replace(LI, priority=80))
    decision = await handle_again(
        FakeCall(keys), place(queue="emergency", priority="100"), house.deps()
    )
    assert (decision.action, decision.queue, decision.priority) == ("queue", queue, 100)


async def test_the_wait_told_there_is_that_of_the_place_one_has() -> None:
    house = House()
    house.books.minutes = 3
    await handle_again(FakeCall(["0"]), place(), house.deps())
    assert house.books.asked_waits == [("repair", 5)]


async def test_a_line_that_has_no_menu_leads_back_to_the_same_people() -> None:
    decision = await handle_again(FakeCall(dnis="1"), place(language="en"), House().deps())
    assert decision == Decision("queue", "repair", 5, "en")


def at_the_menu(keys: list[str], **journey: Any) -> Stage:
    """A caller before the main menu; silence ends it."""
    stage = Stage([*keys, ""])
    for name, value in journey.items():
        setattr(stage.journey, name, value)
    return stage


async def walked(stage: Stage, start: str = "main") -> Stage:
    await stage.walk(pack_plan(HEAT).menus["main"].tree.model_copy(update={"start": start}))
    return stage


async def test_a_call_back_may_be_asked_for_in_the_menu() -> None:
    stage = await walked(at_the_menu(["6", "1"]))
    [wish] = stage.books.wishes
    assert (wish.queue, wish.source, wish.since, wish.due_at, wish.call_id) == (
        "service",
        "menu",
        now(),
        now(),
        "call-1",
    )
    assert "我们将按您的顺序回拨尾号八零零零的号码。" in stage.said
    assert "已为您登记，轮到您时我们会回拨" in stage.said


async def test_a_number_keyed_in_at_the_menu_is_read_back_before_it_is_promised() -> None:
    stage = await walked(at_the_menu(["6", "13912345678#", "1"], ani="anonymous"))
    assert [wish.number for wish in stage.books.wishes] == ["13912345678"]
    assert "您输入的号码是幺三九幺二三四五六七八。确认请按1" in stage.said


async def test_a_withheld_number_cannot_have_a_dear_one_called() -> None:
    stage = await walked(at_the_menu(["6", "16812345678#", "0044123456789#"], ani="anonymous"))
    assert stage.books.wishes == []
    assert stage.said.count("这个号码无法回拨。") == 2


async def test_who_asks_at_night_is_told_from_when_on_they_are_called() -> None:
    morning = now() + timedelta(hours=22, minutes=30)
    stage = at_the_menu(["6", "1", "1", "6", "1"], opens=lambda _moment: morning)
    await walked(stage, "night")
    assert [(wish.since, wish.due_at) for wish in stage.books.wishes] == [(morning, morning)] * 2
    assert "已为您登记，我们会在明天上午八点三十分以后按顺序回拨" in stage.said
    assert "这个号码已经登记过回拨，我们会在明天上午八点三十分以后按顺序回拨" in stage.said
    assert "轮到您时我们会回拨" not in stage.said


async def test_who_asks_twice_is_told_that_it_is_promised_already() -> None:
    stage = await walked(at_the_menu(["6", "1", "1", "6", "1"]))
    assert stage.said.count("这个号码已经登记过回拨，不用重复登记") == 1
    assert stage.said.count("已为您登记，轮到您时我们会回拨") == 1
