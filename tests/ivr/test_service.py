"""The whole journey: known, led, handed on; whatever breaks, people answer."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.decision import TO_SERVICE, Decision
from ivr.flows.books import Caller, Identification
from ivr.phrases import load_phrases
from ivr.plan import Plans, pack_plan
from ivr.service import Deps, handle_call
from mainline.asterisk.call import CallerGone
from mainline.config import PROJECT
from mainline.db import Database
from mainline.journal import Event
from mainline.journal.call_events import CallerIdentified, MenuStarted
from tests.fakes.books import HOME, LI, SHOP, FakeBooks
from tests.fakes.call import GONE, FakeCall
from tests.fakes.voice import FakeVoice
from tests.support.patience import ROOM_S

HEAT = PROJECT / "packs" / "heat"
ANI = "13800008000"


class FakePlans(Plans):
    """The pack's plan, without a database."""

    def __init__(self) -> None:
        self.plan = pack_plan(HEAT)

    async def current(self):  # type: ignore[no-untyped-def]
        return self.plan


class FakeRecorder:
    def __init__(self) -> None:
        self.facts: list[Event] = []
        self.closed = 0

    def note(self, event: Event) -> None:
        self.facts.append(event)

    async def close(self) -> None:
        self.closed += 1


class House:
    """Everything around a call."""

    def __init__(
        self,
        *callers: Caller,
        broken: frozenset[str] = frozenset(),
        identify_s: float = ROOM_S,
    ) -> None:
        self.identify_s = identify_s
        self.books = FakeBooks(broken=broken)
        if callers:
            self.books.numbers[ANI] = Identification(callers)
        self.recorder = FakeRecorder()
        self.plans = FakePlans()

    def deps(self) -> Deps:
        return Deps(
            plans=self.plans,
            books=self.books,
            voice=FakeVoice(),
            phrases=load_phrases(HEAT),
            recorder=lambda: self.recorder,
            zone=ZoneInfo("Asia/Shanghai"),
            identify_s=self.identify_s,
        )

    async def call(self, call: FakeCall) -> Decision:
        return await handle_call(call, self.deps())

    def identified(self) -> CallerIdentified:
        return next(fact for fact in self.recorder.facts if isinstance(fact, CallerIdentified))


async def test_a_known_caller_is_identified_before_the_first_prompt() -> None:
    house, call = House(LI), FakeCall(["1", "0"], ani=ANI)
    assert await house.call(call) == Decision("queue", "repair", 0, "zh", 1)
    assert [fact.kind for fact in house.recorder.facts[:2]] == ["caller.identified", "menu.started"]
    identified = house.identified()
    assert (identified.how, identified.customer_id, identified.account_id) == ("ani", 1, 11)
    assert call.heard[0].startswith("您好，供热服务热线")
    assert not any("For English" in text for text in call.heard)
    assert house.recorder.closed == 1


async def test_an_unknown_caller_still_reaches_the_queue() -> None:
    house, call = House(), FakeCall(["", "0"])
    assert await house.call(call) == Decision("queue", "service", 0, "zh", None)
    assert house.identified().how == "none"
    assert "For English, press 2." in call.heard


async def test_an_english_speaker_is_greeted_in_english() -> None:
    house = House(Caller(2, language="en", accounts=(SHOP,)))
    call = FakeCall(["0"], ani=ANI)
    decision = await house.call(call)
    assert (decision.language, call.language) == ("en", "en")
    assert call.heard[0].startswith("Hello, and welcome")
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in "".join(call.heard))


async def test_a_withheld_number_is_noted_as_such() -> None:
    house = House()
    house.books.numbers["anonymous"] = Identification(withheld=True)
    await house.call(FakeCall(ani="anonymous"))
    assert house.identified().how == "withheld"


async def test_two_homes_on_one_number_are_asked_for() -> None:
    house = House(Caller(1, language="zh", accounts=(HOME, SHOP)))
    decision = await house.call(FakeCall(["2", "0"], ani=ANI))
    facts = [fact for fact in house.recorder.facts if isinstance(fact, CallerIdentified)]
    assert [(fact.how, fact.account_id, fact.candidates) for fact in facts] == [
        ("ani", None, 2),
        ("choice", 12, 1),
    ]
    assert decision.customer_id == 1


@pytest.mark.parametrize(
    "found",
    [
        Identification(restricted=True),
        Identification((Caller(1, restricted=True, accounts=(HOME,)),)),
        Identification((Caller(1, restricted=True), Caller(2, restricted=True))),
    ],
)
async def test_a_restricted_caller_is_refused_before_any_menu(found: Identification) -> None:
    house = House()
    house.books.numbers[ANI] = found
    call = FakeCall(["0"], ani=ANI)
    assert (await house.call(call)).action == "refuse"
    assert not any(isinstance(fact, MenuStarted) for fact in house.recorder.facts)
    assert call.heard == []


async def test_a_neighbour_of_a_restricted_caller_is_served() -> None:
    house = House(Caller(1, restricted=True), Caller(2))
    assert (await house.call(FakeCall(["", "0"], ani=ANI))).action == "queue"


async def test_a_priority_caller_goes_ahead() -> None:
    house = House(Caller(1, language="zh", priority=10, accounts=(HOME,)))
    assert (await house.call(FakeCall(["0"], ani=ANI))).priority == 10


async def test_the_emergency_line_asks_nothing() -> None:
    house, call = House(), FakeCall(dnis="96778")
    assert await house.call(call) == Decision("queue", "emergency", 100, "zh", None, urgent="burst")
    assert call.asked == 0


async def test_a_dead_identification_does_not_keep_the_caller() -> None:
    house = House(broken=frozenset({"identify"}))
    assert (await house.call(FakeCall(["", "0"]))).queue == "service"
    assert house.identified().how == "none"


async def test_a_hanging_identification_is_given_up() -> None:
    house = House(identify_s=0.05)

    async def never(_ani: str) -> Identification:
        await asyncio.Event().wait()
        raise AssertionError

    house.books.identify = never  # type: ignore[method-assign]
    assert (await house.call(FakeCall(["", "0"]))).queue == "service"


async def test_a_fault_anywhere_leads_to_people() -> None:
    house = House(LI)
    house.recorder.note = lambda _event: 1 / 0  # type: ignore[assignment, method-assign]
    assert await house.call(FakeCall(["1"], ani=ANI)) == TO_SERVICE
    assert house.recorder.closed == 1


async def test_hanging_up_is_passed_on_and_the_facts_are_kept() -> None:
    house = House(LI)
    with pytest.raises(CallerGone):
        await house.call(FakeCall([GONE], ani=ANI))
    assert house.recorder.closed == 1
    assert "menu.visited" in [fact.kind for fact in house.recorder.facts]


async def test_the_dead_man_switch_is_pushed_before_every_sound(tmp_path: Path) -> None:
    house, call = House(LI), FakeCall(["1", "0"], ani=ANI)
    await house.call(call)
    assert len(call.deadlines) >= call.asked + 1
    assert min(call.deadlines) > 6


async def test_a_broken_database_still_greets_from_the_pack(
    make_broken: Callable[[], Database],
) -> None:
    plans = Plans(make_broken(), HEAT)
    plan = await plans.current()
    assert plan.line("96777") is not None
    assert plan.menus["main"].version == 0


@pytest.fixture
def make_broken(tmp_path: Path) -> Callable[[], Database]:
    return lambda: Database(f"sqlite+aiosqlite:///{tmp_path}/no/such/folder/x.db")


async def test_the_branch_of_the_callers_address_goes_with_the_call() -> None:
    house = House(LI)
    house.books.branches = {HOME.premise_id: "tiexi"}
    assert (await house.call(FakeCall(["1", "0"], ani=ANI))).branch == "tiexi"
    assert (await House().call(FakeCall(["1", "1", "0"], ani=ANI))).branch == ""


async def test_without_the_books_the_caller_is_led_on_without_a_branch() -> None:
    house = House(LI, broken=frozenset({"branch"}))
    house.books.branches = {HOME.premise_id: "tiexi"}
    decision = await house.call(FakeCall(["1", "0"], ani=ANI))
    assert (decision.action, decision.queue, decision.branch) == ("queue", "repair", "")
