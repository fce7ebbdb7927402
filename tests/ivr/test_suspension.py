"""Heating stopped and had again by keypad, as the caller hears it."""

from dataclasses import replace
from datetime import date
from typing import Literal

import pytest

from ivr.decision import Decision
from ivr.flows.books import Suspension
from ivr.menu import MenuTree
from mainline.journal.call_events import FlowFinished
from tests.fakes.books import HOME, LI, FakeBooks
from tests.ivr.walking import Stage

BYE, PERSON = Decision("hangup"), Decision("queue", "service")
SUMMER = Suspension(
    suspended=False, may_begin=True, begins=date(2090, 11, 15), ends=date(2091, 3, 15),
    last_day=date(2090, 10, 31), opens_on=date(2091, 3, 16), percent=30, fee_fen=67080,
)  # fmt: skip


@pytest.fixture
def tree() -> MenuTree:
    nodes = {
        "serve": {"kind": "flow", "flow": "suspension", "next": "bye"},
        "bye": {"kind": "hangup"},
        "agent": {"kind": "queue", "queue": "service"},
    }
    return MenuTree.model_validate(
        {"title": {"zh": "您好", "en": "hello"}, "start": "serve", "person": "agent",
         "nodes": nodes}
    )  # fmt: skip


def _stage(keys: list[str], state: Suspension | None, **more: object) -> Stage:
    books = FakeBooks()
    books.suspends = state
    return Stage(keys, books=books, caller=more.get("caller", LI))  # type: ignore[arg-type]


def _finished(stage: Stage) -> list[tuple[str, str]]:
    return [(one.result, one.detail) for one in stage.facts if isinstance(one, FlowFinished)]


async def test_rule_and_fee_are_heard_before_the_request_is_made(tree: MenuTree) -> None:
    stage = _stage(["1"], SUMMER)
    assert await stage.walk(tree) == BYE
    assert stage.said == (
        "报停须整户停一个供暖季，从二零九零年十一月十五日至二零九一年三月十五日。"
        "报停期间收取百分之三十的基础热费，您户为六百七十元八角。确认报停请按1，不办理请按2。"
        "报停申请已受理，受理号二零二六幺幺二七零零零三。请凭此号到营业厅补交材料，"
        "审批后我们会上门关阀。"
    )
    (request,) = stage.books.requests
    assert (request.call_id, request.account, request.resume) == ("call-1", HOME, False)
    assert _finished(stage) == [("done", "20261127-0003")]


async def test_a_whole_sum_is_spoken_as_one(tree: MenuTree) -> None:
    stage = _stage(["1"], replace(SUMMER, fee_fen=81900))
    await stage.walk(tree)
    assert "您户为八百一十九元整。" in stage.said


async def test_english_callers_hear_english(tree: MenuTree) -> None:
    stage = _stage(["2"], SUMMER)
    stage.journey.talk.language = "en"
    await stage.walk(tree)
    assert (
        "A base fee of thirty percent is charged, which is six hundred seventy yuan and eighty fen"
        in " ".join(stage.call.heard)
    )


async def test_outside_the_period_it_is_refused_with_the_days(tree: MenuTree) -> None:
    stage = _stage(["1"], replace(SUMMER, may_begin=False))
    assert await stage.walk(tree) == BYE
    assert stage.said == (
        "供暖季从二零九零年十一月十五日至二零九一年三月十五日，报停须在二零九零年十月三十一日前申请，"
        "现在不能办理。下一个供暖季的报停从二零九一年三月十六日起受理。"
    )
    assert stage.books.requests == []
    assert _finished(stage) == [("nothing", "")]


@pytest.mark.parametrize(
    ("keys", "end"), [(["2"], BYE), (["0"], PERSON), ([], PERSON), (["5", "5"], PERSON)]
)
async def test_without_a_yes_nothing_is_opened(
    tree: MenuTree, keys: list[str], end: Decision
) -> None:
    stage = _stage(keys, SUMMER)
    assert await stage.walk(tree) == end
    assert stage.books.requests == []


@pytest.mark.parametrize(("fee", "words"), [(0, "恢复后从开阀当日起"), (5000, "费用是五十元整")])
async def test_heating_is_had_again_at_any_time(tree: MenuTree, fee: int, words: str) -> None:
    stage = _stage(["1"], replace(SUMMER, suspended=True, may_begin=False, fee_fen=fee))
    assert await stage.walk(tree) == BYE
    assert words in stage.said
    assert [request.resume for request in stage.books.requests] == [True]


async def test_a_request_under_way_is_told_and_not_made_twice(tree: MenuTree) -> None:
    stage = _stage(["1"], replace(SUMMER, pending="20261101-0009"))
    assert await stage.walk(tree) == BYE
    assert stage.said == "您的申请正在办理，受理号二零二六幺幺零幺零零零九。"
    assert stage.books.requests == []


async def test_where_nothing_can_be_suspended_it_is_told(tree: MenuTree) -> None:
    stage = _stage([], None)
    assert await stage.walk(tree) == BYE
    assert stage.said == "您的户号不能自助办理报停。"


async def test_only_the_customer_may_ask_for_it(tree: MenuTree) -> None:
    stage = _stage(["1234", "1111"] * 3, SUMMER, caller=replace(LI, confirmed=False))
    assert await stage.walk(tree) == PERSON
    assert stage.books.requests == []
    assert "基础热费" not in stage.said


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("arrears", "您还有欠费。结清后才能办理报停或恢复供热。"),
        ("other", "您的户号不能自助办理报停。"),
    ],
)
async def test_what_would_be_refused_is_told_before_anything_is_asked(
    tree: MenuTree, why: Literal["arrears", "other"], words: str
) -> None:
    stage = _stage(["1"], replace(SUMMER, refused=why))
    assert await stage.walk(tree) == BYE
    assert stage.said == words
    assert stage.books.requests == []
