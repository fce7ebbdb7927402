"""Self-service reads and writes the company's real books."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from crm.billing.models import Bill as BillRow
from crm.catalog import service as catalog
from crm.catalog.kinds import WORK_ORDER_TYPES
from crm.customers.models import (
    AddressNode,
    BarredNumber,
    Customer,
    CustomerPhone,
    Premise,
    ServiceAccount,
)
from crm.outages import service as outages
from ivr.flows.books import Account, Arrears, Bill, Fault
from ivr.flows.crm_books import CrmBooks
from ivr.phrases import load_phrases
from mainline.clock import now
from mainline.config import PROJECT, Settings
from mainline.db import Database

PACKS = PROJECT / "packs"
ANI = "13800008000"


@pytest.fixture
async def books(database: Database) -> CrmBooks:
    """One street, two customers on one number, and the heat pack's catalog."""
    async with database.unit_of_work() as session:
        await catalog.install(session, PACKS / "heat")
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


@pytest.mark.parametrize("pack", ["heat", "gas", "water"])
def test_every_fault_on_the_keypad_opens_an_order(pack: str) -> None:
    body = catalog.content(PACKS / pack / catalog.FILES[WORK_ORDER_TYPES.name])
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
