"""Self-service reads and writes the company's real books."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from crm.addresses.models import AddressNode
from crm.areas.models import AreaPremise, ServiceArea
from crm.billing import readings
from crm.billing.models import Bill as BillRow
from crm.billing.models import Meter as MeterRow
from crm.billing.models import MeterReading
from crm.callbacks.models import Callback
from crm.catalog import service as catalog
from crm.catalog.kinds import WORK_ORDER_TYPES
from crm.customers.models import (
    BarredNumber,
    Customer,
    CustomerPhone,
    Premise,
    ServiceAccount,
)
from crm.life_cycle.flow import TooCloseToSeason
from crm.life_cycle.models import LifeRequest
from crm.outages import service as outages
from crm.sense.models import OutageRequest
from crm.work_orders.models import WorkOrder
from ivr.flows.books import (
    Account,
    Arrears,
    Bill,
    CallbackWish,
    CallWish,
    Fault,
    Promise,
    Reading,
    SuspensionRequest,
    Taken,
)
from ivr.flows.crm_books import CrmBooks
from ivr.phrases import load_phrases
from mainline import definitions
from mainline.clock import now
from mainline.config import PROJECT, Settings
from mainline.db import Database
from mainline.definitions import content
from mainline.journal import entries_after
from tests.support.clock import StandingClock

PACKS = PROJECT / "packs"
ANI = "13800008000"


@pytest.fixture
async def books(database: Database) -> CrmBooks:
    """One street, two customers on one number, and the heat pack's catalog."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PACKS / "heat")
        await readings.install(session, PACKS / "heat")
        street = AddressNode(level="street", name_zh="兴华街", name_en="Xinghua St", path="")
        session.add(street)
        await session.flush()
        street.path = f"/{street.id}/"
        for number, name, account in (("甲", "李梅", "8001234"), ("乙", "王强", "8005678")):
            home = Premise(
                node_id=street.id,
                path=street.path,
                address_zh=f"兴华街{number}号",
                address_en="Home",
            )
            person = Customer(name=name, language="zh" if name == "李梅" else None, priority=3)
            session.add_all([home, person])
            await session.flush()
            session.add_all(
                [
                    CustomerPhone(customer_id=person.id, number=ANI, tail="8000"),
                    ServiceAccount(
                        number=account, customer_id=person.id, premise_id=home.id, utility="heat"
                    ),
                ]
            )
        session.add(BarredNumber(number="13900000000"))
    return CrmBooks(database, Settings())


async def _li(books: CrmBooks) -> tuple[int, Account]:
    caller = (await books.identify(ANI)).callers[0]
    return caller.customer_id, caller.accounts[0]


async def test_the_number_tells_both_customers(books: CrmBooks) -> None:
    found = await books.identify("+86 138-0000-8000")
    assert [(one.language, one.priority) for one in found.callers] == [("zh", 3), (None, 3)]
    assert [one.accounts[0].number for one in found.callers] == ["8001234", "8005678"]
    assert found.callers[0].accounts[0].address_zh == "兴华街甲号"


async def test_numbers_that_tell_nothing(books: CrmBooks) -> None:
    assert (await books.identify("anonymous")).withheld
    assert (await books.identify("13900000000")).restricted
    for raw in ("", "13100000000", "x' OR 1=1 --", "1380\nagi_x: y"):
        assert (await books.identify(raw)).callers == ()


async def test_by_account_number(books: CrmBooks) -> None:
    caller = await books.by_account("8005678")
    assert caller is not None
    assert [account.number for account in caller.accounts] == ["8005678"]
    for keyed in ("1", "", "*", "8" * 40):
        assert await books.by_account(keyed) is None


async def test_arrears_and_the_last_bill(books: CrmBooks, database: Database) -> None:
    _, account = await _li(books)
    assert await books.arrears(account.account_id) == Arrears(0, 0)
    assert await books.last_bill(account.account_id) is None
    async with database.unit_of_work() as session:
        for issued, paid in ((date(2025, 11, 1), 100), (date(2026, 11, 1), 0)):
            session.add(
                BillRow(account_id=account.account_id, period=str(issued.year), issued_on=issued,
                        due_on=date(issued.year, 12, 31), amount_fen=1000, paid_fen=paid)
            )  # fmt: skip
    assert await books.arrears(account.account_id) == Arrears(1900, 2)
    assert await books.last_bill(account.account_id) == Bill(
        1000, date(2026, 11, 1), date(2026, 12, 31), 1000
    )


async def test_outage_news_of_the_street(books: CrmBooks, database: Database) -> None:
    _, account = await _li(books)
    assert await books.outages(account.premise_id) == []
    async with database.unit_of_work() as session:
        began, ends = now() - timedelta(hours=1), now() + timedelta(hours=2)
        street = await session.get(Premise, account.premise_id)
        assert street is not None
        await outages.announce(
            session, area_id=street.node_id, kind="fault", text_zh="爆管抢修。", text_en="A burst.",
            began_at=began, expected_end_at=ends,
        )  # fmt: skip
    (news,) = await books.outages(account.premise_id)
    assert (news.planned, news.starts_at, news.ends_at) == (False, began, ends)
    assert news.spoken is not None
    assert news.spoken.zh == "爆管抢修。"


async def test_a_fault_is_one_order_however_often_it_is_reported(books: CrmBooks) -> None:
    customer_id, account = await _li(books)
    fault = Fault("call-1", "no_heat", customer_id, account, ANI)
    number = await books.report_fault(fault)
    assert await books.report_fault(fault) == number
    (order,) = await books.open_orders(customer_id)
    assert (order.number, order.state) == (number, "new")
    assert order.due_at is not None
    assert isinstance(order.opened_at, datetime)


async def _meter(database: Database, account: Account, *values: int) -> None:
    async with database.unit_of_work() as session:
        meter = MeterRow(account_id=account.account_id, number="M1", unit="kwh", digits=6)
        session.add(meter)
        await session.flush()
        for age, value in enumerate(values, start=1):
            session.add(
                MeterReading(meter_id=meter.id, read_at=now() - timedelta(days=30 * age),
                             value=value, source="round", state="accepted", key=f"round:{age}")
            )  # fmt: skip


async def test_a_reading_is_taken_once_a_call_and_tells_what_was_used(
    books: CrmBooks, database: Database
) -> None:
    _, account = await _li(books)
    await _meter(database, account, 1000, 400)
    (meter,) = await books.meters(account.account_id)
    assert (meter.number, meter.unit, meter.digits) == ("M1", "kwh", 6)
    assert await books.judge_reading(meter.meter_id, 1600) == "fine"
    taken = await books.take_reading(Reading("call-1", meter, 1600, account, ANI))
    assert taken == Taken(1600, used=600)
    again = await books.take_reading(Reading("call-1", meter, 1700, account, ANI))
    assert again == Taken(1600, used=600)
    assert await books.take_reading(Reading("call-2", meter, 1610, account, ANI)) == Taken(1610, 10)


async def test_a_doubtful_reading_opens_one_task(books: CrmBooks, database: Database) -> None:
    customer_id, account = await _li(books)
    await _meter(database, account, 1000, 400)
    (meter,) = await books.meters(account.account_id)
    assert await books.judge_reading(meter.meter_id, 900) == "lower"
    for _ in range(2):
        taken = await books.take_reading(Reading("call-1", meter, 900, account, ANI))
        assert taken == Taken(900, to_check=True)
    (order,) = await books.open_orders(customer_id)
    assert order.type_name.zh == "抄表复核"
    assert (
        await books.judge_reading(meter.meter_id, 1600) == "fine"
    )  # the doubtful one taught nothing


async def _season(database: Database, begins_in: timedelta) -> None:
    """Rules under which the next season begins so soon, in the menu and for requests."""
    begins = now().date() + begins_in
    ends = begins + timedelta(days=100)
    async with database.unit_of_work() as session:
        rules = (await readings.rules(session)).model_dump(mode="json")
        rules["suspension"] |= {
            "season_begins": f"{begins:%m-%d}", "season_ends": f"{ends:%m-%d}",
        }  # fmt: skip
        cycle = content(PROJECT / "packs" / "heat" / "life_cycle.yaml")
        cycle["season"] = {"begins": f"{begins:%m-%d}", "ends": f"{ends:%m-%d}"}
        for kind, body in (("self_service", rules), ("life_cycle", cycle)):
            made = await definitions.draft(session, kind, "company", body, author="test")
            await definitions.publish(session, kind, "company", made.version, by="test")


async def _requests(database: Database) -> list[LifeRequest]:
    async with database.reading() as session:
        return list(await session.scalars(select(LifeRequest)))


async def _orders(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(WorkOrder)) or 0


async def test_a_suspension_by_keypad_is_one_request_and_opens_no_order(
    books: CrmBooks, database: Database
) -> None:
    _, account = await _li(books)
    await _season(database, timedelta(days=30))
    async with database.unit_of_work() as session:
        (await session.get_one(Premise, account.premise_id)).area_m2 = 86
    before = await _orders(database)
    found = await books.suspension(account.account_id)
    assert found is not None
    assert (found.may_begin, found.suspended, found.pending, found.refused) == (
        True, False, "", "",
    )  # fmt: skip
    asked = SuspensionRequest("call-1", account, resume=False)
    number = await books.request_suspension(asked)
    assert await books.request_suspension(asked) == number
    again = SuspensionRequest("call-2", account, resume=False)
    assert await books.request_suspension(again) == number
    (request,) = await _requests(database)
    assert (request.number, request.kind, request.state, request.call_id, request.asked_by) == (
        number, "suspension", "documents", "call-1", "ivr",
    )  # fmt: skip
    assert (found.percent, found.fee_fen, request.fee_fen) == (30, 67080, 67080)
    later = await books.suspension(account.account_id)
    assert later is not None
    assert later.pending == number
    assert await _orders(database) == before
    async with database.reading() as session:
        told = [
            entry.event.kind
            for entry in await entries_after(session, 0, subject=f"request:{number}")
        ]
    assert told == ["request.asked", "request.asked-again"]


async def test_a_season_that_is_near_cannot_be_suspended(
    books: CrmBooks, database: Database
) -> None:
    _, account = await _li(books)
    await _season(database, timedelta(days=10))
    found = await books.suspension(account.account_id)
    assert found is not None
    assert not found.may_begin
    assert found.begins - found.last_day == timedelta(days=15)
    with pytest.raises(TooCloseToSeason):
        await books.request_suspension(SuspensionRequest("call-1", account, resume=False))
    assert await _requests(database) == []


async def test_a_suspended_account_asks_to_be_resumed(books: CrmBooks, database: Database) -> None:
    _, account = await _li(books)
    before = await _orders(database)
    await _season(database, timedelta(days=30))
    async with database.unit_of_work() as session:
        (await session.get_one(ServiceAccount, account.account_id)).status = "suspended"
    found = await books.suspension(account.account_id)
    assert found is not None
    assert (found.suspended, found.fee_fen) == (True, 5000)
    await books.request_suspension(SuspensionRequest("call-1", account, resume=True))
    (request,) = await _requests(database)
    assert (request.kind, request.fee_fen) == ("resumption", 5000)
    assert await _orders(database) == before


async def test_where_there_are_no_rules_nothing_is_offered(database: Database) -> None:
    books = CrmBooks(database, Settings())
    assert await books.suspension(1) is None
    assert await books.meters(1) == []


async def test_identity_is_proven_against_the_books(books: CrmBooks) -> None:
    customer_id, _ = await _li(books)
    proofs = [
        await books.prove(customer_id, account_tail=tail, fact="8000", ani=ani)
        for tail, ani in (("1234", "13100000000"), ("5678", "13100000000"), ("1234", ANI))
    ]
    assert proofs == ["proven", "wrong", "wrong"]


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_every_fault_on_the_keypad_opens_an_order(pack: str) -> None:
    body = definitions.content(PACKS / pack / catalog.FILES[WORK_ORDER_TYPES.name])
    types = WORK_ORDER_TYPES.parse(body)
    for fault in load_phrases(PACKS / pack).faults:
        assert types.for_fault(fault.id).code


async def test_books_that_hang_are_given_up(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.flows.crm_books.ANSWER_S", 0.5)  # enough to reach the hang

    async def never(*_arguments: object, **_values: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("crm.customers.identify.identify", never)
    with pytest.raises(TimeoutError):
        await CrmBooks(sqlite_database, Settings()).identify(ANI)


async def test_a_wish_to_be_called_is_kept_and_a_number_nobody_can_call_is_not(
    books: CrmBooks, database: Database
) -> None:
    async with database.unit_of_work() as session:
        made = await outages.announce(
            session, area_id=1, kind="fault", text_zh="停热", text_en="Off", began_at=now()
        )
    [news] = await books.outages(1)
    assert news.outage_id == made.id
    wish = CallWish(made.id, "ml-1.1", 1, "zh", ANI)
    assert await books.call_when_over(wish)
    assert await books.call_when_over(wish)
    assert not await books.call_when_over(CallWish(made.id, "ml-2.1", None, "zh", "anonymous"))
    async with database.reading() as session:
        rows = (await session.scalars(select(OutageRequest))).all()
    assert [(row.number, row.call_id, row.customer_id) for row in rows] == [(ANI, "ml-1.1", 1)]


async def test_a_call_back_asked_for_at_night_is_due_in_the_morning_and_promised_once(
    books: CrmBooks, database: Database, clock: StandingClock
) -> None:
    clock.forward(seconds=12 * 3600)  # ten in the evening
    wish = CallbackWish(ANI, "service", now(), 0, "zh", "ml-1.1", 1, "menu", now())
    morning = now() + timedelta(hours=10)
    assert await books.ask_callback(wish) == Promise(morning)
    assert await books.ask_callback(replace(wish, queue="repair")) == Promise(morning, again=True)
    assert await books.ask_callback(replace(wish, number="16812345678")) is None
    async with database.reading() as session:
        rows = (await session.scalars(select(Callback))).all()
    assert [(row.number, row.queue, row.next_at, row.expires_at) for row in rows] == [
        (ANI, "service", morning, morning + timedelta(hours=24))
    ]


async def test_the_branch_of_an_address(books: CrmBooks, database: Database) -> None:
    async with database.unit_of_work() as session:
        area = ServiceArea(code="tiexi", kind="branch", name_zh="铁西", name_en="Tiexi", outline=[])
        session.add(area)
        await session.flush()
        session.add(AreaPremise(premise_id=1, area_id=area.id))
    assert await books.branch(1) == "tiexi"
    assert await books.branch(2) == ""
