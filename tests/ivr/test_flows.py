"""Self-service as the caller hears it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ivr.decision import Decision, emergency
from ivr.flows.books import Account, Arrears, Bill, Caller, CallWish, OrderState, OutageNews
from ivr.flows.identify import spoken_address
from ivr.menu import MenuTree
from mainline.clock import now
from mainline.journal.call_events import CallerIdentified, FlowFinished
from mainline.text import LocalizedText
from tests.fakes.books import HOME, LI, SHOP, FakeBooks
from tests.ivr.walking import Stage

TEXT = {"zh": "您好", "en": "hello"}
BYE = Decision("hangup")
PERSON = Decision("queue", "service")
TWO_HOMES = Caller(1, language="zh", accounts=(HOME, SHOP))


def _tree(flow: str) -> MenuTree:
    nodes = {
        "serve": {"kind": "flow", "flow": flow, "next": "bye"},
        "bye": {"kind": "hangup"},
        "agent": {"kind": "queue", "queue": "service"},
    }
    return MenuTree.model_validate(
        {"title": TEXT, "start": "serve", "person": "agent", "nodes": nodes}
    )


def _finished(stage: Stage) -> list[tuple[str, str]]:
    return [(fact.flow, fact.result) for fact in stage.facts if isinstance(fact, FlowFinished)]


def _identified(stage: Stage) -> list[tuple[str, int | None, int | None]]:
    return [
        (fact.how, fact.customer_id, fact.account_id)
        for fact in stage.facts
        if isinstance(fact, CallerIdentified)
    ]


async def test_arrears_and_the_last_bill_are_told_in_full() -> None:
    books = FakeBooks()
    books.owed = Arrears(123456, 2)
    books.bill = Bill(60000, date(2020, 11, 1), date(2020, 12, 31), 60000)
    stage = Stage(books=books, caller=LI)
    assert await stage.walk(_tree("arrears")) == BYE
    assert stage.said == (
        "您尾号幺二三四的户号目前欠费一千二百三十四元五角六分，共两笔账单。"
        "最近一期账单二零二零年十一月一日出账，金额六百元，尚未缴纳。"
    )
    assert _finished(stage) == [("arrears", "done")]


async def test_a_paid_account_owes_nothing() -> None:
    books = FakeBooks()
    books.bill = Bill(60000, date(2020, 11, 1), date(2020, 12, 31), 0)
    stage = Stage(books=books, caller=LI)
    await stage.walk(_tree("arrears"))
    assert stage.said == (
        "您尾号幺二三四的户号目前没有欠费。"
        "最近一期账单二零二零年十一月一日出账，金额六百元，已经结清。"
    )


async def test_a_part_that_is_open_is_told_with_its_day() -> None:
    books = FakeBooks()
    books.bill = Bill(60000, date(2020, 11, 1), date(2090, 12, 31), 10000)
    stage = Stage(books=books, caller=LI)
    await stage.walk(_tree("arrears"))
    assert stage.said.endswith("金额六百元，还有一百元未缴。请在二零九零年十二月三十一日前缴纳。")


async def test_english_callers_hear_english() -> None:
    books = FakeBooks()
    books.owed = Arrears(150, 1)
    stage = Stage(books=books, caller=LI)
    stage.journey.talk.language = "en"
    await stage.walk(_tree("arrears"))
    assert " ".join(stage.call.heard) == (
        "Your account ending in one two three four owes one yuan and fifty fen , on one bill. "
        "There is no bill yet."
    )


async def test_an_unknown_caller_identifies_by_account_number() -> None:
    stage = Stage(["8001234", "8000"])
    assert await stage.walk(_tree("arrears")) == BYE
    assert _identified(stage) == [("keypad", 1, 11)]
    assert stage.keys() == ["*******", "****"]
    assert "请输入您的户号" in stage.said


async def test_a_wrong_account_number_is_told_and_may_be_tried_again() -> None:
    stage = Stage(["99", "8001234", "8000"])
    assert await stage.walk(_tree("arrears")) == BYE
    assert stage.said.count("没有找到这个户号。") == 1


@pytest.mark.parametrize("keys", [["99", "98"], ["", ""], ["0"], []])
async def test_who_cannot_identify_reaches_a_person(keys: list[str]) -> None:
    stage = Stage(keys)
    assert await stage.walk(_tree("arrears")) == PERSON
    assert _finished(stage) == [("arrears", "person")]
    assert _identified(stage) == []


async def test_two_addresses_are_chosen_by_keypad() -> None:
    stage = Stage(["2"], caller=TWO_HOMES)
    assert await stage.walk(_tree("identify")) == BYE
    assert stage.said == (
        "您的号码登记了两处地址。幸福小区3号楼，请按一。兴华街18号，请按二。其他地址，请按9。"
    )
    assert stage.journey.account == SHOP
    assert _identified(stage) == [("choice", 1, 12)]


async def test_two_customers_on_one_number_are_told_apart() -> None:
    wang = Caller(2, accounts=(SHOP,), priority=7)
    stage = Stage(["2"])
    stage.journey.callers = (LI, wang)
    await stage.walk(_tree("identify"))
    assert stage.journey.caller == wang
    assert stage.journey.priority == 7


async def test_who_wants_a_person_instead_of_an_address_reaches_one() -> None:
    stage = Stage(["0"], caller=TWO_HOMES)
    assert await stage.walk(_tree("identify")) == PERSON
    assert _finished(stage) == [("identify", "person")]
    assert _identified(stage) == []


@pytest.mark.parametrize("keys", [["9"], [], ["5", "5"]])
async def test_who_chooses_no_address_goes_on_unchosen(keys: list[str]) -> None:
    stage = Stage(keys, caller=TWO_HOMES)
    assert await stage.walk(_tree("identify")) == BYE
    assert stage.journey.account is None
    assert _identified(stage) == []


async def test_who_has_one_address_is_not_asked() -> None:
    stage = Stage(caller=LI)
    assert await stage.walk(_tree("identify")) == BYE
    assert stage.call.asked == 0
    assert _finished(stage) == []


async def test_another_address_is_asked_for_by_account_number() -> None:
    stage = Stage(["9", "8001234"], caller=TWO_HOMES)
    await stage.walk(_tree("arrears"))
    assert _identified(stage) == [("keypad", 1, 11)]


async def test_outage_news_for_the_callers_address() -> None:
    books = FakeBooks()
    ends = datetime(2030, 3, 1, 6, 5, tzinfo=UTC)
    books.news = [OutageNews(planned=False, starts_at=now() - timedelta(hours=1), ends_at=ends)]
    stage = Stage(books=books, caller=LI)
    await stage.walk(_tree("outage_news"))
    assert stage.said == (
        "您的地址目前正在抢修，给您带来不便，敬请谅解。预计二零三零年三月一日下午两点零五分恢复。"
        "恢复供应后需要电话通知您，请按一。"
    )
    assert books.wishes == []


def _out(**changes: object) -> FakeBooks:
    books = FakeBooks()
    fields = {"planned": False, "starts_at": now() - timedelta(hours=1), "ends_at": None}
    books.news = [OutageNews(**{**fields, "outage_id": 7, **changes})]
    return books


async def test_who_wants_to_be_called_when_it_is_over_presses_one() -> None:
    books = _out()
    stage = Stage(["1"], books=books, caller=LI)
    assert await stage.walk(_tree("outage_news")) == BYE
    assert stage.said.endswith("已为您登记，恢复供应后我们会给您打电话。")
    assert books.wishes == [CallWish(7, "call-1", 1, "zh", stage.call.ani)]
    assert _finished(stage) == [("outage_news", "done")]


async def test_a_number_that_cannot_be_called_is_not_promised_a_call() -> None:
    books = _out()
    stage = Stage(["1"], books=books, caller=LI)
    stage.journey.ani = "anonymous"
    await stage.walk(_tree("outage_news"))
    assert stage.said.endswith("抱歉，您来电的号码无法回拨。")


@pytest.mark.parametrize(("key", "ends"), [("", BYE), ("2", BYE), ("0", PERSON)])
async def test_every_other_key_promises_nothing(key: str, ends: Decision) -> None:
    books = _out()
    stage = Stage([key], books=books, caller=LI)
    assert await stage.walk(_tree("outage_news")) == ends
    assert books.wishes == []


@pytest.mark.parametrize(
    "changes", [{"planned": True}, {"starts_at": datetime(2090, 1, 2, tzinfo=UTC)}]
)
async def test_for_what_is_planned_or_to_come_no_call_is_offered(
    changes: dict[str, object],
) -> None:
    stage = Stage(["1"], books=_out(**changes), caller=LI)
    await stage.walk(_tree("outage_news"))
    assert "电话通知" not in stage.said
    assert stage.keys() == []


async def test_an_announced_outage_is_told_with_its_beginning() -> None:
    books = FakeBooks()
    starts = datetime(2090, 1, 2, 0, 0, tzinfo=UTC)
    books.news = [OutageNews(planned=True, starts_at=starts, ends_at=None)]
    stage = Stage(books=books, caller=LI)
    await stage.walk(_tree("outage_news"))
    assert stage.said == "您的地址计划从二零九零年一月二日上午八点起停热。"


async def test_no_outage_is_told_too() -> None:
    stage = Stage(caller=LI)
    assert await stage.walk(_tree("outage_news")) == BYE
    assert stage.said == "您的地址目前没有停热通知。"


async def test_the_state_of_my_work_order() -> None:
    books = FakeBooks()
    name = LocalizedText(zh="维修", en="Repair")
    books.orders = [
        OrderState("20261123-0007", name, "assigned", datetime(2026, 1, 2, 3, tzinfo=UTC),
                   datetime(2031, 1, 2, 3, tzinfo=UTC)),
    ]  # fmt: skip
    stage = Stage(books=books, caller=LI)
    await stage.walk(_tree("order_status"))
    assert "维修工单，尾号零零零七，" in stage.said
    assert stage.said.endswith(
        "已派工，维修人员将与您联系。预计二零三一年一月二日上午十一点前处理。"
    )


async def test_no_open_order_is_told() -> None:
    stage = Stage(caller=LI)
    await stage.walk(_tree("order_status"))
    assert stage.said == "您目前没有正在处理的工单。"
    assert _finished(stage) == [("order_status", "nothing")]


async def test_a_reported_fault_opens_an_order_with_the_call() -> None:
    stage = Stage(["1", "1"], caller=LI)
    assert await stage.walk(_tree("report_fault")) == BYE
    (fault,) = stage.books.faults
    assert (fault.call_id, fault.fault, fault.customer_id) == ("call-1", "no_heat", 1)
    assert fault.account == HOME
    assert "地址幸福小区3号楼。确认请按1" in stage.said
    assert stage.said.endswith("工单号R二零二六幺幺二三零零幺。我们会尽快处理。")


async def test_a_fault_can_be_chosen_again_before_it_is_reported() -> None:
    stage = Stage(["1", "2", "4", "1"], caller=LI)
    await stage.walk(_tree("report_fault"))
    assert [fault.fault for fault in stage.books.faults] == ["noise"]


async def test_a_burst_pipe_goes_on_to_the_emergency_queue_with_its_order() -> None:
    stage = Stage(["3", "1"], caller=LI)
    assert await stage.walk(_tree("report_fault")) == emergency("burst")
    assert [fault.fault for fault in stage.books.faults] == ["burst"]


async def test_an_emergency_that_the_books_do_not_take_goes_ahead_all_the_same() -> None:
    stage = Stage(["3", "1"], books=FakeBooks(broken=frozenset({"report_fault"})), caller=LI)
    assert await stage.walk(_tree("report_fault")) == emergency("burst")
    assert "system_down" not in stage.said


@pytest.mark.parametrize("keys", [["1"], ["0"], ["1", "0"], ["8", "8"], ["1", "2", "1", "2"]])
async def test_an_unconfirmed_fault_opens_nothing_and_reaches_a_person(keys: list[str]) -> None:
    stage = Stage(keys, caller=LI)
    assert await stage.walk(_tree("report_fault")) == PERSON
    assert stage.books.faults == []


@pytest.mark.parametrize(
    ("flow", "method"),
    [
        ("arrears", "arrears"),
        ("arrears", "last_bill"),
        ("outage_news", "outages"),
        ("order_status", "open_orders"),
        ("report_fault", "report_fault"),
    ],
)
async def test_dead_books_lead_to_a_person(flow: str, method: str) -> None:
    books = FakeBooks(broken=frozenset({method}))
    stage = Stage(["1", "1"], books=books, caller=LI)
    assert await stage.walk(_tree(flow)) == PERSON
    assert _finished(stage) == [(flow, "failed")]
    assert stage.said.endswith("自助查询暂时无法使用，正在为您转接人工服务。")


@pytest.mark.parametrize(
    ("address", "spoken"),
    [
        ("沈阳市和平区幸福小区3号楼2单元501室", "幸福小区3号楼"),
        ("和平区 幸福小区 3号楼 2单元 501", "幸福小区3号楼"),
        ("辽宁省沈阳市铁西区兴华街18号", "兴华街18号"),
        ("幸福小区12栋1单元", "幸福小区12栋"),
        ("东村", "东村"),
    ],
)
def test_city_and_flat_are_not_read_out(address: str, spoken: str) -> None:
    assert spoken_address(Account(1, "1", 1, address), "zh") == spoken


def test_the_english_address_leaves_the_flat_out() -> None:
    assert spoken_address(HOME, "en") == "Building 3, Xingfu Estate"
