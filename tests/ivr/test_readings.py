"""A meter reading by keypad, as the caller hears it."""

import pytest

from ivr.decision import Decision
from ivr.flows.books import Meter
from ivr.menu import MenuTree
from tests.fakes.books import GAS_METER, LI, FakeBooks
from tests.ivr.walking import Stage

BYE, PERSON = Decision("hangup"), Decision("queue", "service")
ASK = "请输入表上的整数读数，以井号键结束。"


@pytest.fixture
def tree() -> MenuTree:
    nodes = {
        "serve": {"kind": "flow", "flow": "meter_reading", "next": "bye"},
        "bye": {"kind": "hangup"},
        "agent": {"kind": "queue", "queue": "service"},
    }
    return MenuTree.model_validate(
        {"title": {"zh": "您好", "en": "hello"}, "start": "serve", "person": "agent",
         "nodes": nodes}
    )  # fmt: skip


def _taken(stage: Stage) -> list[tuple[str, int, int]]:
    return [(one.call_id, one.meter.meter_id, one.value) for one in stage.books.readings]


async def test_a_reading_is_read_back_digit_by_digit_and_taken(tree: MenuTree) -> None:
    stage = Stage(["01023#", "1"], caller=LI)
    assert await stage.walk(tree) == BYE
    assert stage.said == (
        f"{ASK}您输入的读数是幺零二三。正确请按1，重新输入请按2。"
        "读数幺零二三已经登记。比上次用了二十三立方米。"
    )
    assert _taken(stage) == [("call-1", 31, 1023)]


async def test_english_callers_hear_english(tree: MenuTree) -> None:
    stage = Stage(["1023", "1"], caller=LI)
    stage.journey.talk.language = "en"
    await stage.walk(tree)
    assert " ".join(stage.call.heard).endswith(
        "You have used twenty three cubic metres since the last reading."
    )


async def test_a_wrong_key_is_put_right_before_anything_is_taken(tree: MenuTree) -> None:
    stage = Stage(["1032", "2", "1023", "1"], caller=LI)
    assert await stage.walk(tree) == BYE
    assert _taken(stage) == [("call-1", 31, 1023)]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("lower", "这个读数比上次的低"), ("higher", "这个读数明显高于您平时的用量")],
)
async def test_a_doubtful_reading_is_asked_for_again_and_corrected(
    tree: MenuTree, verdict: str, words: str
) -> None:
    books = FakeBooks()
    books.verdicts = {9023: verdict}  # type: ignore[dict-item]
    stage = Stage(["9023", "1", "1023", "1"], caller=LI, books=books)
    assert await stage.walk(tree) == BYE
    assert words in stage.said
    assert _taken(stage) == [("call-1", 31, 1023)]
    assert stage.said.endswith("比上次用了二十三立方米。")


async def test_a_doubtful_reading_that_is_insisted_on_is_to_be_checked(tree: MenuTree) -> None:
    books = FakeBooks()
    books.verdicts = {9023: "higher"}
    stage = Stage(["9023", "1", "9023", "1"], caller=LI, books=books)
    assert await stage.walk(tree) == BYE
    assert stage.said.endswith("读数九零二三已经登记，工作人员将与您核对。")
    assert _taken(stage) == [("call-1", 31, 9023)]


async def test_more_figures_than_the_meter_has_are_never_taken(tree: MenuTree) -> None:
    books = FakeBooks()
    books.verdicts = {123456: "impossible"}
    stage = Stage(["123456"] * 3, caller=LI, books=books)
    assert await stage.walk(tree) == PERSON
    assert stage.said.count("表上没有这么多位数") == 3
    assert stage.said.endswith("读数没有登记，请与人工客服核对。")
    assert _taken(stage) == []


@pytest.mark.parametrize(
    "keys",
    [["0"], [], ["1023", "0"], ["1023", "2"] * 3, ["12*", "12*", "12*"], ["1023", "7", "7"]],
)
async def test_who_does_not_get_along_reaches_a_person_and_nothing_is_taken(
    tree: MenuTree, keys: list[str]
) -> None:
    stage = Stage(keys, caller=LI)
    assert await stage.walk(tree) == PERSON
    assert _taken(stage) == []


async def test_one_of_several_meters_is_chosen(tree: MenuTree) -> None:
    books = FakeBooks()
    books.installed = [GAS_METER, Meter(32, "M8005678", "m3", 5)]
    stage = Stage(["2", "77", "1"], caller=LI, books=books)
    assert await stage.walk(tree) == BYE
    assert stage.said.startswith("您有两块表。尾号幺二三四的表，请按一。尾号五六七八的表，请按二。")
    assert _taken(stage) == [("call-1", 32, 77)]


async def test_who_has_no_meter_is_told(tree: MenuTree) -> None:
    books = FakeBooks()
    books.installed = []
    stage = Stage(caller=LI, books=books)
    assert await stage.walk(tree) == BYE
    assert stage.said == "您的户号下没有可以自助报数的表。"


async def test_what_was_used_is_told_to_the_customer_only(tree: MenuTree) -> None:
    stage = Stage(["8001234", "1023", "1"])
    assert await stage.walk(tree) == BYE
    assert stage.said.endswith("读数幺零二三已经登记。")


@pytest.mark.parametrize("method", ["meters", "judge_reading", "take_reading"])
async def test_dead_books_lead_to_a_person(tree: MenuTree, method: str) -> None:
    stage = Stage(["1023", "1"], caller=LI, books=FakeBooks(broken=frozenset({method})))
    assert await stage.walk(tree) == PERSON
    assert "已经登记" not in stage.said
